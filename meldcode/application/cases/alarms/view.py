"""An alarm as its readers see it, and the messages that show it to them (G4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from meldcode.application.case_people import plan_of
from meldcode.application.messages import alarms
from meldcode.application.ports.outbox import OutboxMessage, Placing
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import Permission, in_school, may, relation_to
from meldcode.domain.alarm import WITHOUT_CONTENT, Alarm, Answer, Response
from meldcode.domain.case.state import Status
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person, School


@dataclass(frozen=True)
class AlarmView:
    """An alarm, with who raised it, who were alerted, and the names of all who play a part.

    `code` is the case's, for a reader who may open it; `words` are what the plan says of an alarm in a case.
    `fast_lane` is the plan's record of who called 112 or Veilig Thuis, for a reader who may make it in this case (G8).
    """

    alarm: Alarm
    raiser: Person
    plan: Plan
    schools: tuple[School, ...]
    people: tuple[Person, ...]
    names: Mapping[PersonId, str]
    code: str = ""
    words: str = ""
    fast_lane: ActionSpec | None = None

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of who raised it."""
        memberships = [self.raiser.memberships.get(school.id) for school in self.schools]
        return tuple(group for membership in memberships if membership for group in membership.groups)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles of who raised it."""
        return tuple(sorted({role for school in self.schools for role in self.raiser.roles_in(school.id)}))


def schools_of(uow: UnitOfWork, alarm: Alarm) -> list[SchoolId]:
    """Return the schools that the alarm is about: the case's, or else all of who raised it."""
    return [uow.cases.get(alarm.case).school] if alarm.case else list(uow.staff.get(alarm.raised_by).memberships)


def alarm_view(uow: UnitOfWork, alarm: Alarm, reader: PersonId) -> AlarmView:
    """Return the alarm as this person sees it."""
    alerted = {alert.person: None for alert in alarm.alerts if alert.level < WITHOUT_CONTENT}
    people = {person: uow.staff.get(person) for person in {**alerted, reader: None, alarm.raised_by: None}}
    others = [answer.person for answer in alarm.answers] + ([alarm.ended_by] if alarm.ended_by else [])
    people |= {person: uow.staff.get(person) for person in others if person not in people}
    schools = tuple(uow.staff.school(school) for school in schools_of(uow, alarm))
    code, words, fast_lane = _case(uow, alarm, people[reader])
    return AlarmView(
        alarm,
        people[alarm.raised_by],
        uow.plans.current(),
        schools,
        tuple(people[person] for person in alerted),
        {id_: person.name for id_, person in people.items()},
        code,
        words,
        fast_lane,
    )


def _case(uow: UnitOfWork, alarm: Alarm, reader: Person) -> tuple[str, str, ActionSpec | None]:
    if alarm.case is None:
        return "", "", _fast_lane_of_schools(uow, alarm, reader)
    case = uow.cases.get(alarm.case)
    plan = plan_of(uow, case)
    words = next((rule.text for rule in plan.record_with(Effect.ALARMS).tell if rule.text), "")
    relation, fast = relation_to(reader, case), plan.fast_lane
    may_call = case.status is Status.OPEN and may(Permission.RECORD, relation, plan, fast)
    return case.code if may(Permission.READ, relation, plan) else "", words, fast if may_call else None


def _fast_lane_of_schools(uow: UnitOfWork, alarm: Alarm, reader: Person) -> ActionSpec | None:
    """What a reader may record of an alarm that is about no case yet."""
    plan = uow.plans.current()
    relations = [in_school(reader, school) for school in schools_of(uow, alarm)]
    may_call = any(may(Permission.RECORD, relation, plan, plan.fast_lane) for relation in relations)
    return plan.fast_lane if may_call else None


def current_alarm(uow: UnitOfWork, message: alarms.AboutAlarm, reader: PersonId) -> AlarmView | None:
    """Return the alarm of a message as it is now; None when it is gone."""
    alarm = uow.alarms.find(message.alarm)
    return alarm_view(uow, alarm, reader) if alarm else None


def show_alerted(uow: UnitOfWork, alarm: Alarm, now: datetime, alerts: int | None = None) -> None:
    """Show everybody who was alerted the alarm as it is now, each in the messages that they have of it.

    Those of the level that it `alerts` now get a new one.
    """
    about = (alarm.raised_by, alarm.raised_at)
    for alert in alarm.alerts:
        with_content = alert.level < WITHOUT_CONTENT
        payload = alarms.Alarm(*about) if with_content else alarms.AlarmUnanswered(*about)
        _show(uow, alarm, alert.person, payload, alert.level, now, is_new=alert.level == alerts)


def show_raiser(uow: UnitOfWork, alarm: Alarm, now: datetime) -> None:
    """Tell who raised the alarm how it stands, in one message that is kept up to date."""
    _show(uow, alarm, alarm.raised_by, alarms.AlarmStatus(alarm.raised_by, alarm.raised_at), 0, now)


def show_all(uow: UnitOfWork, alarm: Alarm, now: datetime) -> None:
    """Show everybody who has messages of the alarm how it is now."""
    show_alerted(uow, alarm, now)
    show_raiser(uow, alarm, now)


def answer_by_record(uow: UnitOfWork, person: PersonId, case: CaseId, now: datetime) -> None:
    """Stop the alarms of a case in which somebody recorded that 112 or Veilig Thuis was called (G4, G8)."""
    for alarm in uow.alarms.unanswered_in(case):
        show_all(uow, uow.alarms.answer(alarm, Answer(person, Response.RECORDED, now)), now)


def _show(
    uow: UnitOfWork,
    alarm: Alarm,
    to: PersonId,
    payload: alarms.AboutAlarm,
    level: int,
    now: datetime,
    *,
    is_new: bool = False,
) -> None:
    """Send it, unless one is still to be sent: that shows the alarm as it is then."""
    key = payload.key(level)
    if not uow.outbox.is_waiting(to, key):
        placing = Placing.NEW if is_new else Placing.IN_PLACE
        uow.outbox.put(OutboxMessage(to, alarm.case, f"{key} {alarm.version}", payload, key, placing), now)
