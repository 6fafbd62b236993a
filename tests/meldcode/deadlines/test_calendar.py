from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from holidays import country_holidays
from hypothesis import assume, given
from hypothesis import strategies as st

from meldcode.domain.calendar import CUSTOMARY, DAY, FIRST_DAY, REGIONS, BeyondCalendar, SchoolCalendar, Vacation

NOORD, MIDDEN, ZUID = (SchoolCalendar(region) for region in REGIONS)

# Regeling vaststelling schoolvakanties 2025-2030 (Staatscourant 2024, 19237): the number of days, and the first day for
# noord, midden and zuid. Autumn and spring are advice.
OFFICIAL = {
    "Herfstvakantie": (
        9,
        """
        2025-10-18 2025-10-18 2025-10-11
        2026-10-10 2026-10-17 2026-10-17
        2027-10-16 2027-10-16 2027-10-23
        2028-10-14 2028-10-21 2028-10-21
        2029-10-20 2029-10-20 2029-10-13
        """,
    ),
    "Kerstvakantie": (
        16,
        """
        2025-12-20 2025-12-20 2025-12-20
        2026-12-19 2026-12-19 2026-12-19
        2027-12-25 2027-12-25 2027-12-25
        2028-12-23 2028-12-23 2028-12-23
        2029-12-22 2029-12-22 2029-12-22
        """,
    ),
    "Voorjaarsvakantie": (
        9,
        """
        2026-02-21 2026-02-14 2026-02-14
        2027-02-20 2027-02-20 2027-02-13
        2028-02-19 2028-02-26 2028-02-26
        2029-02-17 2029-02-17 2029-02-10
        2030-02-16 2030-02-23 2030-02-23
        """,
    ),
    "Meivakantie": (
        9,
        """
        2026-04-25 2026-04-25 2026-04-25
        2027-04-24 2027-04-24 2027-04-24
        2028-04-29 2028-04-29 2028-04-29
        2029-04-28 2029-04-28 2029-04-28
        2030-04-27 2030-04-27 2030-04-27
        """,
    ),
    "Zomervakantie": (
        44,
        """
        2026-07-04 2026-07-18 2026-07-11
        2027-07-10 2027-07-17 2027-07-24
        2028-07-15 2028-07-08 2028-07-22
        2029-07-21 2029-07-07 2029-07-14
        2030-07-20 2030-07-13 2030-07-06
        """,
    ),
}


def official(region: str) -> list[Vacation]:
    column = REGIONS.index(region)
    return sorted(
        Vacation(d(first), d(first) + (length - 1) * DAY, name)
        for name, (length, years) in OFFICIAL.items()
        for first in years.split()[column :: len(REGIONS)]
    )


def vacations(calendar: SchoolCalendar, after: date) -> list[Vacation]:
    found: list[Vacation] = []
    while True:
        try:
            found.append(calendar.vacation_after(found[-1].first if found else after))
        except BeyondCalendar:
            return found


def d(text: str) -> date:
    return date.fromisoformat(text)


def days_in(first: str, last: str) -> list[date]:
    return [d(first) + n * DAY for n in range((d(last) - d(first)).days + 1)]


@pytest.mark.parametrize("region", REGIONS)
def test_vacations_are_those_of_the_regulation(region: str) -> None:
    """A new version of `holidays` that says something else, or knows more years, must be looked at by a person."""
    without_kings_day = SchoolCalendar(region, open_days=(d("2029-04-27"),))  # which adjoins that year's May vacation
    assert vacations(without_kings_day, d("2025-09-01")) == official(region)


@pytest.mark.parametrize(
    ("calendar", "last"), [(NOORD, "2030-09-01"), (MIDDEN, "2030-08-25"), (ZUID, "2030-08-18")], ids=REGIONS
)
def test_the_data_ends_with_the_last_whole_school_year(calendar: SchoolCalendar, last: str) -> None:
    assert calendar.last_known_day() == d(last)
    assert not calendar.is_school_day(d(last))


