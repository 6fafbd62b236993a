"""Marks and filters for the traffic: what Slack would refuse, what came too late, and what a fault caused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import NamedTuple

from practice.i18n import text, text_if_known
from practice.model import Exchange

SHOWN = 100
FORCED = ("rate_limited", "server_error", "taken_then_timeout", "slow", "drop_socket")
"""Faults that somebody turned on: no mistakes of the app."""
LATE = ("operation_timeout", "late_acknowledgement")


class Mark(NamedTuple):
    """A remark on an exchange; `reason` may be empty."""

    kind: str
    label: str
    reason: str


def is_wrong(exchange: Exchange) -> bool:
    """Tell whether one side refused or did not answer."""
    return bool(exchange.fault) or exchange.answer.get("ok") is False or "error" in exchange.answer


def mark_of(exchange: Exchange) -> Mark | None:
    """Return the remark on an exchange, if there is one."""
    if not is_wrong(exchange):
        return None
    code = exchange.fault.replace(":", " ").partition(" ")[0] or str(exchange.answer.get("error", ""))
    kind = "storing" if code in FORCED else "te-laat" if code in LATE else "geweigerd"
    return Mark(kind, text(f"mark_{kind}"), text_if_known(f"reason_{code}"))


def _has_mark(kind: str) -> Callable[[Exchange], bool]:
    def has_it(exchange: Exchange) -> bool:
        mark = mark_of(exchange)
        return mark is not None and mark.kind == kind

    return has_it


# By the name in the address of the page; the catalogue has filter_NAME.
FILTERS: dict[str, Callable[[Exchange], bool]] = {
    "alles": lambda _: True,
    "geweigerd": _has_mark("geweigerd"),
    "te-laat": _has_mark("te-laat"),
    "storing": _has_mark("storing"),
    "naar-app": lambda exchange: exchange.direction == "to_app",
    "van-app": lambda exchange: exchange.direction == "from_app",
}


def find(traffic: Iterable[Exchange], kind: str, searched: str) -> list[Exchange]:
    """Return the newest exchanges of this kind that contain the searched text, newest first."""
    matches = FILTERS.get(kind, FILTERS["alles"])
    found = [exchange for exchange in traffic if matches(exchange) and _contains(exchange, searched.strip().lower())]
    return found[: -SHOWN - 1 : -1]


def _contains(exchange: Exchange, searched: str) -> bool:
    return not searched or searched in exchange.what.lower() or searched in _content(exchange).lower()


def _content(exchange: Exchange) -> str:
    return json.dumps([exchange.request, exchange.answer, exchange.fault], ensure_ascii=False, default=str)
