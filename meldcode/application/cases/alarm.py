"""Use cases of immediate danger (G4): one click alerts the care coordinators and the school leader, holidays or not.

The alert names no pupil and nobody else. From a case it is an entry of its logbook, and whoever may read it opens it.
From elsewhere it says only that somebody raised it; who that was is shown after an access check.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from meldcode.application import messages
from meldcode.application.actor import Actor
from meldcode.application.case_context import case_context, readable_case
from meldcode.application.cases.append_entry import append_entry
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access import ALERTED, Permission, acting_role, in_school, may
from meldcode.domain.case.state import Entry
from meldcode.domain.errors import Refused
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.model import Effect
from meldcode.domain.staff import Person


@dataclass(frozen=True)
class Alarm:
    """Somebody clicked "Acuut gevaar", in a case (`case`) or elsewhere. `key` is where, `request` this one click."""

    key: str
    request: str
    case: str = ""


@dataclass(frozen=True)
class AlarmRaised:
    """Who were alerted; nobody when the school has given nobody the roles."""

    people: tuple[Person, ...]


def raise_alarm(uow: UnitOfWork, actor: Actor, alarm: Alarm, now: datetime) -> AlarmRaised:
    """Alert the people in charge at once (G4). The same click twice is one alarm.

    A message or Home tab stays visible for weeks, so the same button a minute later is another alarm.
    """
    person = actor.person
    alarm = replace(alarm, key=f"{alarm.key}/{now:%Y%m%d%H%M}")
    is_new = uow.processed_requests.claim(alarm.request, now)
    if alarm.case:
        return _in_case(uow, person, alarm, now, is_new=is_new)
    plan = uow.plans.current()
    schools = [school for school in person.memberships if may(Permission.RAISE_ALARM, in_school(person, school), plan)]
    people = [colleague for school in schools for colleague in _alerted(uow, school, person)]
    for colleague in people if is_new else ():
        uow.outbox.put(OutboxMessage(colleague.id, None, alarm.key[-100:], messages.Alarm(person.id, now)), now)
    return AlarmRaised(tuple(people))


def who_raised(uow: UnitOfWork, actor: Actor, raised_by: PersonId) -> Person:
    """Return who raised an alarm, to those who were alerted. Raises Refused for anybody else (G3)."""
    reader = actor.person
    try:
        raiser = uow.staff.get(raised_by)
    except KeyError as error:
        raise Refused("unknown_action") from error
    shared = reader.memberships.keys() & raiser.memberships.keys()
    plan = uow.plans.current()
    if not any(may(Permission.SEE_ALARM, in_school(reader, school), plan) for school in shared):
        raise Refused("unknown_action")
    return raiser


def _in_case(uow: UnitOfWork, person: Person, alarm: Alarm, now: datetime, *, is_new: bool) -> AlarmRaised:
    context = case_context(uow, person, readable_case(uow, person, alarm.case))
    people = tuple(_alerted(uow, context.school, person))
    if not is_new or uow.cases.find_submission(alarm.key):
        return AlarmRaised(people)
    record = context.plan.record_with(Effect.ALARMS)
    role = acting_role(record, context.relation)
    if role is None:
        raise Refused("role_may_not", roles=record.by, rule="G1")
    entry = Entry(context.stored.version + 1, record.id, person.id, role, now)
    append_entry(uow, context, entry, alarm.key)
    return AlarmRaised(people)


def _alerted(uow: UnitOfWork, school: SchoolId, person: Person) -> list[Person]:
    staff = uow.staff.of_school(school)
    return [other for other in staff if other.roles_in(school) & set(ALERTED) and other.id != person.id]
