"""Two Slack workspaces, one bot: installed over OAuth as somebody does it in a browser.

async with two_workspaces(tmp_path) as (linde, beuk):
    await install(linde)
    await install(beuk)
    await beuk.report(BEATRIX, signal())
"""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

import aiohttp
from pydantic import SecretStr

from bot.app import prepared, program_app, working
from bot.manifest import manifest
from bot.settings import Settings
from meldcode.domain.yaml_text import dump_yaml
from practice.api.oauth import removal_events
from practice.client.delivery import deliver_event
from practice.model import AppConfig, Person
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from tests.clock import Clock
from tests.databases import migrated_sqlite
from tests.emitted import nothing_changes_in_silence
from tests.running import BEUK, LINDE, TODAY, Running, School, _master_key, idle, serving

T_LINDE, T_BEUK = "T0LINDE", "T0BEUK"
SCHOOLS: tuple[School, School] = ({**LINDE, "workspace": T_LINDE}, {**BEUK, "workspace": T_BEUK})
ID, SECRET = "123.456", "client-secret"


@dataclass
class Page:
    """What a browser got."""

    status: int
    text: str
    to: str
    headers: dict[str, str] = field(repr=False)


class Browser:
    """A browser that keeps its cookies and does not follow redirects."""

    def __init__(self) -> None:
        self.cookie = ""

    async def get(self, url: str) -> Page:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        async with (
            aiohttp.ClientSession() as session,
            session.get(url, headers=headers, allow_redirects=False) as answer,
        ):
            if given := answer.headers.get("Set-Cookie"):
                self.cookie = given.split(";")[0]
            return Page(answer.status, await answer.text(), answer.headers.get("Location", ""), dict(answer.headers))

    async def allow(self, school: Running) -> str:
        """Open the installation page and allow the app in Slack; return the address to which Slack redirects."""
        begun = await self.get(f"{school.url}/slack/install")
        assert begun.status == 302, begun
        allowed = await self.get(f"{begun.to}&team={school.workspace.app.team_id}")
        assert allowed.status == 302, allowed
        return allowed.to


async def install(school: Running) -> Page:
    """Install the app in this workspace, and return the last page."""
    browser = Browser()
    return await browser.get(await browser.allow(school))


async def uninstall(school: Running) -> None:
    """Remove the app from this workspace."""
    for event in removal_events(school.workspace):
        await deliver_event(school.workspace, event, school.workspace.app.team_id)


@asynccontextmanager
async def two_workspaces(
    folder: Path, *, schools: Sequence[School] = SCHOOLS, database_url: str = "", worker: bool = True
) -> AsyncIterator[tuple[Running, Running]]:
    """Run the program for the workspaces of De Linde and De Beuk; nothing is installed yet."""
    clock, door = Clock(TODAY), socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{door.getsockname()[1]}"
    linde = AppConfig(
        manifest=manifest(url),
        bot_token="",
        app_token="",
        signing_secret=secrets.token_hex(16),
        request_url=f"{url}/slack/events",
        client_id=ID,
        client_secret=SECRET,
        team_id=T_LINDE,
        team_name="Werkruimte Linde",
    )
    beuk = replace(linde, team_id=T_BEUK, team_name="Werkruimte Beuk", bot_user_id="U0BEUKBOT", bot_id="B0BEUKBOT")
    apps = [Workspace(linde, people_of(LINDE, T_LINDE), now=clock), Workspace(beuk, people_of(BEUK, T_BEUK), now=clock)]
    for workspace in apps:
        workspace.rates = None
    async with contextlib.AsyncExitStack() as stack:
        practice = await stack.enter_async_context(PracticeServer(apps[0], others=apps[1:]))
        settings = settings_for(practice, folder, schools, database_url)
        program = await stack.enter_async_context(prepared(settings.checked_for_slack(), clock))
        stack.enter_context(patch.object(program.scheduler, "run", idle))
        await stack.enter_async_context(working(program, worker=worker))
        stack.enter_context(nothing_changes_in_silence(program))
        app = program_app(program, program.slack)
        await stack.enter_async_context(serving(app, door))
        first, second = (Running(workspace, program, clock, url) for workspace in apps)
        yield first, second
        assert not first.faults() + second.faults()


def people_of(school: School, team: str) -> list[Person]:
    return [Person(someone["slack"], someone["name"], team_id=team) for someone in school["people"]]


def settings_for(practice: PracticeServer, folder: Path, schools: Sequence[School], database_url: str = "") -> Settings:
    """The settings of a bot for several workspaces."""
    file = folder / "schools.yaml"
    file.write_text(dump_yaml({"schools": list(schools)}), encoding="utf-8")
    return Settings(
        slack_bot_token=SecretStr(""),
        slack_app_token=SecretStr(""),
        slack_signing_secret=SecretStr(practice.workspace.app.signing_secret),
        slack_client_id=ID,
        slack_client_secret=SecretStr(SECRET),
        slack_api_url=practice.api_url,
        database_url=database_url or migrated_sqlite(folder / "meldwijzer.db"),
        meldwijzer_master_key=SecretStr(""),
        meldwijzer_master_key_file=_master_key(folder / "master.key"),
        meldwijzer_schools=file,
    )
