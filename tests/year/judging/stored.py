"""What is stored, laid beside what people did: each acknowledged entry once, and nothing of what is gone."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.year.judging.log import Event
from tests.year.judging.paper import CLOSED, OPEN, Paper
from tests.year.judging.plan_file import Json, records, several

MARK = re.compile(r"Merk\d{5}")
"""A text that people typed, of which no other is like it."""
NOTHING_OF = ("without_next", "stuck", "drafts", "alarms", "unhealthy")
"""What there may be nothing of, when nothing goes wrong."""


def marks_of(event: Event) -> set[str]:
    """The texts that somebody typed in a form."""
    values = (str(one) for value in event["said"].values() for one in several(value))
    return {mark for value in values for mark in MARK.findall(value)}


def say_what_was_stored(events: Sequence[Event]) -> None:
    """What was not acknowledged may have been stored or not: the logbooks at the end say which."""
    acts, lines = [event for event in events if event["what"] == "did"], _logbook(events)
    where = {mark: line["case"] for line in lines for mark in line["marks"]}
    made, kept = Counter(_whose(event) for event in acts if event["result"] == "saved"), Counter(map(_whose, lines))
    for event in acts:
        marks, whose = marks_of(event), _whose(event)
        if event["result"] == "failed" and (marks & where.keys() or (not marks and kept[whose] > made[whose])):
            made[whose] += 1
            code = next((where[mark] for mark in sorted(marks) if mark in where), event["case"])
            event |= {"result": "saved", "case": code, "unsure": True}
            event["teachers"] = event["teachers"] or _teachers_of_group(event, events)


def put_in_order(events: list[Event]) -> None:
    """Two forms of one second may have been stored the other way round than people heard of it: the logbook says."""
    written = [(mark, line["at"]) for line in _logbook(events) for mark in line["marks"]]
    _go_back_to_when_it_was_stored(events, dict(reversed(written)))
    place = {mark: number for number, (mark, _) in enumerate(written)}
    together: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, event in enumerate(events):
        if event["what"] == "did" and event["result"] == "saved" and marks_of(event) & place.keys():
            together[event["at"], event["case"]].append(number)
    for numbers in together.values():
        ordered = sorted(
            (events[n] for n in numbers), key=lambda one: max(place[m] for m in marks_of(one) & place.keys())
        )
        for number, event in zip(numbers, ordered, strict=True):
            events[number] = event


def _go_back_to_when_it_was_stored(events: list[Event], written: Mapping[str, str]) -> None:
    """Who sent a form again heard late, or never, that it was stored the first time: then the logbook has its time."""
    for event in [one for one in events if one.get("times") or one.get("unsure")]:
        at = max((written[mark] for mark in marks_of(event) & written.keys()), default=event["at"])
        if event["result"] == "saved" and at < event["at"]:
            events.remove(event)
            event["at"] = at
            events.insert(next(number for number, one in enumerate(events) if one["at"] > at), event)


def _logbook(events: Sequence[Event]) -> list[Json]:
    """The lines of all cases at the end, each case in order."""
    lines: list[Json] = next(event["logbook"] for event in reversed(events) if event["what"] == "stored")
    return lines


def _whose(line: Json) -> tuple[str, str, str]:
    return line["case"], line["record"], line["who"]


def _teachers_of_group(event: Event, events: Sequence[Event]) -> list[str]:
    """Whose case it became, which nobody saw: who teaches the group in the form."""
    schools = [one for one in events if one["what"] == "school" and one["name"] == event.get("school")]
    people = (one for school in schools for one in school["people"])
    return [one["slack"] for one in people if event["said"].get("group") in one.get("groups", ())]


class Stored:
    """What was acknowledged until now, laid beside what is stored."""

    def __init__(self, plan: Json) -> None:
        self._plain = {id_ for id_, spec in records(plan).items() if "effect" not in spec}
        self._made: Counter[tuple[str, str]] = Counter()
        self._typed: Counter[str] = Counter()
        self._refused: set[str] = set()
        self._said: set[tuple[str, str]] = set()

    def add(self, event: Event) -> None:
        """Somebody filled in a form."""
        if event["result"] == "saved":
            self._typed.update(marks_of(event))
            self._made[event["case"], event["record"]] += 1
        elif event["result"] == "refused":
            self._refused |= marks_of(event)

    def wrong_in(self, event: Event, *, is_trouble: bool) -> Iterator[tuple[str, str]]:
        """What is wrong with what is stored on this day, and was not before."""
        for one in (*self._texts(event), *self._entries(event), *self._left_by_the_program(event, is_trouble)):
            if one not in self._said:
                self._said.add(one)
                yield one

    def _texts(self, event: Event) -> Iterator[tuple[str, str]]:
        kept = Counter[str](mark for mark, _ in event["marks"])
        for mark, times in kept.items():
            if times > max(1, self._typed[mark]):  # a form can be filled in with what was written before
                yield "stored twice", mark
            elif mark in self._refused - self._typed.keys():
                yield "stored though refused", mark
        yield from (("lost", mark) for mark in sorted(self._typed.keys() - kept.keys()))

    def _entries(self, event: Event) -> Iterator[tuple[str, str]]:
        """Each acknowledged entry is in the logbook once, also an entry without words.

        The program too writes entries with an effect: it settles an appointment when its talk is recorded.
        """
        kept = Counter((code, record) for code, logbook in event["entries"].items() for record in logbook)
        for code, record in sorted(self._made.keys() | kept.keys()):
            difference = kept[code, record] - self._made[code, record]
            if difference < 0 or (difference and record in self._plain):
                yield "an entry too many" if difference > 0 else "an entry is lost", f"{code}: {record}"

    @staticmethod
    def _left_by_the_program(event: Event, is_trouble: bool) -> Iterator[tuple[str, str]]:
        yield from (("the chain is broken", fault) for fault in event["faults"])
        left = [what for what in NOTHING_OF if event[what] and not is_trouble]
        yield from ((what.replace("_", " "), str(event[what])) for what in left)


def wrong_years_later(cases: Mapping[str, Paper], event: Event) -> Iterator[tuple[str, str]]:
    """Years later nothing of a closed case can be read or restored, and everything of the others (promise 8)."""
    left = {*event["codes"]}
    for code, paper in cases.items():
        if paper.status == CLOSED and code in left:
            yield "kept for too long", code
        elif paper.status == OPEN and code not in left:
            yield "destroyed though open", code
    yield from (("left of what was destroyed", what) for what in (*event["kept"], *event["faults"]))