@pytest.mark.rule("G6")
@pytest.mark.parametrize("calendar", [NOORD, MIDDEN, ZUID], ids=REGIONS)
def test_beyond_the_data_is_an_error_and_never_no_vacation(calendar: SchoolCalendar) -> None:
    beyond = calendar.last_known_day() + DAY
    last_school_day = calendar.last_school_day_before(calendar.last_known_day())
    for ask in (
        lambda: calendar.is_school_day(beyond),
        lambda: calendar.is_school_day(d("2030-10-15")),
        lambda: calendar.is_school_day(FIRST_DAY - DAY),
        lambda: calendar.add_school_days(last_school_day, 1),
        lambda: calendar.add_school_days(beyond, 0),
        lambda: calendar.school_days_between(last_school_day, beyond),
        lambda: calendar.school_days_between(FIRST_DAY - DAY, last_school_day),
        lambda: calendar.next_school_day(last_school_day),
        lambda: calendar.next_school_day(calendar.last_known_day()),
        lambda: calendar.last_school_day_before(beyond),
        lambda: calendar.last_school_day_before(FIRST_DAY),
        lambda: calendar.vacation_after(last_school_day + DAY),
        lambda: calendar.vacation_after(beyond),
        lambda: calendar.next_open(calendar.moment(beyond, time(9))),
    ):
        with pytest.raises(BeyondCalendar):
            ask()


@pytest.mark.rule("G6")
@pytest.mark.parametrize("calendar", [NOORD, MIDDEN, ZUID], ids=REGIONS)
def test_christmas_2026(calendar: SchoolCalendar) -> None:
    assert calendar.is_school_day(d("2026-12-18"))
    assert not any(calendar.is_school_day(day) for day in days_in("2026-12-19", "2027-01-03"))
    assert calendar.vacation_after(d("2026-12-18")) == (d("2026-12-19"), d("2027-01-03"), "Kerstvakantie")
    assert calendar.next_school_day(d("2026-12-18")) == d("2027-01-04")
    assert calendar.add_school_days(d("2026-12-16"), 5) == d("2027-01-06")


@pytest.mark.parametrize(
    ("calendar", "first", "back"),
    [(NOORD, "2027-02-20", "2027-03-01"), (MIDDEN, "2027-02-20", "2027-03-01"), (ZUID, "2027-02-13", "2027-02-22")],
    ids=REGIONS,
)
def test_spring_2027(calendar: SchoolCalendar, first: str, back: str) -> None:
    assert calendar.vacation_after(d("2027-01-20")) == (d(first), d(back) - DAY, "Voorjaarsvakantie")
    assert calendar.next_school_day(d(first), include=True) == d(back)


@pytest.mark.parametrize("calendar", [NOORD, MIDDEN, ZUID], ids=REGIONS)
def test_may_2027_with_liberation_day_and_ascension(calendar: SchoolCalendar) -> None:
    assert calendar.vacation_after(d("2027-04-01")) == (d("2027-04-24"), d("2027-05-02"), "Meivakantie")
    school = [day for day in days_in("2027-04-19", "2027-05-18") if calendar.is_school_day(day)]
    assert school == [
        *days_in("2027-04-19", "2027-04-23"),
        *days_in("2027-05-03", "2027-05-04"),  # 5 May by custom, 6 May Ascension Day, 7 May by custom
        *days_in("2027-05-10", "2027-05-14"),
        d("2027-05-18"),  # after Whit Monday
    ]


def test_the_second_week_of_may_is_the_schools_own_and_one_vacation_with_the_first() -> None:
    calendar = SchoolCalendar("midden", (d("2027-05-03"), d("2027-05-04")))
    assert calendar.vacation_after(d("2027-04-01")) == (d("2027-04-24"), d("2027-05-09"), "Meivakantie")


