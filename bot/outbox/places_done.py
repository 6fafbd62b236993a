"""How far a message has come that takes the place of many earlier ones.

There can be more places than Slack takes updates in a minute: each try goes on where the last one stopped.
"""

from __future__ import annotations

from handlers.platform.send_message import Content, Place
from storage.repositories.messages.send_queue import Claimed


class PlacesDone:
    """The places of each message that had their turn, and whether they could be replaced."""

    def __init__(self) -> None:
        self._begun: dict[int, tuple[Content, dict[Place, bool]]] = {}

    def of(self, message: Claimed, content: Content) -> dict[Place, bool]:
        """Return them, to be added to; none when the message says something else than at the last try."""
        content_before, places = self._begun.get(message.id, (content, {}))
        self._begun[message.id] = content, places if content == content_before else {}
        return self._begun[message.id][1]

    def forget(self, message: Claimed) -> None:
        """Forget a message that is not tried again."""
        self._begun.pop(message.id, None)
