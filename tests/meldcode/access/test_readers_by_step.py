"""G3: a role reads a case at the steps that the plan says; who is called in reads on; others see counts, not cases."""

from __future__ import annotations

import json
from datetime import date

import pytest

from handlers.platform.limits import HOME
from handlers.views.home import home_view
from handlers.views.readers import unusual_modal
from meldcode.application.actor import actor_of
from meldcode.application.case_context import readable_case
from meldcode.application.cases.readers import see_unusual
from meldcode.application.home import Overview, overview
from meldcode.application.jobs.alarms import escalate_next_alarm
from meldcode.application.jobs.reminders import send_due_reminders, week_overview
from meldcode.domain.errors import Refused
from meldcode.domain.plan.file import load_plan, parse_plan
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from tests.meldcode.playing import BEA, DIRK, FATIMA, KARIN, MEHMET, SANNE, SOURCE_PLAN, Actor, Play, new_play
from tests.names import NAMES

pytestmark = pytest.mark.rule("G3")
STEPS = ("signals", "consult", "talk", "weigh", "decide", "report", "tell_parents", "after_report")
TUESDAY, THURSDAY = date(2026, 3, 3), date(2026, 3, 5)


def reads(play: Play, actor: Actor) -> bool:
    """Whether the case is there for them; nothing is left of asking."""
    try:
        with play.transaction() as uow:
            readable_case(uow, actor_of(uow, actor.identity).person, play.code)
    except Refused as refused:
        assert refused.code == "no_such_case"
        return False
    return True


def home_of(play: Play, actor: Actor) -> Overview:
    with play.transaction() as uow:
        return overview(uow, actor_of(uow, actor.identity), HOME, play.now)


def reminds(play: Play) -> set[Actor]:
    return play._told_by(lambda uow: send_due_reminders(uow, play.now, 9, lambda error: pytest.fail(str(error))))[1]


@pytest.mark.parametrize("step", STEPS)
def test_the_confidant_reads_in_step_1_and_2_and_the_school_leader_from_3_on(play: Play, step: str) -> None:
    play.reach(step)
    early = step in ("signals", "consult")
    who_reads = {actor for actor in (SANNE, KARIN, BEA, FATIMA, DIRK, MEHMET) if reads(play, actor)}
    took_part = {FATIMA} if step in STEPS[4:] else set()
    assert who_reads == {SANNE, KARIN, *([BEA] if early else [FATIMA]), *took_part}
    on_home = {
        actor
        for actor in (KARIN, BEA, FATIMA, DIRK, MEHMET)
        if play.code in json.dumps(home_view(home_of(play, actor)))
    }
    assert on_home == who_reads - {SANNE}


def test_who_took_part_reads_on(play: Play) -> None:
    play.signal()
    play.record("taken_up", by=BEA)
    play.record("consultation", by=SANNE, present=[SANNE, KARIN])
    assert play.state().step == "talk"
    assert reads(play, BEA)
    assert [row.case.code for row in home_of(play, BEA).rows] == [play.code]


def test_who_was_named_as_present_reads_on_and_a_teacher_of_others_does_not(play: Play) -> None:
    play.reach("consult")
    play.record("consultation", by=SANNE, present=[SANNE, KARIN, BEA, MEHMET])
    assert reads(play, BEA)
    assert not reads(play, MEHMET)


def test_an_escalation_calls_in_whom_it_reaches(play: Play) -> None:
    play.signal()
    play.comes(TUESDAY)
    assert FATIMA not in reminds(play) and not reads(play, FATIMA)
    play.comes(THURSDAY)
    assert FATIMA in reminds(play) and reads(play, FATIMA)
    assert [row.case.code for row in home_of(play, FATIMA).rows] == [play.code]


def test_an_alarm_calls_in_whom_it_alerts_and_never_the_cluster_director(play: Play) -> None:
    play.reach("talk")
    play.alarm(SANNE)
    assert not reads(play, BEA)
    for minutes in (3, 10):
        play.now = play.now.replace(minute=(play.now.minute + minutes) % 60)
        with play.transaction() as uow:
            assert escalate_next_alarm(uow, play.now)
    assert reads(play, BEA)
    assert not reads(play, DIRK)


def test_an_alarm_calls_in_the_school_leader_in_step_1(play: Play) -> None:
    play.signal()
    assert not reads(play, FATIMA)
    play.alarm(SANNE)
    assert reads(play, FATIMA)


def test_who_must_act_on_a_disclosure_is_called_in(play: Play) -> None:
    assert play.signal(heard_from="disclosure").told == {KARIN, BEA, FATIMA}
    assert reads(play, FATIMA)


def test_with_nobody_to_take_it_up_the_school_leader_is_called_in(play: Play) -> None:
    play.misses(KARIN, BEA)
    assert play.signal().told == {FATIMA}
    assert play.messages()[-1].payload["may_open"] is True
    assert reads(play, FATIMA)


def test_who_was_called_in_and_has_no_role_that_reads_any_more_reads_nothing(play: Play) -> None:
    play.signal()
    play.calls_in(FATIMA)
    assert reads(play, FATIMA)
    play.misses(FATIMA)
    play.employs(Actor(FATIMA.user, FATIMA.name, (Role.TEACHER, Role.CLUSTER_DIRECTOR)))
    assert not reads(play, play.staff[-1])


def test_the_list_before_a_vacation_is_for_who_reads_the_case(play: Play) -> None:
    play.comes(date(2026, 4, 23))
    play.signal()
    play.comes(date(2026, 4, 24))
    told = reminds(play)
    sent = {play.actors[message.recipient] for message in play.messages() if "first_day" in message.payload}
    assert KARIN in sent and FATIMA not in told | sent
    assert not reads(play, FATIMA)


