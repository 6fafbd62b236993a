"""What a seed stands for: which school, which people, which part of the year, and what can go wrong.

Few seeds have everything: two of three leave out most characters, and two of three most or all faults (Groce et al.,
*Swarm Testing*, 2012). Where nothing goes wrong the oracle is stricter; where nobody is prompt a case lies for days.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from tests.year.broken import broken
from tests.year.drawn.options import FIRST_DAY, Options
from tests.year.drawn.schools import Size
from tests.year.faults.trouble import FAULTS
from tests.year.judging.log import Log
from tests.year.judging.oracle import Finding, Oracle
from tests.year.people.characters import CHARACTERS
from tests.year.playing import play

PLANS = ("heutink", "landelijk")
SHORT = 70
"""Days of a short year."""
TINY = 16
NOW_AND_THEN = 1 / 8
"""How often a year has a plan that no school has."""
TWO_SCHOOLS = 1 / 4
SLOW = ("late", "never")
"""With these alone, cases lie for days."""
BEFORE_VACATIONS = (date(2026, 10, 1), date(2026, 12, 7), date(2027, 2, 5), date(2027, 4, 13))
"""Days from which a vacation begins within two weeks, in each region."""


def played(options: Options, name: str = "") -> tuple[Log, list[Finding]]:
    """Play this with a fault of `broken.py`, or none, and return the log and what is wrong."""
    with tempfile.TemporaryDirectory(prefix="year") as folder, broken(name):
        log = play(options, Path(folder))
    return log, Oracle(options.on_paper(), log).judge()


def whole(seed: int) -> Options:
    """A school of 40 people for a year, where nothing goes wrong."""
    return Options(seed, Size(40, 60, tuple(CHARACTERS), 0.3))


def short(seed: int) -> Options:
    """A small school for a part of the year."""
    return _drawn("short", seed, people=(6, 7, 8, 9), cases=4, days=SHORT)


def tiny(seed: int) -> Options:
    """A few people and two cases for some weeks: what `make test` plays."""
    return _drawn("tiny", seed, people=(6, 7, 8), cases=2, days=TINY)


def _drawn(name: str, seed: int, people: tuple[int, ...], cases: int, days: int) -> Options:
    """What this seed has. One more draw, or another order of them, makes each seed another year."""
    chance = random.Random(f"{name} {seed}")
    anywhere = FIRST_DAY + timedelta(days=chance.randrange(20, min(300, 345 - days)))
    before = chance.choice(BEFORE_VACATIONS) + timedelta(days=chance.randrange(5))
    first = chance.choice((anywhere, before))
    characters = chance.choice((SLOW, _some(chance, [*CHARACTERS], 2), tuple(CHARACTERS)))
    faults = _some(chance, [*FAULTS], chance.choice((0, 2, len(FAULTS))))
    schools = 1 + (chance.random() < TWO_SCHOOLS)
    size = Size(chance.choice(people), cases // schools, characters, chance.choice((0, 0.3, 0.6)), days)
    plan, is_any = chance.choice(PLANS), chance.random() < NOW_AND_THEN
    return Options(seed, size, schools, plan, is_any, first_day=first, faults=faults)


def _some(chance: random.Random, names: list[str], count: int) -> tuple[str, ...]:
    return tuple(sorted(chance.sample(names, count)))


SIZES: dict[str, Callable[[int], Options]] = {"tiny": tiny, "short": short}
"""Years that are drawn from a seed."""
