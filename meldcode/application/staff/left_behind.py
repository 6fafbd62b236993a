"""Cases left behind (G5): without a holder of a role that they wait for, or without who was responsible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from meldcode.application.case_people import acting_as, escalate_to, plan_of, staff_of
from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import CaseWithoutHolder, CaseWithoutResponsible
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.responsible import responsible_for
from meldcode.domain.access.rules import ALERTED, may_be_responsible, relation_to
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.asked import to_act
from meldcode.domain.case.fold import fold
from meldcode.domain.case.header import CaseHeader, some
from meldcode.domain.deadlines.schedule import open_moment
from meldcode.domain.ids import CaseId, PersonId
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person

AT_ONCE = 20


def notice_left_behind(
    uow: UnitOfWork, after: CaseId | None, now: datetime, *, trouble: Callable[[Exception], object]
) -> CaseId | None:
    """Look at the next few open cases after this one. Return the last of them; None when there are no more.

    Once a week for a case, the people in charge are notified until it is handed over or the role is given. A case that
    cannot be read does not stop the others: its error goes to `trouble`.
    """
    looked_at = None
    for case in some(uow.cases.open_after(after, AT_ONCE)):
        looked_at = case.id
        try:
            _notice_without_holder(uow, case, now)
            _notice_without_responsible(uow, case, now)
        except Exception as error:
            trouble(error)
    return looked_at


def notice_without_responsible(uow: UnitOfWork, person: PersonId, now: datetime) -> None:
    """Report the cases of which somebody was responsible who may not be any more (G5)."""
    for case in uow.cases.of_responsible(person):
        _notice_without_responsible(uow, case, now)


def _notice_without_holder(uow: UnitOfWork, case: CaseHeader, now: datetime) -> None:
    """Notify the people in charge of a case whose teacher is gone, or that waits for roles nobody has (G5)."""
    plan = plan_of(uow, case)
    if missing := tuple(_roles_without_holder(uow, case, plan)):
        payload = CaseWithoutHolder(case.code, missing, case.plan, case.plan_version)
        _notify_weekly(uow, case, acting_as(uow, case, plan, ALERTED), payload, now)


def _notice_without_responsible(uow: UnitOfWork, case: CaseHeader, now: datetime) -> None:
    """Notify those who may take over a case whose responsible person lost the account or the role (G5)."""
    staff, plan = staff_of(uow, case), plan_of(uow, case)
    if case.responsible and responsible_for(case, plan, staff) is None:
        able = [person for person in staff if may_be_responsible(relation_to(person, case), plan)]
        told = able or acting_as(uow, case, plan, ALERTED)
        _notify_weekly(uow, case, told, CaseWithoutResponsible(case.code), now, str(case.responsible))


def _notify_weekly(
    uow: UnitOfWork, case: CaseHeader, people: list[Person], payload: Payload, now: datetime, about: str = ""
) -> None:
    """Notify them once a week of school, and call them in (G3); `about` tells two such messages of one week apart."""
    escalate_to(uow, case, plan_of(uow, case), people)
    due = open_moment(uow.staff.school(case.school), now)
    year, week, _ = due.astimezone(AMSTERDAM).isocalendar()
    for person in people:
        uow.outbox.put(OutboxMessage(person.id, case.id, f"{year}-W{week:02}{about}", payload), now, due)


def _roles_without_holder(uow: UnitOfWork, case: CaseHeader, plan: Plan) -> Iterator[Role]:
    if not acting_as(uow, case, plan, (Role.TEACHER,)):
        yield Role.TEACHER
    waited_for = set(to_act(plan, fold(plan, uow.cases.contents(case.id).entries))) - {Role.TEACHER}
    if waited_for and not acting_as(uow, case, plan, waited_for):
        yield from sorted(waited_for)
