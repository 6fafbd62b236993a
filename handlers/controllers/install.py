"""Installing the app in a workspace over OAuth, with Bolt's flow, and removing it (ADR 28).

Somebody opens /slack/install, allows the app in Slack, and returns with a code and the state that we gave. The state
must be the one in their browser's cookie, issued here, recent and unused. Only then is the code exchanged for a token.
"""

from __future__ import annotations

import html
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime

from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from handlers.i18n.texts import refusal, text
from handlers.platform.errors import log_error
from handlers.platform.request import Request
from handlers.platform.services import Services
from meldcode.application.executor import Executor
from meldcode.application.installations import install, uninstall
from meldcode.application.ports.installations import Installation
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.errors import Refused

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
API, AUTHORIZE = "api/", "oauth/v2/authorize"
STALE = frozenset({"invalid_browser", "invalid_state"})
PAGE_HEADERS: dict[str, str | Sequence[str]] = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
log = logging.getLogger("meldwijzer.install")


class NotKept(BoltError):
    """The installation is refused. The message explains it to the person who installs."""


class _Installations(AsyncInstallationStore):
    """The installation store of Bolt's flow."""

    def __init__(self, services: Services, named: Collection[str], installed: Callable[[], Awaitable[None]]) -> None:
        self._services = services
        self._named = named
        self._installed = installed

    async def async_save(self, installation: SlackInstallation) -> None:
        """Store the installation. Raises NotKept if the workspace is not welcome, or if its token would expire."""
        lasts = installation.bot_token and not installation.bot_refresh_token
        if installation.is_enterprise_install or not installation.team_id or not lasts:
            log.error("an installation for a whole organisation, or with token rotation, is not kept")
            raise NotKept(text("install_failed"))
        try:
            await self._services.executor.execute(_install, installation, self._named)
        except Refused as refused:
            log.warning("the app was not installed in workspace %s: %s", installation.team_id, refused.code)
            raise NotKept(refusal(refused)) from refused
        log.info("the app was installed in workspace %s", installation.team_id)
        await self._services.workspaces.read()
        await self._installed()


class _States(AsyncOAuthStateStore):
    """The OAuth states, for Bolt's flow."""

    def __init__(self, executor: Executor[UnitOfWork]) -> None:
        self._executor = executor

    async def async_issue(self, *_args: object, **_kwargs: object) -> str:
        """Return a new state."""
        return await self._executor.execute(_new_state)

    async def async_consume(self, state: str) -> bool:
        """Tell whether the state was issued here, recently, and is unused."""
        return await self._executor.execute(_take_state, state)


class _Flow(AsyncOAuthFlow):
    """Bolt's flow, but without what it takes from the address of /slack/install, which anybody can write."""

    async def build_authorize_url(self, state: str, request: AsyncBoltRequest) -> str:  # noqa: ARG002 - as Bolt calls it
        """Return Slack's address, without the request's `team`, which Bolt copies with anything written behind it."""
        return self.settings.authorize_url_generator.generate(state)


def oauth_flow(
    services: Services,
    credentials: tuple[str, str],
    scopes: Sequence[str],
    named: Collection[str],
    installed: Callable[[], Awaitable[None]],
) -> AsyncOAuthFlow:
    """Return Bolt's flow for this client id and secret, with our stores and pages.

    `named` are the workspaces of the schools file. `installed` is called after each installation.
    """
    client_id, client_secret = credentials
    settings = AsyncOAuthSettings(
        client_id=client_id,
        client_secret=client_secret,
        scopes=scopes,
        user_scopes=(),
        install_path=INSTALL,
        redirect_uri_path=REDIRECT,
        install_page_rendering_enabled=False,
        authorization_url=services.client.base_url.removesuffix(API) + AUTHORIZE,
        installation_store=_Installations(services, named, installed),
        installation_store_bot_only=False,
        state_store=_States(services.executor),
        callback_options=AsyncCallbackOptions(success=_done, failure=_not_done),
    )
    return _Flow(client=services.client, logger=_silent(), settings=settings)


async def removed(services: Services, request: Request) -> None:
    """The app was removed from a workspace, or its token revoked: delete that installation."""
    event, moment = request.event, request.body.get("event_time")
    tokens = event.get("tokens")
    is_ours = event.get("type") == "app_uninstalled" or (isinstance(tokens, dict) and bool(tokens.get("bot")))
    if is_ours and isinstance(moment, int):
        workspace, at = request.identity.workspace, datetime.fromtimestamp(moment, UTC)
        await services.executor.execute(_uninstall, workspace, at)
        log.warning("the app was removed from workspace %s", workspace)
        await services.workspaces.read()


def trouble_page(error: Exception) -> BoltResponse:
    """Return the page that explains what went wrong in an installation."""
    log_error(error, "install")
    return _page(500, text("install_failed"))


async def _done(args: AsyncSuccessArgs) -> BoltResponse:
    return _last_page(args, 200, text("install_done"))


async def _not_done(args: AsyncFailureArgs) -> BoltResponse:
    """Explain a refusal. Slack's own reason is in the address, where anybody can write, so it is not repeated."""
    if isinstance(args.error, NotKept):
        return _last_page(args, 403, str(args.error))
    code = "install_stale" if args.reason in STALE else "install_failed"
    return _last_page(args, 400, text("install_denied" if args.reason == "access_denied" else code))


def _last_page(args: AsyncSuccessArgs | AsyncFailureArgs, status: int, words: str) -> BoltResponse:
    page = _page(status, words)
    page.headers["Set-Cookie"] = [args.settings.state_utils.build_set_cookie_for_deletion()]
    return page


def _page(status: int, words: str) -> BoltResponse:
    title = html.escape(text("install_title"))
    paragraphs = "".join(f"<p>{html.escape(part)}</p>" for part in words.split("\n"))
    body = (
        f'<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>{title}</title>'
        "<style>body{font:1.1em sans-serif;max-width:34em;margin:3em auto;padding:0 1em}</style></head>"
        f"<body><h1>{title}</h1>{paragraphs}</body></html>"
    )
    return BoltResponse(status=status, headers=PAGE_HEADERS, body=body)


def _install(uow: UnitOfWork, given: SlackInstallation, named: Collection[str], now: datetime) -> None:
    install(uow, _read(given, now), named)


def _uninstall(uow: UnitOfWork, workspace: str, at: datetime, _now: datetime) -> None:
    uninstall(uow, workspace, at)


def _new_state(uow: UnitOfWork, now: datetime) -> str:
    return uow.installations.new_state(now)


def _take_state(uow: UnitOfWork, state: str, now: datetime) -> bool:
    return uow.installations.use_state(state, now)


def _read(given: SlackInstallation, now: datetime) -> Installation:
    # In whole seconds, as in Slack's event of a removal.
    at = now.replace(microsecond=0)
    ids = (str(given.bot_id or ""), str(given.bot_user_id or ""))
    return Installation(str(given.team_id), str(given.team_name or ""), *ids, str(given.bot_token), at)


def _silent() -> logging.Logger:
    """Bolt's log of a failed exchange would hold the code. The page says enough."""
    logger = logging.getLogger("meldwijzer.oauth")
    logger.setLevel(logging.ERROR)
    return logger
