"""Which workspaces the bot serves, how it is installed in them, and which school belongs to which."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from http import HTTPStatus

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from typing_extensions import override

from bot.manifest import SCOPES
from bot.schools_file import SchoolInFile, SchoolsFile
from bot.settings import ConfigError, Settings
from bot.slack_access import until_answered
from handlers.app import quiet_logger
from handlers.platform.slack_errors import screen_refusal
from handlers.platform.workspaces import InstalledWorkspaces, OneWorkspace, Workspaces
from meldcode.application.executor import Executor
from meldcode.application.installations import known_workspaces
from meldcode.application.staff.roles import notify_of_roles
from meldcode.domain.events import Event
from storage.schools import (
    MixedWorkspaces,
    PersonConfig,
    SchoolConfig,
    TakenName,
    UnknownToFile,
    apply_schools,
    rename_schools,
)
from storage.unit_of_work import Store, StoredUnitOfWork

log = logging.getLogger("meldwijzer")
SLACK_SECONDS = 5
LARGEST_ANSWER, PART = 5_000_000, 65_536
"""Bytes of an answer of Slack, unpacked, and of what is read at once."""
MIXED = "{school} has people of another Slack workspace. Take their roles away first: workspaces never mix."
WHICH = "{school}: say to which Slack workspace it belongs (workspace: T…), for there are several: {workspaces}."
MISSING = (
    "The schools file does not name {schools}, which the database has. If the name changed, add `was:` with the old "
    "one to the school; if it closed, keep its entry with `closed: true`."
)
TAKEN = (
    "{schools} are two schools in the database, each with cases of its own: one cannot get the other's name. Take out "
    "`was:`, and keep both in the schools file; the one that is not used gets `closed: true`."
)
ORG_WIDE = (
    "The app is installed in a whole organisation (Enterprise Grid), where one token serves many workspaces. That is "
    "not supported: names of schools would mix. Install the app in the school's own workspace, and use that token."
)
LACKS = "The token lacks {scopes}. Update the app's manifest, and install the app again."
ELSEWHERE = "{school} belongs to workspace {workspace}, but SLACK_BOT_TOKEN is of {ours}. See SLACK_CLIENT_ID."


def slack_session(
    hear: Callable[[str], None], note: Callable[[str], None], refused: Callable[[str], None]
) -> aiohttp.ClientSession:
    """The session that all calls to Slack share.

    `hear` gets the `Date` of each answer. `note` gets what kept Slack from answering; it is empty after an answer.
    `refused` gets the code with which Slack refuses what is on a screen.
    """
    tracing = aiohttp.TraceConfig()

    async def answered(_session: object, _context: object, sent: aiohttp.TraceRequestEndParams) -> None:
        if sent.response.status == HTTPStatus.OK:
            hear(sent.response.headers.get("Date", ""))
        note(f"http_{sent.response.status}" if sent.response.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "")
        if "views." in sent.response.url.path and (code := screen_refusal(await sent.response.text())):
            refused(code)

    async def failed(_session: object, _context: object, sent: aiohttp.TraceRequestExceptionParams) -> None:
        note(type(sent.exception).__name__)

    tracing.on_request_end.append(answered)
    tracing.on_request_exception.append(failed)
    patience = aiohttp.ClientTimeout(total=SLACK_SECONDS)
    connector = aiohttp.TCPConnector(limit=0)  # each loop bounds its own; an alarm must not wait for other calls
    return aiohttp.ClientSession(
        timeout=patience, response_class=_BoundedAnswer, trace_configs=[tracing], connector=connector
    )


class _BoundedAnswer(aiohttp.ClientResponse):
    """An answer that is given up when it is too large, also when it only becomes so by being unpacked."""

    @override
    async def read(self) -> bytes:
        if self._body is None:
            body = bytearray()
            async for part in self.content.iter_chunked(PART):
                body += part
                if len(body) > LARGEST_ANSWER:
                    self.close()
                    raise aiohttp.ClientPayloadError("Slack's answer is too large")
            self._body = bytes(body)
        return self._body


def client_of(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Return the client with the token of the settings; without one when the app is installed over OAuth."""
    token = settings.slack_bot_token.get_secret_value() or None
    base_url, logger = settings.slack_api_url, quiet_logger()
    return AsyncWebClient(token, base_url=base_url, timeout=SLACK_SECONDS, session=session, logger=logger)


