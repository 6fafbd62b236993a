"""Appointments are kept: each is decided on, is reminded of until it is, and keeps its case open (S3.6, S4.10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, text

from handlers.platform import limits
from handlers.views.case import case_modal
from handlers.views.home import _late as shown_late
from handlers.views.home import _promises as shown_this_week
from handlers.views.messages.reminders import render_reminders
from handlers.views.messages.told import Lookup, render
from meldcode.application.actor import actor_of
from meldcode.application.case_context import case_context
from meldcode.application.cases.append_entry import append_entry
from meldcode.application.cases.record_entry import Saved, record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.application.home import overview
from meldcode.application.jobs.current import current_reminder
from meldcode.application.jobs.reminders import send_due_reminders, week_overview
from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import AppointmentsMade, TaskEnded
from meldcode.application.messages.reminders import AppointmentReminder, Reminder
from meldcode.application.messages.staff import WeeklyOverview
from meldcode.application.ports.outbox import Placing
from meldcode.application.worklists import Promise, Week
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.appointments import Appointment, AppointmentState
from meldcode.domain.case.asked import asked_now
from meldcode.domain.case.state import Entry, State, Status
from meldcode.domain.forms.appointment_rules import undecided
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.forms import MOST_APPOINTMENTS
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.parts import Lead
from meldcode.domain.plan.roles import Role
from storage.db.migrations.versions.r0020_appointments import LOOK_AGAIN
from storage.db.schema import appointments
from storage.repositories.messages.payloads import decode
from tests.meldcode.playing import BEA, DOUBLE, FATIMA, KARIN, MEHMET, SANNE, TYPED, Actor, Play, new_play
from tests.on_screen import read

pytestmark = pytest.mark.rule("S3.6")
SIZE = limits.HOME


@pytest.fixture
def talked(play: Play) -> Play:
    """A case at the talk, on a Monday, without appointments."""
    play.reach("talk")
    play.comes(date(2026, 11, 23))
    return play


def appoints(play: Play, *blocks: dict[str, Any], by: Actor = KARIN) -> None:
    asked = {f"appointment_{n}_{name}": said for n, block in enumerate(blocks, 1) for name, said in block.items()}
    play.record("appointment", by=by, **{"appointment_1_other": "", **asked})


def agreed(day: date, owner: Actor = KARIN, what: str = "Bellen.", **more: Any) -> dict[str, Any]:
    return {"what": what, "day": day, "owner": owner, **more}


def reminds(play: Play, day: date, hour: int = 9) -> dict[Actor, list[Payload]]:
    """The reminders are sent on this morning; who gets which."""
    play.now = datetime(day.year, day.month, day.day, hour, tzinfo=AMSTERDAM)
    before = len(play.messages())
    with play.transaction() as uow:
        while send_due_reminders(uow, play.now, 50, _raise):
            pass
    found: dict[Actor, list[Payload]] = {}
    for row in play.messages()[before:]:
        found.setdefault(play.actors[row.recipient], []).append(decode(row.kind, row.payload))
    return found


def _raise(error: Exception) -> None:
    raise error


def about_appointments(found: dict[Actor, list[Payload]]) -> dict[Actor, list[int]]:
    numbers = {
        actor: [
            one.number
            for payload in payloads
            if isinstance(payload, AppointmentReminder)
            for one in payload.appointments
        ]
        for actor, payloads in found.items()
    }
    return {actor: found for actor, found in numbers.items() if found}


DAY = date(2026, 11, 25)
"""A Wednesday."""


def reads_now(play: Play, actor: Actor, payload: Payload) -> str:
    """What a reminder says to its reader when it is sent."""
    assert isinstance(payload, Reminder)
    case, reader = play.header().id, play.person(actor).id
    with play.transaction() as uow:
        current = current_reminder(uow, case, payload, reader, play.now)
    assert current is not None
    return str(render_reminders([current])).replace("\\xa0", " ")


def test_any_number_of_appointments_is_made_in_one_form_and_on_their_own(talked: Play) -> None:
    blocks = [agreed(DAY + timedelta(n), what=f"Afspraak {n}") for n in range(MOST_APPOINTMENTS)]
    appoints(talked, *blocks)
    appoints(talked, agreed(DAY, FATIMA, other="de ouders"))
    made = talked.state().appointments
    assert [one.number for one in made] == list(range(1, MOST_APPOINTMENTS + 2))
    assert [one.what for one in made[:2]] == ["Afspraak 0", "Afspraak 1"]
    assert (made[-1].owner, made[-1].other) == (talked.person(FATIMA).id, "de ouders")


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"what": ""}, {"appointment_1_what": "required"}),
        ({"day": ""}, {"appointment_1_day": "required"}),
        ({"owner": ""}, {"appointment_1_owner": "required"}),
        ({"day": date(2026, 11, 22)}, {"appointment_1_day": "appointment_far"}),
        ({"day": date(2028, 1, 1)}, {"appointment_1_day": "appointment_far"}),
        ({"owner": MEHMET}, {"appointment_1_owner": "appointment_cannot_read"}),
    ],
)
def test_an_appointment_is_what_who_and_when_and_who_can_read_the_case(
    talked: Play, said: dict[str, Any], refusal: dict[str, str]
) -> None:
    asked = {f"appointment_1_{name}": answer for name, answer in (agreed(DAY) | said).items()}
    assert talked.refused("appointment", by=KARIN, **asked) == refusal


@pytest.mark.rule("G3")
@pytest.mark.parametrize("is_moved", [False, True])
def test_who_sees_to_an_appointment_is_called_in_at_a_step_that_they_do_not_read(talked: Play, is_moved: bool) -> None:
    talked.refused_to(lambda: talked.opens(BEA))
    appoints(talked, agreed(DAY, KARIN if is_moved else BEA))
    if is_moved:
        talked.record("appointment_moved", by=KARIN, refers_to=1, moved_to=DAY, moved_owner=BEA)
    assert [one.appointment.number for one in talked.opens(BEA).appointments] == [1]
    assert about_appointments(reminds(talked, DAY)) == {BEA: [1]}


def test_it_is_chased_in_school_days_the_owner_then_who_is_responsible_then_the_leader(talked: Play) -> None:
    appoints(talked, agreed(DAY, SANNE))
    assert about_appointments(reminds(talked, date(2026, 11, 24))) == {}
    assert about_appointments(reminds(talked, DAY)) == {SANNE: [1]}
    assert about_appointments(reminds(talked, DAY, hour=15)) == {}, "once"
    assert about_appointments(reminds(talked, date(2026, 11, 26))) == {SANNE: [1]}
    assert about_appointments(reminds(talked, date(2026, 11, 30))) == {SANNE: [1], KARIN: [1]}
    assert about_appointments(reminds(talked, date(2026, 12, 2))) == {SANNE: [1], KARIN: [1], FATIMA: [1]}
    assert about_appointments(reminds(talked, date(2026, 12, 9))) == {SANNE: [1], KARIN: [1], FATIMA: [1]}, "and again"


@pytest.mark.parametrize("way", ["appointment_done", "appointment_dropped"])
def test_what_was_decided_on_is_not_chased(talked: Play, way: str) -> None:
    appoints(talked, agreed(DAY, SANNE))
    reminds(talked, DAY)
    talked.record(way, by=KARIN, refers_to=1)
    state = AppointmentState.DONE if way == "appointment_done" else AppointmentState.DROPPED
    assert [one.state for one in talked.state().appointments] == [state]
    assert about_appointments(reminds(talked, date(2026, 12, 9))) == {}
    assert talked.refused_to(lambda: talked.record("appointment_moved", by=KARIN, refers_to=1)) == {
        "": "appointment_decided"
    }
    assert talked.refused_to(lambda: talked.record(way, by=KARIN, refers_to=2)) == {"": "appointment_decided"}
    assert talked.refused(way, by=KARIN) == {"": "appointment_decided"}, "about none"


def test_a_moved_one_is_reminded_of_on_its_new_day_by_its_new_owner_and_back_again(talked: Play) -> None:
    appoints(talked, agreed(DAY, SANNE))
    reminds(talked, DAY)
    later = date(2026, 12, 1)
    talked.record("appointment_moved", by=SANNE, refers_to=1, moved_to=later, moved_owner=KARIN)
    assert about_appointments(reminds(talked, date(2026, 11, 30))) == {}
    talked.record("appointment_moved", by=SANNE, refers_to=1, moved_to=date(2026, 11, 30), moved_owner="")
    talked.record("appointment_moved", by=SANNE, refers_to=1, moved_to=later, moved_owner="")
    assert about_appointments(reminds(talked, later)) == {KARIN: [1]}
    assert talked.refused_to(
        lambda: talked.record("appointment_moved", by=KARIN, refers_to=1, moved_to=DAY, moved_owner=MEHMET)
    ) == {"moved_to": "appointment_far", "moved_owner": "appointment_cannot_read"}


def test_who_has_the_appointment_may_not_drop_it_without_a_role_that_may(talked: Play) -> None:
    appoints(talked, agreed(DAY, SANNE))
    assert talked.refused_to(lambda: talked.record("appointment_dropped", by=SANNE, refers_to=1)) == {
        "": "role_may_not care_coordinator school_leader"
    }
    assert KARIN in talked.record("appointment_dropped", by=FATIMA, refers_to=1).told


@pytest.mark.rule("G2")
def test_later_puts_off_the_reminders_of_an_appointment_twice_and_not_those_of_the_step(talked: Play) -> None:
    appoints(talked, agreed(DAY, SANNE), agreed(DAY, SANNE))
    reminds(talked, DAY)
    talked.record("postponed", by=SANNE, refers_to=1, until=date(2026, 11, 30))
    assert talked.state().postponed == ()
    assert about_appointments(reminds(talked, date(2026, 11, 27))) == {SANNE: [2]}
    assert about_appointments(reminds(talked, date(2026, 11, 30))) == {SANNE: [1, 2], KARIN: [1, 2]}
    talked.record("postponed", by=SANNE, refers_to=1, until=date(2026, 12, 4))
    assert talked.refused_to(lambda: talked.record("postponed", by=SANNE, refers_to=1)) == {"": "postponed_enough"}
    talked.record("postponed", by=SANNE, until=date(2026, 12, 4))


@pytest.mark.rule("G5")
def test_a_deputy_sees_to_it_and_without_an_owner_who_is_responsible(talked: Play) -> None:
    appoints(talked, agreed(DAY, BEA))
    talked.stands_in(MEHMET, for_=BEA, first=DAY, last=DAY, by=FATIMA)
    assert about_appointments(reminds(talked, DAY)) == {MEHMET: [1]}
    talked.leaves(BEA)
    found = reminds(talked, date(2026, 11, 26))
    assert about_appointments(found) == {KARIN: [1]}
    assert [one.instead_of_owner for one in found[KARIN] if isinstance(one, AppointmentReminder)] == [True]
    assert [one.late for one in home(talked, KARIN, date(2026, 11, 26))] == [1]


@pytest.mark.rule("G2")
def test_who_is_not_the_owner_of_a_late_appointment_reads_whose_it_is_and_what_to_do(talked: Play) -> None:
    appoints(talked, agreed(DAY, SANNE))
    for day in (DAY, date(2026, 11, 26), date(2026, 11, 30)):
        reminds(talked, day)
    found = reminds(talked, date(2026, 12, 2))
    said = {actor: reads_now(talked, actor, payloads[-1]) for actor, payloads in found.items()}
    asks = f"een afspraak van {talked.person(SANNE).name} is te laat. Vraag hoe het staat."
    assert all(asks in said[actor] and "jij let op" not in said[actor] for actor in (KARIN, FATIMA))
    assert "jij let op een afspraak" in said[SANNE] and asks not in said[SANNE]
    talked.leaves(SANNE)
    assert asks not in reads_now(talked, KARIN, found[KARIN][-1]), "as it is when the message is sent"


@pytest.mark.rule("G5")
def test_a_reminder_of_an_appointment_does_not_offer_to_hand_over_the_case(talked: Play) -> None:
    appoints(talked, agreed(DAY, KARIN))
    reminder = reminds(talked, DAY)[KARIN][-1]
    assert isinstance(reminder, AppointmentReminder) and reminder.may_hand_over
    said = reads_now(talked, KARIN, reminder)
    assert "Verzet" in said or "verzet" in said
    assert "Overdragen" not in said


def test_on_monday_it_is_said_that_an_appointment_was_at_the_weekend(talked: Play) -> None:
    saturday, monday = date(2026, 11, 28), date(2026, 11, 30)
    appoints(talked, agreed(saturday, KARIN))
    reminder = reminds(talked, date(2026, 11, 27))[KARIN][-1]
    assert "De afspraak is morgen." in reads_now(talked, KARIN, reminder)
    talked.now = datetime(2026, 11, 30, 9, tzinfo=AMSTERDAM)
    assert "De afspraak was zaterdag 28 november." in reads_now(talked, KARIN, reminder)
    promises = tuple(home(talked, KARIN, monday))
    [line] = shown_this_week(Week(monday, promises=promises))
    assert line.replace("\xa0", " ") == f"*Afspraak was zaterdag 28 november:* {talked.code}"


@pytest.mark.rule("G2")
def test_who_is_responsible_sees_on_the_home_tab_which_appointments_of_others_are_late(talked: Play) -> None:
    appoints(talked, agreed(DAY, SANNE), agreed(DAY, KARIN))
    assert [(one.late, owner_of(one)) for one in home(talked, KARIN, DAY)] == [(0, "")], "nothing is late yet"
    name, thursday = talked.person(SANNE).name, date(2026, 11, 26)
    late = home(talked, KARIN, thursday)
    assert sorted((one.late, owner_of(one)) for one in late) == [(1, ""), (1, name)]
    assert f"De afspraak van {name} was" in str(shown_late(late, len(late)))
    assert [owner_of(one) for one in home(talked, SANNE, thursday)] == [""]
    assert home(talked, FATIMA, thursday) == []
    talked.record("appointment_done", by=SANNE, refers_to=1)
    assert [owner_of(one) for one in home(talked, KARIN, thursday)] == [""]


def made_for(play: Play) -> list[tuple[Actor, str, tuple[date, ...]]]:
    """Who was told of new appointments, with the key and the days of each message."""
    rows = [row for row in play.messages() if row.kind == AppointmentsMade.kind]
    said = [decode(row.kind, row.payload) for row in rows]
    return [
        (play.actors[row.recipient], row.replaces, payload.days)
        for row, payload in zip(rows, said, strict=True)
        if isinstance(payload, AppointmentsMade)
    ]


def test_a_colleague_hears_at_once_of_the_appointments_that_are_theirs(talked: Play) -> None:
    later = date(2026, 12, 4)
    appoints(talked, agreed(later, SANNE), agreed(DAY, SANNE), agreed(DAY, KARIN))
    assert made_for(talked) == [(SANNE, "appointments 2-0 1-0", (DAY, later))], "one message, and none to its author"
    talked.record("appointment_moved", by=KARIN, refers_to=1, moved_to=DAY, moved_owner=FATIMA)
    assert made_for(talked)[1:] == [(FATIMA, "appointments 1-1", (DAY,))]
    talked.record("appointment_moved", by=SANNE, refers_to=2, moved_to=later, moved_owner="")
    assert len(made_for(talked)) == 2, "nobody is told of what they did themselves"
    talked.record("appointment_moved", by=KARIN, refers_to=2, moved_to=DAY, moved_owner="")
    assert made_for(talked)[2:] == [(SANNE, "appointments 2-2", (DAY,))], "another day, by a colleague"
    ended = [row.replaces for row in talked.messages() if row.kind == TaskEnded.kind]
    assert ended[-1:] == ["appointments 2-0 1-0"], "neither of the first message still is as it was"
    talked.record("appointment_done", by=FATIMA, refers_to=1)
    [said] = [row for row in talked.messages() if row.kind == TaskEnded.kind and row.replaces == "appointments 1-1"]
    assert (talked.actors[said.recipient], said.placing) == (FATIMA, Placing.ONLY_IN_PLACE.value)


LAST_SCHOOL_DAY, IN_THE_VACATION = date(2026, 12, 18), date(2026, 12, 23)


@pytest.mark.parametrize("day", [LAST_SCHOOL_DAY, IN_THE_VACATION])
@pytest.mark.parametrize("is_moved", [False, True])
def test_an_appointment_made_after_its_reminder_is_due_is_one_message(talked: Play, day: date, is_moved: bool) -> None:
    """One in a vacation is reminded of on the last school day before it: who hears of it that day hears it once."""
    if is_moved:
        appoints(talked, agreed(date(2027, 1, 20), SANNE))
    talked.comes(LAST_SCHOOL_DAY)
    if is_moved:
        talked.record("appointment_moved", by=KARIN, refers_to=1, moved_to=day, moved_owner="")
    else:
        appoints(talked, agreed(day, SANNE))
    assert about_appointments(reminds(talked, LAST_SCHOOL_DAY, 11)) == {}
    assert about_appointments(reminds(talked, date(2027, 1, 5)))[SANNE] == [1], "the first day after, it is late"


@pytest.mark.rule("G5")
def test_who_stands_in_for_the_owner_hears_of_a_new_appointment_too(talked: Play) -> None:
    talked.stands_in(MEHMET, for_=SANNE, first=talked.now.date(), last=DAY, by=FATIMA)
    appoints(talked, agreed(DAY, SANNE))
    assert {actor for actor, *_ in made_for(talked)} == {SANNE, MEHMET}


def owner_of(promise: Promise) -> str:
    return promise.owner.person.name if promise.owner else ""


@pytest.mark.rule("G2")
@pytest.mark.rule("G5")
def test_who_stands_in_for_the_owner_of_a_late_appointment_is_named_too(talked: Play) -> None:
    appoints(talked, agreed(DAY, SANNE))
    talked.stands_in(MEHMET, for_=SANNE, first=DAY, last=DAY + timedelta(days=9), by=FATIMA)
    thursday = date(2026, 11, 26)
    talked.comes(thursday)
    late = home(talked, KARIN, thursday)
    assert "De afspraak van Sanne de Boer (vervangen door Mehmet Yilmaz) was" in str(shown_late(late, len(late)))
    assert "Sanne de Boer (vervangen door Mehmet Yilmaz), " in read(str(case_modal(talked.opens(KARIN))))


@pytest.mark.rule("G2")
def test_on_a_day_off_of_its_owner_who_is_responsible_hears_it_too(talked: Play) -> None:
    appoints(talked, agreed(DAY, SANNE))
    talked.works(SANNE, "34")
    assert about_appointments(reminds(talked, DAY)) == {KARIN: [1], SANNE: [1]}
    days = {talked.actors[row.recipient]: row.due_at.astimezone(AMSTERDAM).date() for row in talked.messages()[-2:]}
    assert days == {KARIN: DAY, SANNE: date(2026, 11, 26)}, "and the owner when they are back"


@pytest.mark.rule("G12")
def test_who_reads_the_case_hears_it_where_it_is_kept_from_the_owner_and_all_in_charge(play: Play) -> None:
    """In a small school one person has both roles, and nobody took the signal up."""
    play.misses(KARIN, FATIMA)
    play.employs(DOUBLE)
    play.comes(date(2026, 11, 23))
    play.signal()
    appoints(play, agreed(DAY, DOUBLE), by=SANNE)
    play.record("excluded", by=SANNE, excluded_person=DOUBLE)
    play.record("exclusion_agreed", by=BEA)
    assert about_appointments(reminds(play, DAY)) == {SANNE: [1], BEA: [1]}


@pytest.mark.rule("G5")
def test_the_appointments_of_a_teacher_go_along_with_the_case(talked: Play) -> None:
    appoints(talked, agreed(DAY, SANNE), agreed(DAY, KARIN))
    talked.record("handed_over", by=KARIN, new_teacher=MEHMET)
    assert about_appointments(reminds(talked, DAY)) == {MEHMET: [1], KARIN: [2]}
    assert (len(home(talked, MEHMET, DAY)), len(home(talked, SANNE, DAY))) == (1, 0)


def home(play: Play, actor: Actor, day: date) -> list[Any]:
    now = datetime(day.year, day.month, day.day, 9, tzinfo=AMSTERDAM)
    with play.transaction() as uow:
        week = overview(uow, actor_of(uow, actor.identity), SIZE, now).week
    assert week is not None
    return list(week.promises)


def test_the_home_tab_and_the_week_count_what_is_late_in_school_days(talked: Play) -> None:
    appoints(talked, agreed(DAY, SANNE), agreed(date(2026, 11, 28), SANNE), agreed(date(2026, 12, 20), SANNE))
    monday = date(2026, 11, 30)
    assert [(one.day, one.late) for one in home(talked, SANNE, monday)] == [(DAY, 3), (date(2026, 11, 28), 0)]
    assert [(one.day, one.late) for one in home(talked, KARIN, monday)] == [(DAY, 3)], "what is late in her case"
    before, talked.now = len(talked.messages()), datetime(2026, 11, 30, 9, tzinfo=AMSTERDAM)
    with talked.transaction() as uow:
        week_overview(uow, uow.staff.schools()[0].id, talked.now)
    [week] = [decode(row.kind, row.payload) for row in talked.messages()[before:]]
    assert isinstance(week, WeeklyOverview) and week.appointments is not None
    assert (week.appointments.open, week.appointments.overdue) == (3, 1)


@pytest.mark.rule("G2")
def test_the_weeks_overview_does_not_come_halfway_because_of_an_appointment_in_a_new_case(play: Play) -> None:
    """It counts that with which the week began, and then there was nothing."""
    play.comes(date(2026, 11, 25))
    play.reach("talk")
    appoints(play, agreed(date(2026, 11, 27), SANNE))
    sent = []
    for day in (date(2026, 11, 26), date(2026, 11, 30)):
        play.comes(day)
        before = len(play.messages())
        with play.transaction() as uow:
            week_overview(uow, uow.staff.schools()[0].id, play.now)
        sent.append(len(play.messages()) - before)
    assert sent == [0, 1]


def test_two_on_a_day_are_one_message_beside_the_reminder_of_the_step(talked: Play) -> None:
    late = date(2026, 12, 7)
    appoints(talked, agreed(late, KARIN), agreed(late, KARIN, other="de ouders"))
    reminds(talked, date(2026, 12, 4))
    found = reminds(talked, late)
    assert about_appointments(found) == {KARIN: [1, 2]}
    kinds = sorted(type(payload).__name__ for payload in found[KARIN])
    assert kinds.count("AppointmentReminder") == 1


def test_a_reminder_on_its_way_is_not_sent_about_what_was_decided_or_moved_meanwhile(talked: Play) -> None:
    appoints(talked, *(agreed(DAY, SANNE) for _ in range(3)))
    [reminder] = [one for one in reminds(talked, DAY)[SANNE] if isinstance(one, Reminder)]
    talked.record("appointment_done", by=SANNE, refers_to=1)
    talked.record("appointment_moved", by=SANNE, refers_to=2, moved_to=date(2026, 11, 27), moved_owner="")
    case, reader = talked.header().id, talked.person(SANNE).id
    with talked.transaction() as uow:
        current = current_reminder(uow, case, reminder, reader, talked.now)
    assert current is not None and [one.number for one in current.appointments] == [3]
    talked.record("appointment_done", by=SANNE, refers_to=3)
    with talked.transaction() as uow:
        assert current_reminder(uow, case, reminder, reader, talked.now) is None


@pytest.mark.rule("G3")
def test_who_stood_in_for_the_owner_does_not_hear_weeks_later_what_became_of_it(talked: Play) -> None:
    appoints(talked, agreed(DAY, SANNE))
    talked.stands_in(MEHMET, for_=SANNE, first=DAY, last=DAY, by=FATIMA)
    assert MEHMET in about_appointments(reminds(talked, DAY))
    talked.comes(date(2026, 12, 9))
    before = len(talked.messages())
    talked.record("appointment_done", by=KARIN, refers_to=1)
    assert MEHMET not in {talked.actors[row.recipient] for row in talked.messages()[before:]}


@pytest.mark.parametrize("decision", ["appointment_done", "appointment_dropped", "appointment_moved"])
def test_a_decision_takes_the_place_of_the_reminders_of_the_owner_and_of_who_was_chased(
    talked: Play, decision: str
) -> None:
    appoints(talked, agreed(DAY, SANNE), agreed(DAY, SANNE))
    for day in (DAY, date(2026, 11, 26), date(2026, 11, 30)):
        reminds(talked, day)
    others: dict[str, Any] = {"moved_to": date(2026, 12, 4), "moved_owner": ""} if "moved" in decision else {}
    for number, expected in ((1, set()), (2, {SANNE, KARIN})):
        before = len(talked.messages())
        talked.record(decision, by=KARIN, refers_to=number, **others)
        ended = [row for row in talked.messages()[before:] if row.kind == TaskEnded.kind]
        placed = [row for row in ended if row.replaces.startswith("appointments ")]
        assert {talked.actors[row.recipient] for row in placed} == expected
        assert {(row.kind, row.placing) for row in placed} <= {("task_ended", "only_in_place")}
    karin: Any = talked.person(KARIN)
    known = Lookup(lambda *_: talked.plan, lambda _: karin, lambda _: karin, talked.plan, DAY)
    said = str(render(decode(placed[0].kind, placed[0].payload), known))
    assert f"gedaan door {karin.name}" in said and "Nu nodig" not in said


def test_a_case_does_not_close_over_an_appointment_and_the_form_asks_about_it(talked: Play) -> None:
    suspicion_seems_gone(talked)
    appoints(talked, agreed(DAY, SANNE, what="De huisarts bellen"))
    form = talked.form("talk_agreed", by=FATIMA)
    asked = [field for field in form.record.fields if field.id.startswith("appointment_2")]
    assert [field.id for field in asked] == ["appointment_2_decision", "appointment_2_line"]
    assert "De huisarts bellen (25-11-2026)" in asked[0].label
    gone: dict[str, Any] = {"by": FATIMA, "gone_agreed": "yes", "appointment_1_decision": "done"}
    assert talked.refused("talk_agreed", **gone, appointment_2_decision="") == {
        "appointment_2_decision": "appointment_undecided"
    }
    assert talked.refused("talk_agreed", **gone, appointment_2_decision="dropped", appointment_2_line="") == {
        "appointment_2_line": "required"
    }
    talked.record("talk_agreed", **gone, appointment_2_decision="dropped", appointment_2_line="Niet meer nodig.")
    assert talked.state().status is Status.CLOSED
    assert [one.state for one in talked.state().appointments] == [AppointmentState.DONE, AppointmentState.DROPPED]
    *_, done, dropped, outcome = talked.entries()
    assert [entry.record for entry in (done, dropped, outcome)] == [
        "appointment_done",
        "appointment_dropped",
        "talk_agreed",
    ]
    assert dropped.answers == {"why_dropped": "Niet meer nodig."}
    assert not [name for name in outcome.answers if name.startswith("appointment")]


def suspicion_seems_gone(play: Play) -> None:
    """The talk was held, with one appointment; the other who held it still agrees that the suspicion is gone."""
    play.record("safety", by=KARIN, danger_by_talk="no")
    play.record("parents_talk", by=KARIN, suspicion="gone")


CLOSINGS = [
    pytest.param(plan, record, lead, id=f"{plan.plan}-{record.id}-{lead.close}")
    for plan in map(load_plan, shipped_plans())
    for record in plan.records.values()
    for lead in record.leads
    if lead.close
]


@pytest.mark.parametrize(("plan", "record", "lead"), CLOSINGS)
def test_no_way_to_close_a_case_in_any_plan_leaves_one_open(plan: Plan, record: ActionSpec, lead: Lead) -> None:
    now, who = datetime(2026, 11, 23, 9, tzinfo=AMSTERDAM), uuid4()
    said = {path: values[0] for path, values in lead.when.items() if record.field(path)}
    before = [(path.partition("."), values[0]) for path, values in lead.when.items() if not record.field(path)]
    standing = {name: Entry(1, name, who, record.by[0], now, {field: value}) for (name, _, field), value in before}
    step = lead.at[0] if lead.at else (plan.step_of(record.id) or plan.steps[0]).id
    state = State(step, now, standing=standing, appointments=(Appointment(1, 1, who, DAY),))
    asked, closing = asked_now(plan, record, state), Entry(2, record.id, who, record.by[0], now, said)
    assert [problem.field for problem in undecided(plan, state, asked, closing)] == ["appointment_1_decision"]
    decided = replace(closing, answers={**said, "appointment_1_decision": "dropped"})
    assert undecided(plan, state, asked, decided) == []


def test_the_same_closing_form_sent_twice_is_stored_once(talked: Play) -> None:
    suspicion_seems_gone(talked)
    said = {"why_gone_agreed": "Goed.", "appointment_1_line": "Goed."}
    form = talked.filled("talk_agreed", by=FATIMA, gone_agreed="yes", **said)
    command = RecordEntry("the same", "talk_agreed", form, talked.code, seen=talked.header().version)
    for is_repeat in (False, True):
        with talked.transaction() as uow:
            saved = record_entry(uow, actor_of(uow, FATIMA.identity), command, talked.now)
        assert isinstance(saved, Saved) and saved.is_repeat is is_repeat


def test_going_on_needs_no_decision_and_a_correction_changes_no_appointment(talked: Play) -> None:
    suspicion_seems_gone(talked)
    appointment = talked.state().appointments
    talked.record("correction", by=KARIN, refers_to=talked.header().version)
    assert talked.state().appointments == appointment
    remains: dict[str, Any] = {"appointment_1_decision": "", "appointment_1_line": ""}
    talked.record("talk_agreed", by=FATIMA, gone_agreed="no", **remains)
    assert talked.state().appointments == appointment


@pytest.mark.rule("S4.10")
def test_what_veilig_thuis_agrees_is_an_appointment_that_keeps_the_case_open(play: Play) -> None:
    play.reach("after_report", decision="report")
    play.record("vt_answer", by=KARIN, appointment_1_what="Veilig Thuis belt de ouders.")
    assert play.state().appointments[-1].what == "Veilig Thuis belt de ouders."
    play.record("report_end", by=KARIN)
    number = play.state().appointments[-1].number
    left = {f"appointment_{number}_decision": "", f"appointment_{number}_line": ""}
    assert play.refused("report_end_agreed", by=FATIMA, **left) == {
        f"appointment_{number}_decision": "appointment_undecided"
    }
    play.record("report_end_agreed", by=FATIMA)
    assert play.state().status is Status.CLOSED


def test_cases_are_not_joined_over_an_open_appointment(play: Play) -> None:
    play.signal(by=SANNE)
    older = play.code
    play.code = ""
    play.signal(by=MEHMET)
    other = play.code
    appoints(play, agreed(play.now.date(), KARIN))
    refused = play.refused_to(lambda: play.joins(KARIN, older, other))
    assert refused == {"": f"appointments_before_joining {other}"}
    play.record("appointment_done", by=KARIN, refers_to=1)
    play.joins(KARIN, older, other)


def test_those_of_a_case_that_an_earlier_version_closed_are_chased_again_and_can_be_decided_on(talked: Play) -> None:
    appoints(talked, agreed(DAY, SANNE))
    closed_by_an_earlier_version(talked)
    assert home(talked, SANNE, DAY) == []
    assert about_appointments(reminds(talked, DAY)) == {SANNE: [1]}
    assert len(home(talked, SANNE, DAY)) == 1
    assert about_appointments(reminds(talked, date(2026, 12, 2))) == {SANNE: [1], KARIN: [1], FATIMA: [1]}
    view = talked.opens(SANNE)
    assert [one.appointment.number for one in view.appointments] == [1]
    talked.record("appointment_done", by=SANNE, refers_to=1)
    assert talked.state().status is Status.CLOSED
    assert reminds(talked, date(2026, 12, 9)) == {}


def closed_by_an_earlier_version(play: Play) -> None:
    """A case is closed without a word about its appointment, and then the database is brought up to date."""
    answers = {"gone_agreed": "yes"}
    number, karin, case = play.header().version + 1, play.person(KARIN), play.header()
    entry = Entry(number, "talk_agreed", karin.id, Role.CARE_COORDINATOR, play.now, answers)
    with play.transaction() as uow:
        append_entry(uow, case_context(uow, karin, case), entry, "closed")
    with play.engine.begin() as connection:
        connection.execute(delete(appointments))
        connection.execute(text(LOOK_AGAIN))


@pytest.mark.parametrize("name", ["heutink", "landelijk"])
@pytest.mark.parametrize("version", ["version_6", "version_8"])
def test_a_case_under_an_older_plan_keeps_its_appointments_too(
    empty_database: Path, tmp_path: Path, name: str, version: str
) -> None:
    document = (Path(__file__).parents[2] / "meldcode_plans" / version / f"{name}.yaml").read_text(encoding="utf-8")
    play = new_play(empty_database, tmp_path, document)
    play.reach("weigh")
    [made] = play.state().appointments
    assert made.what == TYPED[:300], "by the questions of the older plan"
    appoints(play, *(agreed(play.now.date() + timedelta(1), SANNE) for _ in range(2)))
    assert [one.number for one in play.state().appointments] == [1, 2, 3]
    play.record("appointment_done", by=KARIN, refers_to=2)
    play.record("appointment_dropped", by=FATIMA, refers_to=3)
    assert not any(one.is_open for one in play.state().appointments)


def test_a_case_with_several_appointments_on_a_day_is_named_once() -> None:
    promises = [Promise(code, DAY) for code in ("26-AAAA", "26-BBBB", "26-AAAA")]
    [line] = shown_this_week(Week(DAY, promises=tuple(promises)))
    assert line.endswith(" 26-AAAA (2), 26-BBBB")
