"""What somebody typed in a form and closed is there again for a day, for them alone, and gone when it is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.year.judging.log import Event, moment
from tests.year.judging.paper import Paper
from tests.year.judging.staff import Staff
from tests.year.judging.stored import marks_of

A_SECOND, KEPT_FOR = timedelta(seconds=1), timedelta(days=1)
"""The second is how long it is kept since its first letter."""
WRONG_CLOCK = ("clock",)
"""With a wrong clock nobody knows how long that is."""
FORGETS = (*WRONG_CLOCK, "moved")
"""A backup leaves out what is half typed."""
Found = Iterator[tuple[datetime, str, str]]


@dataclass
class Left:
    """A form that somebody closed half-way. Whether it `is_kept` is not sure when the app did not take all of it."""

    who: str
    form: tuple[str, str, int]
    marks: set[str]
    began: datetime
    touched: datetime
    is_kept: bool
    is_ended: bool = False


class HalfWay:
    """All such forms of a year, laid beside what people found when they opened them again."""

    def __init__(
        self, events: Sequence[Event], staff: Staff, cases: Mapping[str, Paper], school_of: Mapping[str, str]
    ) -> None:
        self._events, self._staff = events, staff
        self._cases, self._school_of = cases, school_of
        self._left: list[Left] = []
        self._stored: set[str] = set()
        self._troubles = [event for event in events if event["what"] == "trouble"]

    def findings(self) -> Found:
        """What was lost, shown to somebody else, or kept when it was over."""
        for event in self._events:
            if event["what"] == "gave_up":
                self._left.append(self._left_in(event))
            elif event["what"] == "did":
                self._did(event)
            elif event["what"] == "thrown_away":
                self._touch(event, {*event["marks"]}, is_ended=event["is_ok"])
            elif event["what"] == "came_back":
                yield from self._lost(event)
                for draft in event["drafts"]:
                    yield from self._wrong_in(event, {*draft})

    def _left_in(self, event: Event) -> Left:
        began, at = datetime.fromisoformat(event["began"]), moment(event)
        is_kept = event["is_kept"] and not self._staff.was_trouble(began, at) and not self._is_excluded(event, at)
        return Left(event["who"], _form(event), {*event["marks"]}, began, at, is_kept)

    def _is_excluded(self, event: Event, at: datetime) -> bool:
        """Whether the case was kept from them already, so that nothing more was taken of a form that was still open."""
        code, who = event["case"], event["who"]
        return code in self._cases and self._staff.is_excluded(
            who, self._cases[code], self._school_of[code], at + A_SECOND
        )

    def _did(self, event: Event) -> None:
        """Somebody went on with it; if it was not stored then, nobody knows what is kept."""
        is_saved = event["result"] == "saved"
        self._stored |= marks_of(event) if is_saved else set()
        self._touch(event, marks_of(event), is_ended=is_saved)

    def _touch(self, event: Event, marks: set[str], *, is_ended: bool) -> None:
        for one in self._left:
            if one.who == event["who"] and one.marks & marks:
                one.touched, one.is_kept, one.is_ended = moment(event), False, one.is_ended or is_ended

    def _lost(self, event: Event) -> Found:
        at = moment(event)
        if not event["is_open"] or not event["is_read"] or self._staff.was_trouble(at, at):
            return
        for one in self._left:
            is_same = one.who == event["who"] and one.form == _form(event)
            is_kept = one.is_kept and at < one.began + KEPT_FOR and not self._was(FORGETS, one.began, at)
            if is_same and is_kept and not any(one.marks <= {*draft} for draft in event["drafts"]):
                yield at, "half typed and lost", f"{sorted(one.marks)} by {one.who} in {one.form}"

    def _wrong_in(self, event: Event, draft: set[str]) -> Found:
        """What is wrong with a form that somebody can go on with, by the texts in it."""
        at, who = moment(event), event["who"]
        own = [one for one in self._left if one.who == who and one.marks <= draft]
        others = [one for one in self._left if one.who != who and one.marks & draft - self._stored]
        if others:
            yield at, "half typed and shown to somebody else", f"{sorted(draft)} to {who}"
        if own and all(self._is_over(one, at) for one in own) and not self._others_in(draft, own):
            yield at, "half typed and kept when it was over", f"{sorted(draft)} of {who}"

    def _others_in(self, draft: set[str], own: list[Left]) -> set[str]:
        """Texts of another form that holds what was written before, as a summary does."""
        return draft - self._stored - {mark for one in own for mark in one.marks}

    def _is_over(self, one: Left, at: datetime) -> bool:
        return one.is_ended or (at > one.touched + KEPT_FOR and not self._was(WRONG_CLOCK, one.began, at))

    def _was(self, faults: Collection[str], first: datetime, last: datetime) -> bool:
        """Whether one of these faults fell in this time."""
        those = [event for event in self._troubles if event["fault"] in faults]
        wrong = ((moment(event), datetime.fromisoformat(event["until"])) for event in those)
        return any(began <= last and until >= first for began, until in wrong)


def _form(event: Event) -> tuple[str, str, int]:
    return event["case"], event["record"], event["number"]
