"""G12: nobody handles a case about themselves or their own family; who is excluded hears and finds nothing of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from handlers.platform import limits
from handlers.views.case import case_modal
from handlers.views.home import home_view
from handlers.views.saved import saved_modal
from meldcode.application.actor import actor_of
from meldcode.application.cases.exports.export import answers_of, begin_export, read_over_page
from meldcode.application.cases.joining.merge import TwoCases, mark_as_different_pupils, merge_cases
from meldcode.application.cases.readers import see_unusual, who_read
from meldcode.application.cases.submission import RecordEntry
from meldcode.application.finding.two_cases import link_siblings
from meldcode.application.home import overview
from meldcode.application.jobs.alarms import escalate_next_alarm
from meldcode.application.jobs.reminders import send_due_reminders, week_overview
from meldcode.application.jobs.undelivered import LostMessage, report_undelivered
from meldcode.application.staff.roles import see_roles
from meldcode.domain.case.header import EXCLUDED
from meldcode.domain.plan.effects import Effect, Version
from meldcode.domain.plan.roles import Role
from storage.schools import PersonConfig, SchoolConfig, apply_schools
from tests.meldcode.access.test_every_use_case_denies import FOUND, _asked, _names_a_case, call
from tests.meldcode.playing import BEA, DIRK, FATIMA, IRIS, KARIN, MEHMET, SANNE, WORKSPACE, Actor, Play
from tests.names import NAMES

pytestmark = pytest.mark.rule("G12")
NO_SUCH_CASE = {"": "no_such_case"}
EVERYBODY = (SANNE, KARIN, BEA, FATIMA)


def excludes(play: Play, who: Actor, *, by: Actor = SANNE, agrees: Actor | None = BEA) -> set[Actor]:
    """Somebody excludes a colleague, and another agrees; returns who were told."""
    told = play.record("excluded", by=by, excluded_person=who, exclusion="out").told
    return told | (play.record("exclusion_agreed", by=agrees).told if agrees else set())


def told_by(play: Play, act: Callable[[Any], object]) -> set[Actor]:
    return play._told_by(act)[1]


def reminds(play: Play) -> set[Actor]:
    return told_by(play, lambda uow: send_due_reminders(uow, play.now, 20, lambda error: pytest.fail(str(error))))


def home_of(play: Play, actor: Actor) -> str:
    with play.transaction() as uow:
        seen = overview(uow, actor_of(uow, actor.identity), limits.HOME, play.now)
    return json.dumps(home_view(seen), ensure_ascii=False)


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("step", ["consult", "decide"])
def test_who_is_excluded_finds_reads_and_does_nothing(play: Play, who: Actor, step: str) -> None:
    play.reach(step)
    play.calls_in(BEA, FATIMA)
    by, agrees = [actor for actor in (KARIN, SANNE, BEA) if actor is not who][:2]
    excludes(play, who, by=by, agrees=agrees)
    for act in (
        lambda: play.opens(who),
        lambda: play.form("signal", by=who),
        lambda: play.form("excluded", by=who),
        lambda: play.alarm(who),
        *(lambda record=record: play.record(record, by=who) for record in ("signal", "correction", "postponed")),
    ):
        assert play.refused_to(act) == NO_SUCH_CASE
    assert play.code not in home_of(play, who)
    assert all(play.code in home_of(play, actor) for actor in (KARIN, BEA) if actor is not who)


@pytest.mark.parametrize("function", [f for f in FOUND if _names_a_case(f)], ids=lambda function: function.__name__)
def test_no_use_case_tells_an_excluded_person_that_there_is_a_case(play: Play, function: Callable[..., Any]) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN)
    there, asked = (
        play.refused_to(lambda: call(function, KARIN, play)),
        _asked(play, lambda: call(function, KARIN, play)),
    )
    play.code = "26-XXXX"
    assert there == play.refused_to(lambda: call(function, KARIN, play))
    assert asked == _asked(play, lambda: call(function, KARIN, play))
    assert there in (NO_SUCH_CASE, {"": "draft_gone"})


@pytest.mark.parametrize("version", Version)
def test_they_export_nothing(play: Play, version: Version) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN)
    command = RecordEntry("V", "given", answers_of(play.plan.records["given"], version, "VT", "Zomaar."), play.code)

    def exports() -> None:
        with play.transaction() as uow:
            begin_export(uow, actor_of(uow, KARIN.identity), command, limits.READ_OVER, play.now)

    assert play.refused_to(exports) == NO_SUCH_CASE


def test_an_export_that_they_began_ends_there(play: Play) -> None:
    """The first page of the parents' version was shown before."""
    play.signal(by=SANNE)
    record = play.plan.records["given"]
    command = RecordEntry("V", "given", answers_of(record, Version.FOR_PARENTS, "Ouders", "Inzage."), play.code)
    with play.transaction() as uow:
        begin_export(uow, actor_of(uow, KARIN.identity), command, limits.READ_OVER, play.now)
    excludes(play, KARIN)

    def goes_on() -> None:
        with play.transaction() as uow:
            read_over_page(uow, actor_of(uow, KARIN.identity), command, 0, limits.READ_OVER, play.now)

    assert play.refused_to(goes_on) == NO_SUCH_CASE


