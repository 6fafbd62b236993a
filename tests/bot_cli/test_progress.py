"""Long commands show how far they are on a terminal, and nothing of it to a file or another program."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import Settings
from bot.store import open_store
from storage.crypto.vault import new_master_key
from storage.db.engine import make_engine
from storage.db.progress import Progress
from storage.integrity.backup import back_up
from storage.integrity.backup_file import keys_file
from storage.integrity.restore import restore

MELDWIJZER = str(Path(sys.executable).with_name("meldwijzer"))
COMMANDS = {
    "verify": ["verify"],
    "backup": ["backup", "kopie"],
    "keys rotate": ["keys", "rotate"],
}


class Counted(Progress):
    def __init__(self) -> None:
        self.expected = self.done = 0

    def expect(self, steps: int) -> None:
        self.expected += steps

    def advance(self, steps: int) -> None:
        self.done += steps
        assert self.done <= self.expected


@pytest.fixture
def school(bare_environment: Path) -> Path:
    (bare_environment / "master.key").write_text(new_master_key())
    assert subprocess.run([MELDWIJZER, "doctor"], capture_output=True, check=False, timeout=60).returncode == 1
    return bare_environment


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_bar_is_shown_on_a_terminal_only(school: Path, words: list[str]) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run([MELDWIJZER, *words], stdout=subprocess.PIPE, stderr=theirs, check=False, timeout=60)
    os.close(theirs)
    assert done.returncode == 0
    assert b"100%" in os.read(ours, 100_000)
    assert b"%" not in done.stdout
    os.close(ours)
    (school / "kopie").unlink(missing_ok=True)
    (school / "kopie.keys").unlink(missing_ok=True)
    plain = subprocess.run([MELDWIJZER, *words], capture_output=True, check=True, timeout=60)
    assert (plain.stderr, b"%" in plain.stdout) == (b"", False)


def test_what_is_expected_is_done(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'm.db'}", meldwijzer_master_key=SecretStr(new_master_key())
    )
    engine, store = open_store(settings)
    with store.transaction() as uow:
        vault = uow.session.vault
    written, put_back = Counted(), Counted()
    back_up(engine, vault, tmp_path / "kopie", datetime.now(UTC), written)
    assert written.done == written.expected > 0
    new = make_engine(f"sqlite:///{tmp_path / 'nieuw.db'}")
    restore(new, settings.master_keys(), tmp_path / "kopie", keys_file(tmp_path / "kopie"), datetime.now(UTC), put_back)
    assert put_back.done == put_back.expected > 0
    for each in (engine, new):
        each.dispose()
