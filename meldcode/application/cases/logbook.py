"""The logbook on screen: the entries of a case and of those merged into it, in order of events (S1.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from meldcode.application.case_context import CaseContext
from meldcode.application.case_people import is_kept_from, plan_of
from meldcode.application.cases.parts import about_excluding
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import Permission, may
from meldcode.domain.case.names import pupil_in
from meldcode.domain.case.outline import Heading, Outline, Weight, day_of, order_of, time_of, weight_of, without_pupil
from meldcode.domain.case.state import Entry
from meldcode.domain.forms.appointment_rules import ABOUT_ONE
from meldcode.domain.forms.named import denials, may_deny
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import DENIALS, Effect

OF_TWO_CASES = (Effect.JOINS, Effect.DIFFERS, Effect.SEPARATES, Effect.LINKS)
"""Effects of entries about two cases: who may not know of the other one is not shown them."""
OTHER_CASE = (Effect.MOVES_SIGNAL, Effect.RECEIVES, *OF_TWO_CASES)
"""Effects of entries that name another case."""
DAY = len("2026-11-26")


class OlderLine(NamedTuple):
    """An entry of the case of this code whose texts were not read: its place in the order of events, and its weight."""

    order: str
    code: str
    seq: int
    record: ActionSpec
    weight: Weight

    @property
    def happened(self) -> date:
        """The day it is about."""
        return date.fromisoformat(self.order[:DAY])


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
    def seq(self) -> int:
        """The number of the entry in its case."""
        return self.entry.seq

    @property
    def weight(self) -> Weight:
        """What its answers take on a screen."""
        return weight_of(self.record, self.entry.answers)

    @property
    def denies(self) -> int:
        """The number of the entry in which its author did not take part, or with which they disagree, or 0."""
        return self.entry.refers_to if self.record.effect in DENIALS else 0

    @property
    def corrects(self) -> int:
        """The number of the entry that it corrects, or 0."""
        return self.entry.refers_to if self.record.effect is Effect.CORRECTS else 0


class Logbook(NamedTuple):
    """The lines that were read, and those before them, all in order of events."""

    older: tuple[OlderLine, ...]
    lines: tuple[LogbookLine, ...]


def logbook_of(
    uow: UnitOfWork,
    parts: Sequence[tuple[CaseContext, Outline]],
    staff: Mapping[PersonId, str],
    newest: int | None = None,
) -> Logbook:
    """The entries of all the cases in order of events (S1.2), of which so many of the newest are read, or all.

    Notes about another case, of the same pupil or of a sibling, are for who may know of that case. A merge is mentioned
    once, in this case.
    """
    index: list[OlderLine] = []
    read: dict[tuple[str, int], LogbookLine] = {}
    for place, (part, outline) in enumerate(parts):
        read |= _lines_of(uow, part, outline, outline.entries, staff, is_merged=place > 0)
        index += _older(part, outline.headings)
    index += [
        OlderLine(order_of(line.record, line.entry), line.code, line.seq, line.record, line.weight)
        for line in read.values()
    ]
    index.sort(key=itemgetter(0))
    until = 0 if newest is None else max(len(index) - newest, 0)
    for place, (part, outline) in enumerate(parts):
        here = (one for one in index[until:] if one.code == part.stored.code)
        entries = outline.read([one.seq for one in here if (one.code, one.seq) not in read])
        read |= _lines_of(uow, part, outline, entries, staff, is_merged=place > 0)
    return Logbook(tuple(index[:until]), tuple(read[one.code, one.seq] for one in index[until:]))


def _older(part: CaseContext, headings: Iterable[Heading]) -> Iterator[OlderLine]:
    code, records, pupil = part.stored.code, part.plan.records, part.pupil
    for one in headings:
        yield OlderLine(one.order, code, one.seq, records[one.record], one.weight_beside(pupil))


def _lines_of(
    uow: UnitOfWork,
    part: CaseContext,
    outline: Outline,
    entries: Iterable[Entry],
    staff: Mapping[PersonId, str],
    *,
    is_merged: bool,
) -> Iterator[tuple[tuple[str, int], LogbookLine]]:
    """The lines of these entries of the case; the outline has all that the others could say about them."""
    hidden = {Effect.JOINS} if is_merged else set()
    about_reader = about_excluding(part, outline.entries)
    said = [entry for entry in outline.entries if part.plan.records[entry.record].effect in DENIALS]
    for entry in entries:
        record = part.plan.records[entry.record]
        other = _other_case(uow, part, record, entry)
        if other is not None and record.effect not in hidden and entry.seq not in about_reader:
            line = _line(uow, part, entry, staff, said)
            yield (line.code, line.seq), replace(line, other=other)


def _line(
    uow: UnitOfWork, part: CaseContext, entry: Entry, staff: Mapping[PersonId, str], said: Sequence[Entry]
) -> LogbookLine:
    record, denied = part.plan.records[entry.record], denials(part.plan, said, entry.seq)
    author, *by = (staff.get(one.author) or uow.staff.get(one.author).name for one in (entry, *denied))
    return LogbookLine(
        entry=_without_known_pupil(part, record, entry),
        happened=day_of(record, entry),
        at=time_of(record, entry),
        author=author,
        record=record,
        code=part.stored.code,
        appointment=_appointment_of(part, record, entry),
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
    return sorted(lines, key=lambda line: order_of(line.record, line.entry))


def _appointment_of(part: CaseContext, record: ActionSpec, entry: Entry) -> str:
    is_about_one = entry.refers_to and record.effect in ABOUT_ONE
    return part.state.appointments[entry.refers_to - 1].what if is_about_one else ""


def _without_known_pupil(part: CaseContext, record: ActionSpec, entry: Entry) -> Entry:
    """The entry; without the pupil that was typed, unless that is another name or group than the case's (G10)."""
    rest = without_pupil(part.plan, record, entry.answers)
    if len(rest) == len(entry.answers) or pupil_in(record, entry.answers) != part.pupil:
        return entry
    return replace(entry, answers=rest)
