"""The entries of a long case, read only when somebody looks at them, beside what was kept of them (ADR 46)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import overload

from typing_extensions import override

from meldcode.domain.case.fold import Folded, fold
from meldcode.domain.case.outline import ROW_END, Outline, headings_in, rows_of
from meldcode.domain.case.state import Entry, State
from meldcode.domain.plan.model import Plan

Reads = Callable[[Collection[int] | None], tuple[Entry, ...]]
"""Reads the entries with these numbers, or all."""


@dataclass(frozen=True)
class Kept:
    """The state that the entries lead to, and a row for the heading of each signal and note among them."""

    state: State
    rows: bytes


class LongLogbook(Sequence[Entry], Folded):
    """So many entries. `kept` returns what was kept of them, or None where nothing was for the plan as it is now."""

    def __init__(self, count: int, read: Reads, kept: Callable[[Plan], Kept | None]) -> None:
        self._count = count
        self._read = read
        self._kept = kept

    @cached_property
    def _entries(self) -> tuple[Entry, ...]:
        return self._read(None)

    @overload
    def __getitem__(self, at: int) -> Entry: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Entry, ...]: ...
    @override
    def __getitem__(self, at: int | slice) -> Entry | tuple[Entry, ...]:
        return self._entries[at]

    @override
    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    @override
    def __len__(self) -> int:
        return len(self._entries)

    def __bool__(self) -> bool:
        return True

    @override
    def state_under(self, plan: Plan) -> State:
        return self.kept(plan).state

    def under(self, plan: Plan) -> Sequence[Entry]:
        """These entries, which are read now if nothing was kept for this plan."""
        kept = self._kept(plan)
        return LongLogbook(self._count, self._read, lambda _: kept) if kept else self._entries

    def outline(self, plan: Plan) -> Outline:
        """These entries without the texts of their signals and notes; with them where nothing was kept."""
        kept = self._kept(plan)
        if kept is None:
            return Outline(self._entries)
        headings = headings_in(kept.rows)
        plain = {heading.seq for heading in headings}
        others = [seq for seq in range(1, self._count + 1) if seq not in plain]
        return Outline(self._read(others), headings, self._read)

    def kept(self, plan: Plan) -> Kept:
        """What was kept of them, or else is to be kept."""
        return self._kept(plan) or kept_of(plan, self._entries)

    def followed_by(self, entry: Entry) -> LongLogbook:
        """These entries and the next one."""
        return LongLogbook(self._count + 1, partial(self._read_with, entry), partial(self._kept_with, entry))

    def _read_with(self, entry: Entry, seqs: Collection[int] | None) -> tuple[Entry, ...]:
        before = self._read(seqs)
        return (*before, entry) if seqs is None or entry.seq in seqs else before

    def _kept_with(self, entry: Entry, plan: Plan) -> Kept:
        kept = self.kept(plan)
        rows = filter(None, (kept.rows, rows_of(plan, [entry])))
        return Kept(fold(plan, [entry], kept.state), ROW_END.join(rows))


def followed_by(entries: Sequence[Entry], entry: Entry) -> Sequence[Entry]:
    """Return the entries and the next one, without reading those of a long case."""
    return entries.followed_by(entry) if isinstance(entries, LongLogbook) else (*entries, entry)


def outline_of(plan: Plan, entries: Sequence[Entry]) -> Outline:
    """Return these entries, of a long case without the texts of its signals and notes."""
    return entries.outline(plan) if isinstance(entries, LongLogbook) else Outline(tuple(entries))


def kept_of(plan: Plan, entries: Sequence[Entry]) -> Kept:
    """Return what is to be kept of these entries, without reading those of a long case."""
    if isinstance(entries, LongLogbook):
        return entries.kept(plan)
    return Kept(fold(plan, entries), rows_of(plan, entries))
