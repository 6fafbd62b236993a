"""The end of a case (promise 8): how long it is kept, who is warned, who can keep it for longer, and what remains."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from meldcode.application.jobs.retention import end_next_case
from meldcode.domain.case.asked import offered
from meldcode.domain.case.state import Status
from meldcode.domain.errors import Refused
from meldcode.domain.retention import term_of, years_later
from meldcode.domain.staff import School
from storage.db.schema import cases
from storage.repositories.retention import CONTENT
from tests.meldcode.playing import BEA, FATIMA, IRIS, KARIN, MEHMET, SANNE, Actor, Play


def closed(play: Play) -> None:
    """The case is closed in the first days of March 2026."""
    play.reach("talk")
    play.record("safety", by=KARIN, danger_by_talk="no", pupil_able="with_us")
    play.record("pupil_talk", by=KARIN)
    play.record("parents_talk", by=KARIN, suspicion="gone")
    play.record("talk_agreed", by=FATIMA)
    assert play.state().status is Status.CLOSED


def works(play: Play) -> set[Actor]:
    """The hourly look at cases whose term ends; returns who was told."""
    before = len(play.messages())
    trouble: list[Exception] = []
    for _ in range(20):
        with play.transaction() as uow:
            if not end_next_case(uow, play.now, trouble.append):
                break
    else:
        raise AssertionError("it comes to no end")
    assert not trouble
    return {play.actors[row.recipient] for row in play.messages()[before:]}


def row(play: Play):  # type: ignore[no-untyped-def]
    with play.engine.connect() as connection:
        return connection.execute(select(cases)).one()


def school(play: Play) -> School:
    with play.transaction() as uow:
        return uow.staff.schools()[0]


def comes(play: Play, year: int, month: int, day: int) -> None:
    play.comes(date(year, month, day))


def test_the_term_ends_at_the_opening_of_a_school_day_two_years_after_closing(play: Play) -> None:
    closed(play)
    term = term_of(play.plan, play.state(), school(play))
    assert term is not None
    assert (term.outcome, term.closed_at) == ("suspicion_gone", play.entries()[-1].written_at)
    assert term.destroy_at == row(play).destroy_at == datetime(2028, 3, 2, 7, 30, tzinfo=UTC)
    assert (row(play).closed_at, row(play).outcome) == (term.closed_at, "suspicion_gone")
    assert play.opens(KARIN).kept_until == term.destroy_at


@pytest.mark.parametrize(
    ("year", "month", "day", "later"), [(2028, 2, 29, date(2030, 3, 1)), (2026, 5, 4, date(2028, 5, 4))]
)
def test_two_years_later(year: int, month: int, day: int, later: date) -> None:
    assert years_later(date(year, month, day), 2) == later


def test_beyond_the_known_vacations_the_day_itself_stands_and_nothing_is_lost(play: Play) -> None:
    closed(play)
    outcome = play.plan.outcomes[0].model_copy(update={"retention_years": 20})
    plan = play.plan.model_copy(update={"outcomes": (outcome,)})
    term = term_of(plan, play.state(), school(play))
    assert term is not None
    assert term.destroy_at.date() == date(2046, 3, 2)


def test_a_reopening_clears_the_term(play: Play) -> None:
    closed(play)
    play.signal(same_as=play.code)
    assert play.state().status is Status.OPEN
    assert (row(play).closed_at, row(play).outcome, row(play).destroy_at, row(play).end_due) == (None,) * 4
    comes(play, 2028, 4, 3)
    assert works(play) == set()
    assert play.entries()


def test_those_in_charge_are_warned_a_month_and_a_week_before_each_once_and_then_it_is_destroyed(play: Play) -> None:
    closed(play)
    told = []
    day = date(2028, 1, 3)
    while day < date(2028, 3, 7):
        play.comes(day)
        told += [(day, works(play)), (day, works(play))]
        day += timedelta(days=1)
    assert [(day, people) for day, people in told if people] == [
        (date(2028, 2, 1), {KARIN, FATIMA}),
        (date(2028, 2, 28), {KARIN, FATIMA}),  # the first day after the vacation: they still have a week then
    ]
    assert row(play).destroyed_at == play.now


def test_nothing_is_destroyed_of_which_nobody_was_warned_a_week_ahead(play: Play) -> None:
    closed(play)
    comes(play, 2028, 9, 4)  # nobody ran the program for half a year
    assert works(play) == {KARIN, FATIMA}
    assert works(play) == set()
    comes(play, 2028, 9, 8)
    assert works(play) == set()
    assert play.entries()
    comes(play, 2028, 9, 11)
    assert works(play) == set()
    assert row(play).status == Status.DESTROYED


def test_nobody_is_warned_and_nothing_destroyed_outside_school_hours(play: Play) -> None:
    closed(play)
    play.now = datetime(2028, 2, 1, 21, tzinfo=UTC)
    assert works(play) == set()
    comes(play, 2028, 2, 5)  # a Saturday
    assert works(play) == set()
    comes(play, 2028, 2, 7)
    assert works(play) == {KARIN, FATIMA}


def test_without_anybody_to_warn_nothing_is_destroyed(play: Play) -> None:
    closed(play)
    play.misses(KARIN, FATIMA)
    for day in (date(2028, 3, 6), date(2028, 3, 20), date(2028, 9, 4)):
        play.comes(day)
        assert works(play) == set()
    assert row(play).status == Status.CLOSED
    play.employs(IRIS)
    comes(play, 2028, 9, 11)
    assert works(play) == {IRIS}


def test_a_hold_keeps_it_until_the_day_and_the_warnings_come_anew(play: Play) -> None:
    closed(play)
    comes(play, 2028, 2, 28)
    works(play)
    held = play.record("kept_longer", by=FATIMA, keep_until=date(2029, 3, 5), why_kept="Er loopt een onderzoek.")
    assert held.state.status is Status.CLOSED
    assert row(play).destroy_at == datetime(2029, 3, 5, 7, 30, tzinfo=UTC)
    comes(play, 2028, 3, 6)
    assert works(play) == set()
    comes(play, 2029, 2, 5)
    assert works(play) == {KARIN, FATIMA}
    comes(play, 2029, 2, 26)
    assert works(play) == {KARIN, FATIMA}
    comes(play, 2029, 3, 5)
    works(play)
    assert row(play).status == Status.DESTROYED


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (date(2028, 3, 2), "held_already 02-03-2028"),
        (date(2030, 2, 2), "held_too_long 01-02-2030"),
    ],
)
def test_a_hold_is_limited(play: Play, until: date, said: str) -> None:
    closed(play)
    comes(play, 2028, 2, 1)
    assert play.refused("kept_longer", by=KARIN, keep_until=until) == {"keep_until": said}
    play.record("kept_longer", by=KARIN, keep_until=date(2030, 2, 1))


@pytest.mark.rule("G1")
@pytest.mark.parametrize("actor", [SANNE, BEA])
def test_only_those_in_charge_can_hold_a_case(play: Play, actor: Actor) -> None:
    closed(play)
    play.calls_in(BEA)
    refused = play.refused("kept_longer", by=actor, keep_until=date(2028, 3, 6))
    assert refused == {"": "role_may_not care_coordinator school_leader"}


def test_an_open_case_cannot_be_held(play: Play) -> None:
    play.reach("talk")
    assert "kept_longer" not in {record.id for record in offered(play.plan, play.state())}
    assert play.refused("kept_longer", by=KARIN, keep_until=date(2028, 3, 6)) == {"": "not_now"}
    with pytest.raises(Refused):
        play.form("kept_longer", by=KARIN)


def test_after_it_nothing_remains_but_the_bare_fact(play: Play) -> None:
    closed(play)
    _ends(play)
    with play.engine.connect() as connection:
        assert [table.name for table in CONTENT if connection.execute(select(table)).first()] == []
    left = row(play)
    assert (left.code, left.plan, left.outcome, left.status) == (play.code, "heutink", "suspicion_gone", "destroyed")
    assert (left.pupil, left.indexed, left.head, left.step) == (b"", 0, b"", "")
    assert {left.opened_at.astimezone(UTC).hour, left.closed_at.astimezone(UTC).hour} == {23}  # days, without a time
    assert left.tombstone


def test_readers_are_told_that_it_was_destroyed_and_others_nothing(play: Play) -> None:
    closed(play)
    _ends(play)
    for actor in (KARIN, BEA, FATIMA):
        assert play.refused_to(lambda actor=actor: play.opens(actor))[""] == "destroyed"  # type: ignore[misc]
    for actor in (SANNE, MEHMET):
        assert play.refused_to(lambda actor=actor: play.opens(actor))[""] == "no_such_case"  # type: ignore[misc]


def test_a_form_that_was_open_at_that_moment_gets_a_clear_sentence(play: Play) -> None:
    closed(play)
    seen = play.header().version
    _ends(play)
    assert play.refused("correction", by=KARIN, seen=seen, refers_to=1) == {"": "destroyed"}


def test_a_new_signal_about_the_same_pupil_then_begins_a_new_case(play: Play) -> None:
    closed(play)
    _ends(play)
    old = play.code
    assert play.signal().code != old


def test_joined_cases_follow_the_one_they_belong_to(play: Play) -> None:
    closed(play)
    root = play.code
    other = play.signal(by=MEHMET).code
    play.joins(KARIN, root, other)
    with play.engine.connect() as connection:
        of_code = {r.code: r for r in connection.execute(select(cases))}
    kept, joined = (root, other) if of_code[other].status == "joined" else (other, root)
    play.code = kept
    _close_again(play)
    with play.engine.connect() as connection:
        assert connection.execute(select(cases.c.destroy_at).where(cases.c.code == joined)).scalar() is None
    _ends(play)
    with play.engine.connect() as connection:
        assert set(connection.scalars(select(cases.c.status))) == {Status.DESTROYED}
        assert [table.name for table in CONTENT if connection.execute(select(table)).first()] == []


def _close_again(play: Play) -> None:
    """Whatever step it stands at, it is closed."""
    while play.state().status is Status.OPEN:
        play.proceed(danger_by_talk="no", pupil_able="with_us", suspicion="gone")


def test_a_case_that_closed_before_terms_were_known_gets_one(play: Play) -> None:
    closed(play)
    with play.engine.begin() as connection:
        connection.execute(update(cases).values(closed_at=None, outcome=None, destroy_at=None, end_due=None))
    works(play)
    assert (row(play).outcome, row(play).destroy_at) == ("suspicion_gone", datetime(2028, 3, 2, 7, 30, tzinfo=UTC))


def test_a_case_that_was_reopened_behind_the_rows_back_survives(play: Play) -> None:
    """The row alone decides nothing: the entries are folded anew in the transaction that destroys."""
    closed(play)
    end = row(play)
    play.signal(same_as=play.code)
    with play.engine.begin() as connection:
        connection.execute(
            update(cases).values(status="closed", destroy_at=end.destroy_at, end_due=end.end_due, end_warnings=2)
        )
    comes(play, 2028, 4, 3)
    works(play)
    assert play.entries()
    assert row(play).destroyed_at is None


def test_a_case_that_cannot_be_read_is_let_be_and_holds_up_no_other(play: Play) -> None:
    closed(play)
    first = play.code
    play.code = ""
    play.signal(by=MEHMET, first_name="Piet")
    _close_again(play)
    with play.engine.begin() as connection:
        connection.execute(update(cases).where(cases.c.code == first).values(pupil=b"\x01" + bytes(80)))
    comes(play, 2028, 3, 20)
    trouble: list[Exception] = []
    for _ in range(5):
        with play.transaction() as uow:
            end_next_case(uow, play.now, trouble.append)
    assert len(trouble) == 1
    assert {message.payload["code"] for message in play.messages() if message.kind == "ending"} == {play.code}


def _ends(play: Play) -> None:
    """The term of the case ends, and it is destroyed."""
    for day in (date(2028, 9, 4), date(2028, 9, 11)):
        play.comes(day)
        works(play)
    assert row_of(play).status == Status.DESTROYED


def row_of(play: Play):  # type: ignore[no-untyped-def]
    with play.engine.connect() as connection:
        return connection.execute(select(cases).where(cases.c.code == play.code)).one()
