"""The load: teachers who report through the signal form, and cases of days ago of which reminders are due."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sqlalchemy.exc import OperationalError

from meldcode.application.actor import actor_of
from meldcode.application.cases.pupils.same_pupil import ANOTHER
from meldcode.application.cases.record_entry import record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.ids import CaseId
from meldcode.domain.staff import Identity
from practice.client.actor import Actor
from practice.model import View
from practice.state.workspace import Workspace
from storage.unit_of_work import Store
from tests.proof.house import TEAM, long_ago, user
from tests.running import signal

SYLLABLES = ("ba", "de", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu")
TEXT = "Hij kwam zonder jas op school. Op zijn arm zat een blauwe plek van drie centimeter. Het kenmerk is {marker}."
LAST_TRIES_SECONDS = 15
PAUSE_SECONDS = 1.0
"""Between two reports of one teacher: a load that the relay can keep up with, at a message a second for each person."""


FAR_APART, MOST_MARKERS = 790_321, 1_000_000


def markers(start: int = 0) -> Iterator[str]:
    """Ever new words in which no hint sees anything, and none of which is like the one before (G10)."""
    for number in itertools.count(start):
        yield "".join(SYLLABLES[int(digit)] for digit in f"{number * FAR_APART % MOST_MARKERS:06}")


@dataclass
class Reporting:
    """Teachers reporting without end. `acknowledged` holds what Slack got a proper acknowledgement of, by marker."""

    workspace: Workspace
    names: Iterator[str] = field(default_factory=markers)
    acknowledged: dict[str, int] = field(default_factory=dict)
    """The marker, and in which school."""
    repeated: int = 0
    is_over: bool = False

    async def report_on(self, school: int) -> None:
        """Let the teacher of a school report pupil after pupil, insisting until each is acknowledged."""
        while not self.is_over:
            form = await self._open_form(school)
            if form and await self._insist(school, form, marker := next(self.names)):
                self.acknowledged[marker] = school
            await asyncio.sleep(PAUSE_SECONDS)

    async def _open_form(self, school: int) -> View | None:
        who = user("teacher", school)
        self.workspace.views.clear(who)
        answer = await Actor(self.workspace, who).command("/signaal")
        shown = self.workspace.modals_of(who)
        return shown[-1] if answer.ok and shown else None

    async def _insist(self, school: int, form: View, marker: str) -> bool:
        """Press the button until it is acknowledged: one who got no answer presses it again."""
        who = user("teacher", school)
        actor, until = Actor(self.workspace, who), 0.0
        filled = signal(Voornaam="Pim", Achternaam=marker.capitalize(), what=TEXT.format(marker=marker))
        answer = await actor.fill(form, **filled)
        while not (answer.ok and self._is_saved(who)):
            until = until or (time.monotonic() + LAST_TRIES_SECONDS if self.is_over else 0.0)
            if until and time.monotonic() > until:
                return False
            await asyncio.sleep(0.1)
            self.repeated += 1
            answer = await actor.submit(self.workspace.modals_of(who)[-1], {})
        return True

    def _is_saved(self, who: str) -> bool:
        """Whether the modal says so: unlike a form, or a text to look at again, it has nothing to submit."""
        shown = self.workspace.modals_of(who)
        return bool(shown) and not shown[-1].payload.get("submit")


def report_long_ago(store: Store, reports: Sequence[tuple[int, str]]) -> dict[CaseId, int]:
    """Report signals (school and marker) a week ago, in one transaction; return their cases, with the school."""
    moment = long_ago()
    for _ in range(5):
        try:
            with store.transaction(moment) as uow:
                return {_reported(uow, school, marker, moment): school for school, marker in reports}
        except OperationalError:  # the database was busy for long
            time.sleep(0.2)
    raise TimeoutError("the database is too busy to report")


def _reported(uow: UnitOfWork, school: int, marker: str, moment: datetime) -> CaseId:
    answers: dict[str, str | tuple[str, ...]] = {
        "first_name": "Pim",
        "last_name": marker.capitalize(),
        "group": "5",
        "kind": ("abuse_or_neglect",),
        "what": TEXT.format(marker=marker),
        "heard_from": "self",
        "happened_on": moment.astimezone(AMSTERDAM).date().isoformat(),
    }
    command = RecordEntry(str(uuid4()), "", answers, reviewed=True, same_as=ANOTHER)
    record_entry(uow, actor_of(uow, Identity("slack", TEAM, user("teacher", school))), command, moment)
    stored = uow.cases.find_submission(command.key)
    assert stored
    return stored.case
