"""What cannot wait until tomorrow (G8, S4.9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from meldcode.domain.case.asked import asked_at_any_step, needed
from meldcode.domain.case.fold import holds
from meldcode.domain.case.state import State, Status
from meldcode.domain.plan.forms import Condition
from meldcode.domain.plan.model import Plan


def is_urgent(plan: Plan, state: State) -> bool:
    """Tell whether what the case waits for cannot wait: it is due the same day (G8, S4.9)."""
    if state.status is not Status.OPEN:
        return False
    return any(record.urgent for record in asked_at_any_step(plan, state)) or is_step_urgent(plan, state)


def is_step_urgent(plan: Plan, state: State) -> bool:
    """Tell whether what the step of an open case asks cannot wait (S4.9)."""
    return bool(_calls(plan, state)) and bool(needed(plan, state))


def urgent_since(plan: Plan, state: State, began: datetime) -> datetime:
    """Return since when an urgent step that `began` then cannot wait: what calls for it may have come later."""
    called = (max(_written(call, state), default=began) for call in _calls(plan, state))
    return max(began, min(called))


def _calls(plan: Plan, state: State) -> list[Condition]:
    """The conditions that hold, of those under which the step cannot wait."""
    urgent = plan.step(state.step).urgent
    return [call for call in urgent.when if holds(call, state.standing, {})] if urgent else []


def _written(call: Condition, state: State) -> Iterator[datetime]:
    """When that of which a condition speaks was written, as far as it stands and came after the step began."""
    entries = state.standing.values()
    began = next((entry.seq for entry in entries if entry.written_at == state.since), 0)
    for path in call:
        entry = state.standing.get(path.partition(".")[0])
        if entry and entry.seq > began:
            yield entry.written_at
