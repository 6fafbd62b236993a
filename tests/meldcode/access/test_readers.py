"""Staff can see who read what, and what was read unusually often is pointed out, in counts (G3, promise 6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from handlers.platform import limits
from handlers.views.readers import readers_modal
from meldcode.application.actor import actor_of
from meldcode.application.cases.readers import ReadersView, ReadKind, see_unusual, unusual, unusual_in, who_read
from meldcode.application.jobs.reminders import week_overview
from meldcode.domain.case.header import CaseHeader, Reading
from meldcode.domain.case.state import Status
from meldcode.domain.plan.roles import Role
from storage.db.schema import readings
from tests.meldcode.playing import BEA, DIRK, FATIMA, KARIN, MEHMET, SANNE, STRANGER, Actor, Play
from tests.names import NAMES

pytestmark = pytest.mark.rule("G3")
NO_SUCH_CASE = {"": "no_such_case"}
NIGHT = datetime(2026, 3, 4, 22, 0, tzinfo=UTC)
"""Eleven in the evening in the schools."""
DAY = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
READER = uuid4()


def readers(play: Play, actor: Actor, code: str = "", page: int = 0) -> ReadersView:
    with play.transaction() as uow:
        return who_read(uow, actor_of(uow, actor.identity), code or play.code, page, limits.READERS)


@pytest.mark.parametrize("actor", [KARIN, FATIMA])
def test_whoever_is_in_charge_sees_who_read_and_leaves_no_trace_by_that(play: Play, actor: Actor) -> None:
    play.signal(by=SANNE)
    play.opens(SANNE)
    play.comes(date(2026, 3, 3))
    play.form("taken_up", by=KARIN)
    play.calls_in(FATIMA)
    before = play.everything()
    latest, first = readers(play, actor).lines
    assert play.everything() == before
    assert (latest.name, latest.roles, latest.at, latest.where) == (
        KARIN.name,
        (Role.CARE_COORDINATOR,),
        play.now,
        "form",
    )
    assert (first.name, first.where, first.code) == (SANNE.name, "case", play.code)


@pytest.mark.parametrize(
    ("actor", "said"),
    [
        (SANNE, {"": "not_the_readers care_coordinator school_leader"}),
        (BEA, {"": "not_the_readers care_coordinator school_leader"}),
        (MEHMET, NO_SUCH_CASE),
        (DIRK, NO_SUCH_CASE),
        (STRANGER, {"": "unknown_person"}),
    ],
)
def test_nobody_else_sees_who_read(play: Play, actor: Actor, said: dict[str, str]) -> None:
    play.signal(by=SANNE)
    assert play.refused_to(lambda: readers(play, actor)) == said


def test_of_a_joined_case_too_and_its_teacher_learns_nothing(play: Play) -> None:
    first, second = play.signal(by=SANNE).code, play.signal(by=MEHMET).code
    play.opens(MEHMET, second)
    play.joins(KARIN, first, second)
    play.calls_in(FATIMA, code=first)
    assert second in {line.code for line in readers(play, FATIMA, first).lines}
    for teacher, code in ((SANNE, second), (MEHMET, first)):
        refused = play.refused_to(lambda teacher=teacher, code=code: readers(play, teacher, code))  # type: ignore[misc]
        assert refused == NO_SUCH_CASE


def test_whoever_left_is_named_with_the_role_that_they_read_in(play: Play) -> None:
    play.signal(by=SANNE)
    play.opens(BEA)
    play.misses(BEA)
    play.calls_in(FATIMA)
    [line] = readers(play, FATIMA).lines
    assert (line.name, line.roles) == (BEA.name, (Role.CONFIDANT,))


def test_a_role_that_was_not_kept_is_not_guessed(play: Play) -> None:
    play.signal(by=SANNE)
    play.opens(BEA)
    play.calls_in(FATIMA)
    with play.engine.begin() as connection:
        connection.execute(readings.update().values(roles=None))
    view = readers(play, FATIMA)
    assert [line.roles for line in view.lines] == [None]
    assert "rol niet bewaard" in str(readers_modal(view))


@pytest.mark.parametrize(("times", "pages"), [(30, [30]), (31, [30, 1])])
def test_the_list_is_paged(play: Play, times: int, pages: list[int]) -> None:
    play.signal(by=SANNE)
    for _ in range(times):
        play.opens(SANNE)
    play.calls_in(FATIMA)
    shown = [readers(play, FATIMA, page=page) for page in range(len(pages))]
    assert [len(view.lines) for view in shown] == pages
    assert [view.has_more for view in shown] == [True] * (len(pages) - 1) + [False]


@pytest.mark.parametrize("opens", ["case", "form"])
def test_without_the_trace_there_is_no_content(play: Play, opens: str) -> None:
    play.signal(by=SANNE)
    with play.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_trace BEFORE INSERT ON readings BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
    with patch("storage.crypto.vault.DataKey.open", side_effect=_only_staff()), pytest.raises(IntegrityError):
        play.opens(KARIN) if opens == "case" else play.form("taken_up", by=KARIN)
    with play.engine.connect() as connection:
        assert connection.execute(readings.select()).all() == []


def _only_staff() -> Any:
    """Names of staff open as always; what stands in a case fails the test."""

    def opened(*, table: str, column: str, row: str) -> bytes:
        raise AssertionError(f"{table}.{column} was decrypted")

    return lambda _sealed, **place: b"[]" if place["table"] in ("people", "memberships") else opened(**place)


# What is unusual: the rule at its edges.


def case(status: Status = Status.OPEN, **changed: Any) -> CaseHeader:
    given = {
        "id": uuid4(),
        "code": "26-X",
        "school": uuid4(),
        "plan": "p",
        "plan_version": 1,
        "step": "s",
        "version": 1,
    }
    return CaseHeader(**{**given, "status": status, "opened_at": DAY, "since": DAY, **changed})


def read(times: int, at: datetime, status: Status = Status.OPEN, **changed: Any) -> list[tuple[CaseHeader, Reading]]:
    return [(case(status, **changed), Reading(READER, at, "case")) for _ in range(times)]


def kinds(found: list[tuple[CaseHeader, Reading]], involved: set[Any] | None = None) -> list[tuple[ReadKind, int]]:
    return [(one.kind, len(one.cases)) for one in unusual(found, involved or set())]


@pytest.mark.parametrize(("number", "found"), [(4, []), (5, [(ReadKind.MANY, 5)])])
def test_many_cases_without_a_part_in_them(number: int, found: list[Any]) -> None:
    assert kinds(read(number, DAY)) == found


def test_whoever_has_a_part_in_them_may_read_as_many_as_they_like() -> None:
    own = read(9, DAY, teachers=frozenset({READER}))
    wrote = read(9, DAY)
    assert kinds([*own, *wrote], {(case.id, READER) for case, _ in wrote}) == []


def test_the_same_case_again_is_one_case() -> None:
    [(one, reading)] = read(1, NIGHT)
    assert kinds([(one, reading)] * 20) == []


@pytest.mark.parametrize(
    ("at", "is_night"),
    [
        (NIGHT - timedelta(seconds=1), False),
        (NIGHT, True),
        (NIGHT + timedelta(hours=7, seconds=-1), True),
        (NIGHT + timedelta(hours=7), False),
    ],
)
def test_the_night_has_edges(at: datetime, is_night: bool) -> None:
    assert kinds(read(3, at, teachers=frozenset({READER}))) == ([(ReadKind.AT_NIGHT, 3)] if is_night else [])


@pytest.mark.parametrize(("number", "found"), [(2, []), (3, [(ReadKind.AT_NIGHT, 3)])])
def test_several_at_night(number: int, found: list[Any]) -> None:
    assert kinds(read(number, NIGHT, teachers=frozenset({READER}))) == found


@pytest.mark.parametrize(("number", "found"), [(2, []), (3, [(ReadKind.CLOSED, 3)])])
def test_several_closed_ones(number: int, found: list[Any]) -> None:
    assert kinds(read(number, DAY, Status.CLOSED, teachers=frozenset({READER}))) == found


def test_what_was_read_before_it_closed_was_not_closed() -> None:
    assert kinds(read(9, DAY - timedelta(seconds=1), Status.CLOSED, teachers=frozenset({READER}))) == []


# In a school.


def plays_a_week(play: Play) -> date:
    """Five cases of Sanne's, all opened by the confidant; returns the Monday of that week."""
    for number in range(5):
        code = play.record(play.plan.opens, by=SANNE, case="", first_name=NAMES[number], last_name="X").code
        play.opens(BEA, code)
        play.opens(SANNE, code)
    return date(2026, 3, 2)