# hearing of it


def test_no_message_of_the_case_reaches_them_at_any_step(play: Play) -> None:
    play.employs(IRIS)
    play.signal(by=SANNE)
    excludes(play, KARIN)
    play.record("taken_up", by=IRIS)
    told = play.record("consultation", by=SANNE, present=[SANNE, IRIS]).told
    assert IRIS in told and KARIN not in told
    told = play.signal(by=SANNE, heard_from="disclosure").told
    assert IRIS in told and KARIN not in told
    assert KARIN not in play.alarm(SANNE)[1]
    for days in range(40):
        play.comes(date(2026, 3, 3) + timedelta(days=days))
        assert KARIN not in reminds(play) | play.looks_for_abandoned_cases()
    assert KARIN not in {play.actors[message.recipient] for message in play.messages()}


def test_what_was_still_to_be_sent_to_them_is_withdrawn(play: Play) -> None:
    play.signal(by=SANNE)
    assert KARIN in {play.actors[message.recipient] for message in play.messages()}
    play.record("excluded", by=SANNE, excluded_person=KARIN, exclusion="out")
    assert KARIN not in {play.actors[message.recipient] for message in play.messages()}


def test_an_alarm_from_the_case_reaches_the_others_at_every_level(play: Play) -> None:
    play.employs(IRIS)
    play.signal(by=SANNE)
    excludes(play, BEA, agrees=IRIS)
    assert play.alarm(SANNE)[1] == {KARIN, IRIS, FATIMA}
    for minutes in (3, 10):
        play.now += timedelta(minutes=minutes)
        with play.transaction() as uow:
            assert escalate_next_alarm(uow, play.now)
    assert BEA not in {play.actors[m.recipient] for m in play.messages() if m.kind.startswith("alarm")}


def test_an_alarm_of_an_excluded_person_is_raised_without_the_case(play: Play) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN)
    assert play.refused_to(lambda: play.alarm(KARIN)) == NO_SUCH_CASE
    view, told = play.alarm(KARIN, case="")
    assert FATIMA in told and view.code == ""


def test_an_undelivered_message_is_reported_to_the_others(play: Play) -> None:
    play.employs(IRIS)
    play.signal(by=SANNE)
    excludes(play, KARIN)
    lost = LostMessage(1, play.person(BEA).id, play.header().id, None)
    assert told_by(play, lambda uow: report_undelivered(uow, lost, play.now)) == {IRIS, FATIMA}


def test_counts_lists_and_roles_do_not_show_it(play: Play) -> None:
    play.signal(by=SANNE)
    for number in range(5):
        code = play.record("signal", by=SANNE, case="", first_name=NAMES[number], last_name="X").code
        play.calls_in(FATIMA, code=code)
        play.opens(BEA, code)
    excludes(play, FATIMA)
    with play.transaction() as uow:
        seen = overview(uow, actor_of(uow, FATIMA.identity), limits.HOME, play.now)
        [school] = uow.staff.schools()
    assert sum(seen.counts.values()) == 5
    assert [(at.step.id, at.open) for at in seen.schools[0].steps] == [("signals", 5)]
    assert {workload.count for workload in seen.schools[0].workloads} == {5}
    play.comes(date(2026, 3, 9))
    with play.transaction() as uow:
        week_overview(uow, uow.staff.schools()[0].id, play.now)
        roles = see_roles(uow, actor_of(uow, SANNE.identity), "", 20, play.now)
        unusual = see_unusual(uow, actor_of(uow, FATIMA.identity), str(school.id), "2026-03-02")
    [week] = [message for message in play.messages() if message.kind == "week"]
    assert [count["open"] for count in week.payload["steps"]] == [5]
    assert play.code not in {case.code for one in unusual.found for case in one.cases}
    assert FATIMA.name in {person.name for person in roles.holders[Role.SCHOOL_LEADER]}


