"""A school whose installation is in order, until a situation makes something wrong in it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.main import main
from bot.manifest import manifest
from bot.settings import Settings
from practice.model import AppConfig, Person
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from storage.crypto.vault import new_master_key
from tests.databases import migrated_sqlite
from tests.deploy.school import SCHOOLS

SECONDS = 30
"""What a command gets to end by itself."""
GEHEIM = "geheim"
"""Stands in every secret that a situation makes up: no command may repeat it."""
BOT, APP, SIGNING = f"xoxb-1-{GEHEIM}", f"xapp-1-A0PRACTICE-1-{GEHEIM}", "0123456789abcdef" * 2


@dataclass
class House:
    """The folder and the settings of a school, and its Slack. `stack` ends what a situation began."""

    folder: Path
    slack: PracticeServer
    patch: pytest.MonkeyPatch
    stack: ExitStack
    postgres: Callable[[], str]
    """Makes a migrated database on a PostgreSQL server, and returns its URL."""
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = new_master_key()
        self.write("master.key", self.key)
        self.write("schools.yaml", SCHOOLS)
        migrated_sqlite(self.database)
        self.settings = {
            "SLACK_BOT_TOKEN": BOT,
            "SLACK_APP_TOKEN": APP,
            "SLACK_API_URL": self.slack.api_url,
            "PORT": "0",
        }

    @property
    def database(self) -> Path:
        return self.folder / "data" / "meldwijzer.db"

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the school's, for its owner only."""
        file = self.folder / name
        file.touch(0o600)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def set(self, **settings: str) -> None:
        self.settings.update(settings)

    def without(self, *names: str) -> None:
        for name in names:
            del self.settings[name]

    def change_app(self, **changes: object) -> None:
        """Make the app another one in Slack."""
        self.slack.workspace.app = replace(self.slack.workspace.app, **changes)  # type: ignore[arg-type]

    def call(self, *words: str) -> tuple[int, str]:
        """Call `meldwijzer` in the folder; return how it ended, and all that it said."""
        with _alarm():
            result = CliRunner().invoke(main, words, env=self.settings)
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        return result.exit_code, result.output


@contextmanager
def house(patch: pytest.MonkeyPatch, postgres: Callable[[], str]) -> Iterator[House]:
    """A house in which everything is in order."""
    for name in (*Settings.model_fields, "https_proxy", "http_proxy"):
        patch.delenv(name.upper(), raising=False)
        patch.delenv(name, raising=False)
    folder = Path(tempfile.mkdtemp(prefix="school"))  # pytest's own folders are closed to other users
    patch.chdir(folder)
    patch.setattr("bot.slack_access.START_TRIES", 1)
    patch.setattr("bot.cli.doctor.slack.views", lambda _plan: [])
    try:
        with PracticeServer(_workspace()) as slack, ExitStack() as stack:
            yield House(folder, slack, patch, stack, postgres)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _workspace() -> Workspace:
    app = AppConfig(manifest=manifest(""), bot_token=BOT, app_token=APP, signing_secret=SIGNING, app_id="A0PRACTICE")
    people = [Person(user, user) for user in ("U0SANNE", "U0KARIN", "U0FATIMA")]
    return Workspace(app, people, now=lambda: datetime.now(UTC))


@contextmanager
def _alarm() -> Iterator[None]:
    """Stop a program that does not end by itself, as an administrator would."""

    def stop(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
