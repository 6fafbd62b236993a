"""Trigger ids: the right to open one modal for a person, once, within three seconds."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from practice.errors import ApiError

TRIGGER_LIFE = timedelta(seconds=3)


@dataclass
class Trigger:
    """What one trigger id allows, and for whom."""

    user_id: str
    ends_at: datetime
    is_used: bool = False


class Triggers:
    """All trigger ids that the workspace issued."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._triggers: dict[str, Trigger] = {}

    def issue(self, user_id: str) -> str:
        """Return a new trigger id."""
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user_id, self._now() + TRIGGER_LIFE)
        return trigger_id

    def find(self, trigger_id: str) -> Trigger:
        """Return the trigger that may still be used. Raises ApiError if it is unknown, used or expired."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger.is_used:
            raise ApiError("exchanged_trigger_id")
        if self._now() > trigger.ends_at:
            raise ApiError("expired_trigger_id")
        return trigger
