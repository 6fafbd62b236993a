"""How Slack misbehaves on demand, and the switches for it on the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from practice.i18n import text

FAILURES, LOST_ANSWERS, SLOW_SECONDS = 5, 2, 2.0
"""What a switch sets; the explanations in the catalogue mention these numbers."""


@dataclass
class Faults:
    """The faults that are on. Numbers count down with each Web API call that they spoil.

    `rate_limited` answers 429 with `retry_after`, `server_error` 503; `taken_then_timeout` carries out the request but
    never answers; `slow_seconds` delays each answer; `redeliver` sends each event twice. `refuses` is the error that
    every call gets, such as token_revoked, until it is cleared.
    """

    rate_limited: int = 0
    retry_after: int = 1
    server_error: int = 0
    taken_then_timeout: int = 0
    slow_seconds: float = 0
    redeliver: bool = False
    refuses: str = ""
    on_drop: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)

    def drop_socket(self) -> None:
        """Disconnect every socket, after the `disconnect` envelope that Slack sends first."""
        self.on_drop()

    def off(self) -> None:
        """Turn all faults off."""
        for switch in SWITCHES.values():
            switch.turn(self, False)


@dataclass(frozen=True)
class Switch:
    """One fault that can be turned on and off on the page.

    `status` says in the reader's language what goes wrong now, and is empty when the fault is off. A fault with
    `once` happens immediately and does not stay on.
    """

    turn: Callable[[Faults, bool], None]
    status: Callable[[Faults], str] = lambda _: ""
    once: bool = False


def _number(name: str, on: float) -> Callable[[Faults, bool], None]:
    return lambda faults, is_on: setattr(faults, name, on if is_on else 0)


def _times(count: int, code: str) -> str:
    return text("times_left", status=text(code), count=count) if count else ""


def _limited(faults: Faults, is_on: bool) -> None:
    faults.rate_limited, faults.retry_after = (FAILURES, 3) if is_on else (0, 1)


def _redeliver(faults: Faults, is_on: bool) -> None:
    faults.redeliver = is_on


def _drop(faults: Faults, is_on: bool) -> None:
    if is_on:
        faults.drop_socket()


# By the name in the address of the page; the catalogue has fault_NAME, fault_NAME_explained and fault_NAME_on.
SWITCHES: dict[str, Switch] = {
    "te-vaak": Switch(_limited, lambda faults: _times(faults.rate_limited, "fault_te-vaak_on")),
    "storing": Switch(
        _number("server_error", FAILURES), lambda faults: _times(faults.server_error, "fault_storing_on")
    ),
    "traag": Switch(
        _number("slow_seconds", SLOW_SECONDS), lambda faults: text("fault_traag_on") if faults.slow_seconds else ""
    ),
    "geen-antwoord": Switch(
        _number("taken_then_timeout", LOST_ANSWERS),
        lambda faults: _times(faults.taken_then_timeout, "fault_geen-antwoord_on"),
    ),
    "dubbel": Switch(_redeliver, lambda faults: text("fault_dubbel_on") if faults.redeliver else ""),
    "verbinding": Switch(_drop, once=True),
}
