"""What is newer than something else in the logbook: than the weighing, or than when the signals were last read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from meldcode.domain.case.asked import signals
from meldcode.domain.case.outline import Head
from meldcode.domain.case.state import Entry, State, Status
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.model import Plan

H = TypeVar("H", bound=Head)
ARRANGING = (Effect.POSTPONES, Effect.HANDS_OVER, Effect.EXPORTS, Effect.READS, Effect.JOINS, Effect.DIFFERS)
"""Effects of actions that tell nothing about the pupil."""


def newer_than_weighing(plan: Plan, state: State, entries: Iterable[H]) -> list[H]:
    """Return the signals that came after the weighing that this step uses: it is older than the logbook (S4.1)."""
    used_here = {id_ for record in plan.step(state.step).records for id_ in (record.id, *record.shows)}
    if state.status is not Status.OPEN or not any(plan.records[id_].logbook for id_ in used_here):
        return []
    weighings = [state.standing[r.id].seq for r in plan.records.values() if r.logbook and r.id in state.standing]
    return [e for e in entries if weighings and e.seq > max(weighings) and e.record == plan.opens]


def unread(plan: Plan, entries: Sequence[H]) -> list[H]:
    """Return the signals, also of cases that were merged into this one, that nobody has read yet (S1.1)."""
    reads = plan.reads.id if plan.reads else ""
    read = {r.id for r in plan.records.values() if reads in (r.id, *(one.record for one in r.stands_as))}
    since = max((entry.seq for entry in entries if entry.record in read), default=0)
    wanted = signals(plan)
    return [entry for entry in entries if entry.seq > since and entry.record in wanted]


def since_weighing(plan: Plan, state: State, entries: Iterable[Entry]) -> list[Entry]:
    """Return what was added after the weighing, except what only arranges something (S4.3)."""
    weighed = [state.standing[r.id].seq for r in plan.records.values() if r.logbook and r.id in state.standing]
    added = {record.id for record in plan.always if record.effect not in ARRANGING}
    return [entry for entry in entries if weighed and entry.seq > max(weighed) and entry.record in added]
