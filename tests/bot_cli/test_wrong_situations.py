"""Each wrong situation: exit status 1, one sentence with what is wrong and what to do, no traceback and no secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.bot_cli.wrong.house import GEHEIM, House, house
from tests.bot_cli.wrong.list import SITUATIONS
from tests.bot_cli.wrong.situation import Situation, pattern_of
from tests.databases import Postgres

CASES = [
    pytest.param(situation, command, id=f"{command}: {situation.what}")
    for situation in SITUATIONS
    for command in situation.commands
]


@pytest.fixture
def well(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[House]:
    def postgres() -> str:
        server: Postgres = request.getfixturevalue("postgres")
        database = server.create()
        request.addfinalizer(lambda: server.drop(database))
        return server.url(database)

    with house(monkeypatch, postgres) as found:
        yield found


def test_at_first_nothing_is_wrong(well: House) -> None:
    assert well.call("doctor") == (0, "Everything is in order.\n")


@pytest.mark.parametrize(("situation", "command"), CASES)
def test_it_is_said_in_one_sentence(
    well: House, situation: Situation, command: str, caplog: pytest.LogCaptureFixture
) -> None:
    situation.arrange(well)
    caplog.clear()
    status, said = well.call(*command.split())
    lines = [line for line in said.splitlines() if not re.match(r"[-\d]+T[\d:]+", line)]
    about = [line for line in lines if pattern_of(situation.says).search(line)]
    assert (status, len(about)) == (1, 1), said
    assert re.match(r"(Error: |- )\S", about[0])
    assert len(lines) == 1 + (situation.beside if command == "doctor" else 0), said
    for words in (said, caplog.text):
        assert "Traceback" not in words
        assert GEHEIM not in words and well.key not in words


def test_there_are_many(well: House) -> None:
    assert len({situation.what for situation in SITUATIONS}) == len(SITUATIONS) >= 40
