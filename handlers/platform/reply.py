"""Words to somebody who asked, beside the acknowledgement: at the response URL, or else in a message of their own."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from handlers.platform.errors import log_error
from handlers.platform.request import Request
from handlers.platform.services import Services
from handlers.platform.slack_errors import Meaning, meaning_of, retry_after

Content = dict[str, Any]
SLACK = ("slack.com", "slack-gov.com")
TRIES = 4
"""How often a message of its own is tried, when Slack takes none."""
WAIT, LONGEST_WAIT = timedelta(seconds=3), timedelta(seconds=30)
"""Between two tries: when Slack does not say how long, and at most."""


async def reply(services: Services, request: Request, content: Content) -> None:
    """Say it where they asked, or else in a message of its own."""
    address = str(request.body.get("response_url") or "")
    if is_slacks(address, services.client.base_url):
        try:
            answer = await AsyncWebhookClient(address).send(**content, replace_original=False)
        except Exception as error:
            log_error(error, "reply")
        else:
            if answer.status_code == 200:  # noqa: PLR2004
                return
    await _say_apart(services, request, content)


def is_slacks(address: str, base_url: str) -> bool:
    """Tell whether a response URL is of the Slack that is called: a forged request may name any address (promise 9)."""
    named, api = urlsplit(address), urlsplit(base_url)
    if api.scheme == "https" and api.hostname in SLACK:
        return (named.scheme, named.netloc) == ("https", f"hooks.{api.hostname}")
    return (named.scheme, named.netloc) == (api.scheme, api.netloc)


async def _say_apart(services: Services, request: Request, content: Content, tries: int = TRIES) -> None:
    """Say it in a message of its own. It needs no trigger, so that it can come later when Slack takes none now."""
    try:
        await services.client.chat_postMessage(channel=request.identity.user, **content)
    except SlackApiError as error:
        if tries > 1 and meaning_of(error) is Meaning.LATER:
            services.later(_say_later(services, request, content, tries - 1, retry_after(error, LONGEST_WAIT)))
        raise


async def _say_later(
    services: Services, request: Request, content: Content, tries: int, wait: timedelta | None
) -> None:
    await asyncio.sleep((wait or WAIT).total_seconds())
    await _say_apart(services, request, content, tries)