@pytest.mark.rule("G6")
@pytest.mark.parametrize("off", [KARIN, BEA], ids=str)
def test_what_waits_for_a_return_takes_the_place_of_no_list_before_a_vacation(play: Play, off: Actor) -> None:
    play.works(off, "0123")
    play.comes(date(2026, 4, 2))
    play.signal()
    play.comes(date(2026, 4, 24))
    reminds(play)
    theirs = [m for m in play.messages() if play.actors[m.recipient] == off and m.kind == "reminder"]
    days = [(m.moment.split("/")[0], m.due_at.date()) for m in theirs]
    assert sorted(days) == [("signals", date(2026, 5, 4)), ("vacation", play.now.date())]


@pytest.mark.rule("G2")
def test_who_is_responsible_is_reminded_when_they_are_back_before_their_deputy_is(play: Play) -> None:
    play.comes(date(2026, 3, 2))
    play.signal()
    play.record("taken_up", by=KARIN)
    play.works(MEHMET, "4")
    play.stands_in(MEHMET, for_=KARIN, first=TUESDAY, last=date(2026, 3, 10))
    play.comes(date(2026, 3, 9))
    before = len(play.messages())
    reminds(play)
    days = {play.actors[m.recipient]: m.due_at.day for m in play.messages()[before:]}
    assert days == {BEA: 9, KARIN: 11, MEHMET: 13}


def test_the_school_leader_sees_counts_of_cases_that_they_do_not_read(play: Play) -> None:
    play.signal()
    seen = home_of(play, FATIMA)
    assert seen.rows == ()
    [school] = seen.schools
    assert [(at.step.id, at.open) for at in school.steps] == [("signals", 1)]
    shown = json.dumps(home_view(seen))
    assert play.code not in shown and "1\\u00a0open" in shown
    play.comes(date(2026, 3, 9))
    with play.transaction() as uow:
        week_overview(uow, uow.staff.schools()[0].id, play.now)
    [week] = [message for message in play.messages() if message.kind == "week"]
    assert [count["open"] for count in week.payload["steps"]] == [1]


@pytest.mark.rule("G2")
def test_who_leads_the_school_from_later_in_the_week_reads_what_is_late_then(play: Play) -> None:
    play.signal()
    play.record("taken_up", by=KARIN)
    play.stands_in(BEA, for_=FATIMA, first=date(2026, 3, 12), last=date(2026, 3, 13))
    for day in (9, 12):
        play.comes(date(2026, 3, day))
        with play.transaction() as uow:
            week_overview(uow, uow.staff.schools()[0].id, play.now)
    weeks = [message for message in play.messages() if message.kind == "week"]
    counts = [count for week in weeks for count in week.payload["steps"]]
    assert [(count["open"], count["overdue"]) for count in counts] == [(1, 0), (1, 1)]


def test_unusual_reading_shows_no_code_of_a_case_that_the_leader_does_not_read(play: Play) -> None:
    codes = []
    for number in range(5):
        codes.append(play.record("signal", by=SANNE, case="", first_name=NAMES[number], last_name="X").code)
        play.employs(Actor("U4", "Iris Bakker", (Role.SCHOOL_LEADER,)))
        iris = play.staff.pop()
        play.calls_in(iris, code=codes[-1])
        play.opens(iris, codes[-1])
    play.calls_in(FATIMA, code=codes[0])
    with play.transaction() as uow:
        [school] = uow.staff.schools()
        view = see_unusual(uow, actor_of(uow, FATIMA.identity), str(school.id), "2026-03-02")
    shown = json.dumps(unusual_modal(view), ensure_ascii=False)
    assert [code for code in codes if code in shown] == codes[:1]
    assert "En 4\N{NO-BREAK SPACE}dossiers die jij niet leest." in shown


def test_a_plan_with_roles_alone_reads_as_before(empty_database: object, tmp_path: object) -> None:
    document = SOURCE_PLAN.read_text(encoding="utf-8")
    flat = document.replace(
        "[care_coordinator, {role: confidant, last: consult}, {role: school_leader, first: talk}]",
        "[care_coordinator, confidant, school_leader]",
    ).replace("plan: heutink\n", "plan: other\n", 1)
    assert flat != document
    play = new_play(empty_database, tmp_path, flat)  # type: ignore[arg-type]
    play.signal()
    assert all(reads(play, actor) for actor in (SANNE, KARIN, BEA, FATIMA))
    play.reach("talk")
    assert all(reads(play, actor) for actor in (SANNE, KARIN, BEA, FATIMA))
    play.engine.dispose()


@pytest.mark.parametrize(
    ("readers", "fault"),
    [
        ("[{role: confidant, last: nowhere}]", "there is no step 'nowhere'"),
        ("[{role: care_coordinator, first: talk}]", "care_coordinator acts in signals, consult"),
    ],
)
def test_a_plan_whose_readers_cannot_act_is_refused(readers: str, fault: str) -> None:
    document = SOURCE_PLAN.read_text(encoding="utf-8")
    old = "[care_coordinator, {role: confidant, last: consult}, {role: school_leader, first: talk}]"
    with pytest.raises(ValueError, match=fault):
        parse_plan(document.replace(old, readers), "plan.yaml")


def test_a_cluster_director_never_reads_whatever_the_plan_says() -> None:
    plan = load_plan(SOURCE_PLAN)
    readers = (*plan.readers, plan.readers[0].model_copy(update={"role": Role.CLUSTER_DIRECTOR}))
    wide: Plan = plan.model_copy(update={"readers": readers})
    wide.__dict__.pop("reader_roles", None)
    assert Role.CLUSTER_DIRECTOR not in wide.reader_roles
    assert all(Role.CLUSTER_DIRECTOR not in wide.readers_at(step.id) for step in wide.steps)
