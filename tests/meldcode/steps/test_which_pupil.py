"""G10: two children of one name are never put together without asking; who may not know of a case learns nothing."""

from __future__ import annotations

from typing import Any

import pytest

from meldcode.application.actor import actor_of
from meldcode.application.cases.pupils.same_pupil import ANOTHER, WhichPupil
from meldcode.application.cases.record_entry import record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.domain.case.state import Pupil, Status
from storage.db.schema import readings
from tests.meldcode.playing import KARIN, MEHMET, SANNE, Actor, Play

pytestmark = pytest.mark.rule("G10")
TIM_5 = {"first_name": "Tim", "last_name": "Jansen", "group": "5"}
TIM_6 = {**TIM_5, "group": "6"}


def asked(play: Play, by: Actor, **answers: Any) -> WhichPupil:
    """The question that is asked instead of storing the signal."""
    command = RecordEntry(play._key(), "signal", play.filled("signal", by=by, **answers), reviewed=True)
    with play.transaction() as uow:
        shown = record_entry(uow, actor_of(uow, by.identity), command, play.now)
    assert isinstance(shown, WhichPupil)
    return shown


def test_a_signal_about_the_same_name_and_group_is_added_without_a_question(play: Play) -> None:
    first = play.signal(by=SANNE, **TIM_5).code
    assert play.signal(by=SANNE, **{**TIM_5, "first_name": "tim", "group": "Groep 5"}).code == first


@pytest.mark.parametrize("other", [TIM_6, {**TIM_5, "last_name": "Janssen"}, {**TIM_5, "first_name": "Tom"}])
def test_another_group_or_a_name_like_it_is_asked_about(play: Play, other: dict[str, str]) -> None:
    first = play.signal(by=SANNE, **TIM_5).code
    shown = asked(play, SANNE, **other)
    assert [(case.stored.code, case.pupil) for case in shown.cases] == [(first, Pupil("Tim", "Jansen", "5"))]
    assert len(play.entries(first)) == 1


def test_another_pupil_gets_a_case_of_their_own(play: Play) -> None:
    first = play.signal(by=SANNE, **TIM_5).code
    second = play.signal(by=SANNE, same_as=ANOTHER, **TIM_6).code
    assert second != first
    assert play.signal(by=SANNE, **TIM_6).code == second, "from now on it is certain"


def test_the_same_pupil_keeps_what_was_typed_with_the_entry(play: Play) -> None:
    first = play.signal(by=SANNE, **TIM_5).code
    assert play.signal(by=SANNE, same_as=first, **TIM_6).code == first
    one, other = play.opens(KARIN).lines
    assert "group" not in one.entry.answers, "what is as the heading says is not repeated"
    assert other.entry.answers["group"] == "6"
    assert play.opens(KARIN).context.pupil.group == "5"


@pytest.mark.parametrize("group", ["5", "6"])
def test_a_closed_case_is_not_opened_again_without_asking(play: Play, group: str) -> None:
    first = play.signal(by=SANNE, **TIM_5).code
    play.reach("watch", decision="no_report")
    play.record("watch_end", by=KARIN)
    assert len(asked(play, SANNE, **{**TIM_5, "group": group}).cases) == 1
    assert play.header(first).status is Status.CLOSED
    assert play.signal(by=SANNE, same_as=ANOTHER, **TIM_5).code != first
    assert play.header(first).status is Status.CLOSED


@pytest.mark.parametrize("name", ["Onbekend", "?", "-", "\u200b-"])
def test_placeholders_are_never_one_pupil(play: Play, name: str) -> None:
    nobody = {"first_name": name, "last_name": name, "group": "5"}
    assert play.signal(by=SANNE, **nobody).code != play.signal(by=SANNE, **nobody).code
    assert play.opens(KARIN).same_pupil == ()


@pytest.mark.rule("G3")
@pytest.mark.parametrize("other", [TIM_5, TIM_6, {**TIM_5, "last_name": "Janssen"}])
def test_a_teacher_is_not_asked_about_a_case_that_they_may_not_read(play: Play, other: dict[str, str]) -> None:
    first = play.signal(by=SANNE, **TIM_5).code
    second = play.signal(by=MEHMET, **other).code
    assert second != first
    assert [case.code for case in play.opens(KARIN, second).same_pupil] == [first], "the IB-er is asked"
    assert play.opens(MEHMET, second).same_pupil == ()


@pytest.mark.rule("G3")
def test_somebody_who_reads_all_cases_is_asked_about_a_colleagues(play: Play) -> None:
    first = play.signal(by=SANNE, **TIM_5).code
    assert [case.stored.code for case in asked(play, KARIN, **TIM_5).cases] == [first]
    assert play.signal(by=KARIN, same_as=first, **TIM_5).code == first


@pytest.mark.rule("G3")
def test_nobody_puts_a_signal_into_a_case_that_they_may_not_read(play: Play) -> None:
    first = play.signal(by=SANNE, **TIM_5).code
    play.code = ""
    form = play.filled("signal", by=MEHMET, **TIM_6)
    command = RecordEntry("V", "signal", form, reviewed=True, same_as=first)

    def put() -> None:
        with play.transaction() as uow:
            record_entry(uow, actor_of(uow, MEHMET.identity), command, play.now)

    assert play.refused_to(put) == {"": "no_such_case"}


@pytest.mark.rule("G3")
def test_that_a_name_was_shown_leaves_a_trace(play: Play) -> None:
    play.signal(by=SANNE, **TIM_5)
    before = len(play.everything()[readings.name])
    asked(play, SANNE, **TIM_6)
    assert len(play.everything()[readings.name]) == before + 1
    assert play.readings()[0].where == "form"
