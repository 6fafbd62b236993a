"""Two cases were joined, and are about two pupils after all: two people undo it (G10)."""

from __future__ import annotations

import pytest

from meldcode.domain.case.asked import offered
from meldcode.domain.case.state import Status
from tests.meldcode.playing import BEA, KARIN, MEHMET, SANNE, Actor, Play

pytestmark = pytest.mark.rule("G10")
PROPOSES, AGREES = "separation", "separation_agreed"


@pytest.fixture
def joined(play: Play) -> tuple[str, str]:
    """Of two cases the second was joined to the first, which is the one that is played."""
    first = play.signal(by=SANNE).saved.code
    play.record("taken_up", by=KARIN)
    second = play.signal(by=MEHMET).saved.code
    play.joins(KARIN, first, second)
    play.code = first
    return first, second


def may_separate(play: Play) -> bool:
    return PROPOSES in {record.id for record in offered(play.plan, play.state())}


def test_two_people_undo_it_and_both_cases_go_on(play: Play, joined: tuple[str, str]) -> None:
    first, second = joined
    assert play.header(second).status is Status.JOINED
    assert BEA in play.record(PROPOSES, by=KARIN).told
    assert play.header(second).status is Status.JOINED, "one person undoes nothing"
    play.record(AGREES, by=BEA)
    assert play.header(first).status is play.header(second).status is Status.OPEN
    assert play.header(second).joined_to is None
    assert play.state(second).step == "signals"
    assert "signal" in {entry.record for entry in play.entries(second)}
    codes = {line.code for line in play.opens(KARIN, first).lines}
    assert codes == {first}, "the logbook of the one shows the other no more"
    assert not may_separate(play)


def test_it_takes_another_person(play: Play, joined: tuple[str, str]) -> None:
    play.record(PROPOSES, by=KARIN)
    assert play.refused(AGREES, by=KARIN) == {"": "needs_another"}
    assert play.refused(AGREES, by=SANNE)


def test_who_does_not_agree_leaves_them_joined(play: Play, joined: tuple[str, str]) -> None:
    play.record(PROPOSES, by=KARIN)
    play.record(AGREES, by=BEA, separate_right="no")
    assert play.header(joined[1]).status is Status.JOINED
    assert may_separate(play), "it can be proposed again"


def test_nobody_is_offered_to_join_them_again(play: Play, joined: tuple[str, str]) -> None:
    first, second = joined
    play.record(PROPOSES, by=KARIN)
    play.record(AGREES, by=BEA)
    assert play.opens(KARIN, first).same_pupil == play.opens(KARIN, second).same_pupil == ()
    assert play.refused_to(lambda: play.joins(KARIN, first, second)) == {"": "not_same_pupil"}


def test_a_case_with_nothing_joined_to_it_cannot_be_separated(play: Play) -> None:
    play.signal()
    assert not may_separate(play)
    assert play.refused(PROPOSES, by=KARIN) == {"": "not_now"}


def test_the_teacher_of_the_second_still_learns_nothing_of_the_first(play: Play, joined: tuple[str, str]) -> None:
    _, second = joined
    play.record(PROPOSES, by=KARIN)
    play.record(AGREES, by=BEA)
    view = play.opens(MEHMET, second)

    assert PROPOSES not in {line.record.id for line in view.lines}
    assert list(view.open), "and has something to go on with"


@pytest.mark.parametrize("by", [SANNE, MEHMET])
def test_a_teacher_proposes_nothing(play: Play, joined: tuple[str, str], by: Actor) -> None:

    assert play.refused(PROPOSES, by=by)
