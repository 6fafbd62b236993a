"""What the command says of what it is asked: a wrong name is no year in which all is well."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from unittest.mock import Mock, patch

import pytest

from storage.db.engine import make_engine
from storage.db.migrate import is_current
from tests.databases import Postgres
from tests.year import __main__ as command
from tests.year.command import several, shrink
from tests.year.drawn.options import Options
from tests.year.drawn.seeds import tiny
from tests.year.judging.by_hand import SIGNAL, TOLD, a_tuesday
from tests.year.judging.log import Log
from tests.year.judging.oracle import Finding

LOST = "2027-02-19 09:58 lost: Merk00001"
FINDING = Finding(datetime(2027, 2, 19, 9, 58, tzinfo=UTC), "lost", "Merk00001")


def _run(*words: str) -> int:
    with patch("sys.argv", ["python -m tests.year", *words]):
        return command.main()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--tiny --broken a-day-to-late", "nothing is called a-day-to-late"),
        ("--faults kill,fire", "nothing is called fire; see --help"),
        ("--faults ,", "a name is empty"),
        ("--schools 6", "a number from 1 to 5"),
        ("--seeds 2 --processes 0", "a number from 1 to"),
        ("--tiny --days 3", "a number from 8"),
        ("--tiny --people 7", "a number from 8 to 714"),
        ("--tiny --people 715", "a number from 8 to 714"),
        ("--tiny --first-day gisteren", "a day as 2026-08-01"),
        ("--tiny --first-day 2027-12-20", "the oracle knows the vacations from 2025-08-01 to 2027-12-31"),
        ("--tiny --first-day 9999-12-31", "the oracle knows the vacations"),
        ("--first-day 2025-07-31", "the oracle knows the vacations"),
        ("--days 600", "the oracle knows the vacations"),
        ("--tiny --log one --story ./one", "name two files"),
        ("--tiny --short", "not allowed with"),
        ("--tiny --seeds 2 --database postgresql://somewhere", "--seeds takes no --database"),
        ("--tiny --seeds 2 --faults kill --schools 2 --log log", "--seeds takes no --faults, --log, --schools"),
        ("--tiny --shrink --seeds 2", "--seeds takes no --shrink"),
        ("--tiny --shrink --story page.html", "--shrink takes no --story"),
        ("--shrink", "add --tiny or --short"),
        ("--tiny --state played", "one year takes no --state"),
        ("--broken week-forgotten --seeds 2", "add --tiny"),
        ("--tiny --broken all --processes 4", "takes no --processes"),
        ("--database nonsense", "only PostgreSQL"),
        ("--database postgresql:nonsense", "the database URL cannot be read"),
        ("--database sqlite:///one.db", "only PostgreSQL"),
        ("--database postgresql://me:secret@127.0.0.1:9/none", "no database answers there"),
        ("--seeds 2 --state nowhere/played", "its folder is not there"),
        ("--log nowhere/log", "its folder is not there"),
        ("--story .", "it is a folder itself"),
    ],
)
def test_what_cannot_be_played_is_refused(
    words: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        _run(*words.split())
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert said in error
    assert "secret" not in error
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("kept", ["# Notes\ntiny 3: well\n", "notes", "tiny 3: well\nnotes\ntiny 4: well\n"])
def test_a_file_with_something_else_in_it_keeps_it(
    kept: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes"
    file.write_text(kept, encoding="utf-8")
    with pytest.raises(SystemExit):
        _run("--tiny", "--seed", "3", "--seeds", "1", "--state", str(file))
    assert "has something else in it; name another file" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == kept


def test_a_database_with_something_in_it_is_refused(postgres: Postgres, capsys: pytest.CaptureFixture[str]) -> None:
    name = postgres.create()
    with pytest.raises(SystemExit):
        _run("--tiny", "--database", postgres.url(name))
    postgres.drop(name)
    assert "this database is not empty" in capsys.readouterr().err


def test_an_empty_database_gets_the_tables_of_the_program(postgres: Postgres) -> None:
    name = postgres.create("template1")
    _options_of(f"--tiny --database {postgres.url(name)}")
    engine = make_engine(postgres.url(name))
    assert is_current(engine)
    engine.dispose()
    postgres.drop(name)


def _options_of(words: str) -> Options:
    asked: list[Options] = []

    def played(options: Options) -> tuple[None, list[Finding]]:
        asked.append(options)
        return None, []

    with patch.object(command, "played", played):
        _run(*words.split())
    return asked[0]


def test_what_is_said_of_a_tiny_year_replaces_what_its_seed_has() -> None:
    drawn, asked = tiny(3), _options_of("--tiny --seed 3 --faults kill --schools 3 --plan landelijk --days 9")
    assert (asked.faults, asked.schools, asked.plan, asked.is_any_plan) == (("kill",), 3, "landelijk", False)
    assert (asked.size.days, asked.size.people, asked.first_day) == (9, drawn.size.people, drawn.first_day)
    assert _options_of("--tiny --seed 3") == drawn
    assert _options_of("--tiny --seed 4 --faults none") == replace(tiny(4), faults=())


def test_a_whole_year_is_one_of_40_people_unless_another_is_asked_for() -> None:
    asked = _options_of("--first-day 2026-09-28 --characters never")
    assert (asked.size.people, asked.size.days, asked.first_day) == (40, 365, date(2026, 9, 28))
    assert (asked.size.characters, asked.size.part_time, asked.faults) == (("never",), 0, ())


@pytest.mark.parametrize(("line", "code"), [("tiny 3: well", 0), (f"tiny 3: {LOST}", 1)])
def test_what_was_found_before_still_counts(
    line: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    state.write_text(f"{line}\n", encoding="utf-8")
    assert _run("--tiny", "--seed", "3", "--seeds", "1", "--state", str(state)) == code
    assert state.read_text(encoding="utf-8") == f"{line}\n"
    said = capsys.readouterr().out
    assert said.startswith("played before: 1\n")
    assert (LOST in said) == bool(code)


def _played(options: Options, _broken: str = "") -> tuple[Log, list[Finding]]:
    """Year 4 ends the program, year 5 loses a text, and all others are well."""
    if options.seed == 4:
        raise RuntimeError
    return a_tuesday(SIGNAL, *TOLD), [FINDING] if options.seed == 5 else []


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Years that take no time, in processes that begin with what this one has."""
    monkeypatch.setattr(several, "get_context", lambda _way: get_context("fork"))
    for module in (several, command):
        monkeypatch.setattr(module, "played", _played)


