"""Who of a school works today, and who is reminded in their place when they do not (G2, G5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from meldcode.domain.calendar import BeyondCalendar, SchoolCalendar
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.staff import Deputy, Person

LONGEST_WAIT = 366
"""Days to look ahead for somebody's next working day."""


@dataclass(frozen=True)
class Reached:
    """Somebody who is reminded: at once, or on the `day` of their return."""

    person: Person
    day: date | None = None


class Presence:
    """Who of the staff works on a day: there is school, it is one of their days, and no deputy acts for them.

    `deputies` are those arranged for later days: somebody is not back as long as one acts for them.
    """

    def __init__(
        self,
        staff: Iterable[Person],
        school: SchoolId,
        calendar: SchoolCalendar,
        day: date,
        deputies: Iterable[Deputy] = (),
    ) -> None:
        self._school, self._calendar, self._day, self._deputies = school, calendar, day, tuple(deputies)
        self._replaced: set[PersonId] = {id_ for one in staff for id_ in one.acts_for(school) - {one.id}}

    def reach(self, circles: Sequence[Sequence[Person]]) -> list[Reached]:
        """Return who is reminded: of the first circle who works today, or else of the next one, and so on.

        A circle without anybody does not count. Who of the first one is off is reminded on the day of their return,
        unless somebody acts for them by then who is reminded. So nothing waits for a day off, and nobody is passed over
        for good.
        """
        asked = next(filter(None, circles), ())
        here = next(filter(None, map(self.who_works, circles)), [])
        acted_for = {id_ for one in asked if one.id not in self._replaced for id_ in self._acts_in_time_for(one)}
        absent = [one for one in asked if one.id not in acted_for and one not in self.who_works(asked)]
        return [*map(Reached, here), *(Reached(one, self._return_of(one)) for one in absent)]

    def _acts_in_time_for(self, deputy: Person) -> set[PersonId]:
        """For whom a deputy still acts when they are reminded: today, or on the day of their return."""
        others = deputy.acts_for(self._school) - {deputy.id}
        day = None if self._works(deputy, self._day) else self._return_of(deputy)
        return {id_ for id_ in others if day is None or self._is_replaced_on(id_, day, by=deputy)}

    def who_works(self, people: Iterable[Person]) -> list[Person]:
        """Return who of these people works on the day."""
        return [one for one in people if one.id not in self._replaced and self._works(one, self._day)]

    def _works(self, person: Person, day: date) -> bool:
        return person.works_on(self._school, day) and self._calendar.is_school_day(day)

    def _return_of(self, person: Person) -> date | None:
        """Return their next working day; None (at once) when no such day is known."""
        days = (self._day + timedelta(days=ahead) for ahead in range(1, LONGEST_WAIT))
        try:
            here = (day for day in days if self._works(person, day) and not self._is_replaced_on(person.id, day))
            return next(here, None)
        except BeyondCalendar:
            return None

    def _is_replaced_on(self, person: PersonId, day: date, by: Person | None = None) -> bool:
        return any(
            one.person == person and one.first_day <= day <= one.last_day and (by is None or one.deputy == by.id)
            for one in self._deputies
        )
