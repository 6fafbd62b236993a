"""How often the database is asked: on a server each statement is a journey, so more of them is slower everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from handlers.platform import limits
from handlers.platform.home_page import home_page
from meldcode.application import home
from meldcode.application.actor import actor_of, on_behalf_of
from meldcode.application.case_people import shown_to
from meldcode.application.cases.record_entry import Saved, record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.application.jobs.reminders import send_due_reminders
from meldcode.domain.worklist import ListedCase
from storage.unit_of_work import StoredUnitOfWork
from tests.meldcode.playing import BEA, FATIMA, KARIN, SANNE, Actor, Play

OF_THE_TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE")


@contextmanager
def statements(play: Play) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(OF_THE_TRANSACTION):
            asked.append(statement)

    event.listen(play.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(play.engine, "before_cursor_execute", note)


def test_a_first_signal_asks_the_database_ten_times(play: Play) -> None:
    play.signal(by=SANNE)
    answers = {**play.filled("signal", by=SANNE), "first_name": "Daan", "last_name": "Prins", "group": "4"}
    with play.transaction() as uow, statements(play) as asked:
        saved = record_entry(uow, actor_of(uow, SANNE.identity), RecordEntry("another view", "", answers), play.now)
    assert isinstance(saved, Saved)
    assert len(saved.notified) > 1
    assert len(asked) <= 10, asked
    assert not [one for one in asked if "drafts" in one and "DELETE" in one], "it was read that none is kept"
    assert sum("INTO outbox" in one for one in asked) == 1, "messages to several people go in one"


@pytest.mark.parametrize(("who", "times"), [(SANNE, 8), (KARIN, 9), (FATIMA, 11)])
def test_a_home_tab_asks_the_database_a_few_times(play: Play, who: Actor, times: int) -> None:
    play.signal(by=SANNE)
    for _ in range(2):  # the first time reads the staff
        with play.transaction() as uow, statements(play) as asked:
            assert on_behalf_of(who.identity, home_page)(uow, play.now).person.name == who.name
    assert len(asked) <= times, asked


@pytest.mark.parametrize("who", [SANNE, KARIN, BEA, FATIMA])
def test_the_week_that_is_found_among_the_cases_is_the_one_that_would_be_asked_for(
    play: Play, who: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, step in (("Daan", "signals"), ("Lotte", "consult"), ("Mo", "talk"), ("Evi", "weigh")):
        play.signal(by=SANNE, first_name=name, last_name=f"van {name}hof")
        play.reach(step)
        play.now += timedelta(days=2)
    with play.transaction() as uow:
        found = on_behalf_of(who.identity, home_page)(uow, play.now).week
        monkeypatch.setattr(home, "due_until", lambda _, until: asked_for(uow, who, until))
        assert found == on_behalf_of(who.identity, home_page)(uow, play.now).week
        assert found and (found.due or who not in (SANNE, KARIN))


def asked_for(uow: StoredUnitOfWork, who: Actor, until: date) -> list[ListedCase]:
    shown = shown_to(uow, actor_of(uow, who.identity).person)
    return uow.worklists.due(shown.assignees, until, limits.HOME.week + 1, shown.hidden)


@pytest.mark.parametrize(("days", "times"), [(1, 5), (7, 8)], ids=["reminds", "calls the school leader in"])
def test_each_case_more_in_a_tick_asks_the_database_a_few_times(play: Play, days: int, times: int) -> None:
    asked_by_count: list[int] = []
    for name in ("Noor", "Daan"):
        play.signal(by=SANNE, first_name=name)
        later = play.now + timedelta(days=days)
        with play.store.transaction(later) as uow, statements(play) as asked:
            assert send_due_reminders(uow, later, 50, fail) == len(asked_by_count) + 1
            asked_by_count.append(len(asked))
            uow.session.connection.rollback()
    assert asked_by_count[1] - asked_by_count[0] <= times, asked


def fail(error: Exception) -> None:
    raise error
