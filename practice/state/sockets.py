"""Slack's side of the Socket Mode connections. Usable from any thread and event loop."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import time
from concurrent.futures import Future
from dataclasses import dataclass, field

from practice.model import Json

CONNECTION_LIMIT = 10
GRACE_SECONDS = 1.0
MISSED_KEPT = 50
RESPONSE_BYTES = 20_000
"""Slack silently drops a response of this size or more (slack-go/slack #1196)."""


@dataclass(eq=False)
class Socket:
    """One open socket and the frames to send through it; None closes it."""

    loop: asyncio.AbstractEventLoop
    outbox: asyncio.Queue[Json | None] = field(default_factory=asyncio.Queue)

    def send(self, frame: Json) -> None:
        """Queue a frame."""
        self.loop.call_soon_threadsafe(self.outbox.put_nowait, frame)

    def close_soon(self) -> None:
        """Close the socket after a while. The app should close it first, after a `disconnect`."""
        self.loop.call_soon_threadsafe(self.loop.call_later, GRACE_SECONDS, self.outbox.put_nowait, None)


class Sockets:
    """All open sockets of the app. Envelopes go to them in turn."""

    def __init__(self) -> None:
        self._tickets: set[str] = set()
        self._open: list[Socket] = []
        self._turn = itertools.count()
        self._pending: dict[str, Future[Json]] = {}
        self._missed: dict[str, tuple[str, float]] = {}

    def __len__(self) -> int:
        return len(self._open)

    def new_ticket(self) -> str:
        """Return a ticket with which one socket can be opened, once."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return ticket

    def enter(self, ticket: str) -> Socket | None:
        """Open a socket. Returns None if the ticket is invalid or ten sockets are open."""
        if ticket not in self._tickets or len(self._open) >= CONNECTION_LIMIT:
            return None
        self._tickets.remove(ticket)
        socket = Socket(asyncio.get_running_loop())
        self._open.append(socket)
        return socket

    def leave(self, socket: Socket) -> None:
        """Forget a socket that was closed."""
        if socket in self._open:
            self._open.remove(socket)

    def send(self, envelope: Json) -> Future[Json]:
        """Send an envelope through one of the sockets. Raises ConnectionError if none is open."""
        if not self._open:
            raise ConnectionError("no open socket")
        acknowledged: Future[Json] = Future()
        self._pending[envelope["envelope_id"]] = acknowledged
        self._open[next(self._turn) % len(self._open)].send(envelope)
        return acknowledged

    def acknowledge(self, envelope_id: str, payload: Json) -> tuple[str, float] | None:
        """Accept an acknowledgement. If it came too late, return the type of its envelope and the seconds it took."""
        acknowledged = self._pending.pop(envelope_id, None)
        if acknowledged and not acknowledged.cancelled():
            acknowledged.set_result(payload)
        what, since = self._missed.pop(envelope_id, ("", 0.0))
        return (what, time.monotonic() - since) if what else None

    def forget(self, envelope: Json, since: float) -> None:
        """Stop waiting for the acknowledgement of an envelope that was sent at `since` (monotonic seconds)."""
        acknowledged = self._pending.pop(envelope["envelope_id"], None)
        if acknowledged:
            self._missed[envelope["envelope_id"]] = (envelope["type"], since)
            while len(self._missed) > MISSED_KEPT:
                del self._missed[next(iter(self._missed))]

    def drop(self) -> None:
        """Close every socket, after sending `disconnect` as Slack does."""
        for socket in list(self._open):
            socket.send({"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "practice"}})
            socket.close_soon()
            self.leave(socket)


def is_dropped(frame: Json) -> bool:
    """Tell whether a response is too large for Socket Mode. As ASCII JSON, an é takes six bytes."""
    return len(json.dumps(frame)) >= RESPONSE_BYTES
