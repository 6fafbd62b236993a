"""Use case: a message could not be delivered, so somebody else is notified (G2, G4, G5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from meldcode.application.case_people import acting_as, escalate_to, plan_of
from meldcode.application.jobs.audience import IN_CHARGE
from meldcode.application.messages.alarms import Alarm, AlarmInCase, AlarmUndelivered
from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import Undelivered
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.ids import CaseId, PersonId


@dataclass(frozen=True)
class LostMessage:
    """A message that could not be delivered to `to`. `payload` is None when this program cannot read it."""

    id: int
    to: PersonId
    case: CaseId | None
    payload: Payload | None


def report_undelivered(uow: UnitOfWork, lost: LostMessage, now: datetime) -> None:
    """Notify the others in charge of the case, and for an alarm also the person who raised it (G4).

    If a notification is undeliverable too, its own report has the same `moment`, so everybody gets it once at most.
    """
    if lost.case is not None:
        _notify_in_charge(uow, lost.case, lost, now)
    if isinstance(lost.payload, Alarm | AlarmInCase):
        moment = lost.payload.raised_at.isoformat()
        uow.outbox.put(OutboxMessage(lost.payload.raised_by, lost.case, moment, AlarmUndelivered()), now)


def _notify_in_charge(uow: UnitOfWork, case: CaseId, lost: LostMessage, now: datetime) -> None:
    header = uow.cases.get(case)
    moment = lost.payload.moment if isinstance(lost.payload, Undelivered) else f"message {lost.id}"
    plan = plan_of(uow, header)
    people = [person for person in acting_as(uow, header, plan, IN_CHARGE) if person.id != lost.to]
    escalate_to(uow, header, plan, people)
    for person in people:
        uow.outbox.put(OutboxMessage(person.id, case, moment, Undelivered(header.code, moment)), now)
