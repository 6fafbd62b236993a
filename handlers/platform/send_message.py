"""Sends a message to somebody, or shows it in the place of earlier ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.platform.call_budget import POST, UPDATE
from handlers.platform.slack_errors import CODES, Meaning, code_of

IRREPLACEABLE = CODES[Meaning.GONE] | {"channel_not_found"}
"""Slack's errors about a message whose place cannot be taken."""
Content = tuple[str, list[dict[str, Any]]]
Place = tuple[str, str]
"""The channel and `ts` of a message."""
Turn = Callable[[str], Awaitable[None]]
"""Waits until a method may be called."""


async def post_message(client: AsyncWebClient, user: str, content: Content, turn: Turn) -> Place:
    """Send a new message, and return where it stands."""
    notification, blocks = content
    await turn(POST)
    answer = await client.chat_postMessage(channel=user, text=notification, blocks=blocks)
    return str(answer["channel"]), str(answer["ts"])


async def replace_messages(
    client: AsyncWebClient, earlier: Iterable[Place], content: Content, turn: Turn, done: dict[Place, bool]
) -> bool:
    """Show the content in the place of the earlier messages; return whether one of them could be replaced.

    `done` holds the places that had their turn, and whether they could be replaced: a next try leaves them out.
    """
    for place in earlier:
        if place not in done:
            done[place] = await _has_replaced(client, place, content, turn)
    return any(done.values())


async def _has_replaced(client: AsyncWebClient, place: Place, content: Content, turn: Turn) -> bool:
    (channel, ts), (notification, blocks) = place, content
    await turn(UPDATE)
    try:
        await client.chat_update(channel=channel, ts=ts, text=notification, blocks=blocks)
    except SlackApiError as error:
        if code_of(error) in IRREPLACEABLE:
            return False
        raise
    return True
