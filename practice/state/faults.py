"""How the workspace misbehaves on command, and the switches for it that stand on the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from practice.state.rates import Rates

A_FEW, SLOWLY = 5, 2.0


@dataclass
class Faults:
    """How the workspace misbehaves. Numbers count down with each Web API call that they spoil.

    `rate_limited` answers 429 with `retry_after`, `server_error` 503; `taken_then_timeout` does what was asked but
    never answers; `slow_seconds` delays each answer; `redeliver` sends each event twice. `refuses` is the error that
    every call gets, such as token_revoked, for as long as it stands.
    """

    rate_limited: int = 0
    retry_after: int = 1
    server_error: int = 0
    taken_then_timeout: int = 0
    slow_seconds: float = 0
    redeliver: bool = False
    refuses: str = ""
    rates: Rates | None = None
    on_drop: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)

    def drop_socket(self) -> None:
        """Disconnect every socket, with the `disconnect` envelope that Slack sends first."""
        self.on_drop()

    def off(self) -> None:
        """Behave again."""
        for switch in SWITCHES.values():
            switch.turn(self, False)

    def limited_by_rate(self, method: str, channel: str, now: datetime) -> int:
        """Return how many seconds the app must wait before it may call this again, when rates are kept to."""
        return self.rates.wait(method, channel, now) if self.rates else 0


@dataclass(frozen=True)
class Switch:
    """One way to misbehave, as the page offers it. `said` tells what goes wrong now, empty when it is off.

    `turn` turns it on or off. `needs_socket`: it means something over Socket Mode only. What is `once` is over at once.
    """

    label: str
    explanation: str
    turn: Callable[[Faults, bool], None]
    said: Callable[[Faults], str] = lambda _: ""
    once: bool = False


def _number(name: str, on: float) -> Callable[[Faults, bool], None]:
    return lambda faults, is_on: setattr(faults, name, on if is_on else 0)


def _times(count: int, words: str) -> str:
    return f"{words} (nog {count} keer)" if count else ""


def _limited(faults: Faults, is_on: bool) -> None:
    faults.rate_limited, faults.retry_after = (A_FEW, 3) if is_on else (0, 1)


def _rates(faults: Faults, is_on: bool) -> None:
    faults.rates = Rates() if is_on else None


def _redeliver(faults: Faults, is_on: bool) -> None:
    faults.redeliver = is_on


def _drop(faults: Faults, is_on: bool) -> None:
    if is_on:
        faults.drop_socket()


SWITCHES: dict[str, Switch] = {
    "te-vaak": Switch(
        "Te veel verzoeken (429)",
        f"Slack weigert de volgende {A_FEW} verzoeken van de app en zegt: wacht 3 seconden.",
        _limited,
        lambda faults: _times(faults.rate_limited, "Slack weigert verzoeken: te veel"),
    ),
    "storing": Switch(
        "Storing bij Slack (503)",
        f"De volgende {A_FEW} verzoeken van de app mislukken.",
        _number("server_error", A_FEW),
        lambda faults: _times(faults.server_error, "Slack heeft een storing"),
    ),
    "traag": Switch(
        "Slack is traag",
        f"Elk antwoord van Slack duurt {SLOWLY:.0f} seconden, tot je dit uitzet.",
        _number("slow_seconds", SLOWLY),
        lambda faults: "Slack antwoordt traag" if faults.slow_seconds else "",
    ),
    "geen-antwoord": Switch(
        "Slack doet het, maar antwoordt niet",
        "De volgende 2 verzoeken worden gedaan, maar de app hoort er niets van. Een bericht kan dan dubbel komen.",
        _number("taken_then_timeout", 2),
        lambda faults: _times(faults.taken_then_timeout, "Slack antwoordt niet"),
    ),
    "dubbel": Switch(
        "Gebeurtenissen komen dubbel",
        "Slack stuurt elke gebeurtenis nog een keer, alsof de app niet op tijd antwoordde, tot je dit uitzet.",
        _redeliver,
        lambda faults: "Slack stuurt gebeurtenissen dubbel" if faults.redeliver else "",
    ),
    "maat": Switch(
        "Slack telt de verzoeken",
        "Slack weigert wie vaker vraagt dan mag, zoals een bericht per seconde in een gesprek, tot je dit uitzet.",
        _rates,
        lambda faults: "Slack telt de verzoeken" if faults.rates else "",
    ),
    "verbinding": Switch(
        "De verbinding valt weg",
        "Slack verbreekt de verbinding met de app. De app moet zelf opnieuw verbinden.",
        _drop,
        once=True,
    ),
}