@pytest.mark.parametrize(
    ("calendar", "first", "last"),
    [(NOORD, "2027-07-10", "2027-08-22"), (MIDDEN, "2027-07-17", "2027-08-29"), (ZUID, "2027-07-24", "2027-09-05")],
    ids=REGIONS,
)
def test_summer_2027(calendar: SchoolCalendar, first: str, last: str) -> None:
    assert calendar.vacation_after(d("2027-06-01")) == (d(first), d(last), "Zomervakantie")
    assert calendar.add_school_days(d(first) - DAY, 1) == d(last) + DAY
    assert calendar.school_days_between(d(first) - DAY, d(last) + DAY) == 1


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-04-03", "Good Friday"),
        ("2026-04-06", "Easter Monday"),
        ("2027-04-27", "King's Day"),
        ("2026-05-05", "Liberation Day by custom"),
        ("2025-05-05", "Liberation Day of a lustrum"),
        ("2026-05-14", "Ascension Day"),
        ("2026-05-15", "the Friday after it"),
        ("2026-05-25", "Whit Monday"),
        ("2027-06-05", "a Saturday"),
    ],
)
def test_free_days(day: str, why: str) -> None:
    assert not any(calendar.is_school_day(d(day)) for calendar in (NOORD, MIDDEN, ZUID)), why


@pytest.mark.parametrize("year", range(2025, 2031))
def test_custom_reaches_as_far_as_the_data(year: int) -> None:
    (ascension,) = country_holidays("NL", years=year, language="nl").get_named("Hemelvaartsdag")
    assert not NOORD.is_school_day(ascension + DAY)
    assert not NOORD.is_school_day(date(year, 5, 5))


def test_custom_names_only_days_that_would_else_be_school_days() -> None:
    assert all(SchoolCalendar("noord", open_days=(day,)).is_school_day(day) for day in CUSTOMARY)


def test_a_school_takes_free_days_away_and_adds_its_own() -> None:
    good_friday, own = d("2027-03-26"), d("2026-12-07")
    calendar = SchoolCalendar("noord", (own,), open_days=(good_friday,))
    assert calendar.is_school_day(good_friday)
    assert not calendar.is_school_day(own)
    assert calendar.next_school_day(d("2026-12-04")) == d("2026-12-08")


def test_a_week_of_the_schools_own_is_a_vacation_and_a_long_weekend_is_not() -> None:
    week = tuple(days_in("2027-02-08", "2027-02-12"))
    official_week = tuple(days_in("2027-02-22", "2027-02-26"))
    before_easter = (d("2027-03-24"), d("2027-03-25"))
    calendar = SchoolCalendar("midden", week + before_easter, open_days=official_week)
    assert calendar.vacation_after(d("2027-01-20")) == (d("2027-02-06"), d("2027-02-14"), "Vakantie")
    assert calendar.vacation_after(d("2027-02-15")).name == "Meivakantie"  # not Easter's six days


def test_what_is_no_school_is_refused() -> None:
    with pytest.raises(ValueError, match="noord, midden, zuid"):
        SchoolCalendar("oost")
    with pytest.raises(ValueError, match="longer than"):
        SchoolCalendar("noord", hours=(time(8, 30), time(9, 30)))
    with pytest.raises(ValueError, match="time zone"):
        NOORD.local_day(datetime(2026, 3, 29, 1))  # noqa: DTZ001 - the very mistake


def test_last_call_goes_with_the_schools_hours() -> None:
    assert NOORD.last_call == time(15)
    assert SchoolCalendar("noord", hours=(time(8, 15), time(14))).last_call == time(12, 30)


