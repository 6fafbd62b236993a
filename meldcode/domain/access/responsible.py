"""Who is responsible for a case: who took charge of it last, for as long as they may (G2, G5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from meldcode.domain.access.rules import may_be_responsible, relation_to
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.plan.model import Plan
from meldcode.domain.staff import Person


@dataclass(frozen=True)
class Responsible:
    """Who is responsible for a case, and who stands in for them today."""

    person: Person
    deputies: tuple[Person, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of who acts for the case today."""
        return tuple(person.name for person in self.acting)

    @property
    def acting(self) -> tuple[Person, ...]:
        """Who acts for the case today: the deputies, if there are any."""
        return self.deputies or (self.person,)


def responsible_for(case: CaseHeader, plan: Plan, staff: Iterable[Person]) -> Responsible | None:
    """Return who of the staff is responsible; None while nobody is, or once they lost the account or the role."""
    here = list(staff)
    person = next((one for one in here if one.id == case.responsible), None)
    if person is None or not may_be_responsible(relation_to(person, case), plan):
        return None
    return Responsible(person, tuple(p for p in here if p is not person and person.id in p.acts_for(case.school)))