def test_the_list_of_who_read_it_is_for_the_others_alone(play: Play) -> None:
    play.signal(by=SANNE)
    play.opens(KARIN)
    play.calls_in(FATIMA)
    excludes(play, KARIN)

    def readers(actor: Actor) -> set[str]:
        with play.transaction() as uow:
            return {line.name for line in who_read(uow, actor_of(uow, actor.identity), play.code, 0, 30).lines}

    assert KARIN.name in readers(FATIMA)
    assert play.refused_to(lambda: readers(KARIN)) == NO_SUCH_CASE


# deputies


def test_who_stands_in_for_an_excluded_person_is_out_by_that_role_too(play: Play) -> None:
    today = play.now.date()
    play.signal(by=SANNE)
    play.stands_in(MEHMET, for_=KARIN, first=today, last=today + timedelta(days=9))
    play.opens(MEHMET)
    excludes(play, KARIN)
    assert play.refused_to(lambda: play.opens(MEHMET)) == NO_SUCH_CASE
    assert play.code not in home_of(play, MEHMET)
    assert MEHMET not in play.signal(by=SANNE).told
    assert MEHMET not in {play.actors[message.recipient] for message in play.messages() if message.case}


def test_who_is_excluded_does_not_come_in_as_a_deputy(play: Play) -> None:
    today = play.now.date()
    play.signal(by=SANNE)
    excludes(play, KARIN)
    for other in (BEA, SANNE):
        play.stands_in(KARIN, for_=other, first=today, last=today)
    assert play.refused_to(lambda: play.opens(KARIN)) == NO_SUCH_CASE
    assert play.code not in home_of(play, KARIN)


def test_a_deputy_with_a_role_of_their_own_reads_by_that(play: Play) -> None:
    today = play.now.date()
    play.signal(by=SANNE)
    play.stands_in(BEA, for_=KARIN, first=today, last=today)
    excludes(play, KARIN)
    assert play.opens(BEA).lines
    assert play.refused("given", by=BEA) != {}


# two people


def test_one_is_enough_until_the_next_school_day_and_two_for_good(play: Play) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN, agrees=None)
    play.comes(date(2026, 3, 3))
    assert play.refused_to(lambda: play.opens(KARIN)) == NO_SUCH_CASE
    play.comes(date(2026, 3, 4))
    assert play.opens(KARIN).lines
    play.record("exclusion_agreed", by=BEA)
    play.comes(date(2026, 9, 4))
    assert play.refused_to(lambda: play.opens(KARIN)) == NO_SUCH_CASE


@pytest.mark.parametrize("again", [3, 4, 12], ids=["the next day", "when it is over", "long after"])
def test_a_second_proposal_works_at_once_too_and_as_long(play: Play, again: int) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN, agrees=None)
    play.comes(date(2026, 3, again))
    excludes(play, KARIN, by=BEA, agrees=None)
    for day in (again, again + 1):
        play.comes(date(2026, 3, day))
        assert play.refused_to(lambda: play.opens(KARIN)) == NO_SUCH_CASE
    play.comes(date(2026, 3, again + 5))
    assert play.opens(KARIN).lines


def test_who_is_kept_out_for_good_stays_so_when_it_is_proposed_again(play: Play) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN)
    excludes(play, KARIN, by=BEA, agrees=None)
    play.record("exclusion_agreed", by=SANNE, exclusion_right="no")
    assert play.refused_to(lambda: play.opens(KARIN)) == NO_SUCH_CASE
    play.comes(date(2026, 9, 4))
    assert play.refused_to(lambda: play.opens(KARIN)) == NO_SUCH_CASE


def test_over_a_weekend_it_holds_until_the_end_of_monday(play: Play) -> None:
    play.comes(date(2026, 3, 6))
    play.signal(by=SANNE)
    excludes(play, KARIN, agrees=None)
    play.comes(date(2026, 3, 9))
    assert play.refused_to(lambda: play.opens(KARIN)) == NO_SUCH_CASE


