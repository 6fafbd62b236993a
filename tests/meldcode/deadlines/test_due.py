from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from itertools import islice, pairwise
from uuid import uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from meldcode.domain.calendar import AMSTERDAM, DAY, REGIONS, BeyondCalendar, SchoolCalendar
from meldcode.domain.case.appointments import Appointment
from meldcode.domain.case.state import Entry, State
from meldcode.domain.deadlines.appointments import appointment_reminders
from meldcode.domain.deadlines.reminders import (
    Reminder,
    ReminderKind,
    asked_for,
    before_vacation,
    counts_from,
    deadline,
    escalation_reminders,
    next_due,
    pending,
)
from meldcode.domain.plan.file import PLANS, load_plan
from meldcode.domain.plan.model import Step
from meldcode.domain.plan.roles import Role
from meldcode.domain.plan.timing import Deadline, EscalationLevel, Party

PLAN = load_plan(PLANS / "heutink.yaml")
NOORD, MIDDEN, ZUID = (SchoolCalendar(region) for region in REGIONS)
FIRST, SECOND = (Role.CARE_COORDINATOR,), (Role.CARE_COORDINATOR, Role.SCHOOL_LEADER)


def make_step(school_days: int | None, after: Sequence[int] = (0, 2), each: str | None = None) -> Step:
    return Step(
        id="talk",
        number=3,
        title="Praten",
        who=(Role.TEACHER,),
        deadline=None if school_days is None else Deadline(school_days=school_days, each=each),
        remind=tuple(EscalationLevel(after=days, to=SECOND if number else FIRST) for number, days in enumerate(after)),
    )


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).astimezone(UTC)


def d(text: str) -> date:
    return date.fromisoformat(text)


def shown(dues: Sequence[Reminder]) -> list[str]:
    return [f"{due.kind} {due.at.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}" for due in dues]


def all_sent(step: Step, since: datetime, calendar: SchoolCalendar) -> list[Reminder]:
    """Play a worker that is always in time, until the ladder of the step is through."""
    sent: list[Reminder] = []
    now = since
    while len([due for due in sent if due.kind is ReminderKind.ESCALATION]) < len(step.remind):
        sent.append(next_due(step, since, [due.reminder_id for due in sent], calendar, now))
        now = max(now, sent[-1].at)
    return sent


@pytest.mark.rule("G2")
@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2026-12-02T07:45", ["2026-12-02 15:00", "2026-12-04 08:30"]),
        ("2026-12-02T10:00", ["2026-12-02 15:00", "2026-12-04 08:30"]),
        ("2026-12-02T14:59", ["2026-12-02 15:00", "2026-12-04 08:30"]),
        ("2026-12-02T15:00", ["2026-12-03 08:30", "2026-12-07 08:30"]),
        ("2026-12-02T23:50", ["2026-12-03 08:30", "2026-12-07 08:30"]),
        ("2026-12-05T11:00", ["2026-12-07 08:30", "2026-12-09 08:30"]),  # a Saturday
        ("2026-12-23T11:00", ["2027-01-04 08:30", "2027-01-06 08:30"]),  # in the vacation
    ],
)
def test_the_same_school_day(since: str, expected: list[str]) -> None:
    found = list(escalation_reminders(make_step(0), local(since), NOORD))
    assert shown(found) == [f"rung {moment}" for moment in expected]
    assert [due.roles for due in found] == [FIRST, SECOND]
    assert [due.level for due in found] == [1, 2]


@pytest.mark.rule("G2")
@pytest.mark.parametrize(
    ("since", "school_days", "calendar", "expected"),
    [
        ("2026-12-02T10:00", 5, NOORD, "2026-12-09"),
        ("2026-12-02T15:30", 5, NOORD, "2026-12-10"),
        ("2026-12-05T10:00", 5, NOORD, "2026-12-14"),
        ("2026-12-14T10:00", 10, NOORD, "2027-01-11"),
        ("2027-02-10T10:00", 5, NOORD, "2027-02-17"),
        ("2027-02-10T10:00", 5, ZUID, "2027-02-24"),
        ("2027-04-21T10:00", 5, MIDDEN, "2027-05-10"),  # 2 days, the May vacation, 3 and 4 May, then free to the 9th
        ("2027-07-08T10:00", 3, NOORD, "2027-08-24"),
    ],
)
def test_deadlines_are_counted_in_school_days(
    since: str, school_days: int, calendar: SchoolCalendar, expected: str
) -> None:
    assert deadline(make_step(school_days), local(since), calendar) == d(expected)


