"""Use case: prepare a talk, with what comes up in it, who holds it and what is not said (S3.4 to S3.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from meldcode.application.actor import Actor
from meldcode.application.case_context import case_context, readable_case
from meldcode.application.cases.view_case import may_record
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.case.asked import offered
from meldcode.domain.errors import Refused
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.model import Plan


@dataclass(frozen=True)
class Preparation:
    """What is shown before a talk. It holds nothing of the pupil, so that it can be printed."""

    code: str
    school: str
    plan: Plan
    record: ActionSpec


def prepare(uow: UnitOfWork, actor: Actor, code: str, record: str, _now: datetime) -> Preparation:
    """Return the preparation of a talk that can be held now. Raises Refused."""
    context = case_context(uow, actor.person, readable_case(uow, actor.person, code))
    spec = next((one for one in offered(context.plan, context.state) if one.id == record and one.prepare), None)
    if spec is None:
        raise Refused("not_now")
    if not may_record(context, spec):
        raise Refused("role_may_not", roles=spec.by, rule="G1")
    return Preparation(context.stored.code, uow.staff.school(context.school).name, context.plan, spec)
