"""The commands in the documents about giving along, plans and privacy do what they are said to do."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from meldcode.domain.plan.file import PLANS
from tests.bot_cli.conftest import Cli
from tests.meldcode.playing import KARIN, new_play, staffed_database

DOCS = Path(__file__).parents[2] / "docs"
RUNS_ON = ("run", "web", "worker")
"""What does not end by itself; `tests/docs/test_first_start.py` starts it."""


def commands_in(document: str) -> list[list[str]]:
    """The commands of a document that say all that they need: those in its blocks, and those in its prose."""
    words = (DOCS / document).read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```sh\n(.*?)```", words, re.S) for line in block.splitlines()]
    lines += re.findall(r"`(meldwijzer (?:plan|export) [^`]+)`", re.sub(r"```.*?```", "", words, flags=re.S))
    split = [shlex.split(line, comments=True) for line in lines]
    found = [words[words.index("meldwijzer") + 1 :] for words in split if "meldwijzer" in words]
    return [words for words in found if words[0] not in RUNS_ON and not {"FILE", "CODE", "..."} & set(words)]


@pytest.mark.parametrize("document", ["export.md", "plan.md", "privacy.md"])
def test_every_command_works(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: str) -> None:
    play = new_play(staffed_database(tmp_path / "empty.db"), tmp_path)
    play.signal()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'play.db'}")
    monkeypatch.setenv("MELDWIJZER_MASTER_KEY", "A" * 43)
    shutil.copy(PLANS / "landelijk.yaml", tmp_path / "my-plan.yaml")
    real = {"26-K7QX": play.code, "U0KARIN": KARIN.user}
    commands = commands_in(document)
    assert commands
    for command in commands:
        done = cli(*[real.get(word, word) for word in command])
        assert done.exit_code == 0, f"meldwijzer {shlex.join(command)}\n{done.output}"
