"""The sockets of Socket Mode, seen from Slack's side. Usable from any thread and event loop."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from concurrent.futures import Future
from dataclasses import dataclass, field

from practice.model import Json

CONNECTION_LIMIT = 10
GRACE_SECONDS = 1.0
MISSED_KEPT = 50


@dataclass(eq=False)
class Link:
    """One open socket: what is to be sent through it. None ends it."""

    loop: asyncio.AbstractEventLoop
    outbox: asyncio.Queue[Json | None] = field(default_factory=asyncio.Queue)

    def send(self, frame: Json) -> None:
        """Have a frame sent."""
        self.loop.call_soon_threadsafe(self.outbox.put_nowait, frame)

    def close_soon(self) -> None:
        """Have the socket closed, unless the app does so itself, as it should after a `disconnect`."""
        self.loop.call_soon_threadsafe(self.loop.call_later, GRACE_SECONDS, self.outbox.put_nowait, None)


class Links:
    """All open sockets of the app; each envelope goes to one of them, in turn."""

    def __init__(self) -> None:
        self._tickets: set[str] = set()
        self._open: list[Link] = []
        self._turn = itertools.count()
        self._pending: dict[str, Future[Json]] = {}
        self._missed: dict[str, tuple[str, float]] = {}

    def __len__(self) -> int:
        return len(self._open)

    def new_ticket(self) -> str:
        """Return what lets one socket in, once."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return ticket

    def enter(self, ticket: str) -> Link | None:
        """Open a socket; None when the ticket is no good or there are ten already."""
        if ticket not in self._tickets or len(self._open) >= CONNECTION_LIMIT:
            return None
        self._tickets.remove(ticket)
        link = Link(asyncio.get_running_loop())
        self._open.append(link)
        return link

    def leave(self, link: Link) -> None:
        """Forget a socket that closed."""
        if link in self._open:
            self._open.remove(link)

    def send(self, envelope: Json) -> Future[Json]:
        """Send an envelope through one socket; ConnectionError when there is none."""
        if not self._open:
            raise ConnectionError("no open socket")
        acknowledged: Future[Json] = Future()
        self._pending[envelope["envelope_id"]] = acknowledged
        self._open[next(self._turn) % len(self._open)].send(envelope)
        return acknowledged

    def acknowledge(self, envelope_id: str, payload: Json) -> tuple[str, float] | None:
        """Take in the app's acknowledgement; when nobody waits for it any more, return of what, after how long."""
        acknowledged = self._pending.pop(envelope_id, None)
        if acknowledged and not acknowledged.cancelled():
            acknowledged.set_result(payload)
        what, since = self._missed.pop(envelope_id, ("", 0.0))
        return (what, time.monotonic() - since) if what else None

    def forget(self, envelope: Json, since: float) -> None:
        """Stop waiting for the acknowledgement of an envelope sent at this moment of the monotonic clock."""
        acknowledged = self._pending.pop(envelope["envelope_id"], None)
        if acknowledged:
            self._missed[envelope["envelope_id"]] = (envelope["type"], since)
            while len(self._missed) > MISSED_KEPT:
                del self._missed[next(iter(self._missed))]

    def drop(self) -> None:
        """Close every socket, after the `disconnect` that Slack sends first."""
        for link in list(self._open):
            link.send({"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "practice"}})
            link.close_soon()
            self.leave(link)
