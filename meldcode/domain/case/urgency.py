"""What cannot wait until tomorrow (G8, S4.9)."""

from __future__ import annotations

from meldcode.domain.case.asked import asked_at_any_step, needed
from meldcode.domain.case.fold import holds
from meldcode.domain.case.state import State, Status
from meldcode.domain.plan.model import Plan


def is_urgent(plan: Plan, state: State) -> bool:
    """Tell whether what the case waits for cannot wait: it is due the same day (G8, S4.9)."""
    if state.status is not Status.OPEN:
        return False
    return any(record.urgent for record in asked_at_any_step(plan, state)) or is_step_urgent(plan, state)


def is_step_urgent(plan: Plan, state: State) -> bool:
    """Tell whether what the step of an open case asks cannot wait (S4.9)."""
    urgent = plan.step(state.step).urgent
    called = urgent is not None and any(holds(condition, state.standing, {}) for condition in urgent.when)
    return called and bool(needed(plan, state))
