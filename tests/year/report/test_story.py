"""The page of a year, in a school leader's words."""

from __future__ import annotations

import re

from tests.year.drawn.schools import Colleague, School
from tests.year.judging.by_hand import KARIN, REMINDED, SIGNAL, TOLD, a_tuesday, an_event
from tests.year.judging.plan_file import plan_file
from tests.year.report.figures import Figures, Stand
from tests.year.report.story import story

PLAN = plan_file("heutink")
TAKEN_UP = SIGNAL | {"who": KARIN, "record": "taken_up", "said": {}, "at": "2026-09-09T09:00:00+00:00"}


def test_the_page_calls_roles_and_steps_as_the_program_does() -> None:
    page = re.sub("<style.*?</style>", "", story(PLAN, a_tuesday(SIGNAL, *TOLD, REMINDED)), flags=re.DOTALL)
    assert "IB-er/zorgcoördinator" in page and "1. Signalen vastleggen" in page
    assert not re.search("care_coordinator|signals|teacher", page)


def test_a_chart_stands_under_its_heading_and_days_are_no_year() -> None:
    page = story(PLAN, a_tuesday(SIGNAL, *TOLD, REMINDED, TAKEN_UP))
    title = "Hoe lang tot iemand na een bericht iets vastlegt"
    assert page.count(title) == 1
    assert "<svg" in page.split(title)[1].split("<table")[0]
    assert "<h1>Een deel van een schooljaar met Meldwijzer</h1>" in page
    assert "hele jaar" not in page


def test_a_year_is_called_a_year() -> None:
    log = a_tuesday(SIGNAL, *TOLD)
    log.events[0]["at"] = "2025-09-08T09:00:00+00:00"
    assert "<h1>Een schooljaar met Meldwijzer</h1>" in story(PLAN, log)


def test_whoever_works_at_two_schools_has_the_roles_of_both() -> None:
    log = a_tuesday(SIGNAL, *TOLD)
    other = School("De Wilg", "noord", (Colleague(KARIN, KARIN, ("teacher",), ("5",)),))
    log.events.insert(1, an_event("school", **other.entry()))
    figures = Figures(PLAN, log)
    assert figures.roles[KARIN] == ["care_coordinator", "teacher"]
    assert KARIN in figures.with_role("care_coordinator")
    assert KARIN in figures.with_role("teacher")


def test_figures_count_school_days_and_weeks() -> None:
    figures = Figures(PLAN, a_tuesday(SIGNAL, *TOLD, REMINDED, TAKEN_UP))
    assert figures.weeks(KARIN) == [2]
    assert (len(figures.messages), len(figures.reminders)) == (3, 1)
    assert figures.answers("care_coordinator") == [1]
    assert Stand("signals", 1, is_late=True) in figures.stands()


def test_only_whoever_got_a_message_is_counted_and_a_chart_of_nothing_says_so() -> None:
    assert "<strong>2 mensen kregen samen" in story(PLAN, a_tuesday(SIGNAL, *TOLD))
    assert "No data" not in story(PLAN, a_tuesday())
    assert "Niets" in story(PLAN, a_tuesday())
