"""Use case of the clock: a stalled case pings the right roles (G2, G6), once and only while it stalls.

One tick, one transaction for a few cases:

1. cases whose moment has come are claimed from an indexed column; no other worker gets them;
2. each is folded anew: what was done meanwhile is not reminded of;
3. all that fell due, after downtime too, is one message to each person, the highest rung naming the roles;
4. what was reminded of is kept with the case, and the moment to look at it again; it cannot be put twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from meldcode.application.cases.readers import unusual_in
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access import ALERTED, holds_own, relation_to
from meldcode.domain.calendar import AMSTERDAM, DAY, BeyondCalendar
from meldcode.domain.case.header import CaseHeader, Contents
from meldcode.domain.case.state import State, Status, fold, needed, to_act
from meldcode.domain.deadlines.reminders import Reminder, ReminderKind, counts_from
from meldcode.domain.deadlines.schedule import RETRY, calendar_of, follow_ups, next_moment, open_moment, to_remind
from meldcode.domain.ids import CaseId, PersonId
from meldcode.domain.plan.model import Effect, Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person, School
from meldcode.domain.worklist import last_day

AFTER_TROUBLE = timedelta(hours=1)
QUIET = ("reminder", "without_holder")
"""Kinds of messages that do not come outside school hours."""
IN_CHARGE = ALERTED
"""Who hears of what can reach nobody else."""


def send_due_reminders(uow: UnitOfWork, now: datetime, limit: int, trouble: Callable[[Exception], object]) -> int:
    """Remind of what is due, and return how many cases were looked at; 0 when nothing is due any more.

    A case that cannot be read holds up no other: `trouble` hears of it, and it is looked at again in an hour.
    """
    cases = uow.cases.claim_due(now, limit)
    for case in cases:
        try:
            _remind_of(uow, case, now)
        except Exception as error:
            trouble(error)
            uow.cases.save_reminders(case.id, (), case.rungs, now + AFTER_TROUBLE, now)
    return len(cases)


def refreshed_reminder(uow: UnitOfWork, case: CaseId, words: Mapping[str, str], now: datetime) -> dict[str, str] | None:
    """Return the words of a reminder as they are now that it is sent, also for how long the case stands there.

    None when it should not be sent any more: what it asks was done or postponed, or its day is over.
    """
    header = uow.cases.get(case)
    if header.status is not Status.OPEN:
        return None
    plan = uow.plans.get(header.plan, header.plan_version)
    state = fold(plan, uow.cases.contents(case).entries)
    if _is_outdated(plan, state, words, now):
        return None
    how_long = _for_how_long(plan, state, uow.staff.school(header.school), now)
    return {**words, **_standing(header, plan, state), **how_long}


def _is_outdated(plan: Plan, state: State, words: Mapping[str, str], now: datetime) -> bool:
    if words["kind"] == ReminderKind.VACATION:
        return words["day"] <= now.astimezone(AMSTERDAM).date().isoformat()
    return words["kind"] == ReminderKind.RUNG and words["waiting"] != _waiting(plan, state)


def earliest_delivery(uow: UnitOfWork, kind: str, case: CaseId | None, now: datetime) -> datetime:
    """Return when a message may be sent: now, but a reminder not outside school hours (G2)."""
    if kind not in QUIET or case is None:
        return now
    return open_moment(uow.staff.school(uow.cases.get(case).school), now)


def week_overview(uow: UnitOfWork, now: datetime) -> None:
    """Send each school leader the counts of the cases with which the week began (G2): once a week, in school hours."""
    today = now.astimezone(AMSTERDAM).date()
    year, week, weekday = today.isocalendar()
    monday = datetime.combine(today - (weekday - 1) * DAY, time(), AMSTERDAM)
    for school in uow.staff.schools():
        opening = open_moment(school, monday)
        is_open = opening <= now and open_moment(school, now) <= now
        if not is_open:
            continue
        counts = uow.cases.step_counts(school.id, opening)
        before = monday.date() - 7 * DAY
        readers = {one.reader for one in unusual_in(uow, school.id, before)}
        if not counts and not readers:
            continue
        words = {f"{c.plan} {c.plan_version} {c.step}": f"{c.open} {c.overdue}" for c in counts}
        if readers:
            words |= {"unusual": str(len(readers)), "of": str(school.id), "week": before.isoformat()}
        for person in uow.staff.of_school(school.id):
            if Role.SCHOOL_LEADER in person.roles_in(school.id):
                moment = f"{year}-W{week:02}/{school.id}"
                uow.outbox.put(OutboxMessage("week", person.id, None, moment, {**words, "school": school.name}), now)


def _remind_of(uow: UnitOfWork, case: CaseHeader, now: datetime) -> None:
    plan, school = uow.plans.get(case.plan, case.plan_version), uow.staff.school(case.school)
    contents, done = uow.cases.contents(case.id), uow.cases.sent_reminders(case.id)
    state = fold(plan, contents.entries)
    try:
        due = [d for d in to_remind(plan, state, contents.entries, school, now, done) if d.at <= now]
    except BeyondCalendar:
        uow.cases.save_reminders(case.id, (), case.rungs, now + RETRY, now)
        return
    if state.status is not Status.OPEN:
        uow.cases.save_reminders(case.id, (), case.rungs, None, now)
        return
    messages = [
        OutboxMessage("reminder", person.id, case.id, most.moment, _words(case, plan, state, person, most))
        for person, most in _recipients(uow, case, contents, due)
    ]
    uow.outbox.put_all(messages, open_moment(school, now))
    moments = [d.moment for d in due]
    rungs = max([case.rungs, *(d.rung for d in due)])
    again = next_moment(plan, state, contents.entries, school, now, done | set(moments))
    uow.cases.save_reminders(case.id, moments, rungs, again, now)


def _waiting(plan: Plan, state: State) -> str:
    """What a case waits for and since when, as a mark that changes once somebody does or postpones it."""
    return f"{state.step} {counts_from(plan.step(state.step), state)} {len(state.postponed)}"


def _standing(case: CaseHeader, plan: Plan, state: State) -> dict[str, str]:
    """Where a case stands, and for whom it waits."""
    step, waiting = plan.step(state.step), needed(plan, state)
    each = step.deadline.each if step.deadline else None
    return {
        "code": case.code,
        "plan": plan.plan,
        "version": str(plan.version),
        "step": step.id,
        "record": waiting[0].id if waiting else each or "",
        "who": " ".join(to_act(plan, state)),
        "since": state.since.isoformat() if state.since else "",
    }


def _for_how_long(plan: Plan, state: State, school: School, now: datetime) -> dict[str, str]:
    """For how many school days a case stands at its step, and by when it should be done; empty beyond the calendar."""
    calendar, today = calendar_of(school), now.astimezone(AMSTERDAM).date()
    try:
        days = calendar.school_days_between(calendar.local_day(state.since or now), today)
    except BeyondCalendar:
        return {}
    until = last_day(plan, state, calendar)
    return {"today": today.isoformat(), "days": str(days), "until": until.isoformat() if until else ""}


def _words(case: CaseHeader, plan: Plan, state: State, person: Person, due: Reminder) -> dict[str, str]:
    may_hand_over = _held(person, case, plan) & {*plan.record_with(Effect.HANDS_OVER).by}
    return {
        **_standing(case, plan, state),
        "kind": due.kind.value,
        "waiting": _waiting(plan, state),
        "day": due.day.isoformat() if due.day else "",
        "instead": "yes" if due.kind is ReminderKind.FOLLOW_UP and due.roles else "",
        "may_hand_over": "yes" if may_hand_over else "",
    }


def _recipients(
    uow: UnitOfWork, case: CaseHeader, contents: Contents, due: Sequence[Reminder]
) -> Iterable[tuple[Person, Reminder]]:
    """Whom to remind, each of the last that fell due for them; those in charge of what is for nobody who is there."""
    staff = uow.staff.of_school(case.school)
    plan, calendar = uow.plans.get(case.plan, case.plan_version), calendar_of(uow.staff.school(case.school))
    owners = {d.moment: owner for d, owner in follow_ups(plan, contents.entries, calendar)}
    found: dict[PersonId, tuple[Person, Reminder]] = {}
    for one in sorted(due, key=lambda d: d.at):
        wanted = [person for person in staff if _is_for(person, one, case, plan, owners.get(one.moment))]
        in_charge = [person for person in staff if person.roles_in(case.school) & {*IN_CHARGE}]
        instead = replace(one, roles=IN_CHARGE)
        found |= {p.id: (p, one) for p in wanted} or {p.id: (p, instead) for p in in_charge}
    return found.values()


def _is_for(person: Person, due: Reminder, case: CaseHeader, plan: Plan, owner: PersonId | None) -> bool:
    if due.kind is ReminderKind.FOLLOW_UP:
        return owner in person.acts_for(case.school)
    return bool(_held(person, case, plan) & set(due.roles))


def _held(person: Person, case: CaseHeader, plan: Plan) -> frozenset[Role]:
    """The roles that somebody has in the case: teacher only in their own, while they may still have one."""
    is_teacher = holds_own(relation_to(person, case), plan)
    return person.roles_in(case.school) - {Role.TEACHER} | ({Role.TEACHER} if is_teacher else set())
