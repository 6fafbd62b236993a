"""Use cases of immediate danger (G4): one click alerts the care coordinators and the school leader, holidays or not.

The alert names who raised the alarm, their groups and the place, and nothing of a pupil. From a case it is an entry of
its logbook too. Everybody who was alerted sees who goes there; so does the person who raised it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from meldcode.application.actor import Actor
from meldcode.application.case_context import case_context, readable_case
from meldcode.application.case_people import acting_as, call_in, plan_of
from meldcode.application.cases.alarms.trace import key_of
from meldcode.application.cases.alarms.view import AlarmView, alarm_view, schools_of, show_alerted, show_all
from meldcode.application.cases.append_entry import append_entry
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import NOTHING, Permission, acting_role, in_school, may, relation_to
from meldcode.domain.alarm import (
    AT_ONCE,
    ESCALATIONS,
    PLACE_LENGTH,
    SAME_ALARM,
    WITHOUT_CONTENT,
    Alarm,
    AlarmId,
    Answer,
    Response,
    due_after,
)
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Entry
from meldcode.domain.errors import Refused
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person


@dataclass(frozen=True)
class RaiseAlarm:
    """Somebody clicked "Acuut gevaar", in a case (`case`) or elsewhere. `request` is this one click."""

    request: str
    case: str = ""


def raise_alarm(uow: UnitOfWork, actor: Actor, command: RaiseAlarm, now: datetime) -> AlarmView:
    """Alert at once (G4). Presses of one person within a minute are one alarm.

    So is one right after a false alarm, but for the first: somebody who goes on and on holds up no colleague's alarm.
    """
    person = actor.person
    case = readable_case(uow, person, command.case) if command.case else None
    latest = uow.alarms.latest(person.id)
    is_repeat = not uow.processed_requests.claim(command.request, now)
    is_recent = latest is not None and abs(now - latest.raised_at) < SAME_ALARM
    if latest and (is_repeat or (latest.is_open and is_recent)):
        return alarm_view(uow, latest, person.id)
    if latest and is_recent and uow.alarms.count(person.id, now - SAME_ALARM) >= AT_ONCE:
        return _taken_up_again(uow, latest, now)
    alarm = Alarm(person.id, now, case.id if case else None, due=due_after(0, now))
    people = _record_in_case(uow, person, case, now) if case else _first_alerted(uow, person)
    # With nobody to alert, the next level is due already.
    alarm = alarm if people else Alarm(person.id, now, alarm.case, due=now)
    uow.alarms.add(alarm)
    alarm = uow.alarms.alert(alarm, [one.id for one in people], 0)
    if case is None:
        show_alerted(uow, alarm, now, alerts=0)
    return alarm_view(uow, alarm, person.id)


def _taken_up_again(uow: UnitOfWork, alarm: Alarm, now: datetime) -> AlarmView:
    """It was no false alarm: what everybody has on their screen says so, and unanswered it comes again."""
    alarm = uow.alarms.take_up(alarm)
    show_all(uow, alarm, now)
    return alarm_view(uow, alarm, alarm.raised_by)


def _first_alerted(uow: UnitOfWork, person: Person) -> list[Person]:
    plan = uow.plans.current()
    schools = [school for school in person.memberships if may(Permission.RAISE_ALARM, in_school(person, school), plan)]
    return holders(uow, schools, ESCALATIONS[0].roles, person.id)


def alerted_next(uow: UnitOfWork, alarm: Alarm) -> list[Person]:
    """Return who an alarm reaches at its level. An alarm from a case reaches nobody who is excluded from it (G12).

    Who is told what it is about may read the case from then on (G3).
    """
    roles = ESCALATIONS[alarm.level].roles
    if alarm.case is None:
        return holders(uow, schools_of(uow, alarm), roles, alarm.raised_by)
    case = uow.cases.get(alarm.case)
    plan = plan_of(uow, case)
    people = [person for person in acting_as(uow, case, plan, roles) if person.id != alarm.raised_by]
    if alarm.level < WITHOUT_CONTENT:
        call_in(uow, case, plan, people)
    return people


def holders(
    uow: UnitOfWork, schools: Collection[SchoolId], roles: Collection[Role], raised_by: PersonId
) -> list[Person]:
    """Return who has one of the roles in one of the schools today, deputies too, except who raised the alarm."""
    found = {
        person.id: person
        for school in schools
        for person in uow.staff.of_school(school)
        if person.roles_in(school) & set(roles) and person.id != raised_by
    }
    return list(found.values())


def _record_in_case(uow: UnitOfWork, person: Person, case: CaseHeader, now: datetime) -> list[Person]:
    """Write it in the logbook, which notifies who the plan names."""
    context = case_context(uow, person, case)
    record = context.plan.record_with(Effect.ALARMS)
    role = acting_role(record, context.relation)
    if role is None:
        raise Refused("role_may_not", roles=record.by, named=context.plan.full_names, rule="G1")
    entry = Entry(context.stored.version + 1, record.id, person.id, role, now)
    _, notified = append_entry(uow, context, entry, key_of(AlarmId(person.id, now)))
    return [one for one in notified.people if one.id != person.id]


def say_where(uow: UnitOfWork, actor: Actor, alarm: AlarmId, place: str, now: datetime) -> AlarmView:
    """Tell who were alerted where to go. Raises Refused for anybody but who raised the alarm."""
    person, found = _find(uow, actor, alarm)
    if person.id != found.raised_by:
        raise Refused("unknown_action")
    place = place.strip()[:PLACE_LENGTH]
    if found.is_open and place not in ("", found.place):
        found = uow.alarms.set_place(found, place)
        show_alerted(uow, found, now)
    return alarm_view(uow, found, person.id)


def answer_alarm(uow: UnitOfWork, actor: Actor, alarm: AlarmId, response: Response, now: datetime) -> None:
    """Let everybody see what somebody who was alerted does; the alarm then escalates no further. Raises Refused."""
    person, found = _find(uow, actor, alarm)
    if person.id == found.raised_by or not _may_see(uow, person, found):
        raise Refused("unknown_action")
    if found.is_open and (person.id, response) not in {(one.person, one.response) for one in found.answers}:
        show_all(uow, uow.alarms.answer(found, Answer(person.id, response, now)), now)


def end_alarm(uow: UnitOfWork, actor: Actor, alarm: AlarmId, now: datetime) -> AlarmView:
    """Take back a false alarm; who did so and when stays with it. Raises Refused for who has no part in it."""
    person, found = _find(uow, actor, alarm)
    if person.id != found.raised_by and not _may_see(uow, person, found):
        raise Refused("unknown_action")
    if found.is_open:
        found = uow.alarms.end(found, person.id, now)
        show_all(uow, found, now)
    return alarm_view(uow, found, person.id)


def alarm_of(uow: UnitOfWork, actor: Actor, alarm: AlarmId) -> Alarm:
    """Return the alarm to who raised it or may answer it, for as long as it is open. Raises Refused to others."""
    person, found = _find(uow, actor, alarm)
    if not found.is_open:
        raise Refused("alarm_gone")
    if person.id != found.raised_by and not _may_see(uow, person, found):
        raise Refused("unknown_action")
    return found


def who_raised(uow: UnitOfWork, actor: Actor, raised_by: PersonId) -> Person:
    """Return who raised an alarm, to those who are alerted in a school of theirs. Raises Refused to others (G3).

    For messages that were sent before these named who it was.
    """
    reader = actor.person
    try:
        raiser = uow.staff.get(raised_by)
    except KeyError as error:
        raise Refused("unknown_action") from error
    if not _sees_alarms(uow, reader, reader.memberships.keys() & raiser.memberships.keys()):
        raise Refused("unknown_action")
    return raiser


def _find(uow: UnitOfWork, actor: Actor, alarm: AlarmId) -> tuple[Person, Alarm]:
    found = uow.alarms.find_to_change(alarm)
    if found is None:
        raise Refused("alarm_gone")
    return actor.person, found


def _may_see(uow: UnitOfWork, person: Person, alarm: Alarm) -> bool:
    """Whether somebody may answer: who was alerted and still works there, and who may see every alarm there."""
    schools = schools_of(uow, alarm)
    if alarm.case is not None and relation_to(person, uow.cases.get(alarm.case)) == NOTHING:
        return False
    works_there = any(person.roles_in(school) for school in schools)
    return works_there and (alarm.has_alerted(person.id) or _sees_alarms(uow, person, schools))


def _sees_alarms(uow: UnitOfWork, person: Person, schools: Collection[SchoolId]) -> bool:
    plan = uow.plans.current()
    return any(may(Permission.SEE_ALARM, in_school(person, school), plan) for school in schools)
