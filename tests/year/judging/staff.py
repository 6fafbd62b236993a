"""Who works where, with which role, and when they are there: what everybody at a school knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any

from tests.year.drawn.schools import WEEK
from tests.year.judging.calendar import CLOSES, Calendar, at_time, day_of
from tests.year.judging.log import Event, moment
from tests.year.judging.paper import Exclusion, Paper
from tests.year.judging.plan_file import Json, steps

FINDS_OUT = timedelta(hours=30)
"""Within this time the bot has looked whether accounts were closed."""
READS = frozenset({"care_coordinator", "confidant", "safeguarding_officer", "school_leader"})
"""Roles that ever read a case that is not their own."""
TOLD = READS | {"cluster_director"}
"""Roles that are ever told of one."""
IN_CHARGE = ("care_coordinator", "school_leader")
"""Who is asked of a case when nobody else is there."""


class Staff:
    """The people of all schools, with their roles, days and deputies."""

    def __init__(self) -> None:
        self.calendars: dict[str, Calendar] = {}
        self.roles: dict[str, dict[str, frozenset[str]]] = {}
        """By school; somebody can work at several."""
        self.works: dict[str, dict[str, tuple[str, ...]]] = {}
        self.away: dict[str, list[tuple[date, date]]] = defaultdict(list)
        self.trouble: list[tuple[datetime, datetime]] = []
        self._gone: dict[str, datetime] = {}
        self._deputies: list[tuple[str, str, date, date]] = []
        self._arranged: list[tuple[str, datetime]] = []

    def learn(self, event: Event) -> None:
        """A school, as its entry in the schools file says."""
        free = tuple(date.fromisoformat(day) for day in event.get("free_days", []))
        name, people = event["name"], event["people"]
        self.calendars[name] = Calendar(event["region"], free)
        self.roles[name] = {one["slack"]: frozenset(one["roles"]) for one in people}
        self.works[name] = {one["slack"]: tuple(one.get("works", WEEK)) for one in people}

    def deputise(self, event: Event) -> None:
        first, last = date.fromisoformat(event["first"]), date.fromisoformat(event["last"])
        self._deputies.append((event["who"], event["deputy"], first, last))
        self._arranged.append((event["who"], moment(event)))
        if event.get("unsure"):  # nobody knows whether it was arranged
            self.trouble.append((moment(event), at_time(last, CLOSES)))

    def has_arranged(self, who: str, since: datetime, until: datetime) -> bool:
        """Whether somebody arranged in this time who stands in for them."""
        return any(one == who and since <= at <= until for one, at in self._arranged)

    def leave(self, who: str, at: datetime, *, is_told: bool = True) -> None:
        """Somebody's account is closed. Without a word the bot finds out within a day, and may be wrong until then."""
        self._gone[who] = at
        self.trouble += [] if is_told else [(at, at + FINDS_OUT)]

    def has_account(self, who: str, at: datetime) -> bool:
        return who not in self._gone or self._gone[who] > at

    def gone(self, at: datetime) -> set[str]:
        """Whose account is closed."""
        return {who for who in self._gone if not self.has_account(who, at)}

    def with_roles(self, roles: Collection[str], of: str, at: datetime) -> set[str]:
        """Who has one of these roles, or stands in for who has, at a school of this person, and an account."""
        return {who for school in self.schools_of(of) for who in self.of_school(roles, school, at)}

    def of_school(self, roles: Collection[str], school: str, at: datetime) -> set[str]:
        """Who has one of these roles at this school, or stands in for who has, and an account."""
        held = {who for who, mine in self.roles[school].items() if mine & {*roles}}
        found = {who for who in self.roles[school] if self.acting(who, school, at) & held}
        return {who for who in found if self.has_account(who, at)}

    def is_excluded(self, who: str, paper: Paper, school: str, at: datetime) -> bool:
        """Whether somebody may have nothing to do with a case: while it is proposed, and then if two agree (G12)."""
        return any(
            one.who == who and one.began < at and (one.is_agreed or at < self._lapses(one, school))
            for one in paper.exclusions
        )

    @staticmethod
    def is_left_alone(who: str, paper: Paper, at: datetime) -> bool:
        """Whether nobody need ask somebody anything of a case: as long as a proposal to exclude them has no answer.

        One that waits in a closed case is not asked any more when that begins again.
        """
        return any(
            one.who == who and one.began < at and (one.ended is None or at < one.ended)
            for one in paper.exclusions
            if one.is_agreed or not any(one.began < again <= at for again in paper.began_again)
        )

    def _lapses(self, one: Exclusion, school: str) -> datetime:
        """When a proposal that nobody agreed with is over: when somebody says no, or with the next school day."""
        day = self.calendars[school].next(day_of(one.began))
        over = at_time(day + timedelta(days=1), time())
        return min(over, one.ended or over)

    def schools_of(self, who: str) -> list[str]:
        return [school for school, people in self.roles.items() if who in people]

    def is_here(self, who: str, school: str, at: datetime, among: Collection[str] | None = None) -> bool:
        """Whether they are at school that day, as the bot can know: their days, account, and deputies `among` some."""
        day = day_of(at)
        is_school_day = self.has_account(who, at) and self.calendars[school].is_school_day(day)
        works = is_school_day and WEEK[day.weekday()] in self.works[school].get(who, ())
        return works and not self.is_replaced(who, school, at, among)

    def is_replaced(self, who: str, school: str, at: datetime, among: Collection[str] | None = None) -> bool:
        """Whether a colleague, who has not left, stands in for them that day."""
        others = {one for one in (self.roles[school] if among is None else among) if self.has_account(one, at)}
        return any(who in self.acting(deputy, school, at) for deputy in others if deputy != who)

    def acting(self, who: str, school: str, at: datetime) -> set[str]:
        """This person, and everybody for whom they stand in on this day at a school where both work."""
        day, here = day_of(at), self.roles[school]
        others = {person for person, deputy, first, last in self._deputies if deputy == who and first <= day <= last}
        return {who, *(person for person in others if person in here and who in here)}

    def holders(self, roles: list[str], paper: Paper, school: str, at: datetime) -> set[str]:
        """Who has one of these roles in a case, and an account."""
        leading = {*roles} - {"teacher"}
        found = {who for who, held in self.roles[school].items() if held & leading}
        found |= {*paper.teachers} if "teacher" in roles else set()
        return {who for who in found if not self.is_left_alone(who, paper, at) and self.has_account(who, at)}

    def present(self, role: str, paper: Paper, school: str, at: datetime) -> set[str]:
        """Who has this role in a case, or stands in for somebody who has it, and is at school that day."""
        acting = self.acting_for(self.holders([role], paper, school, at), paper, school, at)
        others = self.acting_for(self.roles[school], paper, school, at)
        return {who for who in acting if self.is_here(who, school, at, among=others)}

    def acting_for(self, people: Collection[str], paper: Paper, school: str, at: datetime) -> set[str]:
        """These people and who stands in for one of them that day, without whom a case is kept from.

        Nobody stands in for those.
        """

        def is_free(who: str) -> bool:
            return not self.is_left_alone(who, paper, at) and not self.is_excluded(who, paper, school, at)

        asked = {*filter(is_free, people)}
        here = (who for who in self.roles[school] if self.has_account(who, at) and is_free(who))
        return {who for who in here if self.acting(who, school, at) & asked}

    def may_hear(self, who: str, paper: Paper, school: str, at: datetime) -> bool:
        """Whether somebody may hear of a case at all: in a role of their own, or of somebody for whom they stand in."""
        return who in self.roles[school] and any(
            one in paper.teachers or self.roles[school][one] & TOLD or one in {line.who for line in paper.lines}
            for one in self.with_a_part(who, paper, school, at)
        )

    def has_a_part(self, who: str, roles: Collection[str], paper: Paper, school: str, at: datetime) -> bool:
        """Whether somebody has one of these roles for a case, also in place of a colleague: not of one excluded."""
        return any(self.roles[school][one] & {*roles} for one in self.with_a_part(who, paper, school, at))

    def with_a_part(self, who: str, paper: Paper, school: str, at: datetime) -> set[str]:
        """This person and for whom they stand in, without who is excluded from this case."""
        if self.is_excluded(who, paper, school, at):
            return set()
        return {one for one in self.acting(who, school, at) if not self.is_excluded(one, paper, school, at)}

    def may_ever_read(self, who: str, paper: Paper, school: str, at: datetime) -> bool:
        """Whether somebody may ever open a case: never another school, another teacher or a cluster director."""
        return who in self.roles[school] and any(
            one in paper.teachers or self.roles[school][one] & READS for one in self.with_a_part(who, paper, school, at)
        )

    def must_read(self, plan: Json, who: str, paper: Paper, school: str, at: datetime) -> bool:
        """Whether the plan itself lets this person read the case at its step (G3)."""
        order = list(steps(plan))
        here = order.index(paper.step)
        if who not in self.roles[school] or who in self._gone or self.is_excluded(who, paper, school, at):
            return False
        for reader in plan["readers"]:
            spec: dict[str, Any] = {"role": reader} if isinstance(reader, str) else reader
            first, last = order.index(spec.get("first", order[0])), order.index(spec.get("last", order[-1]))
            if spec["role"] in self.roles[school][who] and first <= here <= last:
                return True
        return who in paper.teachers

    def was_trouble(self, first: datetime, last: datetime) -> bool:
        """Whether something was wrong in this time: then a message may come twice, or another way."""
        return any(began <= last and until + timedelta(hours=1) >= first for began, until in self.trouble)

    def calm_after(self, at: datetime) -> datetime:
        """The first moment from then on at which nothing is wrong with Slack or the machine, and some minutes more."""
        for began, until in sorted(self.trouble):
            if began - timedelta(minutes=10) <= at <= until + timedelta(minutes=45):
                at = max(at, until + timedelta(minutes=45))
        return at
