"""What cannot wait until tomorrow (G8, S4.9): people hear of it every hour until somebody did what it asks.

The plan file says of a step or of an action of any step under what conditions it cannot wait, how often and to whom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tests.year.judging.calendar import at_time, day_of
from tests.year.judging.expected.reminders import IN_TIME, is_urgent
from tests.year.judging.log import Event, moment
from tests.year.judging.paper import OPEN, Line, Paper
from tests.year.judging.plan_file import Json, steps
from tests.year.judging.staff import IN_CHARGE, Staff

MORNING, NIGHT = time(7), time(22)
A_SECOND = timedelta(seconds=1)
EARLY = timedelta(minutes=1)
"""The log says when somebody saw that it was stored, which is a moment later."""


@dataclass
class Pressing:
    """Something that cannot wait: what and since when, how often people hear of it, and until when.

    It may be the same as before for another reason, of an earlier day: people hear of that from `told_from` on.
    """

    what: str
    since: datetime
    every: timedelta
    roles: tuple[str, ...]
    told_from: datetime
    ended: datetime | None = None

    def dues(self, last: datetime) -> list[datetime]:
        """When people hear of it; where that lay before they could, at once."""
        return sorted({max(at, self.told_from) for at in self._moments(last)})

    def _moments(self, last: datetime) -> Iterator[datetime]:
        """Every so often on the first day, then each morning, school or not."""
        day, at = day_of(self.since), self.since + self.every
        last = min(last, self.ended or last)
        while at < at_time(day, NIGHT) and at <= last:
            yield max(at, at_time(day, MORNING))
            at += self.every
        while (at := at_time(day := day + timedelta(days=1), MORNING)) <= last:
            yield at


class Urgent:
    """What could not wait in one case, laid beside what people heard of it."""

    def __init__(self, plan: Json, code: str, paper: Paper, staff: Staff, school: str) -> None:
        self._plan, self._code, self._paper, self._staff, self._school = plan, code, paper, staff, school
        self._steps = steps(plan)
        self.all: list[Pressing] = []

    def look(self, at: datetime) -> None:
        """Somebody wrote in the case: see what cannot wait from then on, and what is over."""
        now = {(what, since): urgency for what, since, urgency in self._pressing()}
        for one in self.all:
            if one.ended is None and (one.what, one.since) not in now:
                one.ended = at
        known = {(one.what, one.since) for one in self.all if one.ended is None}
        for (what, since), urgency in now.items():
            if (what, since) not in known:
                every = timedelta(minutes=urgency.get("every_minutes", 60))
                self.all.append(Pressing(what, since, every, tuple(urgency["to"]), at))

    def _pressing(self) -> Iterator[tuple[str, datetime, Json]]:
        if self._paper.status != OPEN:
            return
        asked = {record["id"]: line for record in self._plan["always"] if (line := self._asked_by(record))}
        for record in self._plan["always"]:
            if record["id"] in asked and "urgent" in record:
                yield record["id"], asked[record["id"]].at, record["urgent"]
        step = self._steps[self._paper.step]
        calls = [one for one in step.get("urgent", {}).get("when", [{}]) if self._paper.holds(one)]
        if "urgent" in step and calls and (asked or self._paper.is_waiting()):
            since = min(self._written(call) for call in calls)
            yield step["id"], max(since, self._paper.since), step["urgent"]

    def _written(self, condition: Json) -> datetime:
        """When somebody wrote what a condition speaks of, or else when the step began."""
        standing = self._paper.standing
        records = (path.partition(".")[0] for path in condition)
        return max((standing[id_].at for id_ in records if id_ in standing), default=self._paper.since)

    def _asked_by(self, record: Json) -> Line | None:
        """What calls for a record at any step: what it must agree with, or what its own conditions speak of."""
        standing = self._paper.standing
        if other := record.get("agrees_with"):
            proposal, answer = standing.get(other), standing.get(record["id"])
            return proposal if proposal and (answer is None or answer.number < proposal.number) else None
        if "urgent" not in record or self._paper.step in {lead.get("to") for lead in record.get("leads", [])}:
            return None
        holding = [one for one in record["urgent"].get("when", [{}]) if self._paper.holds(one)]
        speaks_of = {path.partition(".")[0] for condition in holding for path in condition}
        ends = [standing[id_].number for id_ in (record["id"], *record["urgent"].get("until", [])) if id_ in standing]
        calls = (line for id_, line in standing.items() if id_ in speaks_of and line.number > max(ends, default=0))
        return next(calls, None)

    def is_asked_beside_the_step(self, at: datetime) -> bool:
        """Whether somebody must confirm something today that no step asks: then only that counts, and is not late."""
        asked = (one for one in self.all if one.what not in self._steps and one.since <= at)
        return any(one.ended is None or at < one.ended for one in asked)

    def is_late(self, at: datetime) -> bool:
        """Whether something that could not wait is still to be done, since an earlier day."""
        open_ones = (one for one in self.all if one.ended is None or at < one.ended)
        return any(day_of(one.since) < day_of(at) for one in open_ones)

    def findings(
        self, messages: list[Event], last: datetime, overviews: Sequence[Event] = ()
    ) -> Iterator[tuple[datetime, str, str]]:
        """Who did not hear of it, who heard of it twice or when it was over, and who need not hear of it.

        `overviews` name not all of their cases.
        """
        sent = [one for one in messages if is_urgent(one, self._code)]
        dues = sorted(((at, one) for one in self.all for at in one.dues(last)), key=lambda due: due[0])
        for at, one in dues:
            yield from self._missing(at, one, [*sent, *overviews], last)
        yield from self._too_many(sent, dues)

    def _missing(
        self, at: datetime, one: Pressing, sent: list[Event], last: datetime
    ) -> Iterator[tuple[datetime, str, str]]:
        until = self._staff.calm_after(at + IN_TIME)
        is_over = until > last or (one.ended and one.ended <= until)
        heard = {message["who"] for message in sent if at - EARLY <= moment(message) <= until}
        wanted = self._wanted(one, at)
        if not is_over and (wanted - heard or not heard):
            to = sorted(wanted - heard) or "anybody"
            yield until, "not told that it cannot wait", f"{self._code}: {one.what} since {one.since} to {to}"

    def _too_many(
        self, sent: list[Event], dues: list[tuple[datetime, Pressing]]
    ) -> Iterator[tuple[datetime, str, str]]:
        times: Counter[tuple[str, datetime]] = Counter()
        for message in sent:
            at, who = moment(message), message["who"]
            near = [(due, one) for due, one in dues if self._is_about(at, due, one)]
            if not near:
                yield at, "told without a reason that it cannot wait", f"{self._code} to {who}"
            elif not any(self._may_be_told(who, one, due) for due, one in near) and not self._has_just_left(who, at):
                yield at, "somebody else is told that it cannot wait", f"{self._code} to {who}"
            else:
                times[who, near[-1][0]] += 1
                if times[who, near[-1][0]] > 1 and not self._staff.was_trouble(near[-1][0], at):
                    yield at, "told twice that it cannot wait", f"{self._code} to {who}"

    def _has_just_left(self, who: str, at: datetime) -> bool:
        """Whether somebody left without a word, of which the bot finds out within a day."""
        return not self._staff.has_account(who, at) and self._staff.was_trouble(at, at)

    def _may_be_told(self, who: str, one: Pressing, at: datetime) -> bool:
        """Whether somebody hears of it rightly: also if that changed in this very second, and nobody need ask them."""
        if self._staff.is_left_alone(who, self._paper, at):
            return not self._staff.is_excluded(who, self._paper, self._school, at)
        return any(who in wanted or not wanted for wanted in (self._wanted(one, at), self._wanted(one, at - A_SECOND)))

    def _is_about(self, at: datetime, due: datetime, one: Pressing) -> bool:
        is_over = one.ended is not None and at > one.ended + IN_TIME
        return not is_over and due - EARLY < at <= self._staff.calm_after(due + IN_TIME)

    def _wanted(self, one: Pressing, at: datetime) -> set[str]:
        """In each role who is at school that day, or else everybody; who is in charge when nobody has such a role.

        Nobody certain where a case is kept from all of those: then who reads it.
        """
        found = {who for role in one.roles for who in self._with_role(role, at)}
        return found or {who for role in IN_CHARGE for who in self._with_role(role, at)}

    def _with_role(self, role: str, at: datetime) -> set[str]:
        here = self._staff.present(role, self._paper, self._school, at)
        holders = self._staff.holders([role], self._paper, self._school, at)
        return here or self._staff.acting_for(holders, self._paper, self._school, at)
