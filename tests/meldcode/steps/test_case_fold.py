"""A case is its entries: what is stored, what is shown and what the row says are one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from meldcode.domain.case.fold import fold
from meldcode.domain.case.state import Status
from tests.meldcode.playing import FATIMA, KARIN, MEHMET, MONDAY, SANNE, Actor, Play


def row_and_fold(play: Play, code: str = "") -> None:
    """The row of the case says what its entries lead to."""
    header, entries = play.header(code), play.entries(code)
    state = fold(play.plan, entries)
    assert (header.status, header.step, header.version) == (state.status, state.step, len(entries))
    assert header.since == state.since
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


@pytest.mark.parametrize("step", ["signals", "consult", "talk", "weigh", "decide", "report", "watch"])
def test_the_row_of_the_case_is_the_fold_of_its_entries(play: Play, step: str) -> None:
    play.reach(step, decision="no_report" if step == "watch" else "report")
    row_and_fold(play)
    assert play.opens(KARIN).context.state == play.state()


def test_also_when_it_was_closed_and_reopened(play: Play) -> None:
    play.reach("watch", decision="no_report")
    play.record("watch_end", by=KARIN)
    row_and_fold(play)
    play.record("signal", by=SANNE)
    row_and_fold(play)


def test_also_when_it_was_joined(play: Play) -> None:
    first, second = play.signal(by=SANNE).code, play.signal(by=MEHMET).code
    play.joins(KARIN, first, second)
    row_and_fold(play, first)
    row_and_fold(play, second)


def test_the_fold_of_the_first_entries_is_the_state_of_that_moment(play: Play) -> None:
    play.signal()
    states = [play.state()]
    for record, by in (("taken_up", KARIN), ("anonymous_summary", SANNE), ("consultation", SANNE), ("safety", FATIMA)):
        states.append(play.record(record, by=by).state)
    entries = play.entries()
    assert [fold(play.plan, entries[: number + 1]) for number in range(len(entries))] == states


@pytest.mark.rule("S1.2")
def test_what_happened_on_one_day_stands_in_the_order_of_writing(play: Play) -> None:
    days = [MONDAY.date() - timedelta(days=days) for days in (0, 3, 1, 3)]
    for number, day in enumerate(days):
        play.signal(happened_on=day, what=str(number))
    assert [line.entry.answers["what"] for line in play.opens(SANNE).lines] == ["1", "3", "2", "0"]


@pytest.mark.rule("S1.2")
def test_joined_logbooks_are_one_in_order_of_happening(play: Play) -> None:
    first = play.signal(by=SANNE, what="maandag").code
    second = play.signal(by=MEHMET, happened_on=MONDAY.date() - timedelta(days=1), what="zondag").code
    play.joins(KARIN, first, second)
    texts = [line.entry.answers.get("what") for line in play.opens(KARIN, first).lines]
    assert [text for text in texts if text] == ["zondag", "maandag"]


def closed_with_a_joined_case(play: Play) -> tuple[str, str]:
    first, second = play.signal(by=SANNE).code, play.signal(by=MEHMET).code
    play.joins(KARIN, first, second)
    play.code = first
    play.reach("watch", decision="no_report")
    play.record("watch_end", by=KARIN)
    return first, second


@pytest.mark.rule("S3.7")
def test_a_new_signal_in_a_joined_case_reopens_the_case_it_belongs_to(play: Play) -> None:
    first, second = closed_with_a_joined_case(play)
    played = play.record("signal", by=MEHMET, case=second)
    assert play.header(first).status is Status.OPEN
    assert KARIN in played.told


@pytest.mark.rule("S3.7")
def test_a_correction_in_a_joined_case_does_not(play: Play) -> None:
    first, second = closed_with_a_joined_case(play)
    play.record("correction", by=MEHMET, case=second, refers_to=1)
    assert play.header(first).status is Status.CLOSED


@pytest.mark.rule("S3.7")
def test_two_closed_cases_stay_as_they_are(play: Play) -> None:
    codes = []
    for teacher in (SANNE, MEHMET):
        codes.append(play.signal(by=teacher).code)
        play.reach("watch", decision="no_report")
        play.record("watch_end", by=KARIN)
    assert play.opens(KARIN).same_pupil == ()
    assert set(play.refused_to(lambda: play.joins(KARIN, *codes))) == {""}


@pytest.mark.rule("S4.8")
@pytest.mark.parametrize("reported", [SANNE, MEHMET])
def test_of_two_joined_cases_the_one_under_way_goes_on(play: Play, reported: Actor) -> None:
    """Else a parent who has to be told, or a watch, would be forgotten."""
    codes = {teacher: play.signal(by=teacher).code for teacher in (SANNE, MEHMET)}
    play.code = codes[reported]
    play.reach("report")
    play.joins(KARIN, *codes.values())
    assert (play.header().status, play.header().step) == (Status.OPEN, "report")
    play.ends_after_report()
    assert play.header().status is Status.CLOSED
