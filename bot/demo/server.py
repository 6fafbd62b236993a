"""`make demo`: the program against a practice workspace in the browser, with an invented school."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr

from bot.database import locked, usable
from bot.demo.clock import PracticeClock
from bot.demo.director import DemoDirector
from bot.manifest import manifest
from bot.settings import ConfigError, Settings
from handlers.i18n.texts import role, text
from meldcode.domain.plan.roles import Role
from meldcode.domain.yaml_text import dump_yaml
from practice.model import AppConfig, Clock, Person
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from storage.crypto.vault import new_master_key

DATA = Path("data/practice")
"""A folder of its own, because a reset deletes all of it; the lock is therefore beside it."""
TWICE = "A demo already runs in this folder ({folder}). Stop it first, with Ctrl+C."
STAFF: list[dict[str, Any]] = [
    {"slack": "U0SANNE", "name": "Sanne de Boer", "roles": ["teacher"], "groups": ["5"]},
    {"slack": "U0MEHMET", "name": "Mehmet Yılmaz", "roles": ["teacher"], "groups": ["6"]},
    {"slack": "U0EMILY", "name": "Emily Carter", "roles": ["teacher"], "groups": ["7"]},
    {"slack": "U0KARIN", "name": "Karin Visser", "roles": ["care_coordinator"]},
    {"slack": "U0GRACE", "name": "Grace Osei", "roles": ["care_coordinator"]},
    {"slack": "U0JORIS", "name": "Joris Hendriks", "roles": ["confidant"]},
    {"slack": "U0FATIMA", "name": "Fatima el Amrani", "roles": ["school_leader"]},
    {"slack": "U0WILLEM", "name": "Willem Postma", "roles": ["cluster_director"]},
]
LOCALES = {"U0EMILY": "en-GB", "U0GRACE": "en-GB"}
"""Members whose Slack is not in Dutch."""
SCHOOL: dict[str, Any] = {"name": "De Linde", "region": "noord", "people": STAFF}


def workspace(request_url: str | None = None, clock: Clock | None = None, modal_file: Path | None = None) -> Workspace:
    """Return the practice workspace of the invented school; over signed HTTP when a URL is given."""
    app = AppConfig(
        manifest=manifest(request_url or ""),
        bot_token=f"xoxb-{secrets.token_hex(8)}",
        app_token=f"xapp-{secrets.token_hex(8)}",
        signing_secret=secrets.token_hex(16),
        request_url=f"{request_url}/slack/events" if request_url else None,
        team_name=SCHOOL["name"],
    )
    people = [Person(p["slack"], p["name"], _title(p), LOCALES.get(p["slack"], "nl-NL")) for p in STAFF]
    newcomer = Person("U0NOOR", "Noor Bakker", text("practice_newcomer"))
    return Workspace(app, [*people, newcomer], clock=clock, modal_file=modal_file)


def settings_for(practice: PracticeServer, folder: Path) -> Settings:
    """Return the settings with which the program runs against this workspace. The first run makes a master key.

    It ignores settings of a real workspace in the folder or the environment: their key and anchor stay untouched.
    """
    app = practice.workspace.app
    return Settings(
        slack_client_id="",
        meldwijzer_master_key=SecretStr(""),
        meldwijzer_anchor_file=None,
        slack_bot_token=SecretStr(app.bot_token),
        slack_app_token=SecretStr("" if app.request_url else app.app_token),
        slack_signing_secret=SecretStr(app.signing_secret),
        slack_api_url=practice.api_url,
        database_url=f"sqlite:///{folder / 'meldwijzer.db'}",
        meldwijzer_master_key_file=_master_key(folder),
        meldwijzer_schools=_schools_file(folder),
    )


async def demo(port: int, folder: Path = DATA) -> None:
    """Serve the practice workspace, and the bot in it, until cancelled. Raises ConfigError when it cannot run here."""
    with usable(f"sqlite:///{folder}"), locked(folder.with_suffix(".lock"), TWICE.format(folder=folder)):
        clock = PracticeClock(folder / "clock")
        async with _served_at(port, clock, folder / "modals.json") as practice:
            director = DemoDirector(practice.workspace, clock, folder, lambda: settings_for(practice, folder))
            practice.workspace.director = director
            with _with_remedy(folder):
                await director.run(lambda: click.echo(_ready(port)))


@contextmanager
def _with_remedy(folder: Path) -> Iterator[None]:
    """Whatever is wrong with the data: nothing in it need be kept."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(f"{error} Remove the folder {folder} to start again.") from error


def _served_at(port: int, clock: Clock, modal_file: Path) -> PracticeServer:
    try:
        return PracticeServer(workspace(clock=clock, modal_file=modal_file), port)
    except (OSError, OverflowError) as error:
        raise ConfigError(f"Port {port} cannot be used. Try another: make demo PORT=8766") from error


def _title(person: dict[str, Any]) -> str:
    name = person["roles"][0]
    if name == Role.TEACHER:
        return text("practice_teacher", groups=", ".join(person["groups"]))
    return text("practice_care_coordinator") if name == Role.CARE_COORDINATOR else role(name)


def _ready(port: int) -> str:
    return f"\n{text('practice_ready', url=f'http://localhost:{port}')}\n"


def _master_key(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "master.key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(new_master_key(), encoding="ascii")
    return file


def _schools_file(folder: Path) -> Path:
    file = folder / "schools.yaml"
    file.write_text(dump_yaml({"schools": [SCHOOL]}), encoding="utf-8")
    return file
