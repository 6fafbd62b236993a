"""Faults that are put into the program on purpose, each of which a year must show: tests of the simulator itself.

python -m tests.year --tiny --broken a-day-late --seeds 50
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

from sqlalchemy import update

from handlers.platform import send_message
from handlers.views.messages.reminders import render_reminders
from meldcode.application.cases.telling import recipients
from meldcode.application.jobs.audience import Audience
from meldcode.application.jobs.reminders import earliest_delivery
from meldcode.application.messages.reminders import UrgentReminder
from meldcode.domain import presence
from meldcode.domain.calendar import SchoolCalendar
from meldcode.domain.case.appointments import AppointmentState
from meldcode.domain.case.fold import fold
from meldcode.domain.deadlines import reminders, schedule
from meldcode.domain.deadlines.appointments import appointment_reminders
from meldcode.domain.plan.roles import Role
from storage.db.schema import outbox
from storage.repositories import retention
from storage.repositories.cases import StoredCases
from storage.repositories.drafts import StoredDrafts
from storage.repositories.messages.send_queue import SendQueue
from storage.repositories.people.loader import PeopleLoader
from storage.repositories.worklists.stored import StoredWorklists
from tests.year.drawn.schools import PUPILS

_pending, _levels_of, _deadline = reminders.pending, reminders.levels_of, reminders.deadline
_mark_sent = SendQueue.mark_sent
_append: Any = StoredCases.append
_by_rules: Any = recipients._by_rules
_post: Any = send_message.post_message
_asked: Any = Audience._asked
_turns = count(1)
_standing_in = PeopleLoader._standing_in
_claim = SendQueue.claim
_drafts_of, _draft_row = StoredDrafts.of, StoredDrafts._row
_pressing, _urgent_reminders = schedule.pressing, reminders.urgent_reminders
_appointment_reminders, _urgently = appointment_reminders, Audience._urgently
_appointment_count, _step_counts = StoredWorklists.appointment_count, StoredWorklists.step_counts
_STARTED: dict[int, object] = {}


def _first_role_only(audience: Any, due: Any) -> Any:
    return _asked(audience, replace(due, roles=due.roles[:1] if due.level > 1 else due.roles))


def _no_notice(*given: Any) -> Any:
    kept = [due for due in _pending(*given) if due.kind is not reminders.ReminderKind.VACATION]
    return kept or _pending(*given)[-1:]


def _first_level_only(remind: Any) -> Any:
    return iter([*_levels_of([level.model_copy(update={"every": None}) for level in remind[:1]])])


def _a_day_late(step: Any, since: datetime, calendar: SchoolCalendar) -> Any:
    day = _deadline(step, since, calendar)
    return calendar.next_school_day(day) if day else day


def _not_all_marked(queue: SendQueue, sent: dict[int, Any], now: datetime) -> None:
    _mark_sent(queue, {id_: one for id_, one in sent.items() if id_ % 7}, now)


def _to_all(_presence: Any, circles: Any) -> Any:
    return [presence.Reached(one) for one in next(filter(None, circles), ())]


def _one_entry_behind(plan: Any, entries: Any) -> Any:
    known = [*entries]
    return fold(plan, known[:-1] or known)


def _without_texts(cases: Any, case: Any, new: Any) -> Any:
    is_lost = next(_turns) % 11 == 0
    return _append(cases, case, replace(new, entry=replace(new.entry, answers={})) if is_lost else new)


def _a_day_longer(people: Any, ids: Any) -> Any:
    """Whoever stood in yesterday still does."""
    today, found = people._today, _standing_in(people, ids)
    people._today = today - timedelta(days=1)
    for key, replaced in _standing_in(people, ids).items():
        found.setdefault(key, set()).update(replaced)
    people._today = today
    return found


def _again_after_a_start(queue: SendQueue, claimed_at: datetime, *more: Any, **named: Any) -> Any:
    """A process that starts sends again what was sent in the last hours."""
    engine = queue._connection.engine
    if id(engine) not in _STARTED:
        _STARTED[id(engine)] = engine
        late = (outbox.c.state == "sent", outbox.c.sent_at > claimed_at - timedelta(hours=12))
        queue._connection.execute(update(outbox).where(*late).values(state="pending", due_at=claimed_at))
    return _claim(queue, claimed_at, *more, **named)


def _set_aside(queue: SendQueue, claimed: Any, _due: datetime, code: str) -> None:
    queue.set_aside(claimed, code)


async def _named(client: Any, user: str, said: Any, *more: Any) -> Any:
    words, blocks = said
    return await _post(client, user, (f"{words} Over {PUPILS}.", blocks), *more)


async def _logged(*given: Any) -> Any:
    logging.getLogger("meldwijzer.outbox").warning("sent to the teachers of %s", PUPILS)
    return await _post(*given)


def _told_by_chance(*given: Any) -> Any:
    return _by_rules(*given) if next(_turns) % 3 else ({}, (), ())


def _still_pressing(plan: Any, state: Any, now: datetime) -> Iterator[Any]:
    """Also what somebody has agreed with."""
    yield from _pressing(plan, state, now)
    for record in plan.always:
        done = state.standing.get(record.id) if record.agrees_with else None
        if done and record.urgent and (asked := state.standing.get(record.agrees_with)):
            yield schedule.Pressing(record.id, asked.written_at, record.urgent)


def _urgent_once(*given: Any) -> Any:
    return (due for due in _urgent_reminders(*given) if "/urgent-1/" in due.reminder_id)


def _urgent_too_often(urgent: Any, *given: Any) -> Any:
    return _urgent_reminders(urgent.model_copy(update={"every_minutes": 25}), *given)


def _urgent_at_school(uow: Any, payload: Any, case: Any, now: datetime) -> datetime:
    """In school hours only, as all other reminders."""
    opens = schedule.open_moment(uow.staff.school(uow.cases.get(case).school), now) if case else now
    return opens if isinstance(payload, UrgentReminder) else earliest_delivery(uow, payload, case, now)


def _urgent_to_all(audience: Any, _roles: Any) -> Any:
    return _urgently(audience, [*Role])


def _first_role_urgently(audience: Any, roles: Any) -> Any:
    return _urgently(audience, roles[:1])


def _all_appointments(every: Any) -> Any:
    return iter([replace(one, state=AppointmentState.OPEN) for one in every])


def _appointment_to_another(*given: Any) -> Any:
    found = _appointment_reminders(*given)
    return [replace(due, parties=(), roles=(Role.SCHOOL_LEADER,)) for due in found]


def _never_late(*given: Any, **named: Any) -> Any:
    return [replace(counted, overdue=0) for counted in _step_counts(*given, **named)]


def _also_new_cases(worklists: Any, school: Any, today: Any, hidden: Any = (), opened_before: Any = None) -> Any:
    return _step_counts(worklists, school, today, hidden)


def _all_new_appointments(worklists: Any, school: Any, late: Any, hidden: Any = (), opened_before: Any = None) -> Any:
    return _appointment_count(worklists, school, late, hidden)


def _drafts_of_all(drafts: StoredDrafts, _author: Any, now: datetime) -> list[Any]:
    return [draft for author in drafts.authors(now) for draft in _drafts_of(drafts, author, now)]


def _draft_of_anybody(drafts: StoredDrafts, key: str, _author: Any, now: datetime) -> Any:
    return next((row for author in drafts.authors(now) if (row := _draft_row(drafts, key, author, now))), None)


BROKEN: dict[str, dict[str, Any]] = {
    "no-vacation-notice": {"meldcode.domain.deadlines.schedule.pending": _no_notice},
    "no-second-level": {"meldcode.domain.deadlines.reminders.levels_of": _first_level_only},
    "a-role-passed-over": {"meldcode.application.jobs.audience.Audience._asked": _first_role_only},
    "a-day-late": {"meldcode.domain.deadlines.reminders.deadline": _a_day_late},
    "sent-again": {"storage.repositories.messages.send_queue.SendQueue.mark_sent": _not_all_marked},
    "reminded-on-a-day-off": {"meldcode.domain.presence.Presence.reach": _to_all},
    "reminded-of-what-is-done": {"meldcode.application.jobs.reminders.fold": _one_entry_behind},
    "text-lost": {"storage.repositories.cases.StoredCases.append": _without_texts},
    "draft-kept": {"storage.repositories.drafts.StoredDrafts.delete_expired": lambda *_: 0},
    "pupil-named": {"bot.outbox.relay.post_message": _named},
    "pupil-logged": {"bot.outbox.relay.post_message": _logged},
    "all-teachers-told": {"meldcode.domain.access.rules.holds_own": lambda _relation, _plan: True},
    "not-told": {"meldcode.application.cases.telling.recipients._by_rules": _told_by_chance},
    "answers-lead-nowhere": {"meldcode.domain.case.fold._lead": lambda _plan, state, _record, _entry: state},
    "no-next-moment": {"meldcode.application.jobs.reminders.next_moment": lambda *_: None},
    "one-case-of-several": {"bot.outbox.content.render_reminders": lambda several: render_reminders(several[:1])},
    "lost-when-slack-is-away": {"storage.repositories.messages.send_queue.SendQueue.retry": _set_aside},
    "doubled-after-a-start": {"storage.repositories.messages.send_queue.SendQueue.claim": _again_after_a_start},
    "deputy-a-day-too-long": {"storage.repositories.people.loader.PeopleLoader._standing_in": _a_day_longer},
    "excluded-in-the-counts": {"meldcode.application.jobs.reminders.hidden_from": lambda *_: frozenset()},
    "exclusion-forgotten": {"meldcode.application.cases.parts._exclude": lambda *_: None},
    "alarm-forgotten": {"meldcode.application.cases.alarms.alarm.due_after": lambda *_: None},
    "alarm-goes-on": {"storage.repositories.alarms.StoredAlarms.answer": lambda _alarms, alarm, _answer: alarm},
    "kept-for-good": {"storage.repositories.retention.StoredRetentionJobs.destroy": lambda *_: None},
    "key-kept": {"storage.repositories.retention.CONTENT": retention.CONTENT[1:]},
    "reminders-forgotten": {"storage.repositories.cases.StoredCases.sent_reminders": lambda _cases, _case: frozenset()},
    "urgent-once": {"meldcode.domain.deadlines.schedule.urgent_reminders": _urgent_once},
    "urgent-too-often": {"meldcode.domain.deadlines.schedule.urgent_reminders": _urgent_too_often},
    "urgent-goes-on": {
        "meldcode.domain.deadlines.schedule.pressing": _still_pressing,
        "meldcode.application.jobs.current.pressing": _still_pressing,
    },
    "urgent-at-school-only": {"bot.outbox.content.earliest_delivery": _urgent_at_school},
    "claims-not-kept": {"bot.outbox.relay.LEASE": timedelta(0)},
    "urgent-to-all": {"meldcode.application.jobs.audience.Audience._urgently": _urgent_to_all},
    "urgent-to-one-role": {"meldcode.application.jobs.audience.Audience._urgently": _first_role_urgently},
    "urgent-since-the-step": {"meldcode.domain.deadlines.schedule.urgent_since": lambda _plan, _state, began: began},
    "urgent-late-at-once": {"meldcode.domain.worklist.urgent_since": lambda _plan, _state, began: began},
    "week-forgotten": {"bot.scheduler.week_overview": lambda *_: None},
    "week-counts-new-cases": {"storage.repositories.worklists.stored.StoredWorklists.step_counts": _also_new_cases},
    "week-never-late": {"storage.repositories.worklists.stored.StoredWorklists.step_counts": _never_late},
    "week-halfway": {"storage.repositories.worklists.stored.StoredWorklists.appointment_count": _all_new_appointments},
    "appointment-forgotten": {"meldcode.domain.deadlines.schedule.appointment_reminders": lambda *_: ()},
    "appointment-to-another": {"meldcode.domain.deadlines.schedule.appointment_reminders": _appointment_to_another},
    "appointment-goes-on": {
        "meldcode.domain.deadlines.schedule.open_ones": _all_appointments,
        "meldcode.application.jobs.appointments.open_ones": _all_appointments,
    },
    "half-typed-lost": {"meldcode.application.cases.open_form._has_draft": lambda *_: False},
    "half-typed-shown-to-all": {
        "storage.repositories.drafts.StoredDrafts.of": _drafts_of_all,
        "storage.repositories.drafts.StoredDrafts._row": _draft_of_anybody,
    },
    "half-typed-not-thrown-away": {"storage.repositories.drafts.StoredDrafts.delete": lambda *_: None},
    "half-typed-kept-for-days": {"storage.repositories.drafts.KEPT_FOR": timedelta(days=4)},
    "faults-not-reported": {"bot.app.Program.is_healthy": lambda _program: True},
    "never-well-again": {"bot.jobs.component_log.ComponentLog.succeeded": lambda *_: None},
    "outage-not-reported": {"bot.jobs.component_log.GRACE": {"slack": 1e9}},
    "doctor-trusts-the-disk": {"bot.cli.doctor.findings._writing": lambda *_: ()},
    "doctor-asks-no-records": {"bot.cli.doctor.findings.component_complaints": lambda *_, **_named: ()},
    "doctor-knows-nobody": {"bot.cli.doctor.slack.people_findings": lambda *_: ()},
}


SHOWN_BY = {
    "claims-not-kept": ("second",),
    "lost-when-slack-is-away": ("refuses",),
    "doubled-after-a-start": ("restart", "kill"),
    "faults-not-reported": ("full", "clock"),
    "never-well-again": ("full",),
    "outage-not-reported": ("away", "offline"),
    "doctor-trusts-the-disk": ("full",),
    "doctor-asks-no-records": ("away", "revoked"),
    "doctor-knows-nobody": ("closed",),
}
"""What must go wrong in a year to show a fault; it is looked for in years in which nothing else does."""
LONGER = {"excluded-in-the-counts": 40}
"""The days of a year that shows a fault; the weeks that it needs are rare in a tiny one."""


@contextmanager
def broken(name: str) -> Iterator[None]:
    """Play with this fault in the program; with none if the name is empty."""
    with ExitStack() as stack:
        for place, wrong in BROKEN.get(name, {}).items():
            stack.enter_context(patch(place, wrong))
        yield
