"""Every open case has one responsible person: who took it up, or took it over (S1.1, G2, G5, G6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.platform import limits
from meldcode.application.actor import actor_of
from meldcode.application.home import Overview, overview
from meldcode.application.messages.cases import CaseWithoutResponsible, TakenOver
from meldcode.application.worklists import fill_in_responsible
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.plan.file import PLANS, parse_plan
from storage.db.schema import cases
from tests.meldcode.playing import (
    BEA,
    FATIMA,
    IRIS,
    KARIN,
    MEHMET,
    SANNE,
    Actor,
    Play,
    new_play,
)

OLDER = [f"{version}/{name}" for version in ("version_6", "version_8") for name in ("heutink", "landelijk")]
TAKE_OVER = "taken_over"


@pytest.fixture(params=["heutink", "landelijk"])
def play(request: pytest.FixtureRequest, empty_database: Path, tmp_path: Path) -> Iterator[Play]:
    """The school with two care coordinators, on each plan; a signal was reported."""
    playing = new_play(empty_database, tmp_path, (PLANS / f"{request.param}.yaml").read_text(encoding="utf-8"))
    playing.employs(IRIS)
    playing.signal()
    yield playing
    playing.engine.dispose()


def home(play: Play, actor: Actor) -> Overview:
    with play.transaction() as uow:
        return overview(uow, actor_of(uow, actor.identity), limits.HOME, play.now)


def minds(play: Play, reader: Actor) -> tuple[str, ...]:
    """Who acts for the case, as the case and the Home tab show it to this reader."""
    responsible, [row] = play.opens(reader).responsible, home(play, reader).rows
    assert row.responsible == responsible
    return tuple(person.name for person in responsible.acting) if responsible else ()


def offered(play: Play, actor: Actor) -> set[str]:
    return {record.id for record in play.opens(actor).doable}


def is_on_the_day(play: Play, *, school_days: int) -> None:
    """It is nine o'clock, so many school days after the deadline of the step; reminders before were sent."""
    day = home(play, KARIN).rows[0].due
    assert day
    for _ in range(school_days):
        day += timedelta(days=3 if day.weekday() == 4 else 1)
    play.comes(day)


@pytest.mark.rule("S1.1")
@pytest.mark.rule("G2")
def test_who_takes_up_the_signal_is_responsible_and_named(play: Play) -> None:
    assert minds(play, KARIN) == () and TAKE_OVER not in offered(play, KARIN)
    play.record("taken_up", by=IRIS)
    assert play.header().responsible == play.person(IRIS).id
    for reader in (SANNE, KARIN, IRIS):
        assert minds(play, reader) == ("Iris Bakker",)
    [school] = home(play, FATIMA).schools
    assert [(one and one.person.name, count) for one, count in school.responsible] == [("Iris Bakker", 1)]


@pytest.mark.rule("G5")
def test_another_takes_the_case_over_with_a_trace_and_the_former_is_told(play: Play) -> None:
    play.record("taken_up", by=IRIS)
    assert TAKE_OVER in offered(play, KARIN) and TAKE_OVER not in offered(play, IRIS) | offered(play, SANNE)
    assert set(play.refused(TAKE_OVER, by=SANNE)) == {""}
    assert play.record(TAKE_OVER, by=KARIN).told == {IRIS}
    [told] = [row for row in play.messages() if row.kind == TakenOver.kind]
    assert told.payload["by"] == str(play.person(KARIN).id)
    assert minds(play, SANNE) == ("Karin Visser",)
    assert play.opens(SANNE).lines[-1].author == "Karin Visser"
    assert TAKE_OVER in offered(play, IRIS) and TAKE_OVER not in offered(play, KARIN)


@pytest.mark.rule("G2")
def test_the_first_reminder_asks_the_responsible_and_the_other_roles_the_second_all(play: Play) -> None:
    play.record("taken_up", by=IRIS)
    is_on_the_day(play, school_days=0)
    assert play.reminds() == {IRIS, BEA}
    is_on_the_day(play, school_days=2)
    assert play.reminds() == {IRIS, KARIN, BEA, FATIMA}


@pytest.mark.rule("G2")
def test_before_somebody_takes_it_up_the_whole_role_is_reminded(play: Play) -> None:
    is_on_the_day(play, school_days=1)
    assert play.reminds() >= {IRIS, KARIN, BEA}


@pytest.mark.rule("G5")
def test_the_deputy_of_the_responsible_takes_over_while_they_are_away(play: Play) -> None:
    play.record("taken_up", by=IRIS)
    play.stands_in(MEHMET, for_=IRIS, first=play.now.date(), last=play.now.date() + timedelta(days=20))
    assert minds(play, KARIN) == ("Mehmet Yilmaz",)
    is_on_the_day(play, school_days=0)
    assert play.reminds() == {MEHMET, BEA}
    play.comes(play.now.date() + timedelta(days=40))
    assert minds(play, KARIN) == ("Iris Bakker",)


