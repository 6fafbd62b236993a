"""G11: people who may know find a pupil's cases, with a trace, and nobody else learns of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handlers.platform import limits
from meldcode.application.actor import actor_of
from meldcode.application.cases.joining.merge import TwoCases
from meldcode.application.cases.pupils.same_pupil import ANOTHER
from meldcode.application.cases.readers import unusual_in
from meldcode.application.finding.history import PupilHistory, pupil_history
from meldcode.application.finding.search import Found, Query, find_cases
from meldcode.application.finding.two_cases import Candidates, find_other_case, link_siblings
from meldcode.domain.case.header import LISTED
from meldcode.domain.case.state import Status
from tests.meldcode.playing import BEA, DIRK, KARIN, MEHMET, SANNE, STAFF, Actor, Play

pytestmark = pytest.mark.rule("G11")
TIM = {"first_name": "Tim", "last_name": "van den Berg", "group": "5"}
LOTTE = {"first_name": "Lotte", "last_name": "van den Berg", "group": "7"}
ZOE = {"first_name": "Zoë", "last_name": "Jansen", "group": "5"}


def finds(play: Play, by: Actor, page: int = 0, size: int = 10, **query: Any) -> Found:
    with play.transaction() as uow:
        return find_cases(uow, actor_of(uow, by.identity), Query(**query), page, size, play.now)


def codes(found: Found) -> list[str]:
    return [one.case.code for one in found.cases]


def history(play: Play, by: Actor, code: str) -> PupilHistory:
    with play.transaction() as uow:
        return pupil_history(uow, actor_of(uow, by.identity), code, play.now)


def others(play: Play, by: Actor, code: str, typed: str) -> Candidates:
    with play.transaction() as uow:
        return find_other_case(uow, actor_of(uow, by.identity), code, typed, limits.OTHER_CASES, play.now)


def links(play: Play, by: Actor, first: str, second: str) -> set[Actor]:
    both = TwoCases(play._key(), first, second)
    return play._told_by(lambda uow: link_siblings(uow, actor_of(uow, by.identity), both, play.now))[1]


@pytest.mark.parametrize(
    "typed", ["berg", "Tim", "tim berg", "v.d. Berg".removeprefix("v.d. "), "tm".replace("tm", "ti")]
)
def test_a_part_of_a_name_is_enough(play: Play, typed: str) -> None:
    first = play.signal(by=SANNE, **TIM).code
    play.signal(by=SANNE, **ZOE)
    assert codes(finds(play, KARIN, name=typed)) == [first]


@pytest.mark.parametrize("typed", ["zoe", "ZOË", "Jans", "Zoe Jánsen", "janzen"])
def test_spelling_does_not_matter(play: Play, typed: str) -> None:
    play.signal(by=SANNE, **TIM)
    second = play.signal(by=SANNE, **ZOE).code
    assert codes(finds(play, KARIN, name=typed)) == [second]


def test_group_status_and_year_narrow_it_down(play: Play) -> None:
    first = play.signal(by=SANNE, **TIM).code
    play.reach("watch", decision="no_report")
    play.record("watch_end", by=KARIN)
    second, third = play.signal(by=SANNE, **ZOE).code, play.signal(by=MEHMET, **LOTTE).code
    assert codes(finds(play, KARIN)) == [third, second, first], "open ones first, then the latest"
    assert codes(finds(play, KARIN, group="groep 5")) == [second, first]
    assert codes(finds(play, KARIN, status=Status.OPEN)) == [third, second]
    [closed] = finds(play, KARIN, status=Status.CLOSED).cases
    assert (closed.case.code, closed.case.outcome) == (first, "help_done")
    assert closed.case.destroy_at is not None
    assert codes(finds(play, KARIN, year=2025)) == [] and len(finds(play, KARIN, year=2026).cases) == 3


@pytest.mark.rule("G3")
@pytest.mark.parametrize("by", STAFF)
def test_nobody_finds_a_case_that_they_may_not_read(play: Play, by: Actor) -> None:
    play.signal(by=SANNE, **TIM)
    readers = (SANNE, KARIN, BEA)  # the school leader from step 3 on
    assert bool(finds(play, by, name="berg").cases) is (by in readers)
    assert len(play.readings()) == (by in readers), "what was not shown leaves no trace"


def test_a_name_in_a_list_leaves_one_trace_and_is_no_unusual_reading(play: Play) -> None:
    for number in range(6):
        play.signal(by=SANNE, first_name=f"{'abcdef'[number]}lex", last_name=f"Naam{'klmnop'[number]}", group="5")
    assert len(finds(play, BEA).cases) == 6
    [reading] = play.readings()
    assert (reading.where, reading.reader) == (LISTED, play.person(BEA).id)
    with play.transaction() as uow:
        assert unusual_in(uow, uow.staff.schools()[0].id, play.now.date()) == []


def test_pages_hold_no_case_twice_and_trace_only_what_they_show(play: Play) -> None:
    for number in range(5):
        play.signal(by=SANNE, same_as=ANOTHER, first_name=f"Kind{'abcde'[number]}", last_name="Berg", group=str(number))
    pages = [finds(play, KARIN, page=page, size=2) for page in range(3)]
    assert [len(page.cases) for page in pages] == [2, 2, 1]
    assert len({code for page in pages for code in codes(page)}) == pages[0].total == 5
    assert codes(finds(play, KARIN, page=99, size=2)) == codes(pages[2])


def test_a_case_that_was_joined_is_found_as_the_other(play: Play) -> None:
    first, second = play.signal(by=SANNE, **TIM).code, play.signal(by=MEHMET, **TIM).code
    play.joins(KARIN, first, second)
    assert codes(finds(play, KARIN, name="berg")) == [first]
    assert codes(finds(play, MEHMET, name="berg")) == [second]


def test_all_cases_of_one_child_are_one_chronology(play: Play) -> None:
    first = play.signal(by=SANNE, what="eerst", **TIM).code
    play.reach("watch", decision="no_report")
    play.record("watch_end", by=KARIN)
    second = play.signal(by=MEHMET, what="later", **{**TIM, "last_name": "Berg", "group": "7"}).code
    play.signal(by=SANNE, **ZOE)
    play.code = second
    found = history(play, KARIN, second)
    assert [view.context.stored.code for view in found.cases] == [second, first]
    texts = [line.entry.answers["what"] for line in found.together.lines if "what" in line.entry.answers]
    assert texts == ["eerst", "later"]
    assert set(found.exported_as.values()) == {"given"}
    assert [view.context.stored.code for view in history(play, SANNE, first).cases] == [first]
    assert play.opens(KARIN, first).has_history and not play.opens(SANNE, first).has_history
    assert {r.where for r in play.readings()} == {"case"}


@pytest.mark.rule("S1.2")
def test_the_chronology_stands_in_order_of_the_time_of_day_too(play: Play) -> None:
    day = play.now.date() - timedelta(1)
    play.signal(by=SANNE, what="middag", happened_on=day, happened_at="14:00", **TIM)
    second = play.signal(by=MEHMET, what="ochtend", happened_on=day, happened_at="09:00", **{**TIM, "group": "7"}).code
    lines = history(play, KARIN, second).together.lines
    assert [line.entry.answers["what"] for line in lines if "what" in line.entry.answers] == ["ochtend", "middag"]


def test_the_other_case_is_found_by_code_or_name_and_joined_whatever_was_typed(play: Play) -> None:
    first = play.signal(by=SANNE, **TIM).code
    second = play.signal(by=MEHMET, **{**TIM, "first_name": "Xander", "last_name": "Totaalanders"}).code
    assert [one.case.code for one in others(play, KARIN, first, second.lower().replace("-", "")).found] == [second]
    assert [one.case.code for one in others(play, KARIN, first, "totaal").found] == [second]
    play.joins(KARIN, first, second)
    assert play.header(second).status is Status.JOINED


@pytest.mark.rule("G3")
def test_who_reads_one_case_only_brings_nothing_together(play: Play) -> None:
    first, second = play.signal(by=SANNE, **TIM).code, play.signal(by=MEHMET, **LOTTE).code
    for by in (SANNE, MEHMET, DIRK):
        assert play.refused_to(lambda by=by: others(play, by, first, second)).keys() == {""}  # type: ignore[misc]
        assert play.refused_to(lambda by=by: links(play, by, first, second)).keys() == {""}  # type: ignore[misc]
    assert play.refused_to(lambda: others(play, KARIN, first, "Nergens")) == {"other_case": "nothing_found"}
    assert play.refused_to(lambda: links(play, KARIN, first, first)) == {"": "no_such_case"}


def test_siblings_are_linked_for_who_reads_both_and_apart_again(play: Play) -> None:
    first, second = play.signal(by=SANNE, **TIM).code, play.signal(by=MEHMET, **LOTTE).code
    links(play, KARIN, first, second)
    assert [case.code for case in play.opens(BEA, first).siblings] == [second]
    assert [case.code for case in play.opens(KARIN, second).siblings] == [first]
    for by, code in ((SANNE, first), (MEHMET, second)):
        seen = play.opens(by, code)
        assert seen.siblings == () and "sibling" not in {line.record.id for line in seen.lines}
    links(play, KARIN, second, first)
    assert play.opens(KARIN, first).siblings == ()