def test_who_reads_again_because_nobody_agreed_does_not_read_who_wanted_them_out(play: Play) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN, agrees=None)
    play.comes(date(2026, 3, 4))
    view = play.opens(KARIN)
    assert [line.record.id for line in view.lines] == ["signal"]
    assert "exclusion_agreed" not in {record.id for record in (*view.open, *view.doable)}
    assert play.refused("exclusion_agreed", by=KARIN) == {"": "not_about_yourself"}


def test_the_same_person_does_not_agree_and_nobody_agrees_about_themselves(play: Play) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN, agrees=None)
    assert play.refused("exclusion_agreed", by=SANNE) == {"": "needs_another"}
    assert play.refused("exclusion_agreed", by=KARIN) == NO_SUCH_CASE


def test_who_does_not_agree_lets_them_back(play: Play) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN, agrees=None)
    play.record("exclusion_agreed", by=BEA, exclusion_right="no")
    assert play.opens(KARIN).lines


def test_they_come_back_when_two_people_agree(play: Play) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN)
    play.record("excluded", by=SANNE, excluded_person=KARIN, exclusion="back")
    assert play.refused_to(lambda: play.opens(KARIN)) == NO_SUCH_CASE
    play.record("exclusion_agreed", by=BEA)
    assert play.opens(KARIN).lines


def test_who_picks_up_the_signal_in_one_click_is_asked_and_the_others_confirm(play: Play) -> None:
    play.signal(by=SANNE)
    assert play.plan.records["taken_up"].is_one_click
    saved = play.record("taken_up", by=BEA).saved
    assert saved.offered is play.plan.record_with(Effect.EXCLUDES)
    shown = json.dumps(saved_modal(saved), ensure_ascii=False)
    assert "Is er op school iemand die hier niet bij mag?" in shown and '"make-record.excluded"' in shown
    assert KARIN not in play.record("excluded", by=BEA, excluded_person=KARIN, exclusion="out").told
    assert play.refused_to(lambda: play.opens(KARIN)) == NO_SUCH_CASE
    assert "exclusion_agreed" in {record.id for record in play.opens(SANNE).doable}
    play.record("exclusion_agreed", by=SANNE)
    play.comes(date(2026, 9, 4))
    assert play.refused_to(lambda: play.opens(KARIN)) == NO_SUCH_CASE


def test_the_others_see_who_has_no_part_in_it(play: Play) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN)
    assert play.opens(SANNE).excluded == (KARIN.name,)


# somebody else does their part


def test_who_is_excluded_cannot_be_named_as_taking_part_or_get_the_case(play: Play) -> None:
    play.reach("consult")
    excludes(play, MEHMET)
    assert play.refused("consultation", by=SANNE, present=[SANNE, KARIN, MEHMET]) == {"present": "not_of_this_case"}
    assert play.refused("handed_over", by=KARIN, new_teacher=MEHMET) == {"new_teacher": "not_of_this_case"}


def test_without_a_school_leader_the_cluster_director_is_told_without_content(play: Play) -> None:
    play.reach("talk")
    told = excludes(play, FATIMA, by=SANNE, agrees=KARIN)
    assert DIRK in told
    [message] = [one for one in play.messages() if one.kind == "role_empty"]
    assert play.actors[message.recipient] is DIRK
    assert set(message.payload) == {"code", "plan", "plan_version", "role"}
    assert play.refused_to(lambda: play.opens(DIRK)) == NO_SUCH_CASE


def test_who_leads_a_cluster_elsewhere_hears_nothing_of_an_empty_role(play: Play) -> None:
    """They are only a teacher here, whose case it is not."""
    play.reach("talk")
    elsewhere = PersonConfig(MEHMET.user, MEHMET.name, frozenset({Role.CLUSTER_DIRECTOR}))
    apply_schools(play.store, [SchoolConfig("De Eik", "noord", people=(elsewhere,))], WORKSPACE, play.now)
    excludes(play, FATIMA, by=SANNE, agrees=KARIN)
    told = {play.actors[message.recipient] for message in play.messages() if message.kind == "role_empty"}
    assert told == {DIRK}


def test_another_school_leader_is_enough(play: Play) -> None:
    play.employs(Actor("U30", "Lea Vos", (Role.SCHOOL_LEADER,)))
    play.reach("talk")
    assert DIRK not in excludes(play, FATIMA, by=SANNE, agrees=KARIN)


