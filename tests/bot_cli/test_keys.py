"""`meldwijzer keys`: shares on paper, and another master key."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from itertools import combinations
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.main import main
from storage.crypto.vault import MasterKey, new_master_key
from tests.bot_cli.conftest import Cli


@pytest.fixture
def key() -> str:
    return new_master_key()


def words_on(sheet: str) -> str:
    """The words as somebody reads them from the sheet."""
    return " ".join(word for _, word in sorted((int(n), w) for n, w in re.findall(r"(\d+) ([a-z]+) *(?=\d|\n)", sheet)))


@pytest.fixture
def printed(cli: Cli, key: str) -> list[str]:
    result = cli("keys", "shares", MELDWIJZER_MASTER_KEY=key)
    assert result.exit_code == 0
    return result.stdout.split("\f")


def test_the_sheets_say_what_they_are_and_never_the_key(printed: list[str], key: str) -> None:
    assert len(printed) == 3
    for number, sheet in enumerate(printed, start=1):
        assert f"HERSTELBLAD {number} VAN 3" in sheet
        assert MasterKey.from_text(key).key_id in sheet
        assert "meldwijzer keys recover" in sheet
        assert len(words_on(sheet).split()) == 33
        assert key.strip("=") not in sheet
        assert max(map(len, sheet.splitlines())) <= 100
        assert "$" not in sheet


@pytest.mark.parametrize("pair", list(combinations(range(3), 2)))
def test_any_two_sheets_give_the_key_back(cli: Cli, printed: list[str], key: str, pair: tuple[int, int]) -> None:
    typed = "\n".join(words_on(printed[place]) for place in pair) + "\n"
    result = CliRunner().invoke(main, ["keys", "recover"], input=typed)
    assert (result.exit_code, result.stdout.strip()) == (0, key)
    assert MasterKey.from_text(key).key_id in result.stderr


def test_words_are_read_from_files_with_their_numbers(
    cli: Cli, printed: list[str], key: str, bare_environment: Path
) -> None:
    for place, sheet in enumerate(printed[1:]):
        lines = re.findall(r"^ +\d+ [a-z]+.*$", sheet, re.M)
        (bare_environment / f"{place}.txt").write_text("\n".join(lines).upper())
    result = cli("keys", "recover", "0.txt", "1.txt")
    assert (result.exit_code, result.stdout.strip()) == (0, key)


def test_one_sheet_alone_or_twice_or_with_another_keys_gives_nothing(cli: Cli, printed: list[str]) -> None:
    others = cli("keys", "shares", MELDWIJZER_MASTER_KEY=new_master_key()).stdout.split("\f")
    first = words_on(printed[0])
    mistyped = first.replace(first.split()[7], "academic", 1)
    for second in (first, words_on(others[1]), "geheim", mistyped, "\u00e9\u00e9n twee"):
        result = CliRunner().invoke(main, ["keys", "recover"], input=f"{first}\n{second}\n")
        assert result.exit_code == 1
        assert "These words give no key." in result.stderr
        assert result.stdout == ""
        assert "geheim" not in result.stderr.partition("Error:")[2]


def test_a_file_that_is_no_text_gives_nothing(cli: Cli, printed: list[str], bare_environment: Path) -> None:
    for encoding in ("utf-16", "latin-1"):
        (bare_environment / "1.txt").write_bytes(f"\u00e9 {words_on(printed[0])}".encode(encoding))
        result = cli("keys", "recover", "1.txt", "1.txt")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "These words give no key." in result.stderr


def test_the_newest_of_several_keys_is_printed(cli: Cli, key: str) -> None:
    result = cli("keys", "shares", MELDWIJZER_MASTER_KEY=f"{key}\n{new_master_key()}")
    assert MasterKey.from_text(key).key_id in result.stdout


@pytest.mark.parametrize("setting", ["", "geheim"])
def test_without_a_key_there_are_no_sheets(cli: Cli, setting: str) -> None:
    result = cli("keys", "shares", MELDWIJZER_MASTER_KEY=setting)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "geheim" not in result.stderr


def test_a_rotation_by_hand_step_by_step(cli: Cli, key: str, bare_environment: Path) -> None:
    file, new = bare_environment / "master.key", new_master_key()
    setting = {"MELDWIJZER_MASTER_KEY_FILE": str(file), "DATABASE_URL": f"sqlite:///{bare_environment / 'm.db'}"}
    file.write_text(key)
    cli("doctor", **setting)
    file.write_text(f"{new}\n{key}\n")
    assert "1 key(s) are still wrapped by an older master key" in cli("doctor", **setting).stdout
    result = cli("keys", "rotate", **setting)
    assert result.exit_code == 0
    assert f"All keys are wrapped by the master key {MasterKey.from_text(new).key_id} now." in result.stdout
    file.write_text(f"{new}\n")
    assert "master key" not in cli("doctor", **setting).stdout
    assert cli("verify", **setting).stdout == "All chains are whole.\n"
    file.write_text(f"{key}\n")
    refused = cli("verify", **setting)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "this master key does not open the database's keys" in refused.stderr
    assert not any(secret in refused.stderr for secret in (key, new))


@pytest.mark.parametrize("command", [["verify"], ["keys", "rotate"]])
def test_where_there_is_no_database_none_is_made(
    cli: Cli, key: str, bare_environment: Path, command: list[str]
) -> None:
    file = bare_environment / "m.db"
    result = cli(*command, MELDWIJZER_MASTER_KEY=key, DATABASE_URL=f"sqlite:///{file}")
    assert (result.exit_code, "There is no database" in result.stderr, file.exists()) == (1, True, False)


def test_a_rotation_ends_when_the_old_keys_are_wiped(
    cli: Cli, key: str, bare_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cli.keys.sleep", lambda _seconds: None)
    database, new = bare_environment / "m.db", new_master_key()
    setting = {"DATABASE_URL": f"sqlite:///{database}"}
    cli("doctor", **setting, MELDWIJZER_MASTER_KEY=key)
    setting["MELDWIJZER_MASTER_KEY"] = f"{new}\n{key}"
    with closing(sqlite3.connect(database)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM secrets").fetchall()
        held_up = cli("keys", "rotate", **setting)
    assert (held_up.exit_code, "the old ones are still in the files" in held_up.stderr) == (1, True)
    assert cli("keys", "rotate", **setting).exit_code == 0
