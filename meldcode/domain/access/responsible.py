"""Who is responsible for a case: who took charge of it last, for as long as they may (G2, G5)."""

from __future__ import annotations

from collections.abc import Iterable

from meldcode.domain.access.rules import may_be_responsible, relation_to
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.plan.model import Plan
from meldcode.domain.staff import Person, WithDeputies, with_deputies


def responsible_for(case: CaseHeader, plan: Plan, staff: Iterable[Person]) -> WithDeputies | None:
    """Return who of the staff is responsible; None while nobody is, or once they lost the account or the role."""
    here = list(staff)
    person = next((one for one in here if one.id == case.responsible), None)
    if person is None or not may_be_responsible(relation_to(person, case), plan):
        return None
    return with_deputies(person, case.school, here)
