from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import main
from bot.settings import Settings
from meldcode.domain.plan.file import PLANS

Cli = Callable[..., Result]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No settings but a free port, and a folder of the test's own as the working directory."""
    for name in (*Settings.model_fields, "slack_client_id", "slack_client_secret"):
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("PORT", "0")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def cli() -> Cli:
    """The `meldwijzer` command."""

    def called(*words: str, **environment: str) -> Result:
        return CliRunner().invoke(main, words, env=environment, catch_exceptions=False)

    return called


@pytest.fixture
def landelijk() -> str:
    """The national plan's document."""
    return (PLANS / "landelijk.yaml").read_text(encoding="utf-8")