@pytest.mark.usefixtures("stubbed")
def test_a_year_that_crashes_is_named_and_the_others_are_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "state"
    assert _run("--tiny", "--seed", "3", "--seeds", "4", "--state", str(state)) == 1
    lines = ["tiny 3: well", "tiny 4: crash: RuntimeError", f"tiny 5: {LOST}", "tiny 6: well"]
    assert state.read_text(encoding="utf-8").splitlines() == lines
    said = capsys.readouterr().out
    assert "  again: python -m tests.year --tiny --seed 4\n" in said
    assert "  again: python -m tests.year --tiny --seed 5 --shrink\n" in said


@pytest.mark.usefixtures("stubbed")
@pytest.mark.parametrize("torn", ["tiny 4", "tiny 4: we", "tiny 4\n", "\n"])
def test_a_year_whose_line_was_torn_is_played_again(torn: str, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text(f"tiny 3: well\n{torn}", encoding="utf-8")
    assert _run("--tiny", "--seed", "3", "--seeds", "2", "--state", str(state)) == 1
    assert state.read_text(encoding="utf-8") == "tiny 3: well\ntiny 4: crash: RuntimeError\n"


@pytest.mark.usefixtures("stubbed")
def test_a_fault_on_purpose_is_not_found_by_a_crash(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--tiny", "--seed", "4", "--seeds", "1", "--broken", "week-forgotten") == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("week-forgotten: not found\n", "week-forgotten: 4: crash: RuntimeError\n")
    assert _run("--tiny", "--seed", "4", "--seeds", "2", "--broken", "week-forgotten") == 0
    again = "  again: python -m tests.year --tiny --seed 5 --broken week-forgotten --shrink"
    assert capsys.readouterr().out == f"week-forgotten: 5: {LOST}\n{again}\n"
    assert _run("--tiny", "--seed", "5", "--seeds", "1", "--broken", "doctor-trusts-the-disk") == 0
    assert "--broken doctor-trusts-the-disk --faults full --shrink\n" in capsys.readouterr().out
    assert _run("--tiny", "--seed", "5", "--seeds", "1", "--broken", "excluded-in-the-counts") == 0
    assert "--broken excluded-in-the-counts --days 40 --shrink\n" in capsys.readouterr().out


@pytest.mark.usefixtures("stubbed")
@pytest.mark.parametrize(("seed", "said"), [("3", "tiny 3: well\n"), ("5", f"{LOST}\n  with --shrink: ")])
def test_one_year_says_how_it_was_also_when_its_files_cannot_be_written(
    seed: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "write_text", Mock(side_effect=OSError))
    with pytest.raises(OSError):
        _run("--tiny", "--seed", seed, "--log", str(tmp_path / "log"))
    assert capsys.readouterr().out.startswith(said)


def test_a_year_that_is_well_is_said_to_be_when_it_is_shrunk(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shrink, "played", _played)
    assert _run("--tiny", "--seed", "3", "--shrink") == 0
    assert capsys.readouterr().out == "tiny 3: well\n"
    assert _run("--tiny", "--seed", "5", "--shrink") == 1
    assert capsys.readouterr().out.startswith("from __future__")


def test_years_that_are_played_at_once_are_told_in_order(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert _run("--tiny", "--seed", "3", "--seeds", "2", "--processes", "2", "--state", str(state)) == 0
    assert state.read_text(encoding="utf-8") == "tiny 3: well\ntiny 4: well\n"


def test_a_command_that_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    """Ctrl-C goes to all its processes. What was played is kept, and no folder with a database and keys is left."""
    state, folder = tmp_path / "state", tmp_path / "folder"
    folder.mkdir()
    words = [sys.executable, "-m", "tests.year", "--tiny", "--seeds", "40", "--processes", "1", "--state", str(state)]
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background does not hear it
    command = subprocess.Popen(
        words, stderr=subprocess.PIPE, text=True, start_new_session=True, env={**os.environ, "TMPDIR": str(folder)}
    )
    signal.signal(signal.SIGINT, heard)
    try:
        until = time.monotonic() + 120
        while not state.exists() and time.monotonic() < until:
            time.sleep(0.1)
        os.killpg(command.pid, signal.SIGINT)
        assert (command.communicate(timeout=60)[1], command.returncode) == ("", 130)
    finally:
        command.kill()
    assert state.read_text(encoding="utf-8").startswith("tiny 1: well\n")
    assert [*folder.iterdir()] == []