async def workspaces_of(
    settings: Settings, client: AsyncWebClient, executor: Executor[StoredUnitOfWork]
) -> tuple[Workspaces, str]:
    """Return the workspaces that are served; and the one of the token, if it is one. Raises ConfigError."""
    if not settings.is_for_several:
        identity = await _who_am_i(client)
        return OneWorkspace(client, identity), identity.team_id or ""
    workspaces = InstalledWorkspaces(executor, client)
    await workspaces.read()
    return workspaces, ""


def put_in_place(store: Store, file: SchoolsFile | None, ours: str, now: datetime) -> list[Event]:
    """Store the schools file, and return what that changed.

    `ours` is the workspace of the token, if it is one. Raises ConfigError.
    """
    if file is None:
        return []
    with store.transaction(now) as uow:
        known = {ours} if ours else known_workspaces(uow, file.workspaces)
        _rename(uow, file)
    configs = _in_ours(file.schools, ours) if ours else placed(file.schools, known)
    try:
        return apply_schools(store, configs, ours, now, notify_of_roles)
    except MixedWorkspaces as mixed:
        raise ConfigError(MIXED.format(school=mixed)) from mixed


def _rename(uow: StoredUnitOfWork, file: SchoolsFile) -> None:
    try:
        rename_schools(uow, configs_of(file.schools))
    except UnknownToFile as missing:
        raise ConfigError(MISSING.format(schools=missing)) from missing
    except TakenName as taken:
        raise ConfigError(TAKEN.format(schools=taken)) from taken


def placed(schools: Iterable[SchoolInFile], known: Collection[str]) -> list[SchoolConfig]:
    """Return the schools, each with the workspace that it names, or else the only known one.

    While none is known, a school that names none waits for the first installation. Raises ConfigError if a school names
    none and several are known.
    """
    only = next(iter(known)) if len(known) == 1 else ""
    for school in schools:
        if not school.workspace and len(known) > 1:
            raise ConfigError(WHICH.format(school=school.name, workspaces=", ".join(sorted(known))))
    return configs_of([s for s in schools if s.workspace or only], only)


def _in_ours(schools: Iterable[SchoolInFile], ours: str) -> list[SchoolConfig]:
    for school in schools:
        if school.workspace not in ("", ours):
            raise ConfigError(ELSEWHERE.format(school=school.name, workspace=school.workspace, ours=ours))
    return configs_of(schools)


def configs_of(file: Iterable[SchoolInFile], workspace: str = "") -> list[SchoolConfig]:
    """Convert the schools of the file for the storage. A school without a workspace gets this one."""
    return [
        SchoolConfig(
            school.name,
            school.region,
            school.free_days,
            tuple(PersonConfig(p.slack, p.name, frozenset(p.roles), p.groups, p.weekdays) for p in school.people),
            school.open_days,
            school.hours,
            school.workspace or workspace,
            school.was,
            school.closed,
        )
        for school in file
    ]


def missing_scopes(given: str | None) -> str:
    """The scopes of the manifest that a token with these does not have; none if Slack does not say."""
    held = {scope.strip() for scope in given.split(",")} if given else set(SCOPES)
    return ", ".join(sorted(set(SCOPES) - held))


async def _who_am_i(client: AsyncWebClient) -> AuthorizeResult:
    said = await until_answered(client.auth_test, "SLACK_BOT_TOKEN")
    if missing := missing_scopes(said.headers.get("x-oauth-scopes")):
        log.error(LACKS.format(scopes=missing))
    if said.get("is_enterprise_install"):
        raise ConfigError(ORG_WIDE)
    return AuthorizeResult.from_auth_test_response(
        bot_token=client.token, auth_test_response=said, user_auth_test_response=None
    )