@pytest.mark.rule("G2")
@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2026-03-27T10:00", "2026-03-30T06:30"),  # summer time began on Sunday
        ("2026-10-23T10:00", "2026-10-26T07:30"),  # and ended
        ("2027-03-25T10:00", "2027-03-30T06:30"),  # Good Friday, the clock, Easter Monday
    ],
)
def test_the_opening_stays_the_opening_when_the_clock_changes(since: str, expected: str) -> None:
    first = next(escalation_reminders(make_step(1), local(since), NOORD))
    assert first.at == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_step_without_a_deadline_has_only_the_vacations() -> None:
    step = make_step(None)
    assert deadline(step, local("2026-12-02T10:00"), NOORD) is None
    assert list(escalation_reminders(step, local("2026-12-02T10:00"), NOORD)) == []
    assert shown(pending(step, local("2026-12-02T10:00"), (), NOORD, local("2026-12-02T10:00"))) == [
        "vacation 2026-12-18 08:30"
    ]


@pytest.mark.rule("S4.6")
def test_the_watch_interval_counts_anew_from_every_entry() -> None:
    step = make_step(15, each="watch_entry")
    began, watched = local("2026-11-02T10:00"), local("2026-11-16T10:00")
    entry = Entry(7, "watch_entry", uuid4(), Role.TEACHER, watched)
    assert counts_from(step, State("watch", since=began)) == began
    assert counts_from(step, State("watch", since=began, standing={"watch_entry": entry})) == watched
    assert counts_from(make_step(None), State("watch", since=began, standing={"watch_entry": entry})) == began


@pytest.mark.rule("G6")
@pytest.mark.parametrize(
    ("day", "calendar", "expected"),
    [
        ("2026-12-01", NOORD, "2026-12-18T08:30"),
        ("2026-12-18", NOORD, "2026-12-18T08:30"),
        ("2026-12-19", NOORD, "2027-02-19T08:30"),
        ("2027-01-20", ZUID, "2027-02-12T08:30"),
        ("2027-04-01", MIDDEN, "2027-04-23T08:30"),
        ("2029-04-02", MIDDEN, "2029-04-26T08:30"),  # King's Day is the Friday before
        ("2027-07-01", NOORD, "2027-07-09T08:30"),
    ],
)
def test_the_last_school_day_before_a_vacation(day: str, calendar: SchoolCalendar, expected: str) -> None:
    assert before_vacation(d(day), calendar) == local(expected)


@pytest.mark.rule("G6")
@pytest.mark.parametrize(
    ("since", "calendar", "expected"),
    [
        (  # Christmas
            "2026-12-14T10:00",
            MIDDEN,
            ["vacation 2026-12-18 08:30", "rung 2027-01-11 08:30", "rung 2027-01-13 08:30"],
        ),
        (  # the May vacation, Liberation Day and Ascension between; Whit Monday is no vacation
            "2027-04-20T10:00",
            ZUID,
            ["vacation 2027-04-23 08:30", "rung 2027-05-14 08:30", "rung 2027-05-19 08:30"],
        ),
        (  # summer
            "2027-07-06T10:00",
            NOORD,
            ["vacation 2027-07-09 08:30", "rung 2027-08-31 08:30", "rung 2027-09-02 08:30"],
        ),
        (  # reported before the vacation ends: counts from the first school day after it
            "2027-07-12T10:00",
            NOORD,
            ["rung 2027-09-06 08:30", "rung 2027-09-08 08:30"],
        ),
    ],
)
def test_no_rung_crosses_a_vacation_in_silence(since: str, calendar: SchoolCalendar, expected: list[str]) -> None:
    assert shown(all_sent(make_step(10), local(since), calendar)) == expected


@pytest.mark.rule("G6")
@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2026-12-17T17:00", "2026-12-18 08:30"),
        ("2026-12-18T08:30", "2026-12-18 15:00"),
        ("2026-12-18T10:00", "2026-12-18 15:00"),
        ("2026-12-18T15:40", "2026-12-18 15:40"),  # at once: in half an hour everybody is gone
        ("2026-12-18T16:30", "2027-02-19 08:30"),  # the school has closed
    ],
)
def test_a_case_that_begins_on_the_last_school_day_is_swept_too(since: str, expected: str) -> None:
    sweep = next(
        due
        for due in pending(make_step(10), local(since), (), NOORD, local(since))
        if due.kind is ReminderKind.VACATION
    )
    assert shown([sweep]) == [f"vacation {expected}"]


