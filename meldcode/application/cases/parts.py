"""What an entry changes about who has a part in a case: who is excluded, and who takes over a role (G12).

An exclusion counts in every case about the same pupil, and in what was merged with it. It works at once, until the end
of the next school day; once a second person agrees it stays. A role that was taken over ends with the case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from meldcode.application.case_context import CaseContext, case_context, told_apart
from meldcode.application.case_people import acting_as, escalate_to, is_kept_from, kept_from, plan_of, reads, staff_of
from meldcode.application.messages.cases import RoleEmpty, RoleTaken
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.calendar import BeyondCalendar
from meldcode.domain.case.asked import to_agree
from meldcode.domain.case.header import EXCLUDED, CaseHeader
from meldcode.domain.case.names import same_name
from meldcode.domain.case.state import Entry, State, Status
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.domain.events import StaffChanged
from meldcode.domain.ids import CaseId, PersonId
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.people import YES, Exclusion
from meldcode.domain.plan.roles import Role


@dataclass(frozen=True)
class _Settled:
    """A second person agreed with the proposal, or did not."""

    proposal: Entry
    is_agreed: bool


def change_parts(uow: UnitOfWork, context: CaseContext, case: CaseHeader, entry: Entry, after: State) -> CaseHeader:
    """Change the parts that people have in the case as the entry says, and return the case as it is then."""
    plan = context.plan
    settled = _settled(plan, context.state, entry)
    out = _excluded(plan, entry) if _exclusion(plan, entry) is Exclusion.OUT else ()
    if out:
        _exclude(uow, context, case, out, _next_school_day(uow, case, entry))
    if settled:
        _settle(uow, context, case, settled, entry)
    if context.state.status is Status.OPEN and after.status is Status.CLOSED and case.stand_ins:
        uow.cases.end_parts(case.id, {one.role for one in case.stand_ins})
    if not (out or settled or case.stand_ins):
        return case
    changed = uow.cases.get(case.id)
    _notice_empty_roles(uow, plan, case, changed, entry)
    return changed


def inherit_exclusions(uow: UnitOfWork, case: CaseHeader, others: Collection[CaseHeader]) -> CaseHeader:
    """Exclude from a new case who is excluded from another about the same pupil, and return it as it is then."""
    known = [other.id for other in others if other.excluded]
    if not known:
        return case
    uow.cases.share_parts(known, case.id, EXCLUDED)
    return uow.cases.get(case.id)


def share_exclusions(uow: UnitOfWork, one: CaseHeader, other: CaseHeader) -> None:
    """Exclude from two cases that are merged, and from what was merged before, who is excluded from either."""
    _share(uow, [*_family(uow, one), *_family(uow, other)])


def share_names(uow: UnitOfWork, context: CaseContext) -> CaseHeader:
    """Exclude from a case of which the pupil's name changed who is excluded from another about that pupil, and back.

    Returns the case as it is then.
    """
    _share(uow, _about_the_pupil(uow, context, context.stored))
    return uow.cases.get(context.stored.id)


def _share(uow: UnitOfWork, cases: Collection[CaseHeader]) -> None:
    ids = [case.id for case in cases]
    for case in cases if any(case.excluded for case in cases) else ():
        uow.cases.share_parts([id_ for id_ in ids if id_ != case.id], case.id, EXCLUDED)


def names_excluded(context: CaseContext, entry: Entry) -> bool:
    """Tell whether the entry is about excluding this person, or the colleague for whom alone they read the case."""
    people, person = _excluded(context.plan, entry), context.person
    return person.id in people or (bool(people) and _reads_by(context, people))


def _reads_by(context: CaseContext, people: Collection[PersonId]) -> bool:
    """Whether this person reads the case only in place of these people."""
    plan, case, person = context.plan, context.stored, context.person
    return reads(person, case, plan) and not reads(person, kept_from(case, people), plan)


def about_excluding(context: CaseContext, entries: Iterable[Entry]) -> frozenset[int]:
    """The numbers of the entries that are not shown to this person: about excluding them, or about such an entry."""
    plan = context.plan
    found: set[int] = set()
    latest: dict[str, Entry] = {}
    for entry in entries:
        record = plan.records[entry.record]
        proposal = latest.get(record.agrees_with or "")
        names_them = names_excluded(context, entry) or (proposal and proposal.seq in found)
        if names_them or (record.effect in (Effect.CORRECTS, Effect.DENIES) and entry.refers_to in found):
            found.add(entry.seq)
        latest[entry.record] = entry
    return frozenset(found)


def kept_in_the_dark(plan: Plan, state: State) -> frozenset[PersonId]:
    """Whom a colleague proposed to exclude while nobody has answered: no message asks or tells them anything."""
    proposals = (state.standing[record.agrees_with or ""] for record in to_agree(plan, state))
    return frozenset(person for proposal in proposals for person in _excluded(plan, proposal))


def names_stand_in(plan: Plan, entry: Entry, person: PersonId) -> bool:
    """Tell whether the entry proposes that this person takes over a role: they do not agree with that themselves."""
    return entry.answers.get(plan.records[entry.record].id_of(Meaning.STAND_IN)) == str(person)


def is_agreed(plan: Plan, before: State, entry: Entry, effect: Effect) -> bool:
    """Tell whether with this entry a second person agrees to what a record with this effect proposed."""
    settled = _settled(plan, before, entry)
    return settled is not None and settled.is_agreed and plan.records[settled.proposal.record].effect is effect


def _settled(plan: Plan, before: State, entry: Entry) -> _Settled | None:
    record = plan.records[entry.record]
    field, proposal = record.id_of(Meaning.AGREEMENT), before.standing.get(record.agrees_with or "")
    return _Settled(proposal, entry.answers.get(field) == YES) if field and proposal else None


def _settle(uow: UnitOfWork, context: CaseContext, case: CaseHeader, settled: _Settled, entry: Entry) -> None:
    plan, proposal = context.plan, settled.proposal
    if people := _excluded(plan, proposal):
        is_out = settled.is_agreed == (_exclusion(plan, proposal) is Exclusion.OUT)
        if is_out:
            _exclude(uow, context, case, people, None)
        else:
            _let_back(uow, context, case, people, is_agreed=settled.is_agreed)
    elif settled.is_agreed and plan.records[proposal.record].effect is Effect.TAKES_OVER:
        _take_over(uow, plan, case, proposal, entry)


def _excluded(plan: Plan, entry: Entry) -> tuple[PersonId, ...]:
    answer = entry.answers.get(plan.records[entry.record].id_of(Meaning.EXCLUDED), ())
    return tuple(map(UUID, (answer,) if isinstance(answer, str) else answer))


def _exclusion(plan: Plan, entry: Entry) -> Exclusion:
    """What is proposed: that they are out, unless the form asks and was answered otherwise."""
    field = plan.records[entry.record].id_of(Meaning.EXCLUSION)
    return Exclusion(str(entry.answers.get(field) or Exclusion.OUT))


def _exclude(
    uow: UnitOfWork, context: CaseContext, case: CaseHeader, people: Collection[PersonId], until: date | None
) -> None:
    for one in _about_the_pupil(uow, context, case):
        uow.cases.add_parts(one.id, people, EXCLUDED, until)
        now = uow.cases.get(one.id)
        staff = [*uow.staff.of_school(one.school), *map(uow.staff.get, people)]
        uow.outbox.withdraw(one.id, [person.id for person in staff if is_kept_from(person, now, plan_of(uow, now))])
    uow.emit(StaffChanged(case.school, _with_deputies(uow, case, people)))


def _let_back(
    uow: UnitOfWork, context: CaseContext, case: CaseHeader, people: Collection[PersonId], *, is_agreed: bool
) -> None:
    """Let them back. Who does not agree with a proposal ends just that: two may have agreed before to keep them out."""
    for one in _about_the_pupil(uow, context, case):
        uow.cases.end_parts(one.id, [EXCLUDED], people, for_now=not is_agreed)
    uow.emit(StaffChanged(case.school, _with_deputies(uow, case, people)))


def _with_deputies(uow: UnitOfWork, case: CaseHeader, people: Collection[PersonId]) -> frozenset[PersonId]:
    staff = uow.staff.of_school(case.school)
    return frozenset(people) | {one.id for one in staff if not one.acts_for(case.school).isdisjoint(people)}


def _about_the_pupil(uow: UnitOfWork, context: CaseContext, case: CaseHeader) -> list[CaseHeader]:
    """The case, what was merged with it, and the other cases about this pupil, but for those that were told apart."""
    found = [one for one in uow.cases.find_by_pupil(case.school, context.pupil) if one.id != case.id]
    apart = told_apart(context)
    about = [
        one
        for one in found
        if same_name(context.pupil, uow.cases.pupil(one.id))
        if one.code not in apart and case.code not in told_apart(case_context(uow, context.person, one))
    ]
    return list({one.id: one for each in (case, *about) for one in _family(uow, each)}.values())


def _family(uow: UnitOfWork, case: CaseHeader) -> Iterator[CaseHeader]:
    while case.joined_to is not None:
        case = uow.cases.get(case.joined_to)
    yield case
    waiting: list[CaseId] = [case.id]
    while waiting:
        for part in uow.cases.joined(waiting.pop()):
            yield part
            waiting.append(part.id)


def _take_over(uow: UnitOfWork, plan: Plan, case: CaseHeader, proposal: Entry, entry: Entry) -> None:
    record = plan.records[proposal.record]
    role = Role(str(proposal.answers[record.id_of(Meaning.ROLE)]))
    person = UUID(str(proposal.answers[record.id_of(Meaning.STAND_IN)]))
    uow.cases.end_parts(case.id, [role])
    uow.cases.add_parts(case.id, [person], role)
    readers = [one for one in staff_of(uow, case) if reads(one, case, plan)]
    escalate_to(uow, uow.cases.get(case.id), plan, readers)  # who has another role left reads on, at every step
    message = RoleTaken(case.code, role)
    uow.outbox.put(OutboxMessage(person, case.id, f"entry {entry.seq}", message), entry.written_at)


def _next_school_day(uow: UnitOfWork, case: CaseHeader, entry: Entry) -> date:
    calendar = calendar_of(uow.staff.school(case.school))
    today = calendar.local_day(entry.written_at)
    try:
        return calendar.next_school_day(today)
    except BeyondCalendar:
        return today


def _notice_empty_roles(uow: UnitOfWork, plan: Plan, before: CaseHeader, after: CaseHeader, entry: Entry) -> None:
    """Tell who can have a role taken over that nobody has in the case any more; of a school leader the cluster's."""
    for role in _roles_to_take_over(plan):
        if acting_as(uow, before, plan, [role]) and not acting_as(uow, after, plan, [role]):
            director = acting_as(uow, after, plan, [Role.CLUSTER_DIRECTOR])
            others = [person for person in staff_of(uow, after) if reads(person, after, plan)]
            people = director if role is Role.SCHOOL_LEADER else others
            message = RoleEmpty(after.code, plan.plan, plan.version, role)
            for person in people or others:
                outgoing = OutboxMessage(person.id, after.id, f"entry {entry.seq} {role}", message)
                uow.outbox.put(outgoing, entry.written_at)


def _roles_to_take_over(plan: Plan) -> list[Role]:
    field = plan.take_over.id_of(Meaning.ROLE) if plan.take_over else ""
    asked = plan.take_over.field(field) if plan.take_over and field else None
    return [Role(choice.id) for choice in asked.choices] if asked else []
