"""Response URLs: the right to answer one person five times, within half an hour."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from practice.errors import ApiError

LIFE, USES = timedelta(minutes=30), 5


@dataclass
class ResponseUrl:
    """Whom the app may answer. `message_ts` is the message that was clicked, if there was one."""

    user_id: str
    message_ts: str | None
    ends_at: datetime
    uses_left: int = USES


class ResponseUrls:
    """All response URLs that the workspace issued, by the last part of their path."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._urls: dict[str, ResponseUrl] = {}

    def issue(self, user_id: str, message_ts: str | None = None) -> str:
        """Return the last part of a new response URL."""
        name = secrets.token_urlsafe(18)
        self._urls[name] = ResponseUrl(user_id, message_ts, self._now() + LIFE)
        return name

    def use(self, name: str) -> ResponseUrl:
        """Count one use of a response URL. Raises ApiError if it is unknown, expired or used up."""
        url = self._urls.get(name)
        if url is None or self._now() > url.ends_at:
            raise ApiError("expired_url")
        if url.uses_left == 0:
            raise ApiError("used_url")
        url.uses_left -= 1
        return url
