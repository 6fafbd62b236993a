"""Sends a message to somebody, or shows it in the place of an earlier one."""

from __future__ import annotations

from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.platform.slack_errors import code_of

IRREPLACEABLE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found"})
"""Slack's errors about a message whose place cannot be taken."""
Content = tuple[str, list[dict[str, Any]]]
Place = tuple[str, str]
"""The channel and `ts` of a message."""


async def show_message(client: AsyncWebClient, user: str, content: Content, earlier: Place | None) -> Place:
    """Show the content in the place of the earlier message, or else in a new one, and return where it stands."""
    if earlier and await _has_replaced(client, earlier, content):
        return earlier
    notification, blocks = content
    answer = await client.chat_postMessage(channel=user, text=notification, blocks=blocks)
    return str(answer["channel"]), str(answer["ts"])


async def _has_replaced(client: AsyncWebClient, earlier: Place, content: Content) -> bool:
    (channel, ts), (notification, blocks) = earlier, content
    try:
        await client.chat_update(channel=channel, ts=ts, text=notification, blocks=blocks)
    except SlackApiError as error:
        if code_of(error) in IRREPLACEABLE:
            return False
        raise
    return True
