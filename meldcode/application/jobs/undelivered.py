"""Use case: a message could not be delivered, and somebody else must know (G2, G4, G5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from meldcode.application.jobs.reminders import IN_CHARGE
from meldcode.application.ports.outbox import URGENT, OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.ids import CaseId, PersonId


@dataclass(frozen=True)
class Undelivered:
    """The message that did not arrive with `to`. `moment` is the same for all that comes of one such message."""

    kind: str
    to: PersonId
    case: CaseId | None
    words: Mapping[str, str]
    moment: str


def report_undelivered(uow: UnitOfWork, lost: Undelivered, now: datetime) -> None:
    """Tell the others in charge of the case; when it was an alarm, whoever raised it too (G4), once for each alarm.

    When that reaches one of them neither, the rest hears of it under the same `moment`: each once, and no more.
    """
    if lost.case is not None:
        _tell_in_charge(uow, lost.case, lost, now)
    raised_by = lost.words.get("raised_by")
    if lost.kind in URGENT and raised_by:
        uow.outbox.put(OutboxMessage("alarm_undelivered", UUID(raised_by), lost.case, lost.words["raised_at"]), now)


def _tell_in_charge(uow: UnitOfWork, case: CaseId, lost: Undelivered, now: datetime) -> None:
    header = uow.cases.get(case)
    words = {"code": header.code, "moment": lost.moment}
    for person in uow.staff.of_school(header.school):
        if person.id != lost.to and person.roles_in(header.school) & {*IN_CHARGE}:
            uow.outbox.put(OutboxMessage("undelivered", person.id, case, lost.moment, words), now)