@pytest.mark.rule("G5")
@pytest.mark.parametrize("how", ["account", "role"])
def test_the_case_of_a_responsible_who_left_falls_back_to_the_role_and_that_is_told(play: Play, how: str) -> None:
    play.record("taken_up", by=IRIS)
    told = play.loses_roles(IRIS) if how == "role" else play.leaves(IRIS)
    able = {row.recipient for row in play.messages() if row.kind == CaseWithoutResponsible.kind}
    assert able >= {play.person(KARIN).id, play.person(BEA).id} and SANNE not in told
    assert minds(play, KARIN) == ()
    is_on_the_day(play, school_days=0)
    assert play.reminds() == {KARIN, BEA}
    play.record(TAKE_OVER, by=KARIN)
    assert minds(play, SANNE) == ("Karin Visser",)
    play.comes(play.now.date() + timedelta(days=9))
    assert play.looks_for_abandoned_cases() == set()


@pytest.mark.rule("G8")
def test_who_calls_in_the_fast_lane_is_responsible_unless_somebody_is(play: Play) -> None:
    play.record("urgent_action", by=KARIN)
    assert minds(play, SANNE) == ("Karin Visser",)
    play.record("urgent_action", by=FATIMA)
    assert minds(play, SANNE) == ("Karin Visser",)


@pytest.mark.rule("S3.7")
def test_a_case_that_opens_again_is_to_be_taken_up_again(play: Play) -> None:
    play.reach("watch", decision="no_report")
    play.record("watch_end", by=KARIN)
    play.record("signal", by=SANNE)
    assert minds(play, KARIN) == ()
    play.record("taken_up", by=IRIS)
    assert minds(play, KARIN) == ("Iris Bakker",)


@pytest.mark.rule("G5")
@pytest.mark.parametrize("older", OLDER)
def test_a_running_case_of_an_older_version_gets_who_took_it_up(
    empty_database: Path, tmp_path: Path, older: str
) -> None:
    text = (Path(__file__).parent / f"{older}.yaml").read_text(encoding="utf-8")
    assert [record.id for record in parse_plan(text, older).taking_charge] == ["taken_up"]
    play = new_play(empty_database, tmp_path, text)
    play.signal()
    play.record("taken_up", by=KARIN)
    with play.engine.begin() as connection:
        connection.execute(cases.update().values(responsible=None))
    with play.transaction() as uow:
        fill_in_responsible(uow, lambda error: pytest.fail(str(error)))
    assert minds(play, SANNE) == ("Karin Visser",)
    play.engine.dispose()


# working days


@pytest.mark.rule("G2")
def test_a_level_does_not_wait_for_the_day_off_of_the_responsible(play: Play) -> None:
    play.record("taken_up", by=IRIS)
    is_on_the_day(play, school_days=0)
    today, back = play.now.weekday(), (play.now.weekday() + 1) % 5
    for actor in (IRIS, BEA):
        play.works(actor, str(back))
    assert play.reminds() == {KARIN, IRIS, BEA}
    due = {play.actors[row.recipient]: row.due_at.astimezone(AMSTERDAM).weekday() for row in play.messages()[-3:]}
    assert due == {KARIN: today, IRIS: back, BEA: back}


@pytest.mark.rule("G2")
def test_with_nobody_of_the_level_at_work_the_next_level_hears_it(play: Play) -> None:
    play.record("taken_up", by=IRIS)
    is_on_the_day(play, school_days=0)
    for actor in (IRIS, BEA, KARIN):
        play.works(actor, str((play.now.weekday() + 1) % 5))
    assert play.reminds() >= {FATIMA}


@pytest.mark.rule("G2")
@pytest.mark.rule("G8")
def test_what_cannot_wait_ignores_a_day_off_only_where_nobody_else_has_the_role(play: Play) -> None:
    play.record("urgent_action", by=KARIN)
    play.now += timedelta(hours=1, minutes=1)
    tomorrow = str((play.now.weekday() + 1) % 5)
    play.works(IRIS, tomorrow)
    assert play.reminds() == {KARIN, FATIMA}
    play.works(KARIN, tomorrow)
    play.now += timedelta(hours=1)
    assert play.reminds() == {KARIN, IRIS, FATIMA}


@pytest.mark.rule("G4")
def test_an_alarm_goes_to_everybody_on_a_day_off_too(play: Play) -> None:
    tomorrow = str((play.now.weekday() + 1) % 5)
    for actor in (KARIN, IRIS, FATIMA):
        play.works(actor, tomorrow)
    assert play.alarm(SANNE)[1] >= {KARIN, IRIS, FATIMA}


@pytest.mark.rule("G8")
def test_a_school_leader_records_a_call_at_a_step_that_they_do_not_read_and_reads_it_from_then_on(play: Play) -> None:
    assert play.refused_to(lambda: play.opens(FATIMA)) == {"": "no_such_case"}
    assert "Jansen" not in repr(play.form("urgent_action", by=FATIMA).shown)
    play.record("urgent_action", by=FATIMA, urgent_what="called_112")
    assert play.opens(FATIMA).context.state.step == "report"
