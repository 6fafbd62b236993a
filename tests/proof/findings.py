"""Compares what was acknowledged or due with the database and with Slack afterwards."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields

from sqlalchemy import select

from meldcode.domain.ids import CaseId
from practice.state.workspace import Workspace
from storage.db.schema import cases, identities, outbox, reminders
from storage.repositories.messages.outbox import SendState
from storage.unit_of_work import Store
from tests.on_screen import words_of
from tests.proof.house import REMINDED, TOLD, user

CODE = re.compile(r"\b\d\d-[2-9B-DF-HJ-NP-TV-XZ]{4}\b")
MARKER = re.compile(r"Het kenmerk is (\w+)\.")
MORE = re.compile(r"Er (?:is|zijn) nog (\d+) dossiers?\.")
"""How many cases an overview has no room for in one Slack message; their reader hears of them by number."""

Received = Counter[tuple[str, str, str]]
"""How often a person got a message of a sort about a case."""


@dataclass
class Figures:
    """What the proof found; `kills`, `acknowledged`, `reminders_due` and `delivered_twice` are no faults."""

    kills: int = 0
    acknowledged: int = 0
    missing: int = 0
    entries_doubled: int = 0
    reminders_due: int = 0
    reminders_missing: int = 0
    enqueued_twice: int = 0
    messages: int = 0
    messages_unsent: int = 0
    messages_not_received: int = 0
    delivered_twice: int = 0
    repeated: int = 0
    fallen: int = 0

    @property
    def is_proven(self) -> bool:
        """Whether nothing was lost or doubled."""
        faults = (self.missing, self.entries_doubled, self.reminders_missing, self.enqueued_twice)
        return not any((*faults, self.messages_unsent, self.messages_not_received))

    def __str__(self) -> str:
        return ", ".join(f"{one.name.replace('_', ' ')} {getattr(self, one.name)}" for one in fields(self))


def find_out(
    store: Store, workspace: Workspace, acknowledged: Mapping[str, int], overdue: Mapping[CaseId, int]
) -> Figures:
    """Compare what was acknowledged (by marker) and what was overdue, each with its school, to what is there."""
    figures = Figures(acknowledged=len(acknowledged), reminders_due=len(REMINDED) * len(overdue))
    codes = _look_at_entries(store, figures, acknowledged)
    got = received(workspace)
    _look_at_reminders(store, figures, overdue)
    _look_at_messages(store, figures, workspace, got)
    for marker, school in acknowledged.items():
        told = [(user(role, school), "recorded", codes.get(marker, "")) for role in TOLD]
        figures.messages_not_received += sum(not got[one] for one in told)
    return figures


def received(workspace: Workspace) -> Received:
    """Count what everybody got from the app."""
    found: Received = Counter()
    for person in workspace.people:
        for message in workspace.messages_of(person):
            codes = set(CODE.findall(words_of(message)))
            sort = "reminder" if "wacht" in message.text else "recorded" if codes else "week"
            found.update((person, sort, code) for code in codes or {""})
    return found


def without_room(workspace: Workspace) -> Counter[str]:
    """Count for each person the cases that their overviews only tell the number of."""
    words = {person: [words_of(one) for one in workspace.messages_of(person)] for person in workspace.people}
    return Counter({person: sum(int(n) for one in said for n in MORE.findall(one)) for person, said in words.items()})


def _look_at_entries(store: Store, figures: Figures, acknowledged: Collection[str]) -> dict[str, str]:
    """Decrypt every entry, and return the code of each marker's case."""
    codes: dict[str, str] = {}
    stored: Counter[str] = Counter()
    with store.transaction() as uow:
        for case, code in uow.session.connection.execute(select(cases.c.id, cases.c.code)).all():
            for entry in uow.cases.contents(case).entries:
                found = MARKER.findall(str(entry.answers.get("what", "")))
                stored.update(found)
                codes |= dict.fromkeys(found, code)
    figures.missing = sum(not stored[marker] for marker in acknowledged)
    figures.entries_doubled = sum(times - 1 for times in stored.values())
    return codes


def _look_at_reminders(store: Store, figures: Figures, overdue: Mapping[CaseId, int]) -> None:
    """Each overdue case has had both levels once, in one message to each of its recipients, and to nobody else."""
    with store.transaction() as uow:
        sent_to = (
            select(outbox.c.case, identities.c.user)
            .join(identities, identities.c.person == outbox.c.recipient)
            .where(outbox.c.kind == "reminder")
        )
        put: Counter[tuple[CaseId, str]] = Counter(
            (row.case, row.user) for row in uow.session.connection.execute(sent_to)
        )
        had = Counter(uow.session.connection.scalars(select(reminders.c.case)))
    for case, school in overdue.items():
        wanted = {(case, user(role, school)) for role in REMINDED}
        figures.reminders_missing += sum(not put[one] for one in wanted)
        figures.enqueued_twice += sum(times for one, times in put.items() if one[0] == case) - len(
            [one for one in wanted if put[one]]
        )
        figures.reminders_missing += had[case] < 2
        figures.enqueued_twice += max(had[case] - 2, 0)


def _look_at_messages(store: Store, figures: Figures, workspace: Workspace, got: Received) -> None:
    with store.transaction() as uow:
        query = select(outbox, identities.c.user).join(identities, identities.c.person == outbox.c.recipient)
        rows = uow.session.connection.execute(query).all()
    sorts = {"reminder": "reminder", "week": "week"}
    wanted: Received = Counter((row.user, sorts.get(row.kind, "recorded"), row.payload.get("code", "")) for row in rows)
    figures.messages = len(rows)
    figures.messages_unsent = sum(row.state != SendState.SENT.value for row in rows)
    unseen = Counter(person for person, sort, code in wanted if not got[person, sort, code])
    figures.messages_not_received = sum((unseen - without_room(workspace)).values())
    figures.delivered_twice = sum(max(0, times - wanted[one]) for one, times in got.items())