@pytest.mark.rule("G6")
def test_a_sweep_goes_to_all_of_the_ladder_or_to_who_acts() -> None:
    since = local("2026-12-02T10:00")
    assert next_due(make_step(40), since, (), NOORD, since).roles == SECOND
    assert next_due(make_step(40, after=()), since, (), NOORD, since).roles == (Role.TEACHER,)


@pytest.mark.rule("G6")
def test_every_vacation_has_its_own_sweep_while_the_case_is_open() -> None:
    step, since = make_step(None), local("2026-12-02T10:00")
    done: list[str] = []
    for _ in range(4):
        done.append(next_due(step, since, done, NOORD, since).reminder_id)
    assert done == ["vacation/2026-12-19", "vacation/2027-02-20", "vacation/2027-04-24", "vacation/2027-07-10"]


@pytest.mark.rule("G2")
def test_what_is_overdue_stays_until_it_is_done_and_a_vacation_that_has_begun_does_not() -> None:
    step, since = make_step(0), local("2026-12-14T10:00")
    weeks_later = pending(step, since, (), NOORD, local("2027-01-04T09:00"))
    assert shown(weeks_later) == [
        "rung 2026-12-14 15:00",
        "rung 2026-12-16 08:30",
        "vacation 2027-02-19 08:30",
    ]
    just_late = pending(step, since, [due.reminder_id for due in weeks_later], NOORD, local("2026-12-18T16:29"))
    assert shown(just_late) == ["vacation 2026-12-18 08:30"]


@pytest.mark.rule("G2")
def test_a_moment_names_a_reminder_for_good() -> None:
    since = local("2026-12-04T10:00")
    step = make_step(5)
    assert [due.reminder_id for due in list(escalation_reminders(step, since, NOORD))] == [
        "talk/1/2026-12-04T09:00:00Z",
        "talk/2/2026-12-04T09:00:00Z",
    ]
    replanned = SchoolCalendar("noord", (d("2026-12-07"), d("2026-12-11")))
    moved = list(escalation_reminders(step, since, replanned))
    assert [due.at for due in moved] != [due.at for due in list(escalation_reminders(step, since, NOORD))]
    assert [due.reminder_id for due in moved] == [
        due.reminder_id for due in list(escalation_reminders(step, since, NOORD))
    ]


@pytest.mark.rule("G2")
@pytest.mark.parametrize(
    ("day", "sent", "expected", "roles"),
    [
        ("2026-12-16", 0, "2026-12-16T08:30", FIRST),
        ("2026-12-16", 1, "2026-12-16T08:30", FIRST),
        ("2026-12-18", 2, "2026-12-18T08:30", SECOND),
        ("2026-12-19", 2, "2027-01-04T08:30", SECOND),  # a vacation begins
    ],
)
def test_who_asks_for_a_later_day_is_reminded_on_that_day(
    day: str, sent: int, expected: str, roles: tuple[Role, ...]
) -> None:
    step, since = make_step(0), local("2026-12-14T10:00")
    done = [due.reminder_id for due in list(escalation_reminders(step, since, NOORD))[:sent]]
    [due] = asked_for(step, since, ["2026-12-15", day], done, NOORD)
    assert (due.at, due.kind, due.roles, due.level) == (local(expected), ReminderKind.ESCALATION, roles, 0)
    [first] = asked_for(step, since, ["2026-12-15"], done, NOORD)
    assert first.reminder_id != due.reminder_id
    assert not list(asked_for(step, since, ["2026-12-15", day], [*done, due.reminder_id], NOORD))
    assert not list(asked_for(step, since, [], done, NOORD))


@pytest.mark.rule("S3.6")
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-12-04", "2026-12-04T08:30"),
        ("2026-12-05", "2026-12-04T08:30"),
        ("2026-12-29", "2026-12-18T08:30"),
        ("2027-05-07", "2027-05-04T08:30"),
    ],
)
def test_a_follow_up_is_reminded_of_before_a_free_day(day: str, expected: str) -> None:
    found = first_reminder(d(day), NOORD)
    assert (found.at, found.kind, found.reminder_id) == (local(expected), ReminderKind.FOLLOW_UP, f"follow_up/12/{day}")
    assert (found.day, found.parties) == (d(day), (Party.OWNER,))


def first_reminder(day: date, calendar: SchoolCalendar) -> Reminder:
    """The first reminder of an appointment that the twelfth entry made."""
    made, before = Appointment(1, 12, uuid4(), day), local("2026-01-05T09:00")
    return next(appointment_reminders(PLAN.appointments, made, (), calendar, before))


