"""Many small schools, and the real program in processes of its own, to be killed and restarted.

The schools are open day and night except at weekends, so that the proof does not depend on the time of day.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.manifest import manifest
from bot.settings import Settings
from meldcode.domain.calendar import AMSTERDAM, SchoolCalendar
from meldcode.domain.yaml_text import dump_yaml
from practice.model import AppConfig, Person
from practice.state.workspace import Workspace
from storage.crypto.vault import new_master_key
from tests.children import end_with_parent

log = logging.getLogger("meldwijzer.proof")
ROOT = Path(__file__).parents[2]
TEAM = "T0PRACTICE"
REGION, HOURS = "noord", (clock_time(0, 0), clock_time(23, 59))
HOST = "127.0.0.1"
READY_SECONDS = 60
LOG_TAIL = 2000
ROLES = ("teacher", "care_coordinator", "confidant", "school_leader")
TOLD = ("care_coordinator", "confidant")
"""The roles that are notified of a signal."""
REMINDED = ("care_coordinator", "confidant", "school_leader")
"""The roles that are reminded of a signal that nobody took up for two school days."""


def user(role: str, school: int) -> str:
    """The Slack id of the person with this role in this school."""
    return f"U0{role.upper().replace('_', '')}{school}"


def workspace_for(schools: int, url: str = "") -> Workspace:
    """A practice workspace with everybody in it, which counts no calls; the bot is at this URL."""
    app = AppConfig(
        manifest=manifest(url),
        bot_token=f"xoxb-{secrets.token_hex(8)}",
        app_token=f"xapp-{secrets.token_hex(8)}",
        signing_secret=secrets.token_hex(16),
        request_url=f"{url}/slack/events",
    )
    people = [Person(user(role, number), f"{role} {number}") for number in range(schools) for role in ROLES]
    workspace = Workspace(app, people)
    workspace.rates = None
    return workspace


def settings_for(workspace: Workspace, api_url: str, folder: Path, database_url: str, schools: int) -> Settings:
    """The program's settings: these schools, in this workspace, with this database."""
    file = folder / "schools.yaml"
    file.write_text(dump_yaml({"schools": [_school(number) for number in range(schools)]}), encoding="utf-8")
    return Settings(
        slack_bot_token=SecretStr(workspace.app.bot_token),
        slack_app_token=SecretStr(""),
        slack_signing_secret=SecretStr(workspace.app.signing_secret),
        slack_api_url=api_url,
        database_url=database_url,
        meldwijzer_master_key=SecretStr(new_master_key()),
        meldwijzer_master_key_file=None,
        meldwijzer_plan=None,
        meldwijzer_schools=file,
    )


def _school(number: int) -> dict[str, Any]:
    people = [{"slack": user(role, number), "name": f"Lid {role} {number}", "roles": [role]} for role in ROLES]
    hours = [hour.isoformat("minutes") for hour in HOURS]
    return {
        "name": f"School {number:04}",
        "region": REGION,
        "people": people,
        "open_days": [*_open_days()],
        "hours": hours,
    }


def _open_days() -> tuple[date, ...]:
    today = datetime.now(AMSTERDAM).date()
    return tuple(today + timedelta(days=ahead) for ahead in range(-10, 11))


def open_again(now: datetime) -> datetime:
    """When people may be reminded again: now, or after the weekend."""
    return SchoolCalendar(REGION, hours=HOURS, open_days=_open_days()).next_open(now)


def long_ago() -> datetime:
    """A week ago: nobody took up what was reported then, so that two rungs of the first step are due, and no third."""
    moment = datetime.now(AMSTERDAM) - timedelta(days=7)
    return moment.replace(hour=10, minute=0, second=0, microsecond=0).astimezone(UTC)


def environment_of(chosen: Settings, port: int) -> dict[str, str]:
    """The environment in which the program has these settings, and listens at this port."""
    return {
        "SLACK_BOT_TOKEN": chosen.slack_bot_token.get_secret_value(),
        "SLACK_SIGNING_SECRET": chosen.slack_signing_secret.get_secret_value(),
        "SLACK_API_URL": chosen.slack_api_url,
        "DATABASE_URL": chosen.database_url,
        "MELDWIJZER_MASTER_KEY": chosen.meldwijzer_master_key.get_secret_value(),
        "MELDWIJZER_SCHOOLS": str(chosen.meldwijzer_schools),
        "HOST": HOST,
        "PORT": str(port),
    }


@dataclass
class Processes:
    """The program's processes by name; a supervisor that also kills. Used as a context manager."""

    settings: Settings
    folder: Path
    commands: dict[str, str]
    """By name: what `meldwijzer` is asked to do."""
    ports: dict[str, int]
    fault: str = ""
    kills: int = 0
    fallen: list[str] = field(default_factory=list)
    """The processes that ended without being killed."""
    _pids: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> Processes:
        """Start them all."""
        arguments = [sys.executable, "-m", "tests.proof.starter", *filter(None, [self.fault])]
        ours = ("SLACK_", "MELDWIJZER_", "DATABASE_URL", "COV_")
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        self._starter = subprocess.Popen(
            arguments,
            cwd=ROOT,
            env=inherited,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=end_with_parent,
        )
        try:
            for name in self.commands:
                self.start(name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Kill every process that is left."""
        for pid in self._pids.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._starter.kill()
        self._starter.communicate()

    def start(self, name: str) -> None:
        """Start this process."""
        asked = {
            "command": self.commands[name],
            "environment": environment_of(self.settings, self.ports[name]),
            "log": str(self.folder / f"{name}.log"),
        }
        assert self._starter.stdin
        assert self._starter.stdout
        self._starter.stdin.write(json.dumps(asked) + "\n")
        self._starter.stdin.flush()
        self._pids[name] = int(self._starter.stdout.readline())

    def kill(self, name: str) -> None:
        """Kill it with SIGKILL, and start it again; one that had ended by itself does not count."""
        try:
            os.kill(self._pids[name], signal.SIGKILL)
        except ProcessLookupError:
            self.fallen.append(name)
            log.error("%s ended by itself; its log ends with\n%s", name, self._log_tail(name))
        else:
            self.kills += 1
        until = time.monotonic() + READY_SECONDS
        while self._is_alive(name) and time.monotonic() < until:
            time.sleep(0.002)
        self.start(name)

    async def ready(self, name: str) -> None:
        """Wait until it is ready; one that ended is started again, as a supervisor does. TimeoutError, with its log."""
        try:
            async with asyncio.timeout(READY_SECONDS), aiohttp.ClientSession() as session:
                while not await self._is_ready(session, name):
                    if not self._is_alive(name):
                        self.kill(name)
                    await asyncio.sleep(0.02)
        except TimeoutError as error:
            said = f"{name} is not ready after {READY_SECONDS} s; its log ends with\n{self._log_tail(name)}"
            raise TimeoutError(said) from error

    def _log_tail(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")[-LOG_TAIL:]

    def _is_alive(self, name: str) -> bool:
        try:
            os.kill(self._pids[name], 0)
        except ProcessLookupError:
            return False
        return True

    async def _is_ready(self, session: aiohttp.ClientSession, name: str) -> bool:
        try:
            async with session.get(f"http://{HOST}:{self.ports[name]}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False
