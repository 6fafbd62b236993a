"""A Slack that accepts everything, as fast as it can, and counts the calls."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

from starlette.types import Receive, Scope, Send

from bench.school import TEAM

COUNTS = "/counts"
ANSWERS: dict[str, dict[str, Any]] = {
    "auth.test": {"team_id": TEAM, "team": "bench", "user_id": "U0BOT", "user": "bot", "bot_id": "B0BOT", "url": ""},
    "views.open": {"view": {"id": "V0"}},
    "users.info": {"user": {"id": "U0", "locale": "nl-NL"}},
    "chat.postMessage": {"channel": "D0BENCH", "ts": "1.2", "message": {}},
}


class SlackStub:
    """The ASGI application."""

    def __init__(self, seconds: float = 0) -> None:
        self._counts: Counter[str] = Counter()
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a Web API call, or return how often each method was called."""
        while (await receive()).get("more_body"):
            pass
        if self._seconds and scope["path"] != COUNTS:
            await asyncio.sleep(self._seconds)
        answer = self._counts if scope["path"] == COUNTS else self._said(scope["path"].rpartition("/")[2])
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    def _said(self, method: str) -> dict[str, Any]:
        self._counts[method] += 1
        return {"ok": True, **ANSWERS.get(method, {})}