@pytest.mark.rule("G2")
@pytest.mark.parametrize("calendar", [NOORD, MIDDEN, ZUID], ids=REGIONS)
def test_beyond_the_data_is_an_error(calendar: SchoolCalendar) -> None:
    since = local("2030-07-01T10:00")
    with pytest.raises(BeyondCalendar):
        deadline(make_step(10), local("2030-07-12T10:00"), calendar)
    with pytest.raises(BeyondCalendar):
        list(escalation_reminders(make_step(30), since, calendar))
    with pytest.raises(BeyondCalendar):
        next_due(make_step(30), since, (), calendar, since)
    with pytest.raises(BeyondCalendar):
        before_vacation(d("2030-08-01"), calendar)
    with pytest.raises(StopIteration):
        first_reminder(d("2030-10-01"), calendar)


calendars = st.builds(
    SchoolCalendar,
    st.sampled_from(REGIONS),
    st.lists(st.dates(d("2025-01-10"), d("2030-06-01")), max_size=12).map(tuple),
    hours=st.sampled_from([(time(8, 30), time(16, 30)), (time(8, 15), time(14)), (time(7), time(18))]),
)
moments = st.datetimes(datetime(2025, 1, 6), datetime(2030, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
steps = st.builds(
    make_step, st.integers(0, 25), st.lists(st.integers(0, 12), min_size=1, max_size=4, unique=True).map(sorted)
)


@pytest.mark.rule("G2")
@given(calendars, moments, steps)
def test_a_reminder_comes_on_a_school_day_within_hours_and_later_than_the_one_before(
    calendar: SchoolCalendar, since: datetime, step: Step
) -> None:
    try:
        sent = all_sent(step, since, calendar)
    except BeyondCalendar:
        assume(False)
    for due in sent:
        assert due.at >= since
        assert due.at.tzinfo is UTC
        assert calendar.next_open(due.at) == due.at
    ladder = [due for due in sent if due.kind is ReminderKind.ESCALATION]
    assert all(one.at < next_one.at for one, next_one in pairwise(ladder))
    assert all(one.at <= next_one.at for one, next_one in pairwise(sent))
    assert len({due.reminder_id for due in sent}) == len(sent)


@pytest.mark.rule("G6")
@given(calendars, moments, steps)
def test_no_rung_is_carried_over_a_vacation_without_a_sweep(
    calendar: SchoolCalendar, since: datetime, step: Step
) -> None:
    try:
        sent = all_sent(step, since, calendar)
    except BeyondCalendar:
        assume(False)
    began = calendar.local_day(since)
    if since >= calendar.moment(began, calendar.closing):
        began += DAY
    crossed = []
    vacation = calendar.vacation_after(began)
    while vacation.last < calendar.local_day(sent[-1].at):
        crossed.append(vacation.first - DAY)
        vacation = calendar.vacation_after(vacation.first)
    assert crossed == [calendar.local_day(due.at) for due in sent if due.kind is ReminderKind.VACATION][: len(crossed)]


@pytest.mark.rule("G2")
@given(calendars, moments, steps, moments)
def test_however_late_the_worker_looks_no_rung_is_lost(
    calendar: SchoolCalendar, since: datetime, step: Step, now: datetime
) -> None:
    try:
        found = pending(step, since, (), calendar, now)
        ladder = list(escalation_reminders(step, since, calendar))
    except BeyondCalendar:
        assume(False)
    next_ahead = [due for place, due in enumerate(ladder) if place == 0 or ladder[place - 1].at <= now]
    assert [due for due in found if due.kind is ReminderKind.ESCALATION] == next_ahead
    assert all(due.at >= since for due in found)
    assert deadline(step, since, calendar) == calendar.add_school_days(
        calendar.local_day(ladder[0].at), -step.remind[0].after
    )


@pytest.mark.rule("G2")
def test_the_last_rung_comes_again_until_somebody_acts() -> None:
    step = make_step(0).model_copy(update={"remind": (EscalationLevel(after=0, to=FIRST, every=5),)})
    since = local("2026-12-01T10:00")
    first = list(islice(escalation_reminders(step, since, NOORD), 4))
    days = [NOORD.local_day(due.at) for due in first]
    assert [NOORD.school_days_between(a, b) for a, b in pairwise(days)] == [5, 5, 5]
    assert len({due.reminder_id for due in first}) == 4
    much_later = first[-1].at
    found = [
        due
        for due in pending(step, since, {first[0].reminder_id}, NOORD, much_later)
        if due.kind is ReminderKind.ESCALATION
    ]
    assert [due.level for due in found] == [2, 3, 4, 5]
