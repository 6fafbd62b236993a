"""A folder that cannot be used: one sentence that names it and what to do, exit code 1, and no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot_cli.conftest import Cli
from tests.ports import free_port
from tests.story.demo import Demo

MELDWIJZER = str(Path(sys.executable).with_name("meldwijzer"))
SLACK = {"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_APP_TOKEN": "xapp-test"}
PLACES = pytest.mark.parametrize(("command", "file"), [("demo", "data/practice"), ("run", "data"), ("migrate", "data")])


def refused(cli: Cli, command: str, **environment: str) -> str:
    """Run the command in this folder, and return the only sentence that it says."""
    words = [command, "--port", str(free_port())] if command == "demo" else [command]
    key = {} if command == "demo" else {"MELDWIJZER_MASTER_KEY": cli("keys", "new").stdout.strip()}
    result = cli(*words, **SLACK, **key, **environment)
    return only_sentence(result.exit_code, result.stderr)


def only_sentence(status: int, said: str) -> str:
    assert status == 1, said
    assert "Traceback" not in said
    assert said.startswith("Error: ") and said.count("\n") == 1, said
    return said


@pytest.fixture
def first(bare_environment: Path) -> Iterator[Demo]:
    demo = Demo(bare_environment)
    try:
        demo.wait_until_ready()
        yield demo
    finally:
        demo.stop()


def test_a_second_demo_in_a_folder_is_refused(cli: Cli, first: Demo) -> None:
    assert "A demo already runs in this folder (data/practice)." in refused(cli, "demo")
    assert "Traceback" not in first.said()


@PLACES
def test_a_damaged_database(cli: Cli, bare_environment: Path, command: str, file: str) -> None:
    folder = bare_environment / file
    folder.mkdir(parents=True)
    (folder / "meldwijzer.db").write_bytes(b"no database at all" * 1000)
    said = refused(cli, command)
    assert "meldwijzer.db" in said and "is damaged" in said
    assert ("Remove the folder data/practice to start again." if command == "demo" else "meldwijzer restore") in said


@PLACES
def test_a_folder_that_is_a_file(cli: Cli, bare_environment: Path, command: str, file: str) -> None:
    (bare_environment / "data").write_text("")
    assert "data" in refused(cli, command)


@PLACES
def test_a_folder_that_cannot_be_written(cli: Cli, bare_environment: Path, command: str, file: str) -> None:
    """The system's own folder cannot be written even by root."""
    (bare_environment / "data").symlink_to("/sys/kernel")
    assert "cannot be used" in refused(cli, command)


def test_a_restore_into_a_folder_that_cannot_be_written(cli: Cli, bare_environment: Path) -> None:
    key = {"MELDWIJZER_MASTER_KEY": cli("keys", "new").stdout.strip()}
    assert (
        cli("migrate", **key).exit_code == cli("doctor", **key).exit_code - 1 == cli("backup", "kopie", **key).exit_code
    )
    (bare_environment / "data").rename("old")
    (bare_environment / "data").symlink_to("/sys/kernel")
    result = cli("restore", "kopie", **key)
    assert "cannot be used" in only_sentence(result.exit_code, result.stderr)


@PLACES
def test_a_full_disk(bare_environment: Path, command: str, file: str) -> None:
    """A process that may write only so much sees what a full disk shows."""
    key = subprocess.run([MELDWIJZER, "keys", "new"], capture_output=True, text=True, check=True).stdout.strip()
    words = [command, "--port", str(free_port())] if command == "demo" else [command]
    environment = os.environ | SLACK | ({} if command == "demo" else {"MELDWIJZER_MASTER_KEY": key})
    result = subprocess.run(
        ["sh", "-c", 'ulimit -f 40; exec "$@"', "sh", MELDWIJZER, *words],
        cwd=bare_environment,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "disk" in only_sentence(result.returncode, result.stderr)


@pytest.mark.parametrize("command", ["doctor", "run"])
def test_in_the_wrong_folder_nothing_is_made(cli: Cli, bare_environment: Path, command: str) -> None:
    assert "There is no master key." in cli(command, **SLACK, SLACK_API_URL="http://127.0.0.1:1/api/").output
    assert list(bare_environment.iterdir()) == []


def test_a_damaged_master_key_of_the_demo(cli: Cli, bare_environment: Path) -> None:
    folder = bare_environment / "data/practice"
    folder.mkdir(parents=True)
    (folder / "master.key").write_text("half a k")
    assert "Remove the folder data/practice to start again." in refused(cli, "demo")
