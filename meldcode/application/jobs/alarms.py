"""Jobs of the clock for alarms (G4): alert again when nobody answers, and delete old ones."""

from __future__ import annotations

from datetime import datetime

from meldcode.application.cases.alarms.alarm import alerted_next
from meldcode.application.cases.alarms.view import show_alerted, show_raiser
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.alarm import KEPT_FOR


def escalate_next_alarm(uow: UnitOfWork, now: datetime) -> bool:
    """Escalate an alarm that nobody has answered in time; False when there is none. Waits for no school hours."""
    alarm = uow.alarms.claim_due(now)
    if alarm is None:
        return False
    alarm = uow.alarms.alert(alarm, [person.id for person in alerted_next(uow, alarm)], alarm.level)
    show_alerted(uow, alarm, now, alerts=alarm.level)
    show_raiser(uow, alarm, now)
    return True


def delete_old_alarms(uow: UnitOfWork, most: int, now: datetime) -> int:
    """Delete so many alarms of more than a week ago; one from a case stays as an entry of its logbook."""
    return uow.alarms.delete(now - KEPT_FOR, most)
