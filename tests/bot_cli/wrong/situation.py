"""What a wrong situation is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.bot_cli.wrong.house import House

BOTH = ("run", "doctor")


@dataclass(frozen=True)
class Situation:
    """Something that is wrong: how it comes about, and what which commands say about it.

    `says` is in the only sentence about it, and is what the documents show; `{time}` in it is a time. `beside` is how
    many more sentences `doctor` says, which follow from the same.
    """

    what: str
    says: str
    arrange: Callable[[House], object]
    commands: tuple[str, ...] = BOTH
    beside: int = 0
    needs_postgres: bool = False


def pattern_of(says: str) -> re.Pattern[str]:
    return re.compile(re.escape(says).replace(r"\{time\}", r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"))
