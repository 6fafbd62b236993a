"""The workspaces that the bot serves, and the client by which each is reached: one, or as many as installed the app."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from meldcode.application.executor import Executor
from meldcode.application.ports.installations import Installation
from meldcode.application.ports.unit_of_work import UnitOfWork

READ_EVERY = 5.0
"""Seconds in which another process hears that the app was installed anew, or removed."""


class NotInstalled(Exception):
    """The app is not, or no longer, installed in this workspace."""


class Workspaces(ABC):
    """What the bot is in each workspace; asked for each request, so answered from memory."""

    is_one: bool

    @abstractmethod
    async def client(self, workspace: str) -> AsyncWebClient:
        """Return the client that acts in this workspace. Raises NotInstalled."""

    @abstractmethod
    async def authorize(self, team_id: str | None) -> AuthorizeResult | None:
        """Return who the bot is in the workspace that a request came from; None when it does not serve that one."""

    @abstractmethod
    async def read(self) -> None:
        """Read anew where the app is installed."""

    async def run(self, runs: Callable[[], None]) -> None:
        """Keep up with what other processes change, until cancelled; what cannot be read leaves what was read."""
        while True:
            await self.read()
            runs()
            await asyncio.sleep(READ_EVERY)


class OneWorkspace(Workspaces):
    """The workspace of the token in the settings."""

    is_one = True

    def __init__(self, client: AsyncWebClient, identity: AuthorizeResult) -> None:
        self._client = client
        self._identity = identity

    async def client(self, workspace: str) -> AsyncWebClient:  # noqa: ARG002 - there is one
        """Return the one client."""
        return self._client

    async def authorize(self, team_id: str | None) -> AuthorizeResult | None:
        """Return who the bot is, in its own workspace."""
        return self._identity if team_id in (None, self._identity.team_id) else None

    async def read(self) -> None:
        """Nothing: the settings say it."""


@dataclass(frozen=True)
class _Served:
    """A workspace where the app is installed."""

    installation: Installation
    client: AsyncWebClient
    identity: AuthorizeResult = field(repr=False)  # it shows the token


class InstalledWorkspaces(Workspaces):
    """The workspaces where the app was installed over OAuth (ADR 28). `base` is a client without a token."""

    is_one = False

    def __init__(self, executor: Executor[UnitOfWork], base: AsyncWebClient) -> None:
        self._executor = executor
        self._base = base
        self._served: dict[str, _Served] = {}

    async def read(self) -> None:
        """Read all installations anew."""
        found = await self._executor.execute(lambda uow, _now: uow.installations.all())
        self._served = {one.workspace: self._as_served(one) for one in found}

    async def client(self, workspace: str) -> AsyncWebClient:
        """Return the client that acts in this workspace. Raises NotInstalled, or what the database raises."""
        return (await self._find(workspace)).client

    async def authorize(self, team_id: str | None) -> AuthorizeResult | None:
        """Return who the bot is in the workspace that a request came from; None when it is not installed there."""
        try:
            return (await self._find(team_id or "")).identity
        except NotInstalled:
            return None

    async def _find(self, workspace: str) -> _Served:
        if workspace not in self._served:
            await self.read()  # it may have been installed just now, by another process
        try:
            return self._served[workspace]
        except KeyError:
            raise NotInstalled from None

    def _as_served(self, one: Installation) -> _Served:
        known = self._served.get(one.workspace)
        if known and known.installation == one:
            return known
        base, ids = self._base, {"bot_id": one.bot, "bot_user_id": one.bot_user}
        client = AsyncWebClient(
            one.token, base_url=base.base_url, timeout=base.timeout, session=base.session, logger=base._logger
        )
        identity = AuthorizeResult(enterprise_id=None, team_id=one.workspace, bot_token=one.token, **ids)
        return _Served(one, client, identity)
