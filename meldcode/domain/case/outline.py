"""What is known of the entries of a long case before they are read (ADR 46).

Of its signals and notes, which are nearly all of them, the heading is enough to put them in order and on pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import astuple, dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple, Protocol

from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.names import pupil_in
from meldcode.domain.case.state import Answers, Entry, Pupil
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import FieldKind, Meaning
from meldcode.domain.plan.model import Plan

END_OF_DAY = "24:00"
ROW_END = b","


class Head(Protocol):
    """What an entry and its heading have in common."""

    @property
    def seq(self) -> int:
        """Its number."""

    @property
    def record(self) -> str:
        """The action that it records."""

    @property
    def author(self) -> PersonId:
        """Who wrote it."""


class Weight(NamedTuple):
    """What answers take on a screen: how many long texts and other answers, and how many characters of JSON."""

    long: int
    short: int
    size: int


class Heading(NamedTuple):
    """A signal or a note without its answers; flat, for a case may have thousands.

    `order` is its place in the order of events, `pupil` the one typed in it, and `named` the colleagues, by their ids.
    The rest is what it takes on a screen, with and without that pupil.
    """

    order: str
    seq: int
    record: str
    author: PersonId
    pupil: Pupil | None
    named: str
    long: int
    short: int
    size: int
    other_short: int
    other_size: int

    def weight_beside(self, pupil: Pupil) -> Weight:
        """What it takes on a screen of this pupil, who is not named again (G10)."""
        if self.pupil == pupil:
            return Weight(self.long, self.other_short, self.other_size)
        return Weight(self.long, self.short, self.size)


def _all_read(_: Collection[int]) -> tuple[Entry, ...]:
    return ()


@dataclass(frozen=True)
class Outline:
    """The entries of a case that were read, and the headings of the others, which `read` reads by their numbers."""

    entries: tuple[Entry, ...]
    headings: tuple[Heading, ...] = ()
    read: Callable[[Collection[int]], tuple[Entry, ...]] = _all_read

    @property
    def heads(self) -> tuple[Head, ...]:
        """All of them."""
        return (*self.entries, *self.headings)


def rows_of(plan: Plan, entries: Iterable[Entry]) -> bytes:
    """A row for each signal and note among these entries: its heading, to be kept."""
    with_records = ((plan.records[entry.record], entry) for entry in entries)
    rows = (_row(plan, record, entry) for record, entry in with_records if _is_plain(plan, record))
    return ROW_END.join(json.dumps(row, separators=(",", ":")).encode() for row in rows)


def _row(plan: Plan, record: ActionSpec, entry: Entry) -> list[Any]:
    others = without_pupil(plan, record, entry.answers)
    pupil = None if len(others) == len(entry.answers) else astuple(pupil_in(record, entry.answers))
    weights = (*weight_of(record, entry.answers), *weight_of(record, others)[1:])
    named = " ".join(_named(record, entry.answers))
    return [order_of(record, entry), entry.seq, record.id, str(entry.author), pupil, named, *weights]


def headings_in(rows: bytes) -> tuple[Heading, ...]:
    """The headings that these rows are of."""
    person, pupil = cache(PersonId), cache(Pupil)  # they name the same few

    def heading(row: list[Any]) -> Heading:
        row[3], row[4] = person(row[3]), row[4] and pupil(*row[4])
        return Heading._make(row)

    return tuple(map(heading, json.loads(b"[%b]" % rows)))


def _is_plain(plan: Plan, record: ActionSpec) -> bool:
    """Whether it is a signal or a note: only its own line shows what it answers."""
    return record.id == plan.opens or record.effect is Effect.NOTES


def _named(record: ActionSpec, answers: Answers) -> list[str]:
    said = (answers.get(field.id, ()) for field in record.people_fields)
    return [id_ for answer in said for id_ in ((answer,) if isinstance(answer, str) else answer)]


def weight_of(record: ActionSpec, answers: Answers) -> Weight:
    """What these answers take on a screen."""
    long = sum(field.kind is FieldKind.LONG_TEXT and field.id in answers for field in record.fields)
    return Weight(long, len(answers) - long, sum(len(json.dumps(answer)) for answer in answers.values()))


def without_pupil(plan: Plan, record: ActionSpec, answers: Answers) -> Answers:
    """The answers of a signal without the pupil that was typed in it."""
    pupil = {field.id for field in record.fields if field.pupil} if record.id == plan.opens else set()
    return {id_: answer for id_, answer in answers.items() if id_ not in pupil}


def order_of(record: ActionSpec, entry: Entry) -> str:
    """A text by which entries sort in order of events: by day, by time of day, then as they were written (S1.2).

    That time is the one it names, else when it was written if that was the same day, else the end of the day.
    """
    day, written = day_of(record, entry), entry.written_at.astimezone(AMSTERDAM)
    time = time_of(record, entry) or (f"{written:%H:%M}" if written.date() == day else END_OF_DAY)
    return f"{day} {time} {entry.written_at:%Y-%m-%d %H:%M:%S.%f} {entry.seq:6}"


def day_of(record: ActionSpec, entry: Entry) -> date:
    """The day that an entry is about, else the day it was written."""
    told = entry.answers.get(record.id_of(Meaning.HAPPENED_ON))
    return date.fromisoformat(str(told)) if told else entry.written_at.astimezone(AMSTERDAM).date()


def time_of(record: ActionSpec, entry: Entry) -> str:
    """The time of day that an entry names, if any."""
    return str(entry.answers.get(record.id_of(Meaning.HAPPENED_AT), ""))
