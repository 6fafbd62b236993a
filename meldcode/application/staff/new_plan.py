"""Use case: the school leaders are told once that new cases begin under another plan, or a new version of it."""

from __future__ import annotations

from datetime import datetime

from meldcode.application.messages.staff import NewPlan
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.deadlines.schedule import open_moment
from meldcode.domain.plan.roles import Role


def tell_of_new_plan(uow: UnitOfWork, now: datetime) -> None:
    """Tell the leaders of all schools, in school hours, if the plan for new cases is another than at the last start."""
    change, plan = uow.plans.choose(), uow.plans.current()
    if change is None:
        return
    for school in uow.staff.schools():
        payload = NewPlan(school.id, plan.plan, plan.version)
        for person in uow.staff.of_school(school.id):
            if Role.SCHOOL_LEADER in person.roles_in(school.id):
                message = OutboxMessage(person.id, None, f"{school.id}/plan/{change}", payload)
                uow.outbox.put(message, now, open_moment(school, now))
