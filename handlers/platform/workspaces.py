"""The workspaces that the bot serves, each with its client: one, or all that installed the app."""

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
"""Seconds between two looks at what other processes installed or removed."""


class NotInstalled(Exception):
    """The app is not installed in this workspace, or not any more."""


class Workspaces(ABC):
    """The bot's identity in each workspace, kept in memory because every request needs it."""

    is_one: bool

    @abstractmethod
    async def client(self, workspace: str) -> AsyncWebClient:
        """Return the client that acts in this workspace. Raises NotInstalled."""

    @abstractmethod
    async def authorize(self, team_id: str | None) -> AuthorizeResult | None:
        """Return the bot's identity in the workspace that a request came from; None if it does not serve that one."""

    @abstractmethod
    async def read(self) -> None:
        """Read again which workspaces have installed the app."""

    async def run(self, heartbeat: Callable[[], None]) -> None:
        """Read regularly what other processes changed, until cancelled. If that fails, the last state stays."""
        while True:
            await self.read()
            heartbeat()
            await asyncio.sleep(READ_EVERY)


class OneWorkspace(Workspaces):
    """One workspace, with the token from the settings."""

    is_one = True

    def __init__(self, client: AsyncWebClient, identity: AuthorizeResult) -> None:
        self._client = client
        self._identity = identity

    async def client(self, workspace: str) -> AsyncWebClient:  # noqa: ARG002 - there is one
        """Return the one client."""
        return self._client

    async def authorize(self, team_id: str | None) -> AuthorizeResult | None:
        """Return the bot's identity, for its own workspace."""
        return self._identity if team_id in (None, self._identity.team_id) else None

    async def read(self) -> None:
        """Do nothing: the settings do not change."""


@dataclass(frozen=True)
class _Served:
    """An installation, with the client and the identity made from it."""

    installation: Installation
    client: AsyncWebClient
    identity: AuthorizeResult = field(repr=False)  # it contains the token


class InstalledWorkspaces(Workspaces):
    """The workspaces that installed the app over OAuth (ADR 28). `base` is a client without a token."""

    is_one = False

    def __init__(self, executor: Executor[UnitOfWork], base: AsyncWebClient) -> None:
        self._executor = executor
        self._base = base
        self._served: dict[str, _Served] = {}

    async def read(self) -> None:
        """Read all installations again."""
        found = await self._executor.execute(lambda uow, _now: uow.installations.all())
        self._served = {one.workspace: self._as_served(one) for one in found}

    async def client(self, workspace: str) -> AsyncWebClient:
        """Return the client that acts in this workspace. Raises NotInstalled, or what the database raises."""
        return (await self._find(workspace)).client

    async def authorize(self, team_id: str | None) -> AuthorizeResult | None:
        """Return the bot's identity in the workspace that a request came from; None if it is not installed there."""
        try:
            return (await self._find(team_id or "")).identity
        except NotInstalled:
            return None

    async def _find(self, workspace: str) -> _Served:
        if workspace not in self._served:
            await self.read()  # another process may just have installed it
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
