"""What Slack hands out for a short while: trigger ids and response urls."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from practice.refusal import ApiError

TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_URL_LIFE = timedelta(minutes=30)
RESPONSE_URL_USES = 5


@dataclass
class Ticket:
    """The right to answer one person, for a while and a number of times. `message_ts` is the message acted on."""

    user_id: str
    ends_at: datetime
    uses_left: int
    message_ts: str | None = None


class Tickets:
    """Trigger ids (3 s, once) and response urls (30 minutes, 5 times)."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._triggers: dict[str, Ticket] = {}
        self._response_urls: dict[str, Ticket] = {}

    def new_trigger(self, user_id: str) -> str:
        """Return a fresh trigger id."""
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Ticket(user_id, self._now() + TRIGGER_LIFE, 1)
        return trigger_id

    def trigger(self, trigger_id: str) -> Ticket:
        """Return the ticket behind a trigger id that may still be used."""
        ticket = self._triggers.get(trigger_id)
        if ticket is None:
            raise ApiError("invalid_trigger_id")
        if ticket.uses_left == 0:
            raise ApiError("exchanged_trigger_id")
        if self._now() > ticket.ends_at:
            raise ApiError("expired_trigger_id")
        return ticket

    def new_response_url(self, user_id: str, message_ts: str | None = None) -> str:
        """Return the last part of a fresh response url."""
        name = secrets.token_urlsafe(18)
        self._response_urls[name] = Ticket(user_id, self._now() + RESPONSE_URL_LIFE, RESPONSE_URL_USES, message_ts)
        return name

    def use_response_url(self, name: str) -> Ticket:
        """Return the ticket behind a response url, and count the use."""
        ticket = self._response_urls.get(name)
        if ticket is None or self._now() > ticket.ends_at:
            raise ApiError("expired_url")
        if ticket.uses_left == 0:
            raise ApiError("used_url")
        ticket.uses_left -= 1
        return ticket
