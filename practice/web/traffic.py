"""Reading the traffic: what Slack would have refused, what came too late, and a filter for both."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import NamedTuple

from practice.model import Exchange
from practice.web import words

SHOWN = 100
FORCED = ("rate_limited", "server_error", "taken_then_timeout", "slow", "drop_socket")
"""What a switch of the page brought about, which is no mistake of the app's."""
LATE = ("operation_timeout", "late_acknowledgement")


class Mark(NamedTuple):
    """What is remarkable about an exchange: of which kind, in a word, and why."""

    kind: str
    word: str
    why: str


def is_wrong(exchange: Exchange) -> bool:
    """True when one side refused or did not answer."""
    return bool(exchange.fault) or exchange.answer.get("ok") is False or "error" in exchange.answer


def mark_of(exchange: Exchange) -> Mark | None:
    """Return what is remarkable about an exchange, if anything."""
    if not is_wrong(exchange):
        return None
    code = exchange.fault.replace(":", " ").partition(" ")[0] or str(exchange.answer.get("error", ""))
    kind = "storing" if code in FORCED else "te-laat" if code in LATE else "geweigerd"
    return Mark(kind, _WORDS[kind], words.why(code))


_WORDS = {"storing": "Storing, door jou aangezet", "te-laat": "Te laat bevestigd", "geweigerd": "Slack weigert dit"}


def _has_mark(kind: str) -> Callable[[Exchange], bool]:
    def has_it(exchange: Exchange) -> bool:
        mark = mark_of(exchange)
        return mark is not None and mark.kind == kind

    return has_it


FILTERS: dict[str, tuple[str, Callable[[Exchange], bool]]] = {
    "alles": ("Alles", lambda _: True),
    "geweigerd": ("Geweigerd", _has_mark("geweigerd")),
    "te-laat": ("Te laat", _has_mark("te-laat")),
    "storing": ("Storing", _has_mark("storing")),
    "naar-app": ("Naar de app", lambda exchange: exchange.direction == "to_app"),
    "van-app": ("Van de app", lambda exchange: exchange.direction == "from_app"),
}


def found(traffic: Iterable[Exchange], kind: str, text: str) -> list[Exchange]:
    """Return the newest exchanges of this kind in which this text stands, newest first."""
    _, fits = FILTERS.get(kind, FILTERS["alles"])
    fitting = [exchange for exchange in traffic if fits(exchange) and _holds(exchange, text.strip().lower())]
    return fitting[: -SHOWN - 1 : -1]


def _holds(exchange: Exchange, text: str) -> bool:
    return not text or text in exchange.what.lower() or text in _said(exchange).lower()


def _said(exchange: Exchange) -> str:
    return json.dumps([exchange.request, exchange.answer, exchange.fault], ensure_ascii=False, default=str)
