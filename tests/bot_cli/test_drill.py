"""A rehearsal: the server is gone. On a new machine, with a backup and two sheets of paper, everything can be read."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import sleep

import pytest
from click.testing import CliRunner

from bot.cli.main import main
from bot.settings import Settings
from bot.store import open_store
from meldcode.application.ports.cases import NewEntry
from meldcode.domain.case.state import Entry, Pupil, State
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity
from storage.integrity.private_files import staging_folder
from storage.schools import PersonConfig, SchoolConfig, apply_schools
from storage.unit_of_work import Store
from tests.bot_cli.conftest import Cli
from tests.bot_cli.test_keys import words_on

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
NOOR = Pupil("Noor", "Jansen", "5")
SCHOOL = SchoolConfig("De Linde", "noord", (), (PersonConfig("U1", "Sanne", frozenset({Role.TEACHER})),))


@contextmanager
def store_of(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with monkeypatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        engine, store = open_store(Settings())
    yield store
    engine.dispose()


@pytest.fixture
def machine(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a server on which one case was written."""
    (tmp_path / "old").mkdir()
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'old' / 'm.db'}",
        "MELDWIJZER_MASTER_KEY_FILE": str(tmp_path / "old" / "master.key"),
    }
    (tmp_path / "old" / "master.key").write_text(cli("keys", "new").stdout)
    with store_of(environment, monkeypatch) as store:
        apply_schools(store, [SCHOOL], "T1", NOW)
        with store.transaction(NOW) as uow:
            sanne = uow.staff.by_identity(Identity("slack", "T1", "U1"))
            assert sanne
            case = uow.cases.open(next(iter(sanne.memberships)), uow.plans.current(), NOOR, sanne.id, NOW)
            entry = Entry(1, "signal", sanne.id, Role.TEACHER, NOW, {"what": "Stil"})
            uow.cases.append(case, NewEntry(entry, State(case.step), None, "V1"))
    return environment


def test_backup_and_two_sheets_give_everything_back(
    cli: Cli, machine: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets = cli("keys", "shares", **machine).stdout.split("\f")
    made = cli("backup", "maandag", **machine)
    assert (made.exit_code, made.stdout) == (
        0,
        "1 case(s) with 1 entries: maandag, and the keys apart: maandag.keys.\n",
    )
    for path in (tmp_path / "old").iterdir():
        path.unlink()

    typed = f"{words_on(sheets[2])}\n{words_on(sheets[0])}\n"
    key = CliRunner().invoke(main, ["keys", "recover"], input=typed).stdout.strip()
    new = {"DATABASE_URL": f"sqlite:///{tmp_path / 'new' / 'm.db'}", "MELDWIJZER_MASTER_KEY": key}
    restored = cli("restore", "maandag", **new)
    assert restored.exit_code == 0, restored.output
    assert restored.stdout.startswith("1 case(s) with 1 entries, as they were on ")
    assert cli("verify", **new).stdout == "All chains are whole.\n"
    with store_of(new, monkeypatch) as store, store.transaction(NOW) as uow:
        [case] = uow.cases.all_open()
        contents = uow.cases.contents(case.id)
        assert (contents.pupil, contents.entries[0].answers) == (NOOR, {"what": "Stil"})
    again = cli("restore", "maandag", **new)
    assert (again.exit_code, "The database is not empty." in again.stderr) == (1, True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_stop_leaves_nothing_beside_the_backup(
    cli: Cli, machine: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    def stopped(*_: object) -> None:
        with staging_folder(folder / "maandag") as staging:
            (staging / "keys").write_bytes(b"secret")
            os.kill(os.getpid(), number)
            sleep(5)

    monkeypatch.setattr("bot.cli.data.back_up", stopped)
    assert cli("backup", str(folder / "maandag"), **machine).exit_code == 128 + number
    assert list(folder.iterdir()) == []


def test_what_cannot_be_restored_is_said_in_a_sentence(cli: Cli, machine: dict[str, str], tmp_path: Path) -> None:
    cli("backup", "maandag", **machine)
    new = {"DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}", "MELDWIJZER_MASTER_KEY": cli("keys", "new").stdout}
    wrong_key = cli("restore", "maandag", **new)
    assert (wrong_key.exit_code, "The master key cannot be used" in wrong_key.stderr) == (1, True)
    missing = cli("restore", "dinsdag", **machine)
    assert (missing.exit_code, "There is no file dinsdag" in missing.stderr) == (1, True)
    taken = cli("backup", "maandag", **machine)
    assert (taken.exit_code, "maandag exists already" in taken.stderr) == (1, True)


def test_tampering_is_told_by_case_and_entry_and_without_content(
    cli: Cli, machine: dict[str, str], tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "old" / "m.db")) as file, file:
        [(code,)] = file.execute("SELECT code FROM cases").fetchall()
        file.execute("UPDATE entries SET payload = 'x'")
    result = cli("verify", **machine)
    assert (result.exit_code, result.stdout) == (1, f"- {code}, entry 1: changed, or put in the place of another\n")
    mistyped = cli("backup", "dinsdag", **machine)
    assert (mistyped.exit_code, "The database cannot be copied" in mistyped.stderr) == (1, True)
    with closing(sqlite3.connect(tmp_path / "old" / "m.db")) as file, file:
        file.execute("UPDATE entries SET payload = X'00'")
    made = cli("backup", "dinsdag", **machine)
    assert made.exit_code == 1
    assert f"not whole:\n- {code}, entry 1" in made.stdout
    assert (tmp_path / "dinsdag").exists()


def test_an_anchor_shows_what_the_chain_alone_cannot(cli: Cli, machine: dict[str, str], tmp_path: Path) -> None:
    anchor = tmp_path / "anchor"
    assert cli("verify", "--write", str(anchor), **machine).exit_code == 0
    with closing(sqlite3.connect(tmp_path / "old" / "m.db")) as file, file:
        [(code,)] = file.execute("SELECT code FROM cases").fetchall()
        file.execute("DELETE FROM entries")
        file.execute("UPDATE cases SET version = 0, head = zeroblob(32)")
    assert cli("verify", **machine).stdout == "All chains are whole.\n"
    lost = f"- {code}, entry 1: cut off, with all that came after it\n"
    before = anchor.read_text()
    for words in (["--against", str(anchor)], ["--write", str(anchor)]):
        assert (result := cli("verify", *words, **machine)).exit_code == 1
        assert result.stdout == lost
    assert anchor.read_text() == before
    setting = machine | {"MELDWIJZER_ANCHOR_FILE": str(anchor)}
    assert (cli("verify", **setting).stdout, lost in cli("doctor", **setting).stdout) == (lost, True)
    anchor.write_text("x")
    assert "was changed" in cli("verify", **setting).stderr
    assert "was changed" in cli("doctor", **setting).stdout
    anchor.unlink()
    for command in ("verify", "doctor"):
        assert (result := cli(command, **setting)).exit_code == 1
        assert "- The anchor anchor is gone; the last one was written at" in result.stdout
    assert cli("verify", "--write", str(anchor), **setting).exit_code == 0
    assert cli("verify", **setting).stdout == "All chains are whole.\n"
