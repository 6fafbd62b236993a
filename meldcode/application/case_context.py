"""The case context: a case opened for one person, with its plan, its contents and what they may do in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access import Permission, Relation, in_school, may, relation_to
from meldcode.domain.case.header import CaseHeader, Contents
from meldcode.domain.case.state import Entry, Pupil, State, Status, fold
from meldcode.domain.errors import Refused
from meldcode.domain.form_rules import Colleague, Colleagues
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person


@dataclass(frozen=True)
class CaseContext:
    """A case as one person sees it, opened once for a request. `case` is None until the first signal is stored."""

    person: Person
    school: SchoolId
    plan: Plan
    pupil: Pupil
    relation: Relation
    case: CaseHeader | None = None
    entries: tuple[Entry, ...] = ()

    @property
    def stored(self) -> CaseHeader:
        """The case's row. Raises LookupError while nothing has been stored."""
        if self.case is None:
            raise LookupError("the case has not been opened yet")
        return self.case

    @cached_property
    def state(self) -> State:
        """The state of the case."""
        return fold(self.plan, self.entries)

    def colleagues(self, staff: list[Person]) -> Colleagues:
        """Return the school's staff as the rules see them in this case."""
        teachers = self.case.teachers if self.case else frozenset({self.person.id})
        return {str(person.id): self._colleague(person, teachers) for person in staff}

    def _colleague(self, person: Person, teachers: frozenset[PersonId]) -> Colleague:
        is_teacher = bool(person.acts_for(self.school) & teachers)
        # A deputy of a teacher would keep the case when the period is over.
        can_take_over = person.id not in teachers and Role.TEACHER in person.memberships[self.school].own
        can_read = may(Permission.READ, Relation(person.roles_in(self.school), is_teacher), self.plan)
        return Colleague(person.id, person.roles_in(self.school), is_teacher, can_take_over, can_read)


def case_code(typed: str) -> str:
    """Return the case code that was typed, in either case, with or without its dash; empty if it is no case code."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    found = re.fullmatch(r"([0-9]{2})([0-9A-Z]{4})", letters)
    return "-".join(found.groups()) if found else ""


def readable_case(uow: UnitOfWork, person: Person, code: str) -> CaseHeader:
    """Return the case. Raises the same Refused if it does not exist and if this person may not read it (G3)."""
    case = uow.cases.find(case_code(code), person.memberships)
    if case is None or not may(Permission.READ, relation_to(person, case), uow.plans.get(case.plan, case.plan_version)):
        raise Refused("no_such_case")
    if case.status is Status.DESTROYED:
        raise Refused("destroyed")
    return case


def case_context(uow: UnitOfWork, person: Person, case: CaseHeader, contents: Contents | None = None) -> CaseContext:
    """Open the case for this person. It is decrypted here, unless its `contents` were read already."""
    contents = contents or uow.cases.contents(case.id)
    plan = uow.plans.get(case.plan, case.plan_version)
    return CaseContext(person, case.school, plan, contents.pupil, relation_to(person, case), case, contents.entries)


def schools_to_report_in(person: Person, plan: Plan) -> list[SchoolId]:
    """Return the schools in which this person may report a signal."""
    return [school for school in person.memberships if may(Permission.OPEN, in_school(person, school), plan)]
