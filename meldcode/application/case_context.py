"""The case context: a case opened for one person, with its plan, its contents and what they may do in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from meldcode.application.case_people import plan_of, reads, staff_of
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.responsible import responsible_for
from meldcode.domain.access.rules import Permission, Relation, in_school, may, relation_to
from meldcode.domain.case.fold import fold
from meldcode.domain.case.header import CaseHeader, Contents, Reading
from meldcode.domain.case.long_logbook import LongLogbook, outline_of
from meldcode.domain.case.outline import Outline
from meldcode.domain.case.state import Entry, Pupil, State, Status
from meldcode.domain.errors import Refused
from meldcode.domain.forms.taking_part import Colleague, Colleagues
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.model import Plan
from meldcode.domain.staff import Person


@dataclass(frozen=True)
class CaseContext:
    """A case as one person sees it, opened once for a request. `case` is None until the first signal is stored.

    `same_pupil` are then the cases that are about the same pupil, of which this person may not know, and `teachers` are
    whose pupil it is: nobody while that is still to be asked (S1.6). `perhaps` are cases that may be about the same
    pupil, as long as nobody has said whether they are.
    """

    person: Person
    school: SchoolId
    plan: Plan
    pupil: Pupil
    relation: Relation
    case: CaseHeader | None = None
    entries: Sequence[Entry] = ()
    same_pupil: tuple[CaseHeader, ...] = ()
    teachers: tuple[PersonId, ...] = ()
    perhaps: tuple[CaseHeader, ...] = ()

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

    @cached_property
    def outline(self) -> Outline:
        """The entries, of a long case without the texts of its signals and notes."""
        return outline_of(self.plan, self.entries)

    def staff(self, uow: UnitOfWork) -> list[Person]:
        """Return the people who can have a part in this case."""
        return staff_of(uow, self.case) if self.case else uow.staff.of_school(self.school)

    def colleagues(self, staff: list[Person]) -> Colleagues:
        """Return these people as the rules see them in this case."""
        away = {id_ for person in staff for id_ in person.acts_for(self.school) - {person.id}}
        in_charge = responsible_for(self.case, self.plan, staff) if self.case else None
        acting = {person.id for person in in_charge.acting} if in_charge else set()
        return {
            str(person.id): self._colleague(person, is_away=person.id in away, acts_for_it=person.id in acting)
            for person in staff
        }

    def _colleague(self, person: Person, *, is_away: bool, acts_for_it: bool) -> Colleague:
        relation = self._relation_of(person)
        is_excluded = self.case is not None and person.id in self.case.excluded
        teachers = self.case.teachers if self.case else frozenset({self.person.id})
        # A deputy of a teacher would keep the case when the period is over.
        teaches = person.teaches(self.school)
        can_take_over = teaches and not is_excluded and person.id not in teachers
        can_read = may(Permission.READ, replace(relation, is_called_in=True), self.plan)
        may_stand_in = not (is_excluded or person.leads_a_cluster)
        return Colleague(
            person.id,
            relation.roles,
            relation.is_own,
            can_take_over,
            can_read,
            may_stand_in,
            is_excluded,
            teaches,
            is_away=is_away,
            acts_for_it=acts_for_it,
        )

    def _relation_of(self, person: Person) -> Relation:
        if self.case:
            return relation_to(person, self.case)
        return Relation(person.roles_in(self.school), is_own=self.person.id in person.acts_for(self.school))


def case_code(typed: str) -> str:
    """Return the case code that was typed, in either case, with or without its dash; empty if it is no case code."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    found = re.fullmatch(r"([0-9]{2})([0-9A-Z]{4})", letters)
    return "-".join(found.groups()) if found else ""


def readable_case(uow: UnitOfWork, person: Person, code: str) -> CaseHeader:
    """Return the case. Raises the same Refused if it does not exist and if this person may not read it (G3)."""
    case = uow.cases.find(case_code(code), person.memberships, person.id)
    if case is None or not may_read(uow, person, case):
        raise Refused("no_such_case")
    if case.status is Status.DESTROYED:
        raise Refused("destroyed")
    return case


def recordable_case(uow: UnitOfWork, person: Person, code: str, record: str) -> CaseHeader:
    """Return the case to record this in.

    Without reading it, a cluster director can name who takes over a role (G12), a school leader can record that 112
    or Veilig Thuis was called (G8), and a former teacher of the case can report (S1.6).
    """
    case = uow.cases.find(case_code(code), person.memberships, person.id)
    plan = plan_of(uow, case) if case and case.status is not Status.DESTROYED else None
    specs = [spec for spec in (plan.take_over, plan.fast_lane) if spec and spec.id == record] if plan else []
    if case and plan and any(may(Permission.RECORD, relation_to(person, case), plan, spec) for spec in specs):
        return case
    if case and plan and record == plan.opens and may_report_again(person, case):
        return case
    return readable_case(uow, person, code)


def may_report_again(person: Person, case: CaseHeader) -> bool:
    """Tell whether this person had the case before: what they see of the pupil still belongs in it (S1.6)."""
    return person.id in case.former_teachers - case.excluded and person.teaches(case.school)


def reporting_context(uow: UnitOfWork, person: Person, case: CaseHeader) -> CaseContext:
    """Open the case for a signal by this person; a former teacher reports in it as its teacher (S1.6)."""
    context = case_context(uow, person, case)
    if reads(person, case, context.plan) or not may_report_again(person, case):
        return context
    return replace(context, relation=replace(context.relation, is_own=True))


def may_read(uow: UnitOfWork, person: Person, case: CaseHeader) -> bool:
    """Tell whether this person may read the case (G3, G12)."""
    return reads(person, case, plan_of(uow, case))


def read_case(uow: UnitOfWork, person: Person, case: CaseHeader, now: datetime, where: str = "case") -> CaseContext:
    """Open the case for this person, and store that they read it (promise 6)."""
    roles = tuple(sorted(relation_to(person, case).roles))
    contents = uow.cases.read(case.id, Reading(person.id, now, where, roles))
    return case_context(uow, person, case, contents)


def case_context(uow: UnitOfWork, person: Person, case: CaseHeader, contents: Contents | None = None) -> CaseContext:
    """Open the case for this person. It is decrypted here, unless its `contents` were read already."""
    contents = contents or uow.cases.contents(case.id)
    plan, entries = plan_of(uow, case), contents.entries
    entries = entries.under(plan) if isinstance(entries, LongLogbook) else entries
    return CaseContext(person, case.school, plan, contents.pupil, relation_to(person, case), case, entries)


def told_apart(context: CaseContext) -> set[str]:
    """Return the codes of the cases that are recorded as being about another pupil."""
    return {
        str(entry.answers.get("case", ""))
        for entry in context.outline.entries
        if context.plan.records[entry.record].effect in (Effect.DIFFERS, Effect.SEPARATES)
    }


def schools_to_report_in(person: Person, plan: Plan) -> list[SchoolId]:
    """Return the schools in which this person may pass on a signal."""
    return [school for school in person.memberships if may(Permission.OPEN, in_school(person, school), plan)]