def test_who_is_left_is_told_when_the_care_coordinator_is_out(play: Play) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN)
    told = {play.actors[message.recipient] for message in play.messages() if message.kind == "role_empty"}
    assert told == {SANNE, BEA}


# their own signal, other cases, closed and joined ones


def test_a_signal_of_an_excluded_person_is_stored_for_the_others_and_shows_nothing(play: Play) -> None:
    first = play.signal(by=SANNE).code
    excludes(play, KARIN)
    played = play.record("signal", by=KARIN, case="", first_name="Noor", last_name="Jansen", group="5")
    second = played.code
    assert second != first and not played.saved.may_open
    assert KARIN not in played.told and BEA in played.told
    assert play.refused_to(lambda: play.opens(KARIN, second)) == NO_SUCH_CASE
    assert second not in home_of(play, KARIN)
    assert play.opens(BEA, second).lines
    assert [case.code for case in play.opens(BEA, first).same_pupil] == [second]


def test_a_new_case_about_the_pupil_is_not_for_them_either(play: Play) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN)
    played = play.record("signal", by=MEHMET, case="", first_name="Noor", last_name="Jansen", group="5")
    assert KARIN not in played.told
    assert play.refused_to(lambda: play.opens(KARIN, played.code)) == NO_SUCH_CASE


def test_another_case_about_the_pupil_that_is_there_already_is_not_for_them_either(play: Play) -> None:
    first, second = play.signal(by=SANNE).code, play.signal(by=MEHMET).code
    play.code = first
    excludes(play, KARIN)
    assert play.refused_to(lambda: play.opens(KARIN, second)) == NO_SUCH_CASE


def test_an_excluded_teacher_reports_again_without_reopening_the_case(play: Play) -> None:
    first = play.signal(by=SANNE).code
    excludes(play, SANNE, by=KARIN)
    before = play.entries(first)
    played = play.record("signal", by=SANNE, case="", first_name="Noor", last_name="Jansen", group="5")
    assert played.code != first and play.entries(first) == before
    assert play.refused_to(lambda: play.opens(SANNE, played.code)) == NO_SUCH_CASE


@pytest.mark.parametrize("excluded_from", [0, 1])
def test_in_merged_cases_who_is_excluded_from_one_is_excluded_from_all(play: Play, excluded_from: int) -> None:
    codes = [play.signal(by=SANNE).code, play.signal(by=MEHMET).code]
    case, other = (play.header(codes[place]) for place in (excluded_from, 1 - excluded_from))
    leader = play.person(FATIMA)
    yesterday = play.now.date() - timedelta(days=1)
    with play.transaction() as uow:
        uow.cases.add_parts(case.id, [leader.id], EXCLUDED)
        uow.cases.add_parts(other.id, [leader.id], EXCLUDED, yesterday)
    play.joins(KARIN, *codes)
    for code in codes:
        play.calls_in(FATIMA, code=code)
        assert play.refused_to(lambda code=code: play.opens(FATIMA, code)) == NO_SUCH_CASE  # type: ignore[misc]


def test_they_merge_nothing(play: Play) -> None:
    first, second = (
        play.signal(by=SANNE).code,
        play.record("signal", by=MEHMET, case="", first_name="Tim", last_name="B").code,
    )
    excludes(play, KARIN)
    for use_case in (merge_cases, mark_as_different_pupils):

        def merges(use_case: Any = use_case) -> None:
            with play.transaction() as uow:
                use_case(uow, actor_of(uow, KARIN.identity), TwoCases("V", second, first), play.now)

        assert play.refused_to(merges) == NO_SUCH_CASE


def test_a_namesake_who_was_told_apart_is_another_pupil(play: Play) -> None:
    first, second = play.signal(by=SANNE).code, play.signal(by=MEHMET).code
    with play.transaction() as uow:
        mark_as_different_pupils(uow, actor_of(uow, KARIN.identity), TwoCases("V", first, second), play.now)
    play.code = first
    excludes(play, KARIN)
    assert play.opens(KARIN, second).same_pupil == ()


def test_a_closed_case_can_be_kept_from_somebody_too(play: Play) -> None:
    play.reach("talk")
    play.record("safety", by=KARIN)
    play.record("pupil_talk", by=KARIN)
    play.record("parents_talk", by=KARIN, suspicion="gone")
    play.record("talk_agreed", by=FATIMA)
    play.calls_in(BEA)
    excludes(play, FATIMA, by=KARIN)
    assert play.refused_to(lambda: play.opens(FATIMA)) == NO_SUCH_CASE
    assert play.opens(BEA).excluded == (FATIMA.name,)


