"""Makes a year in which something is wrong small: leaves out what is not needed for it, and prints the rest as a test.

Each act has a number and chances of its own, so that a part of a year can be played without the rest: logins, signals,
leave and faults. Halves are left out first, then quarters, down to single acts (Zeller's delta debugging, greedily).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from tests.year.judging.log import Event, Log, moment
from tests.year.judging.oracle import Finding
from tests.year.seeds import played
from tests.year.world import Options

MOST_PLAYS = 80
TOLD = {
    "did": "{who}: {record} of {case}, {result}",
    "opened": "{who} opens {case}",
    "gave_up": "{who} closes {record} of {case} half-way",
    "thrown_away": "{who} throws {record} of {case} away",
    "came_back": "{who} opens {record} of {case} again",
    "away": "{who} is away from {first} to {last}",
    "deputy": "{deputy} stands in for {who}",
    "gone": "{who} leaves the school",
    "trouble": "fault: {fault}",
    "alarm": "{who} raises the alarm",
    "alarm_answered": "{who} goes to who raised the alarm",
}


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
        """Whether these acts alone show it too."""
        self._plays += 1
        _, found = played(self.only(acts), self._broken)
        return any(finding.what == self.kind for finding in found)

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
    acts = shrinker.smallest(log.acts)
    log, found = played(shrinker.only(acts), broken)
    finding = next(one for one in found if one.what == shrinker.kind)
    return _test(options.seed, name, acts, finding, log, broken)


def _test(seed: int, name: str, acts: list[int], finding: Finding, log: Log, broken: str) -> str:
    lines = "\n".join(f"    {line}" for line in _story(log, finding))
    given = f', "{broken}"' if broken else ""
    return (
        f"def test_{name}_year_{seed}() -> None:\n"
        f'    """{finding}.\n\n{lines}\n    """\n'
        f"    _, found = played(replace({name}({seed}), only=frozenset({acts})){given})\n"
        f'    assert "{finding.what}" not in {{finding.what for finding in found}}\n'
    )


def _story(log: Log, finding: Finding) -> Iterator[str]:
    """What people did until it was seen, and what the bot said of that case."""
    names = _names(log)
    for event in log.events:
        if moment(event) <= finding.at and (words := _words(event, names)):
            yield f"{event['at'][:16]} {words}"


def _names(log: Log) -> dict[str, str]:
    people = (person for event in log.events if event["what"] == "school" for person in event["people"])
    return {person["slack"]: f"{person['name']} ({', '.join(person['roles'])})" for person in people}


def _words(event: Event, names: dict[str, str]) -> str:
    if event["what"] == "message":
        return f"the bot to {names[event['who']]}: {event['words'][0]}"
    named = {key: names.get(value, value) if isinstance(value, str) else value for key, value in event.items()}
    return TOLD.get(event["what"], "").format(**named)
