"""Whom a reminder of a case reaches: by role, who is responsible first, and only people who work that day (G2, G5)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from meldcode.application.case_people import kept_from, reads, staff_of
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.responsible import responsible_for
from meldcode.domain.access.rules import ALERTED, roles_in_case
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.deadlines.reminders import Reminder, ReminderKind
from meldcode.domain.deadlines.schedule import AFTER_THE_OTHERS, calendar_of, open_moment, sending_moment
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.presence import Presence, Reached
from meldcode.domain.staff import Deputy, Person, School, WithDeputies

IN_CHARGE = ALERTED
"""Who is notified when nobody else can be."""


@dataclass(frozen=True)
class Audience:
    """The staff as the reminders of a case reach them at this moment."""

    case: CaseHeader
    plan: Plan
    school: School
    staff: tuple[Person, ...]
    now: datetime
    deputies: tuple[Deputy, ...]
    """The deputies of today and of later days."""

    def reach(self, due: Reminder) -> list[Reached]:
        """Return who is reminded: who works that day, of those it is for, else of the next in line.

        Those are the others with the role, then the next level, then the people in charge, and who reads the case where
        the case is kept from all of those (G12). A vacation has no later day, and its list is for who reads it (G3).
        """
        circles = list(self._circles(due))
        if due.kind is ReminderKind.VACATION:
            able = [[one for one in circle if one in self._readers] for circle in circles]
            return [Reached(person) for person in next(filter(None, able), [])]
        if due.kind is ReminderKind.URGENT:
            return [Reached(person) for person in self._urgently(due.roles) or circles[-1]]
        return self.presence.reach(circles)

    def moment_of(self, reached: Reached) -> datetime:
        """When a reminder is sent: in school hours, and to who is off that day when they are back."""
        if reached.day is None:
            return sending_moment(self.school, self.now)
        calendar = calendar_of(self.school)
        return calendar.moment(reached.day, calendar.opening) + AFTER_THE_OTHERS

    @cached_property
    def presence(self) -> Presence:
        """Who works on the day on which reminders are sent next."""
        return self._presence_at(open_moment(self.school, self.now))

    @cached_property
    def in_charge(self) -> list[Person]:
        """Who is asked when nobody else is there."""
        return self._with_roles(IN_CHARGE) or self._readers

    @cached_property
    def _readers(self) -> list[Person]:
        return [person for person in self.staff if reads(person, self.case, self.plan)]

    def _with_roles(self, roles: Collection[Role]) -> list[Person]:
        return [person for person in self.staff if roles_in_case(person, self.case, self.plan) & {*roles}]

    def _circles(self, due: Reminder) -> Iterator[list[Person]]:
        yield self._asked(due)
        if due.kind is ReminderKind.ESCALATION:
            yield self._with_roles(due.roles)
            yield from (self._with_roles(level.to) for level in self.plan.step(self.case.step).remind[due.level :])
        yield self.in_charge

    def _asked(self, due: Reminder) -> list[Person]:
        """At the first level who is responsible, with their deputies, stands for the roles that they have."""
        if due.kind is not ReminderKind.ESCALATION or due.level > 1 or self._responsible is None:
            return self._with_roles(due.roles)
        theirs = roles_in_case(self._responsible.person, self.case, self.plan) - {Role.TEACHER}
        others = self._with_roles([role for role in due.roles if role not in theirs])
        charged = (self._responsible.person, *self._responsible.deputies) if theirs & {*due.roles} else ()
        return [*others, *(one for one in charged if one not in others)]

    @cached_property
    def _responsible(self) -> WithDeputies | None:
        return responsible_for(self.case, self.plan, self.staff)

    def _urgently(self, roles: Collection[Role]) -> list[Person]:
        """What cannot wait goes in each role to who works today, and only to all of them when nobody does."""
        today = self._presence_at(self.now)
        by_role = [today.who_works(self._with_roles([role])) or self._with_roles([role]) for role in roles]
        return list({person.id: person for people in by_role for person in people}.values())

    def _presence_at(self, at: datetime) -> Presence:
        calendar = calendar_of(self.school)
        return Presence(self.staff, self.case.school, calendar, calendar.local_day(at), self.deputies)


def audience_of(
    uow: UnitOfWork, case: CaseHeader, plan: Plan, now: datetime, without: Collection[PersonId] = ()
) -> Audience:
    """Return the audience of the case at this moment, `without` some people and their deputies."""
    case = kept_from(case, without)
    staff = tuple(staff_of(uow, case))
    here = {person.id for person in staff}
    later = uow.staff.deputies(case.school, now.astimezone(AMSTERDAM).date())
    deputies = tuple(one for one in later if one.deputy in here)
    return Audience(case, plan, uow.staff.school(case.school), staff, now, deputies)
