"""What `meldwijzer doctor` asks Slack: about the token, its scopes, the clock, and whether Slack accepts our views.

It claims no more than it has checked. What could not be asked is a remark, and no fault.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.cli.doctor.finding import Finding
from bot.cli.doctor.people import people_findings
from bot.cli.doctor.sample_case import views_with_a_case
from bot.settings import Settings
from bot.slack_access import NoSocket, refused, unreachable
from bot.workspaces import LACKS, ORG_WIDE, missing_scopes
from handlers.platform.slack_errors import Meaning, code_of, meaning_of
from handlers.views.alarm import acute_modal
from handlers.views.blocks import notice_modal
from handlers.views.forms import form_modal
from handlers.views.home import problem_home
from handlers.views.staff.deputies import deputy_modal
from meldcode.application.cases.open_form import FormView
from meldcode.application.ports.installations import Installation
from meldcode.domain.plan.model import Plan

SECONDS = 5
CLOCK_SECONDS = 60
"""Slack refuses requests when the clock is five minutes off. Reminders come too late long before that."""
REFUSED = frozenset({"invalid_blocks", "invalid_message", "invalid_view"})


def slack_findings(settings: Settings, plan: Plan, now: datetime) -> Iterator[Finding]:
    """Yield what Slack says about the tokens in the settings, and the people in the schools file."""
    client = _client(settings, settings.slack_bot_token.get_secret_value())
    found = list(_token_findings(client, "SLACK_BOT_TOKEN", plan, now))
    yield from found
    if settings.has_socket:
        yield from _app_token(client, settings.slack_app_token.get_secret_value())
    if not any(finding.is_fault for finding in found):
        yield from people_findings(client, settings)


def _app_token(client: WebClient, token: str) -> Iterator[Finding]:
    """Ask for the address of a connection, and whether both tokens are of one app."""
    try:
        address = str(client.apps_connections_open(app_token=token)["url"])
    except (SlackApiError, OSError, HTTPException) as error:
        if isinstance(error, SlackApiError) and meaning_of(error) is not Meaning.LATER:
            yield Finding(refused("SLACK_APP_TOKEN", error))
        return  # else it is reported already
    if not _answers(address):
        yield Finding(f"Slack does not answer: {unreachable(NoSocket())}.")
    app, of = _app_of(client), re.match(r"xapp-\d+-(A[A-Z0-9]+)-", token)
    if app and of and of[1] != app:
        yield Finding(
            f"SLACK_APP_TOKEN is of another app ({of[1]}) than SLACK_BOT_TOKEN ({app}). Copy both of one app."
        )


def _answers(address: str) -> bool:
    """Whether something answers there. Only the server is asked: a connection would get requests of people."""
    server = urlsplit(address.replace("ws", "http", 1))._replace(path="/", query="")
    try:
        urlopen(server.geturl(), timeout=SECONDS).close()  # noqa: S310 - Slack gave the address
    except HTTPError:
        return True
    except (OSError, HTTPException):
        return False
    return True


def _app_of(client: WebClient) -> str:
    """The app of the bot's token; empty if Slack does not say."""
    try:
        return str(client.bots_info(bot=client.auth_test()["bot_id"])["bot"]["app_id"])
    except (SlackApiError, OSError, HTTPException, KeyError, TypeError):
        return ""


def workspace_findings(
    settings: Settings, installed: Sequence[Installation], plan: Plan, now: datetime
) -> Iterator[Finding]:
    """Yield what Slack says about each workspace. The views are checked once, because they are the same everywhere."""
    for number, one in enumerate(installed):
        client = _client(settings, one.token)
        for finding in _token_findings(client, "the token", plan if number == 0 else None, now):
            yield Finding(f"Workspace {one.workspace}: {finding.words}", finding.is_fault)


def _client(settings: Settings, token: str) -> WebClient:
    return WebClient(token, base_url=settings.slack_api_url, timeout=SECONDS, logger=_silent())


def _token_findings(client: WebClient, token: str, plan: Plan | None, now: datetime) -> Iterator[Finding]:
    try:
        said = client.auth_test()
    except (SlackApiError, OSError, HTTPException) as error:
        if isinstance(error, SlackApiError) and meaning_of(error) is not Meaning.LATER:
            yield Finding(refused(token, error))
        else:
            why = unreachable(error)
            yield Finding(f"Slack could not be asked: {why}. Token, scopes, clock and views are not checked.")
        return
    if said.get("is_enterprise_install"):
        yield Finding(ORG_WIDE)
    headers = _lower(said.headers)
    yield from _scopes(headers.get("x-oauth-scopes"))
    yield from _clock(headers.get("date"), now)
    if plan:
        yield from _views(client, plan)


def views(plan: Plan) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every kind of view, by name: each form of the plan, our own, and those of an invented case."""
    for record in plan.records.values():
        yield f"form {record.id}", form_modal(FormView(record, plan, {}, "26-2222"))
    yield "immediate danger", acute_modal(None)
    yield "one sentence", notice_modal("Meldwijzer")
    yield "home", problem_home("Meldwijzer")
    yield "stand-in", deputy_modal()
    yield from views_with_a_case(plan)


def _scopes(given: str | None) -> Iterator[Finding]:
    if given is None:
        yield Finding("Slack did not say which scopes the token has: they are not checked.", is_fault=False)
        return
    if missing := missing_scopes(given):
        yield Finding(LACKS.format(scopes=missing))


def _clock(said: str | None, now: datetime) -> Iterator[Finding]:
    try:
        off = abs((parsedate_to_datetime(said or "") - now).total_seconds())
    except (TypeError, ValueError):
        yield Finding("Slack did not say what time it is: the clock is not checked.", is_fault=False)
        return
    if off > CLOCK_SECONDS:
        yield Finding(f"This machine's clock is {off:.0f} seconds off. Let it be set by NTP.")


def _views(client: WebClient, plan: Plan) -> Iterator[Finding]:
    """Ask Slack's `blocks.validate` about each view, until Slack stops answering."""
    for name, view in views(plan):
        try:
            client.blocks_validate(view=view)
        except SlackApiError as error:
            code = code_of(error)
            if code not in REFUSED:
                yield Finding(f"Slack would not look at our views ({code}): they are not all checked.", is_fault=False)
                return
            yield Finding(f"Slack refuses the view “{name}”: {code}.")
        except (OSError, HTTPException) as error:
            why = type(error).__name__
            yield Finding(f"Slack stopped answering ({why}): the views are not all checked.", is_fault=False)
            return


def _silent() -> logging.Logger:
    """Hide the SDK's log, because a finding says the same."""
    logger = logging.getLogger("meldwijzer.doctor")
    logger.setLevel(logging.CRITICAL)
    return logger


def _lower(headers: Mapping[str, Any]) -> dict[str, str]:
    """The headers by lower-case name. The SDK gives one value or a list of them."""
    return {name.lower(): value[0] if isinstance(value, list) else str(value) for name, value in headers.items()}
