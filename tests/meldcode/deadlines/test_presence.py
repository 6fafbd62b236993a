"""G2: a reminder goes to people who work that day, and a level of escalation waits for nobody's day off."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from meldcode.domain.calendar import SchoolCalendar
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.roles import Role
from meldcode.domain.presence import Presence
from meldcode.domain.staff import EVERY_DAY, Deputy, Membership, Person, School

pytestmark = pytest.mark.rule("G2")
SCHOOL = School(uuid4(), "De Linde", "noord")
CALENDAR = SchoolCalendar("noord")
MONDAY, WEDNESDAY, FRIDAY, SATURDAY = (date(2026, 11, day) for day in (23, 25, 27, 28))
BEFORE_CHRISTMAS = date(2026, 12, 18)


def member(number: int, works: str = "", stands_in_for: Person | None = None) -> Person:
    days = frozenset(map(int, works)) if works else EVERY_DAY
    replaced = frozenset({stands_in_for.id} if stands_in_for else ())
    place = Membership(SCHOOL, frozenset({Role.TEACHER}), stands_in_for=replaced, works=days)
    return Person(PersonId(int=number), f"Collega {number}", {SCHOOL.id: place})


EARLY, LATE, ALWAYS, OTHER = member(1, "01"), member(2, "234"), member(3), member(4)


def reached(day: date, *circles: list[Person]) -> list[tuple[Person, date | None]]:
    """Who is reminded on this day, and when those who are off are back."""
    staff = [one for circle in circles for one in circle]
    return [(one.person, one.day) for one in Presence(staff, SCHOOL.id, CALENDAR, day).reach(circles)]


def test_who_works_that_day_is_reminded_and_who_does_not_when_they_are_back() -> None:
    assert reached(MONDAY, [EARLY, LATE], [OTHER]) == [(EARLY, None), (LATE, WEDNESDAY)]
    assert reached(WEDNESDAY, [EARLY, LATE], [OTHER]) == [(LATE, None), (EARLY, date(2026, 11, 30))]


def test_with_nobody_of_those_at_work_the_next_who_is_hears_today() -> None:
    assert reached(WEDNESDAY, [EARLY], [EARLY], [ALWAYS], [OTHER]) == [(ALWAYS, None), (EARLY, date(2026, 11, 30))]
    assert reached(WEDNESDAY, [], [EARLY], [OTHER]) == [(OTHER, None), (EARLY, date(2026, 11, 30))]


def test_with_nobody_at_work_at_all_it_comes_as_soon_as_they_are_back() -> None:
    assert reached(WEDNESDAY, [EARLY], [EARLY]) == [(EARLY, date(2026, 11, 30))]
    assert reached(SATURDAY, [ALWAYS]) == [(ALWAYS, date(2026, 11, 30))]


def test_a_return_is_on_a_school_day() -> None:
    assert reached(BEFORE_CHRISTMAS, [EARLY], [OTHER]) == [(OTHER, None), (EARLY, date(2027, 1, 4))]


def test_nobody_is_back_as_long_as_a_deputy_is_arranged_for_them() -> None:
    later = Deputy(SCHOOL.id, EARLY.id, OTHER.id, FRIDAY, date(2026, 11, 30))
    presence = Presence([EARLY, OTHER], SCHOOL.id, CALENDAR, WEDNESDAY, [later])
    assert [one.day for one in presence.reach([[EARLY]])] == [date(2026, 12, 1)]


def with_deputy(deputy: Person, last: date, day: date, *circles: list[Person]) -> list[tuple[Person, date | None]]:
    """Who is reminded on this day, when somebody stands in for ALWAYS from that day until the last one."""
    arranged = Deputy(SCHOOL.id, ALWAYS.id, deputy.id, day, last)
    staff = [ALWAYS, deputy, *(one for circle in circles for one in circle)]
    return [(one.person, one.day) for one in Presence(staff, SCHOOL.id, CALENDAR, day, [arranged]).reach(circles)]


def test_a_deputy_acts_for_who_is_away_on_the_deputys_own_days() -> None:
    deputy = member(5, "4", stands_in_for=ALWAYS)
    assert with_deputy(deputy, FRIDAY, FRIDAY, [ALWAYS, deputy], [OTHER]) == [(deputy, None)]
    assert with_deputy(deputy, FRIDAY, MONDAY, [ALWAYS, deputy], [OTHER]) == [(OTHER, None), (deputy, FRIDAY)]
    assert with_deputy(deputy, FRIDAY, MONDAY, [deputy], [OTHER]) == [(OTHER, None), (deputy, FRIDAY)]


def test_with_a_deputy_who_is_back_when_they_are_none_any_more_nobody_is_passed_over() -> None:
    deputy = member(5, "0", stands_in_for=ALWAYS)
    expected = [(OTHER, None), (ALWAYS, date(2026, 11, 26)), (deputy, date(2026, 11, 30))]
    assert with_deputy(deputy, WEDNESDAY, WEDNESDAY, [ALWAYS, deputy], [OTHER]) == expected


def test_with_a_deputy_who_is_replaced_in_turn_nobody_is_passed_over() -> None:
    deputy = member(5, stands_in_for=ALWAYS)
    elsewhere = member(6, stands_in_for=deputy)
    arranged = [Deputy(SCHOOL.id, one.id, by.id, MONDAY, FRIDAY) for one, by in ((ALWAYS, deputy), (deputy, elsewhere))]
    presence = Presence([ALWAYS, deputy, elsewhere], SCHOOL.id, CALENDAR, WEDNESDAY, arranged)
    back = date(2026, 11, 30)
    assert [(one.person, one.day) for one in presence.reach([[ALWAYS, deputy]])] == [(ALWAYS, back), (deputy, back)]
    assert [(one.person, one.day) for one in presence.reach([[ALWAYS, deputy, elsewhere]])] == [
        (elsewhere, None),
        (ALWAYS, back),
    ]