@pytest.mark.parametrize("kind", ["siblings", "another pupil"])
def test_the_case_of_a_sibling_or_namesake_does_not_tell_them_of_it(play: Play, kind: str) -> None:
    """They read that one, as nobody excluded them from it."""
    first = play.signal(by=SANNE).code
    other = play.signal(by=MEHMET, **({"first_name": "Lotte"} if kind == "siblings" else {}), group="7").code
    do = link_siblings if kind == "siblings" else mark_as_different_pupils
    with play.transaction() as uow:
        do(uow, actor_of(uow, KARIN.identity), TwoCases("V", other, first), play.now)
    play.code = first
    excludes(play, BEA, by=KARIN, agrees=SANNE)
    assert first in json.dumps(case_modal(play.opens(KARIN, other)))
    assert first not in json.dumps(case_modal(play.opens(BEA, other)))


def test_who_reads_again_because_nobody_agreed_is_told_nothing_of_it(play: Play) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN, agrees=None)
    for day in range(4, 21):
        play.comes(date(2026, 3, day))
        assert KARIN not in reminds(play)
    assert KARIN not in play.signal(by=SANNE).told
    assert KARIN in play.alarm(SANNE)[1], "a child in danger is another thing"
    assert KARIN not in excludes(play, KARIN, by=FATIMA, agrees=None)
    play.record("exclusion_agreed", by=BEA, exclusion_right="no")
    assert KARIN in play.signal(by=SANNE).told


def test_who_stands_in_for_whoever_reads_again_is_asked_and_told_nothing_of_it_either(play: Play) -> None:
    """Nobody answers for a colleague whether that colleague must be kept out."""
    play.signal(by=SANNE)
    excludes(play, KARIN, agrees=None)
    play.stands_in(MEHMET, for_=KARIN, first=date(2026, 3, 4), last=date(2026, 3, 20))
    for day in range(4, 21):
        play.comes(date(2026, 3, day))
        assert MEHMET not in reminds(play)
    assert MEHMET not in play.signal(by=SANNE).told
    view = play.opens(MEHMET)
    assert "excluded" not in {line.record.id for line in view.lines}
    assert "exclusion_agreed" not in {record.id for record in (*view.open, *view.doable)}
    assert play.refused("exclusion_agreed", by=MEHMET) == {"": "not_about_yourself"}


def test_nothing_that_follows_on_the_proposal_is_read_by_whom_it_was_about(play: Play) -> None:
    play.signal(by=SANNE)
    excludes(play, KARIN, agrees=None)
    play.record("correction", by=SANNE, refers_to=2, text="Het is de oom.")
    play.record("exclusion_agreed", by=BEA, exclusion_right="no")
    play.record("correction", by=BEA, refers_to=1)
    assert [line.entry.seq for line in play.opens(KARIN).lines] == [1, 5]
    assert [line.entry.seq for line in play.opens(BEA).lines] == [1, 2, 3, 4, 5]


def test_a_name_that_is_corrected_takes_the_exclusion_along(play: Play) -> None:
    first = play.signal(by=SANNE).code
    excludes(play, BEA, by=KARIN, agrees=SANNE)
    misspelt = play.signal(by=MEHMET, first_name="Lotte", group="6").code
    assert play.opens(BEA, misspelt).lines
    play.record("pupil_corrected", by=KARIN, correct_first_name="Noor", correct_last_name="Jansen", correct_group="6")
    assert play.refused_to(lambda: play.opens(BEA, misspelt)) == NO_SUCH_CASE
    play.record("pupil_corrected", by=KARIN, case=first, correct_first_name="Kees", correct_group="5")
    assert play.refused_to(lambda: play.opens(BEA, misspelt)) == NO_SUCH_CASE


def test_what_is_agreed_is_the_proposal_that_was_shown(play: Play) -> None:
    """Else a colleague could put another person, or another ending, under the answer."""
    play.signal(by=SANNE)
    excludes(play, BEA, by=KARIN, agrees=None)
    shown = play.form("exclusion_agreed", by=SANNE).seen
    excludes(play, FATIMA, by=KARIN, agrees=None)
    assert play.refused("exclusion_agreed", by=SANNE, seen=shown) == {"": "done_meanwhile"}
    play.record("exclusion_agreed", by=SANNE)
