"""How long a closed case is kept (promise 8): pure functions of the plan, the state and the school's calendar.

A case is kept for as many years as the plan gives its outcome, or until the day of its hold. The years count from its
closing; where the plan says so, from the day its pupil left the school if that is known to be later (G9). The term ends
at the opening of that school day, or of the next one. Reopening the case removes the term.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from meldcode.domain.calendar import AMSTERDAM, BeyondCalendar
from meldcode.domain.case.state import State, Status
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.parts import RetentionFrom
from meldcode.domain.staff import School

WARNED_BEFORE = (timedelta(days=30), timedelta(days=7))
"""How long before a case is destroyed the people in charge are warned, once for each."""
LONGEST_HOLD_YEARS = 2


@dataclass(frozen=True)
class Term:
    """The term of a closed case: when and how it closed, and from when it may be destroyed (UTC)."""

    closed_at: datetime
    outcome: str
    destroy_at: datetime


def term_of(plan: Plan, state: State, school: School) -> Term | None:
    """Return the term of a case in this state; None if it is not closed."""
    if state.status is not Status.CLOSED or state.closed_at is None:
        return None
    return Term(state.closed_at, state.outcome, _opening(_last_day(plan, state, state.closed_at), school))


def asks_whether_left(plan: Plan, state: State) -> bool:
    """Tell whether the case would be kept for longer if its pupil left the school after it closed (G9)."""
    outcome = plan.outcome(state.outcome)
    return outcome is not None and outcome.retention_from is RetentionFrom.LEAVING and not state.left_on


def look_at(destroy_at: datetime, warnings: int) -> datetime:
    """Return when to look at a case after this many warnings: for the next warning, or to destroy it."""
    return destroy_at - WARNED_BEFORE[warnings] if warnings < len(WARNED_BEFORE) else destroy_at


def ends_otherwise(before: State, after: State) -> bool:
    """Tell whether an entry changed the term: the case closed, reopened, was held or merged, or its pupil left."""
    return _end(before) != _end(after)


def longest_hold(today: date) -> date:
    """Return the last day until which a case can be held from today. A hold can be repeated by then."""
    return years_later(today, LONGEST_HOLD_YEARS)


def years_later(day: date, years: int) -> date:
    """Return the same day some years later; 1 March for 29 February if there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _end(state: State) -> tuple[Status, datetime | None, str, str]:
    return state.status, state.closed_at, state.held_until, state.left_on


def _last_day(plan: Plan, state: State, closed_at: datetime) -> date:
    outcome = plan.outcome(state.outcome)
    assert outcome is not None  # noqa: S101 - the plan's check holds it: what an answer closes with is an outcome
    start = closed_at.astimezone(AMSTERDAM).date()
    if state.left_on and outcome.retention_from is RetentionFrom.LEAVING:
        start = max(start, date.fromisoformat(state.left_on))
    kept = years_later(start, outcome.retention_years)
    return max(kept, date.fromisoformat(state.held_until)) if state.held_until else kept


def _opening(day: date, school: School) -> datetime:
    """The opening of the day, or of the next school day. Beyond the calendar the day itself."""
    calendar = calendar_of(school)
    with suppress(BeyondCalendar):
        day = calendar.next_school_day(day, include=True)
    return calendar.moment(day, calendar.opening)
