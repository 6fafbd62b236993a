"""What a case is made of: its entries, and the state that they lead to (`domain.case.fold`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from meldcode.domain.case.appointments import Appointment
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.roles import Role

Answer = str | tuple[str, ...]
Answers = Mapping[str, Answer]
TIMES_TO_POSTPONE = 2
"""How often the reminders of one step can be postponed (G2)."""


class Status(StrEnum):
    """Whether a case is worked on. Of a destroyed case only the bare fact remains."""

    OPEN = "open"
    CLOSED = "closed"
    JOINED = "joined"
    DESTROYED = "destroyed"


@dataclass(frozen=True)
class Pupil:
    """The pupil whom a case is about."""

    first_name: str
    last_name: str
    group: str


@dataclass(frozen=True)
class Entry:
    """One line of the logbook: append-only (S1.2). `written_at` is in UTC; `role` is the one the author acted in.

    `refers_to` is the number of the entry that this one corrects, or of the appointment that it is about, or 0.
    """

    seq: int
    record: str
    author: PersonId
    role: Role
    written_at: datetime
    answers: Answers = field(default_factory=dict)
    refers_to: int = 0


@dataclass(frozen=True)
class State:
    """Where a case stands. `standing` holds, for each record that stands, its last entry.

    `postponed` are the days to which the reminders of this step were postponed, in order. `closed_at` is when it
    closed, `held_until` the day until which a closed case is held, and `left_on` the day on which its pupil left.
    `skipped` are the steps that the fast lane skipped. `responsible` is who took charge of the case last, who may have
    lost that role (`domain.responsible`). `appointments` are all that were made in the case, by their number.
    """

    step: str
    since: datetime | None = None
    status: Status = Status.OPEN
    outcome: str = ""
    standing: Mapping[str, Entry] = field(default_factory=dict)
    postponed: tuple[str, ...] = ()
    closed_at: datetime | None = None
    held_until: str = ""
    left_on: str = ""
    skipped: tuple[str, ...] = ()
    responsible: PersonId | None = None
    appointments: tuple[Appointment, ...] = ()
