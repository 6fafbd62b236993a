"""How people are: some act at once, others late or hardly ever, press twice, give up, or look where they may not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Character:
    """Chances, each time that somebody looks: that they `act` on what is asked, send a form `twice`, have it open on
    two `devices` and send both, `give_up` in a form, are `curious` about a case of others, do something `more` than
    what is asked, or type `odd` text.

    `leave` is the chance that they are away for days or weeks in a term; most of these have a deputy.
    """

    act: float = 1
    twice: float = 0
    devices: float = 0
    give_up: float = 0
    curious: float = 0
    more: float = 0
    odd: float = 0
    leave: float = 0.25


CHARACTERS = {
    "prompt": Character(),
    "late": Character(act=0.12, more=0.05),
    "never": Character(act=0.02),
    "away": Character(act=0.6, leave=0.8),
    "hasty": Character(twice=0.5, devices=0.3, give_up=0.1, more=0.1),
    "curious": Character(act=0.5, curious=0.3, give_up=0.2),
    "odd": Character(act=0.7, devices=0.2, odd=0.6, more=0.2, give_up=0.2),
}
ODD = (
    "<!channel> \N{RIGHT-TO-LEFT OVERRIDE}om\N{POP DIRECTIONAL FORMATTING} *vet* `code`",
    "'; DROP TABLE cases; --",
    "Misschien is hij geslagen.",
    "=HYPERLINK(1) \U0001f600 \N{ZERO WIDTH SPACE}{pupil} %s {0}",
    "x" * 400,
)
