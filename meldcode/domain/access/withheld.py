"""What parents are not given of a logbook: who told something, and perhaps who reported (S4.7)."""

from __future__ import annotations

from meldcode.domain.case.fold import holds
from meldcode.domain.case.state import Answers
from meldcode.domain.plan.forms import FieldSpec


def is_withheld(field: FieldSpec, answers: Answers) -> bool:
    """Tell whether parents are not given this answer: who told something, or a reporter whom it is not safe to name."""
    return field.withheld if isinstance(field.withheld, bool) else holds(field.withheld, {}, answers)
