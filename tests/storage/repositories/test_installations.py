"""The token of each workspace: kept encrypted, each by itself; and the state of an install serves once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from meldcode.application.installations import install, uninstall
from meldcode.application.ports.installations import Installation
from meldcode.domain.errors import Refused
from storage.crypto.vault import Tampered
from storage.db.schema import installations, processed_requests
from storage.repositories.installations import STATE_LIFE
from storage.unit_of_work import Store
from tests.storage.conftest import NOW, WORKSPACE

HERE = Installation(WORKSPACE, "De Linde", "B1", "U0BOT", "xoxb-geheim-1", NOW)
THERE = replace(HERE, workspace="T0002", name="De Beuk", token="xoxb-geheim-2")
LATER = NOW + timedelta(minutes=5)


def all_of(store: Store) -> list[Installation]:
    with store.transaction() as uow:
        return uow.installations.all()


@pytest.fixture
def both(store: Store) -> Store:
    with store.transaction() as uow:
        uow.installations.save(HERE)
        uow.installations.save(THERE)
    return store


def test_each_workspace_has_its_own(both: Store) -> None:
    assert all_of(both) == [HERE, THERE]


def test_the_token_is_not_shown() -> None:
    assert HERE.token not in repr(HERE)


def test_a_new_installation_takes_the_place_of_the_old_one(both: Store) -> None:
    anew = replace(HERE, token="xoxb-nieuw", at=LATER)
    with both.transaction() as uow:
        uow.installations.save(anew)
    assert all_of(both) == [anew, THERE]


@pytest.mark.rule("G3")
def test_a_token_that_is_moved_to_another_workspace_does_not_open(both: Store, engine: Engine) -> None:
    with engine.begin() as connection:
        taken = connection.scalar(select(installations.c.content).where(installations.c.workspace == WORKSPACE))
        connection.execute(update(installations).values(content=taken))
    with pytest.raises(Tampered):
        all_of(both)


def test_only_the_one_that_is_removed_goes(both: Store) -> None:
    with both.transaction() as uow:
        uninstall(uow, WORKSPACE, NOW)
    assert all_of(both) == [THERE]


def test_what_was_installed_since_stays(both: Store) -> None:
    """Slack's word of an earlier removal may come late, or be played again."""
    with both.transaction() as uow:
        uninstall(uow, WORKSPACE, NOW - timedelta(seconds=1))
    assert all_of(both) == [HERE, THERE]


def test_a_workspace_with_staff_or_in_the_schools_file_is_welcome_and_no_stranger(store: Store) -> None:
    with store.transaction() as uow:
        install(uow, HERE, named=())
        install(uow, THERE, named=("T0002",))
        with pytest.raises(Refused) as refused:
            install(uow, replace(THERE, workspace="T0666"), named=("T0002",))
    assert refused.value.words == {"workspace": "T0666"}
    assert all_of(store) == [HERE, THERE]


def test_where_nothing_is_known_the_first_is_welcome_and_no_second(empty_store: Store) -> None:
    with empty_store.transaction() as uow:
        install(uow, THERE, named=())
        with pytest.raises(Refused):
            install(uow, HERE, named=())
        install(uow, THERE, named=())
    assert all_of(empty_store) == [THERE]


def test_a_state_serves_once(store: Store, engine: Engine) -> None:
    with store.transaction() as uow:
        state, other = uow.installations.new_state(NOW), uow.installations.new_state(NOW)
    with engine.connect() as connection:
        assert connection.execute(select(processed_requests)).all() == [], "who only asks for a state stores nothing"
    with store.transaction() as uow:
        assert uow.installations.use_state(state, LATER)
        assert not uow.installations.use_state(state, LATER)
        assert uow.installations.use_state(other, LATER)


def test_a_state_does_not_last(store: Store) -> None:
    with store.transaction() as uow:
        states = [uow.installations.new_state(NOW) for _ in range(2)]
        assert not uow.installations.use_state(states[0], NOW + STATE_LIFE)
        assert uow.installations.use_state(states[1], NOW + STATE_LIFE - timedelta(seconds=1))


@pytest.mark.parametrize("forged", ["", "-", "x", "1772443800-00-00", "é-é-é", "9" * 400])
def test_a_state_of_somebody_else_is_refused(store: Store, forged: str) -> None:
    with store.transaction() as uow:
        state = uow.installations.new_state(NOW)
        later = str(int(state.partition("-")[0]) + 1) + "-" + state.partition("-")[2]
        for wrong in (forged, later, state[:-1] + ("0" if state[-1] != "0" else "1")):
            assert not uow.installations.use_state(wrong, NOW)