def test_whose_turn_it_is_has_a_part_in_it_and_the_leader_has_not_yet(play: Play) -> None:
    monday = plays_a_week(play)
    with play.transaction() as uow:
        [school] = uow.staff.schools()
        codes = [header.code for header in uow.cases.all_open()]
    for code in codes:
        play.opens(KARIN, code)
        play.calls_in(FATIMA, code=code)
        play.opens(FATIMA, code)
    with play.transaction() as uow:
        found = {one.reader for one in unusual_in(uow, school.id, monday)}
    assert play.person(FATIMA).id in found
    assert not {play.person(KARIN).id, play.person(SANNE).id} & found


def test_the_weeks_overview_of_the_leader_counts_them_without_names_and_lets_them_look(play: Play) -> None:
    monday = plays_a_week(play)
    with play.transaction() as uow:
        codes = [header.code for header in uow.cases.all_open()]
    for code in codes:
        play.calls_in(FATIMA, code=code)
        play.opens(FATIMA, code)
    play.comes(date(2026, 3, 9))
    with play.transaction() as uow:
        week_overview(uow, uow.staff.schools()[0].id, play.now)
    [sent] = [message for message in play.messages() if message.kind == "week"]
    assert sent.recipient == play.person(FATIMA).id
    unusual = sent.payload["unusual"]
    assert unusual["count"] == 1
    with play.transaction() as uow:
        view = see_unusual(uow, actor_of(uow, FATIMA.identity), unusual["school"], unusual["monday"])
    assert view.first_day == monday
    assert [(view.people[one.reader].name, one.kind, len(one.cases)) for one in view.found] == [
        (FATIMA.name, ReadKind.MANY, 5)
    ]


@pytest.mark.parametrize("actor", [SANNE, KARIN, BEA, DIRK])
def test_only_the_leader_looks(play: Play, actor: Actor) -> None:
    with play.transaction() as uow:
        [school] = uow.staff.schools()

    def looks() -> object:
        with play.transaction() as uow:
            return see_unusual(uow, actor_of(uow, actor.identity), str(school.id), "2026-03-02")

    assert play.refused_to(looks) == {"": "unknown_action"}
