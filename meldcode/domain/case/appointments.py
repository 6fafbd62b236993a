"""Appointments: dated promises made in a case, which stay until somebody decides on them (S3.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import islice

from meldcode.domain.ids import PersonId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.appointments import decision_about
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import FollowUp, Meaning
from meldcode.domain.plan.model import Plan

Answers = Mapping[str, str | tuple[str, ...]]
MOST_DECIDED, SHORT = 8, 80
"""How many open appointments a form that closes the case asks about, and in how many characters it names each."""


class AppointmentState(StrEnum):
    """Whether somebody decided on an appointment: one that was moved is still open."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Appointment:
    """A dated promise: `what` is done by `other` (empty: by the owner), and its `owner` sees to it.

    `number` counts the appointments of a case from 1, and `entry` is the entry in which it was made, at `place` from 0.
    `moves` is how often it was moved, and `postponed` are the days to which its reminders were postponed since then.
    `heir` is the teacher who got the case since: theirs are the appointments of a teacher who lost it (G5).
    """

    number: int
    entry: int
    owner: PersonId
    day: date
    what: str = ""
    other: str = ""
    place: int = 0
    state: AppointmentState = AppointmentState.OPEN
    moves: int = 0
    postponed: tuple[str, ...] = ()
    heir: PersonId | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody decided on it yet."""
        return self.state is AppointmentState.OPEN


def appointments_after(
    before: tuple[Appointment, ...], record: ActionSpec, entry: int, answers: Answers, refers_to: int
) -> tuple[Appointment, ...]:
    """Return the case's appointments after an entry that made some, or decided on the one that it refers to."""
    if record.effect is Effect.HANDS_OVER and before:
        heir = PersonId(str(answers[record.id_of(Meaning.NEW_TEACHER)]))
        return tuple(replace(one, heir=heir) for one in before)
    if record.effect in _CHANGES and refers_to:
        change = _CHANGES[record.effect]
        return tuple(change(one, record, answers) if one.number == refers_to else one for one in before)
    made = [one for fields in record.follow_ups if (one := _made(fields, entry, answers))]
    numbered = (replace(one, number=len(before) + place, place=place - 1) for place, one in enumerate(made, start=1))
    return (*before, *numbered)


def open_ones(appointments: tuple[Appointment, ...]) -> Iterator[Appointment]:
    """Yield the appointments that nobody decided on yet, the earliest first."""
    yield from sorted((one for one in appointments if one.is_open), key=lambda one: (one.day, one.number))


def with_decisions(plan: Plan, record: ActionSpec, step: str, appointments: tuple[Appointment, ...]) -> ActionSpec:
    """Return the form with questions about the open appointments, if it can close the case from this step."""
    if not any(lead.close and (not lead.at or step in lead.at) for lead in record.leads):
        return record
    asked = [
        field
        for one in islice(open_ones(appointments), MOST_DECIDED)
        for field in decision_about(plan.appointments, one.number, _short(one.what), f"{one.day:%d-%m-%Y}")
    ]
    return record.model_copy(update={"fields": (*record.fields, *asked)}) if asked else record


def _short(what: str) -> str:
    return what if len(what) <= SHORT else f"{what[:SHORT]}…"


def _made(fields: FollowUp, entry: int, answers: Answers) -> Appointment | None:
    day, owner = str(answers.get(fields.day, "")), str(answers.get(fields.owner, ""))
    if not day or not owner:
        return None
    other = str(answers.get(fields.other or "", ""))
    return Appointment(
        0, entry, PersonId(owner), date.fromisoformat(day), fields.title or str(answers.get(fields.what, "")), other
    )


def _moved(one: Appointment, record: ActionSpec, answers: Answers) -> Appointment:
    owner = str(answers.get(record.id_of(Meaning.NEW_OWNER), "")) or one.owner
    day = date.fromisoformat(str(answers[record.id_of(Meaning.NEW_DAY)]))
    return replace(one, day=day, owner=PersonId(str(owner)), moves=one.moves + 1, postponed=())


def _postponed(one: Appointment, record: ActionSpec, answers: Answers) -> Appointment:
    return replace(one, postponed=(*one.postponed, str(answers[record.id_of(Meaning.UNTIL)])))


_CHANGES = {
    Effect.SETTLES: lambda one, _record, _answers: replace(one, state=AppointmentState.DONE),
    Effect.DROPS: lambda one, _record, _answers: replace(one, state=AppointmentState.DROPPED),
    Effect.MOVES: _moved,
    Effect.POSTPONES: _postponed,
}
