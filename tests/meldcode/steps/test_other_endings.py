"""A case can end otherwise (G9): by two people, with a reason, and never around a report that is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from meldcode.application.jobs.reminders import week_overview
from meldcode.domain.case.asked import needed, offered
from meldcode.domain.case.state import Status
from meldcode.domain.plan.file import shipped_plans
from meldcode.domain.retention import asks_whether_left
from storage.db.schema import cases
from tests.meldcode.playing import BEA, FATIMA, KARIN, MEHMET, SANNE, Play, new_play

pytestmark = pytest.mark.rule("G9")
KINDS = {"mistake": 1, "no_suspicion": 2, "left_school": 2}
"""The other endings, and for how many years a case is kept after them."""


@pytest.fixture(params=shipped_plans(), ids=lambda path: path.stem)
def play(request: pytest.FixtureRequest, empty_database: Path, tmp_path: Path) -> Iterator[Play]:
    """Each of our plans, with a case that is at its first step."""
    playing = new_play(empty_database, tmp_path, request.param.read_text(encoding="utf-8"))
    playing.signal()
    yield playing
    playing.engine.dispose()


def proposes(play: Play, ends_as: str, **answers: Any) -> None:
    left: dict[str, Any] = {} if ends_as == "left_school" else {"left_on": "", "left_for": ""}
    play.record("ending", by=KARIN, ends_as=ends_as, **{**left, **answers})


def ends(play: Play, ends_as: str, **answers: Any) -> None:
    proposes(play, ends_as, **answers)
    play.record("ending_agreed", by=FATIMA)


def destroyed_on(play: Play) -> date:
    with play.engine.connect() as connection:
        at = connection.scalar(select(cases.c.destroy_at).where(cases.c.code == play.code))
    assert isinstance(at, datetime)
    return at.date()


def kept_from(play: Play, first: date, years: int) -> bool:
    """Whether the case is kept so many years from the day, until the next school day (vacations end within 7 weeks)."""
    ends_on = first.replace(year=first.year + years)
    return ends_on <= destroyed_on(play) <= ends_on + timedelta(weeks=7)


@pytest.mark.parametrize("ends_as", KINDS)
def test_two_people_with_two_roles_end_it_with_a_reason(play: Play, ends_as: str) -> None:
    left = "" if ends_as != "left_school" else "2026-03-02"
    assert play.refused("ending", by=KARIN, ends_as=ends_as, left_on=left, why_ending="") == {"why_ending": "required"}
    proposes(play, ends_as, left_on=left)
    assert play.state().status is Status.OPEN
    assert [record.id for record in needed(play.plan, play.state())][:1] == ["ending_agreed"]
    assert play.refused("ending_agreed", by=KARIN) == {"": "needs_another"}
    assert play.refused("ending_agreed", by=SANNE)[""].startswith("role_may_not")
    told = play.record("ending_agreed", by=FATIMA).told
    state = play.state()
    assert (state.status, state.outcome) == (Status.CLOSED, ends_as)
    assert {SANNE, KARIN} <= told
    assert kept_from(play, play.now.date(), KINDS[ends_as])


def test_the_school_leader_is_called_in_to_agree_at_a_step_that_they_do_not_read(play: Play) -> None:
    assert play.refused_to(lambda: play.opens(FATIMA)) == {"": "no_such_case"}
    told = play.record("ending", by=KARIN, ends_as="mistake", left_on="", left_for="").told
    assert FATIMA in told
    assert "ending_agreed" in {record.id for record in play.opens(FATIMA).doable}
    assert "ending_agreed" not in {record.id for record in play.opens(KARIN).doable}


@pytest.mark.parametrize("by", [SANNE, MEHMET, BEA])
def test_nobody_else_proposes_it(play: Play, by: Any) -> None:
    assert play.refused("ending", by=by, ends_as="mistake", left_on="", left_for="")[""]


def test_without_the_second_person_it_goes_on(play: Play) -> None:
    proposes(play, "no_suspicion")
    told = play.record("ending_agreed", by=FATIMA, ending_right="no").told
    assert KARIN in told
    assert play.state().status is Status.OPEN
    assert "ending_agreed" not in {record.id for record in offered(play.plan, play.state())}
    ends(play, "mistake")
    assert play.state().outcome == "mistake"


def test_what_comes_after_the_proposal_makes_it_old(play: Play) -> None:
    proposes(play, "no_suspicion")
    play.signal(same_as=play.code)
    assert play.refused("ending_agreed", by=FATIMA) == {"": "not_yet G9"}
    assert play.state().status is Status.OPEN


def test_a_case_does_not_end_over_an_appointment(play: Play) -> None:
    play.reach("talk")
    day = play.now.date() + timedelta(days=3)
    asked: Any = {f"appointment_1_{name}": said for name, said in (("what", "Bellen"), ("day", day), ("owner", KARIN))}
    play.record("appointment", by=KARIN, **asked, appointment_1_other="")
    proposes(play, "mistake")
    undecided: Any = {"appointment_1_decision": "", "appointment_1_line": ""}
    assert play.refused("ending_agreed", by=FATIMA, **undecided) == {"appointment_1_decision": "appointment_undecided"}
    play.record("ending_agreed", by=FATIMA, appointment_1_decision="dropped", appointment_1_line="Niet nodig.")
    assert play.state().outcome == "mistake"


def test_a_new_signal_opens_it_again_and_the_day_of_leaving_is_forgotten(play: Play) -> None:
    ends(play, "left_school", left_on="2027-07-09")
    play.signal(same_as=play.code)
    state = play.state()
    assert (state.status, state.left_on) == (Status.OPEN, "")
    assert play.header().destroy_at is None


# danger is not gone round (S4.9)

UNSAFE: dict[str, dict[str, Any]] = {"heutink": {"unsafe": "doubt"}, "landelijk": {"doubt": "yes"}}


@pytest.mark.rule("S4.9")
@pytest.mark.parametrize("ends_as", ["no_suspicion", "left_school"])
def test_with_danger_or_doubt_it_needs_advice_or_a_report(play: Play, ends_as: str) -> None:
    play.reach("weigh")
    play.record("weighing", by=SANNE, still_suspected="yes", **UNSAFE[play.plan.plan])
    left = "2026-03-09" if ends_as == "left_school" else ""
    assert set(play.refused("ending", by=KARIN, ends_as=ends_as, left_on=left, left_for="")) == {"ends_as"}
    play.record("veilig_thuis_advice", by=KARIN, advised="report")
    assert set(play.refused("ending", by=KARIN, ends_as=ends_as, left_on=left, left_for="")) == {"ends_as"}
    play.record("veilig_thuis_advice", by=KARIN, advised="no_report")
    ends(play, ends_as, left_on=left, left_for="")
    assert play.state().outcome == ends_as


@pytest.mark.rule("S4.9")
def test_after_a_report_the_pupil_may_leave_whatever_the_danger(play: Play) -> None:
    play.record("urgent_action", by=KARIN, urgent_what="called_112")
    play.record("urgent_confirmed", by=FATIMA)
    assert set(play.refused("ending", by=KARIN, ends_as="left_school", left_on="2026-03-09")) == {"ends_as"}
    play.record("reported", by=KARIN)
    ends(play, "left_school", left_on="2026-03-09")
    assert play.state().outcome == "left_school"


@pytest.mark.rule("S4.9")
def test_danger_that_is_weighed_after_the_proposal_makes_it_old(play: Play) -> None:
    play.reach("weigh")
    proposes(play, "no_suspicion")
    play.record("weighing", by=SANNE, still_suspected="yes", **UNSAFE[play.plan.plan])
    assert play.refused("ending_agreed", by=FATIMA) == {"": "not_yet G9"}


# how long it is kept


@pytest.mark.parametrize(("left", "counts"), [(date(2025, 7, 4), False), (date(2027, 7, 9), True)])
def test_retention_counts_from_the_later_of_closing_and_leaving(play: Play, left: date, counts: bool) -> None:
    ends(play, "left_school", left_on=left)
    assert kept_from(play, left if counts else play.now.date(), 2)


def test_a_day_of_leaving_that_nobody_agreed_with_does_not_count(play: Play) -> None:
    proposes(play, "left_school", left_on="2030-07-05")
    play.record("ending_agreed", by=FATIMA, ending_right="no")
    ends(play, "no_suspicion")
    assert play.state().left_on == ""
    assert kept_from(play, play.now.date(), 2)


def test_a_pupil_who_leaves_after_the_case_closed_is_recorded_then(play: Play) -> None:
    play.reach("weigh")
    safe: Any = dict.fromkeys(UNSAFE[play.plan.plan], "no")
    play.record("weighing", by=SANNE, still_suspected="no", **safe)
    play.record("nothing_found", by=KARIN)
    play.record("nothing_found_agreed", by=FATIMA)
    assert asks_whether_left(play.plan, play.state())
    assert kept_from(play, play.now.date(), 2)
    assert play.refused("pupil_left", by=SANNE, pupil_left_on="2029-07-06")[""].startswith("role_may_not")
    play.record("pupil_left", by=KARIN, pupil_left_on="2029-07-06")
    assert kept_from(play, date(2029, 7, 6), 2)
    assert play.opens(KARIN).kept_until is not None
    assert not asks_whether_left(play.plan, play.state())
    play.record("pupil_left", by=FATIMA, pupil_left_on="2026-02-27")  # a wrong year was typed before
    assert kept_from(play, play.now.date(), 2)


def test_the_day_of_leaving_does_not_count_for_a_mistake(play: Play) -> None:
    ends(play, "mistake")
    play.record("pupil_left", by=KARIN, pupil_left_on="2029-07-06")
    assert kept_from(play, play.now.date(), 1)


def test_of_an_open_case_leaving_is_an_ending(play: Play) -> None:
    assert play.refused("pupil_left", by=KARIN, pupil_left_on="2026-03-02") == {"": "not_now"}


def test_a_hold_and_a_day_of_leaving_both_count(play: Play) -> None:
    ends(play, "left_school", left_on="2026-03-02")
    play.comes(date(2027, 6, 1))
    play.record("kept_longer", by=KARIN, keep_until="2028-11-06")
    assert destroyed_on(play) == date(2028, 11, 6)
    play.record("pupil_left", by=KARIN, pupil_left_on="2027-07-09")
    assert kept_from(play, date(2027, 7, 9), 2)


@pytest.mark.rule("G2")
def test_the_weeks_overview_does_not_count_a_case_that_was_closed_when_the_week_began(play: Play) -> None:
    """A signal that opens it again must not let the overview of nothing else come on a Tuesday."""
    ends(play, "mistake")
    sent = []
    for day in (date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 16)):
        play.comes(day)
        before = len(play.messages())
        with play.transaction() as uow:
            week_overview(uow, uow.staff.schools()[0].id, play.now)
        sent.append(len(play.messages()) - before)
        if len(sent) == 1:
            play.record("signal", by=SANNE)
            play.record("taken_up", by=KARIN)
    assert sent == [0, 0, 1]


@pytest.mark.rule("G2")
def test_the_weeks_overview_does_not_count_a_case_that_was_closed_and_opened_again_in_the_week(play: Play) -> None:
    """It was open when the week began; but the leader closed it that morning, and that was all there was to read."""
    play.comes(date(2026, 3, 9))
    ends(play, "mistake")
    play.comes(date(2026, 3, 10))
    play.record("signal", by=SANNE)
    before = len(play.messages())
    with play.transaction() as uow:
        week_overview(uow, uow.staff.schools()[0].id, play.now)
    assert len(play.messages()) == before
