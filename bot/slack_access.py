"""Why Slack could not be asked, in words; and the questions that a start asks until Slack answers."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import socket
import ssl
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.settings import ConfigError
from handlers.platform.slack_errors import NOT_SLACKS, Meaning, code_of, meaning_of

T = TypeVar("T")
log = logging.getLogger("meldwijzer")
START_TRIES = 8
PROXY = "the proxy in HTTPS_PROXY does not let it through. Check its address, name and password"


class NoSocket(TimeoutError):
    """Slack gave an address for Socket Mode, and nothing answers there."""


REASONS: dict[type[BaseException], str] = {
    socket.gaierror: "its name cannot be looked up. Check the network and DNS",
    ssl.SSLError: "its certificate is not trusted (TLS). Check the clock, the CA certificates, and what reads along",
    ConnectionRefusedError: "the connection is refused. Check the network, the firewall and SLACK_API_URL",
    NoSocket: "nothing answers for Socket Mode. Let the firewall and the proxy pass WebSockets to *.slack.com",
    TimeoutError: "no answer came in time. Check the network, the firewall and HTTPS_PROXY",
}
OTHER = "{kind}. Check the network, DNS, HTTPS_PROXY and SLACK_API_URL"
FROM = {"SLACK_BOT_TOKEN": "Install App", "SLACK_APP_TOKEN": "Basic Information"}
"""Where in the app's settings each token stands."""


def unreachable(error: BaseException) -> str:
    """Say why a call to Slack got no answer, and what to check, without a full stop."""
    if isinstance(error, SlackApiError):
        return _said(error)
    if isinstance(error, aiohttp.ClientHttpProxyError | aiohttp.ClientProxyConnectionError) or _has_proxy(error):
        return PROXY
    cause = _cause(error)
    known = next((words for kind, words in REASONS.items() if isinstance(cause, kind)), None)
    return known or OTHER.format(kind=type(cause).__name__)


def _said(error: SlackApiError) -> str:
    status = error.response.status_code
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return PROXY
    if code_of(error).startswith(NOT_SLACKS) and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return "something else answers than Slack. Check SLACK_API_URL, and a login page of the network"
    return f"it says {code_of(error)}. Wait, and look at slack-status.com"


def refused(token: str, error: SlackApiError) -> str:
    """Say that Slack does not accept this token, and where to find a good one."""
    where = f" Copy it again from {FROM[token]}." if token in FROM else ""
    return f"Slack does not accept {token}: {code_of(error)}.{where}"


async def until_answered(ask: Callable[[], Awaitable[T]], token: str) -> T:
    """Ask Slack what a start needs to know, and try again while it does not answer.

    Raises ConfigError when Slack refuses the token, or does not answer for more than a minute.
    """
    why = ""
    for attempt in range(START_TRIES):
        try:
            return await ask()
        except SlackApiError as error:
            if meaning_of(error) is not Meaning.LATER:
                raise ConfigError(refused(token, error)) from error
            why = unreachable(error)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            why = unreachable(error)
        log.warning("Slack does not answer yet: %s.", why)
        await asyncio.sleep(min(2**attempt, 30) * random.uniform(0.5, 1))  # noqa: S311 - no secret
    raise ConfigError(f"Slack does not answer: {why}.")


def _cause(error: BaseException) -> BaseException:
    """What lies beneath the errors of the two HTTP clients."""
    if isinstance(error, aiohttp.ClientSSLError):
        return ssl.SSLError()
    inner = getattr(error, "os_error", None) or getattr(error, "reason", None)
    return inner if isinstance(inner, BaseException) else error


def _has_proxy(error: BaseException) -> bool:
    """Whether urllib did not get past a proxy, which it does not say by itself."""
    is_set = any(
        os.environ.get(name, "").strip() for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
    )
    return is_set and (isinstance(_cause(error), ConnectionRefusedError) or "Tunnel connection" in str(_cause(error)))
