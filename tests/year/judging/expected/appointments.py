"""Appointments that people made in a case, and when somebody is to be reminded of them (S3.6).

The plan file says after how many school days who hears of one; its forms say who made it, moved it or decided on it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count

from tests.year.judging.calendar import CLOSES, OPENS, at_time, day_of
from tests.year.judging.expected.reminders import IN_TIME
from tests.year.judging.log import Event, moment
from tests.year.judging.paper import Paper
from tests.year.judging.plan_file import Json, field_meaning, of_appointments, records
from tests.year.judging.staff import IN_CHARGE, Staff

ABOUT = (
    re.compile(r"^\*Dossier (\S+): jij let op een afspraak\*"),
    re.compile(r"^\*Dossier (\S+): wie op een afspraak let, is er nu niet\. Let jij erop\?\*"),
    re.compile(r"^\*Dossier (\S+): een afspraak van .+ is te laat\. Vraag hoe het staat\.\*"),
)
"""How the line of an appointment begins in a reminder."""
MADE = re.compile(r"appointment_(\d+)_day")
DECIDED = re.compile(r"appointment_(\d+)_decision")


def is_about_appointment(event: Event, code: str) -> bool:
    """Whether a message reminds of an appointment of this case."""
    lines = (line for words in event["words"] for line in words.split("\n"))
    return any(found[1] == code for line in lines for one in ABOUT if (found := one.search(line)))


@dataclass
class Appointment:
    """An appointment as it stood since a moment: its day, who sees to it, and until when that held."""

    number: int
    since: datetime
    day: date
    owner: str
    ended: datetime | None = None
    postponed: list[tuple[datetime, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Due:
    """A moment at which somebody hears of an appointment: who sees to it (`is_owner`), or somebody with these roles."""

    at: datetime
    about: Appointment
    is_owner: bool
    roles: tuple[str, ...]


class Appointments:
    """The appointments of one case, laid beside what people heard of them."""

    def __init__(self, plan: Json, code: str, paper: Paper, staff: Staff, school: str) -> None:
        self._code, self._paper, self._staff, self._school = code, paper, staff, school
        self._calendar = staff.calendars[school]
        own = of_appointments()
        self._records = {record["id"]: record for record in own["records"]} | records(plan)
        takes_charge = (record for record in self._records.values() if "takes_charge" in record)
        self._takes_charge = {role for record in takes_charge for role in record["by"]}
        self._levels: list[Json] = plan.get("appointments", {}).get("remind", own["remind"])
        self.all: list[Appointment] = []
        self._last = 0

    # What people did.
    def write(self, record: str, at: datetime, said: Json, number: int) -> None:
        """Somebody recorded this: an appointment is made by it, moved, postponed or decided on."""
        spec = self._records.get(record, {})
        for name in said:
            if (found := DECIDED.fullmatch(name)) and said[name]:
                self._end(int(found[1]), at)
        if number:
            self._change(spec, at, said, number)
        for day, owner in self._made(spec, said):
            if said.get(day) and said.get(owner):
                self._last += 1
                self.all.append(Appointment(self._last, at, date.fromisoformat(said[day]), said[owner]))

    @staticmethod
    def _made(spec: Json, said: Json) -> Iterator[tuple[str, str]]:
        if follow_up := spec.get("follow_up"):
            yield follow_up["day"], follow_up["owner"]
        numbers = sorted(int(found[1]) for name in said if (found := MADE.fullmatch(name)))
        yield from ((f"appointment_{number}_day", f"appointment_{number}_owner") for number in numbers)

    def _change(self, spec: Json, at: datetime, said: Json, number: int) -> None:
        one = next((one for one in self.all if one.number == number and one.ended is None), None)
        if one is None:
            return
        match spec.get("effect"):
            case "postpones":
                one.postponed.append((at, said[field_meaning(spec, "until")]))
            case "moves":
                self._end(number, at)
                day, owner = said[field_meaning(spec, "new_day")], said.get(field_meaning(spec, "new_owner"))
                self.all.append(Appointment(number, at, date.fromisoformat(day), owner or one.owner))
            case "settles" | "drops":
                self._end(number, at)

    def _end(self, number: int, at: datetime) -> None:
        for one in self.all:
            if one.number == number and one.ended is None:
                one.ended = at

    def open_at(self, at: datetime) -> list[Appointment]:
        return [one for one in self.all if one.since <= at and (one.ended is None or at < one.ended)]

    # What is expected.
    def _dues(self, one: Appointment, last: datetime) -> Iterator[Due]:
        last = min(last, one.ended or last)
        for level, after in self._with_repeats():
            if after:
                day = self._calendar.next(self._calendar.on_or_after(one.day), after)
            else:
                day = self._calendar.on_or_before(one.day)
            at = at_time(day, OPENS)
            for made, until in one.postponed:
                at = max(at, self._calendar.opening(until)) if made < at else at
            if at > last:
                break
            yield self._due(at, one, level["to"])
        yield from (self._due(at, one, ["owner"]) for at in self._calendar.put_off(one.postponed) if at <= last)

    @staticmethod
    def _due(at: datetime, one: Appointment, to: list[str]) -> Due:
        return Due(at, one, "owner" in to, tuple(role for role in to if role not in ("owner", "responsible")))

    def _with_repeats(self) -> Iterator[tuple[Json, int]]:
        yield from ((level, level.get("after", 0)) for level in self._levels)
        last = self._levels[-1]
        if every := last.get("every"):
            yield from ((last, last.get("after", 0) + every * again) for again in count(1))

    # What was sent.
    def findings(
        self, messages: list[Event], last: datetime, overviews: Sequence[Event] = ()
    ) -> Iterator[tuple[datetime, str, str]]:
        """Who was not reminded of an appointment, and who was twice, or of what was decided on or moved.

        `overviews` name not all of their cases.
        """
        sent = [one for one in messages if is_about_appointment(one, self._code)]
        dues = [due for one in self.all for due in self._dues(one, last)]
        for due in dues:
            yield from self._missing(due, [*sent, *overviews], last)
            yield from self._not_when_back(due, [*sent, *overviews], last)
        yield from self._twice(sent)
        for message in sent:
            if not any(self._is_reason(due, message["who"], moment(message)) for due in dues):
                yield moment(message), "reminded of no appointment", f"{self._code} to {message['who']}"

    def _missing(self, due: Due, sent: list[Event], last: datetime) -> Iterator[tuple[datetime, str, str]]:
        until = self._staff.calm_after(due.at + IN_TIME)
        is_over = due.about.ended is not None and due.about.ended <= until
        is_asked_again = any(due.at <= made <= until for made, _ in due.about.postponed)
        if due.about.since >= due.at or until > last or is_over or is_asked_again:
            return
        heard = {one["who"] for one in sent if due.at - IN_TIME <= moment(one) <= until}
        wanted, others = self._wanted(due), self._instead(due.at)
        if wanted - heard or (not wanted and others and not heard):
            about = f"{self._code}: {due.about.number} of {due.about.day} to {sorted(wanted - heard or others)}"
            yield until, "not reminded of an appointment", about

    def _not_when_back(self, due: Due, sent: list[Event], last: datetime) -> Iterator[tuple[datetime, str, str]]:
        """Who sees to it and was off hears of it on the day of their return, if it is still open then."""
        one, day, staff = due.about, day_of(due.at), self._staff
        if not due.is_owner or one.since >= due.at or staff.is_replaced(one.owner, self._school, due.at):
            return
        while not staff.is_here(one.owner, self._school, at_time(day, OPENS)) and at_time(day, OPENS) < last:
            day = self._calendar.next(day)
        back = at_time(day, OPENS)
        until = staff.calm_after(back + IN_TIME)
        is_over = until > last or (one.ended is not None and one.ended <= until) or one.postponed
        may = one.owner in staff.acting_for({one.owner}, self._paper, self._school, back)
        heard = any(event["who"] == one.owner and back - IN_TIME <= moment(event) <= until for event in sent)
        if day != day_of(due.at) and may and not is_over and not heard:
            yield until, "not reminded of an appointment when back", f"{self._code}: {one.number} to {one.owner}"

    def _wanted(self, due: Due) -> set[str]:
        """Who must hear of it and is at school: the owner or their deputy, and everybody with one of the roles."""
        return self._present(due.roles, due.at) | (self._acting(due.about.owner, due.at) if due.is_owner else set())

    def _instead(self, at: datetime) -> set[str]:
        """Who is there of those who are asked when nobody else is; other teachers of the case are not (G2)."""
        who, found = self._paper.responsible_at(at), self._present(IN_CHARGE, at)
        if who and self._staff.has_a_part(who, self._takes_charge, self._paper, self._school, at):
            found |= self._acting(who, at)
        return found

    def _acting(self, who: str, at: datetime) -> set[str]:
        """Who of this person and their deputies is at school."""
        acting = self._staff.acting_for({who}, self._paper, self._school, at)
        return {one for one in acting if self._staff.is_here(one, self._school, at)}

    def _present(self, roles: tuple[str, ...], at: datetime) -> set[str]:
        return {who for role in roles for who in self._staff.present(role, self._paper, self._school, at)}

    def _is_reason(self, due: Due, who: str, at: datetime) -> bool:
        """Whether a message can be about it: it comes then, or to who was off on the day of their return.

        One that was made or moved later than that is told at once to others, if who sees to it is not there.
        """
        one, moment_ = due.about, max(due.at, due.about.since)
        if at < moment_ - IN_TIME or (one.ended is not None and at > one.ended + IN_TIME):
            return False
        if at <= self._staff.calm_after(self._next_open(moment_) + IN_TIME):
            return True
        return self._is_first_day_back(who, moment_, at) or self._staff.was_trouble(moment_, at)

    def _is_first_day_back(self, who: str, since: datetime, at: datetime) -> bool:
        days = (day_of(at) - day_of(since)).days
        before = self._calendar.school_days(day_of(since), days)
        return bool(days) and not any(self._staff.is_here(who, self._school, at_time(day, OPENS)) for day in before)

    def _next_open(self, at: datetime) -> datetime:
        day = day_of(at)
        if self._calendar.is_school_day(day) and at < at_time(day, CLOSES):
            return max(at, at_time(day, OPENS))
        return at_time(self._calendar.next(day), OPENS)

    def _twice(self, sent: list[Event]) -> Iterator[tuple[datetime, str, str]]:
        days = Counter((day_of(moment(one)), one["who"]) for one in sent)
        for (day, who), times in days.items():
            opens, closes = at_time(day, OPENS), at_time(day, CLOSES)
            is_new = any(day_of(one.since) == day for one in self.all)
            if times > 1 and not is_new and not self._staff.was_trouble(opens, closes):
                yield closes, "reminded twice of an appointment", f"{self._code} to {who}, {times} times"
