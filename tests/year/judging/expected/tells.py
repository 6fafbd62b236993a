"""Whom the plan tells of a record at once, by role (S1.1, S4.4)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tests.year.judging.log import Event, moment
from tests.year.judging.paper import Paper
from tests.year.judging.plan_file import Json, records, roles_of, several
from tests.year.judging.staff import Staff

SOON = timedelta(minutes=5)
UNDER_WAY = timedelta(seconds=2)
"""How long the answer to a form is under way at most: what it says may have been told by then."""
AGAIN = timedelta(minutes=25)
"""How long somebody goes on sending a form, of which nobody said that it was stored the first time."""


class Tell(NamedTuple):
    """These people must hear of what somebody recorded."""

    at: datetime
    code: str
    event: Event
    to: set[str]


class Tells:
    """Who must be told of what, and was not."""

    def __init__(self, plan: Json, staff: Staff) -> None:
        self._plan, self._staff = plan, staff
        self._expected: list[Tell] = []

    def expect(self, event: Event, paper: Paper, school: str) -> None:
        """Work out who is to hear of this record now."""
        at = moment(event)
        for rule in records(self._plan).get(event["record"], {}).get("tell", []):
            knows = self._staff.roles[school].get(event["who"], frozenset()) & {*rule["roles"]}
            holds = (event["said"].get(path) in several(wanted) for path, wanted in rule.get("when", {}).items())
            if all(holds) and not knows and "calls_in" not in rule:
                to = self._to_tell(rule, event["who"], paper, school, at)
                self._expected.append(Tell(at, event["case"], event, to))

    def _to_tell(self, rule: Json, author: str, paper: Paper, school: str, at: datetime) -> set[str]:
        """Who hears of it by this rule: who has one of the roles, and reads the case at its step or reads none ever."""
        return {
            who
            for who in self._staff.holders(rule["roles"], paper, school, at) - {author}
            if self._staff.roles[school].get(who, frozenset()) & {*rule["roles"]} - roles_of(self._plan) - {"teacher"}
            or self._staff.must_read(self._plan, who, paper, school, at)
        }

    def findings(
        self, messages: Mapping[str, Sequence[Event]], acts: Mapping[str, Collection[datetime]]
    ) -> Iterator[tuple[datetime, str, str]]:
        """Who was not told, by the messages about each case and the moments at which somebody acted in it."""
        for at, code, event, wanted in self._expected:
            until = self._staff.calm_after(at + SOON)
            since = at - (AGAIN if event.get("times") else UNDER_WAY)
            told = {one["who"] for one in messages[code] if since <= moment(one) <= until}
            went_on = sum(at <= act <= until for act in acts[code]) > 1  # also in the same second
            if not (wanted <= told if not went_on else not wanted or wanted & told):
                yield until, "not told", f"{code}: {event['record']} to {sorted(wanted - told)}"
