"""Use cases about two cases of one pupil: a care coordinator joins them, or says that they are different pupils.

The case that is less far in its plan joins the other, so that nothing that is under way is lost; of two as far, the
younger. Nothing is copied: its entries stay in it, under its own key and chain, and are shown in the logbook of the
other. Its teacher keeps seeing only their own signals, and is not told of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from meldcode.access import acting_role
from meldcode.case import Entry, Status
from meldcode.dossier import Dossier, dossier_of, known_person, readable_case
from meldcode.errors import Refusal
from meldcode.people import Identity
from meldcode.plan import Effect
from meldcode.ports import Transaction
from meldcode.recording import add_entry


@dataclass(frozen=True)
class TwoCases:
    """Two cases that seem to be about one pupil."""

    who: Identity
    key: str
    case: str
    other: str


def join(tx: Transaction, command: TwoCases, now: datetime) -> str:
    """Join one case to the other, and return the code of the one that goes on. Raises Refusal."""
    first, second = _both(tx, command)
    if stored := tx.cases.submission(f"{command.key}/{Effect.RECEIVES}"):
        return tx.cases.get(stored.case).code
    statuses = (first.state.status, second.state.status)
    if Status.JOINED in statuses:
        raise Refusal("joined_already")
    if Status.OPEN not in statuses:
        raise Refusal("not_now")
    kept, joining = sorted((first, second), key=_progress)
    _note(tx, joining, Effect.JOINS, kept.stored.code, command.key, now)
    tx.cases.set_joined(joining.stored.id, kept.stored.id)
    _note(tx, kept, Effect.RECEIVES, joining.stored.code, command.key, now)
    return kept.stored.code


def _progress(dossier: Dossier) -> tuple[bool, int, datetime]:
    """Sorts an open case before a closed one, then by how far it is, then by age."""
    state = dossier.state
    return state.status is not Status.OPEN, -dossier.plan.place(state.step), dossier.stored.opened_at


def tell_apart(tx: Transaction, command: TwoCases, now: datetime) -> str:
    """Keep that the two cases are about different pupils, and return the first one's code. Raises Refusal."""
    first, second = _both(tx, command)
    if not tx.cases.submission(f"{command.key}/{Effect.DIFFERS}"):
        _note(tx, first, Effect.DIFFERS, second.stored.code, command.key, now)
    return first.stored.code


def _both(tx: Transaction, command: TwoCases) -> tuple[Dossier, Dossier]:
    person = known_person(tx, command.who)
    first = dossier_of(tx, person, readable_case(tx, person, command.case))
    second = dossier_of(tx, person, readable_case(tx, person, command.other))
    if first.stored.id == second.stored.id or first.school != second.school:
        raise Refusal("no_such_case")
    return first, second


def _note(tx: Transaction, dossier: Dossier, effect: Effect, other: str, key: str, now: datetime) -> None:
    record = dossier.plan.record_with(effect)
    role = acting_role(record, dossier.relation)
    if role is None:
        raise Refusal("role_may_not", roles=" ".join(record.by), rule="G1")
    entry = Entry(dossier.stored.version + 1, record.id, dossier.person.id, role, now, {"case": other})
    add_entry(tx, dossier, entry, f"{key}/{effect}", "")
