"""The logbook on screen: the entries of a case and of those merged into it, in order of events (S1.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from meldcode.application.case_context import CaseContext
from meldcode.application.case_people import is_kept_from, plan_of
from meldcode.application.cases.parts import about_excluding
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import Permission, may
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.names import pupil_in
from meldcode.domain.case.state import Entry
from meldcode.domain.forms.appointment_rules import ABOUT_ONE
from meldcode.domain.forms.named import denials, may_deny
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import DENIALS, Effect
from meldcode.domain.plan.forms import Meaning

OF_TWO_CASES = (Effect.JOINS, Effect.DIFFERS, Effect.SEPARATES, Effect.LINKS)
"""Effects of entries about two cases: who may not know of the other one is not shown them."""
OTHER_CASE = (Effect.MOVES_SIGNAL, Effect.RECEIVES, *OF_TWO_CASES)
"""Effects of entries that name another case."""


@dataclass(frozen=True)
class LogbookLine:
    """One entry of the logbook: the day and, if known, the time it is about, its author, and the code of its case.

    `appointment` says which appointment it decided on, if any. `other` is the code of the other case that it mentions,
    for who may know of that (G3). `denied` are the names of who says that they did not take part, or disagree, and
    with `may_deny` this reader can say so.
    """

    entry: Entry
    happened: date
    at: str
    author: str
    record: ActionSpec
    code: str
    appointment: str = ""
    other: str = ""
    denied: tuple[tuple[Effect | None, str], ...] = ()
    may_deny: bool = False

    @property
    def denies(self) -> int:
        """The number of the entry in which its author did not take part, or with which they disagree, or 0."""
        return self.entry.refers_to if self.record.effect in DENIALS else 0

    @property
    def corrects(self) -> int:
        """The number of the entry that it corrects, or 0."""
        return self.entry.refers_to if self.record.effect is Effect.CORRECTS else 0


def logbook_lines(uow: UnitOfWork, parts: Iterable[CaseContext], staff: Mapping[PersonId, str]) -> list[LogbookLine]:
    """The entries of all the cases in order of events (S1.2).

    Notes about another case, of the same pupil or of a sibling, are for who may know of that case. A merge is mentioned
    once, in this case.
    """
    lines = [_lines_of(uow, part, staff, is_merged=place > 0) for place, part in enumerate(parts)]
    return in_order_of_events(chain.from_iterable(lines))


def _lines_of(
    uow: UnitOfWork, part: CaseContext, staff: Mapping[PersonId, str], *, is_merged: bool
) -> Iterator[LogbookLine]:
    hidden = {Effect.JOINS} if is_merged else set()
    about_reader = about_excluding(part.plan, part.entries, part.person.id)
    said = [entry for entry in part.entries if part.plan.records[entry.record].effect in DENIALS]
    for entry in part.entries:
        record = part.plan.records[entry.record]
        other = _other_case(uow, part, record, entry)
        if other is None or record.effect in hidden or entry.seq in about_reader:
            continue
        denied = denials(part.plan, said, entry.seq)
        author, *by = (staff.get(one.author) or uow.staff.get(one.author).name for one in (entry, *denied))
        yield LogbookLine(
            entry=_without_known_pupil(part, record, entry),
            happened=_happened(record, entry),
            at=str(entry.answers.get(record.id_of(Meaning.HAPPENED_AT), "")),
            author=author,
            record=record,
            code=part.stored.code,
            appointment=_appointment_of(part, record, entry),
            other=other,
            denied=tuple(zip((part.plan.records[one.record].effect for one in denied), by, strict=True)),
            may_deny=may_deny(part.plan, said, entry, part.person.id),
        )


def _other_case(uow: UnitOfWork, part: CaseContext, record: ActionSpec, entry: Entry) -> str | None:
    """The code of the other case that the entry names, if any; None if this reader may not know of the entry.

    Who is excluded from the other case may not know of it, whatever they read here (G12).
    """
    if record.effect not in OTHER_CASE:
        return ""
    code = str(entry.answers.get("case", ""))
    other = uow.cases.find(code, [part.school])
    is_kept = other is not None and is_kept_from(part.person, other, plan_of(uow, other))
    if is_kept or not may(Permission.KNOW_SAME_PUPIL, part.relation, part.plan):
        return None if record.effect in OF_TWO_CASES else ""
    return code


def in_order_of_events(lines: Iterable[LogbookLine]) -> list[LogbookLine]:
    """The order of a logbook: by day, then by the time of day, then as they were written (S1.2)."""
    return sorted(lines, key=lambda line: (line.happened, _time(line), line.entry.written_at, line.entry.seq))


def _time(line: LogbookLine) -> str:
    """The time of day of an entry: the one it names, else when it was written that day, else the end of the day."""
    written = line.entry.written_at.astimezone(AMSTERDAM)
    return line.at or (f"{written:%H:%M}" if written.date() == line.happened else "24:00")


def _appointment_of(part: CaseContext, record: ActionSpec, entry: Entry) -> str:
    is_about_one = entry.refers_to and record.effect in ABOUT_ONE
    return part.state.appointments[entry.refers_to - 1].what if is_about_one else ""


def _without_known_pupil(part: CaseContext, record: ActionSpec, entry: Entry) -> Entry:
    """The entry; without the pupil that was typed, unless that is another name or group than the case's (G10)."""
    pupil = {field.id for field in record.fields if field.pupil} if record.id == part.plan.opens else set()
    if pupil.isdisjoint(entry.answers) or pupil_in(record, entry.answers) != part.pupil:
        return entry
    return replace(entry, answers={id_: answer for id_, answer in entry.answers.items() if id_ not in pupil})


def _happened(record: ActionSpec, entry: Entry) -> date:
    """The day an entry is about, or else the day it was written."""
    told = entry.answers.get(record.id_of(Meaning.HAPPENED_ON))
    return date.fromisoformat(str(told)) if told else entry.written_at.astimezone(AMSTERDAM).date()
