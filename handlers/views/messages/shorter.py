"""A shorter message, for when Slack refuses one as it is."""

from __future__ import annotations

from handlers.i18n.texts import text
from handlers.views import blocks as b
from handlers.views.messages.asked import Rendered


def shortened(content: Rendered) -> Rendered | None:
    """Return less of the message: half of what is between its first and last block, at last only its notification.

    Return None when it is no more than that already.
    """
    notification, blocks = content
    first, between, last = blocks[:1], blocks[1:-1], blocks[1:][-1:]
    if kept := between[: (len(between) - 1) // 2]:
        return notification, [*first, *kept, b.context(text("message_shortened")), *last]
    if between:
        return notification, [*first, *last]
    return (notification, []) if blocks else None
