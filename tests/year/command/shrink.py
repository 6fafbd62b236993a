"""Makes a year in which something is wrong small: leaves out what is not needed for it, and prints the rest as a test.

Each act has a number and chances of its own, so that a part of a year can be played without the rest: logins, signals,
leave and faults. Halves are left out first, then quarters, down to single acts (Zeller's delta debugging, greedily).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from tests.year.command.printed import printed
from tests.year.drawn.options import Options
from tests.year.drawn.seeds import played

MOST_PLAYS = 80


class Shrinker:
    """Looks for the smallest part of a year that still shows the same kind of finding."""

    def __init__(self, options: Options, kind: str, broken: str = "") -> None:
        self._options, self.kind, self._broken = options, kind, broken
        self._plays = 0

    def smallest(self, acts: Iterable[int]) -> list[int]:
        """Return the numbers of the acts that are left."""
        left = sorted(acts)
        size = len(left)
        while size > 1 and self._plays < MOST_PLAYS:
            size = (size + 1) // 2
            for part in list(_parts(left, size)):
                rest = [number for number in left if number not in part]
                left = rest if self._plays < MOST_PLAYS and self.shows(rest) else left
        return left

    def shows(self, acts: Iterable[int]) -> bool:
        """Whether these acts alone show it too; a part in which the program or somebody is missing does not."""
        self._plays += 1
        with suppress(Exception):
            return any(finding.what == self.kind for finding in played(self.only(acts), self._broken)[1])
        return False

    def only(self, acts: Iterable[int]) -> Options:
        return replace(self._options, only=frozenset(acts))


def _parts(numbers: list[int], size: int) -> Iterator[frozenset[int]]:
    for first in range(0, len(numbers), size):
        yield frozenset(numbers[first : first + size])


def as_a_test(options: Options, name: str, broken: str = "") -> str:
    """Play it, shrink what is wrong first, and return that as the text of a test; empty when all is well."""
    log, found = played(options, broken)
    if not found:
        return ""
    shrinker = Shrinker(options, found[0].what, broken)
    part = shrinker.only(shrinker.smallest(log.acts))
    log, found = played(part, broken)
    finding = next(one for one in found if one.what == shrinker.kind)
    return printed(part, name, finding, log, broken)