@pytest.mark.parametrize(
    ("day", "at", "expected"),
    [
        ("2026-03-27", "08:30", "2026-03-27T07:30"),
        ("2026-03-29", "01:59", "2026-03-29T00:59"),
        ("2026-03-29", "02:00", "2026-03-29T01:00"),  # skipped: it is 3:00 then
        ("2026-03-29", "02:30", "2026-03-29T01:30"),
        ("2026-03-29", "03:00", "2026-03-29T01:00"),
        ("2026-03-30", "08:30", "2026-03-30T06:30"),
        ("2026-10-23", "08:30", "2026-10-23T06:30"),
        ("2026-10-25", "01:59", "2026-10-24T23:59"),
        ("2026-10-25", "02:30", "2026-10-25T00:30"),  # twice: the first
        ("2026-10-25", "03:00", "2026-10-25T02:00"),
        ("2026-10-26", "08:30", "2026-10-26T07:30"),
        ("2027-03-28", "02:30", "2027-03-28T01:30"),
        ("2027-03-30", "08:30", "2027-03-30T06:30"),
    ],
)
def test_moments_across_both_clock_changes(day: str, at: str, expected: str) -> None:
    moment = NOORD.moment(d(day), time.fromisoformat(at))
    assert moment == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert moment.tzinfo is UTC
    assert NOORD.local_day(moment) == d(day)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-12-04T06:00", "2026-12-04T07:30"),
        ("2026-12-04T07:30", "2026-12-04T07:30"),
        ("2026-12-04T10:17", "2026-12-04T10:17"),
        ("2026-12-04T15:30", "2026-12-07T07:30"),  # closed at 16:30
        ("2026-12-18T16:00", "2027-01-04T07:30"),
        ("2027-03-28T00:30", "2027-03-30T06:30"),  # Easter, and the night of the clock change
        ("2026-12-03T23:30", "2026-12-04T07:30"),  # already the 4th here
    ],
)
def test_nobody_is_reminded_outside_school_hours(now: str, expected: str) -> None:
    asked = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert NOORD.next_open(asked) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


calendars = st.builds(
    SchoolCalendar,
    st.sampled_from(REGIONS),
    st.lists(st.dates(d("2025-01-10"), d("2030-06-01")), max_size=12).map(tuple),
)
days = st.dates(FIRST_DAY, d("2030-06-01"))


@given(calendars, days, st.integers(0, 60))
def test_adding_and_counting_are_inverse(calendar: SchoolCalendar, day: date, n: int) -> None:
    try:
        later = calendar.add_school_days(day, n)
    except BeyondCalendar:
        assume(False)
    assert calendar.is_school_day(later)
    assert calendar.school_days_between(day, later) == n
    assert calendar.school_days_between(later, day) == 0
    assert later - day >= n * DAY


@given(calendars, days)
def test_next_and_last_school_day_leave_none_out(calendar: SchoolCalendar, day: date) -> None:
    later = calendar.next_school_day(day)
    assert [d for d in days_in(str(day + DAY), str(later)) if calendar.is_school_day(d)] == [later]
    assert calendar.next_school_day(day, include=True) == (day if calendar.is_school_day(day) else later)
    assert calendar.last_school_day_before(calendar.next_school_day(later)) == later


@given(calendars, days)
def test_a_vacation_is_whole_and_lies_between_two_school_days(calendar: SchoolCalendar, day: date) -> None:
    first, last, name = calendar.vacation_after(day)
    assert first > day
    assert last - first >= timedelta(days=6)
    assert name
    assert not any(calendar.is_school_day(free) for free in days_in(str(first), str(last)))
    assert calendar.last_school_day_before(first) == first - DAY
    if last < calendar.last_known_day():
        assert calendar.next_school_day(last) == last + DAY


@given(st.sampled_from(REGIONS), st.lists(days, max_size=12).map(tuple))
def test_a_schools_own_free_days_never_cut_an_official_vacation(region: str, free_days: tuple[date, ...]) -> None:
    calendar = SchoolCalendar(region, free_days)
    found = vacations(calendar, d("2025-09-01"))
    for first, last, _ in official(region):
        assert any(vacation.first <= first and last <= vacation.last for vacation in found)
