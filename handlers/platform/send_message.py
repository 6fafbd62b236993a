"""Sends a message to somebody, or shows it in the place of earlier ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.platform.slack_errors import CODES, Meaning, code_of

IRREPLACEABLE = CODES[Meaning.GONE] | {"channel_not_found"}
"""Slack's errors about a message whose place cannot be taken."""
Content = tuple[str, list[dict[str, Any]]]
Place = tuple[str, str]
"""The channel and `ts` of a message."""


async def post_message(client: AsyncWebClient, user: str, content: Content) -> Place:
    """Send a new message, and return where it stands."""
    notification, blocks = content
    answer = await client.chat_postMessage(channel=user, text=notification, blocks=blocks)
    return str(answer["channel"]), str(answer["ts"])


async def replace_messages(client: AsyncWebClient, earlier: Iterable[Place], content: Content) -> bool:
    """Show the content in the place of the earlier messages; return whether one of them could be replaced."""
    return any([await _has_replaced(client, place, content) for place in earlier])


async def _has_replaced(client: AsyncWebClient, place: Place, content: Content) -> bool:
    (channel, ts), (notification, blocks) = place, content
    try:
        await client.chat_update(channel=channel, ts=ts, text=notification, blocks=blocks)
    except SlackApiError as error:
        if code_of(error) in IRREPLACEABLE:
            return False
        raise
    return True
