"""The page of a year, in a school leader's words."""

from __future__ import annotations

import re

from tests.year.judging.by_hand import KARIN, REMINDED, SIGNAL, TOLD, a_tuesday
from tests.year.judging.plan_file import plan_file
from tests.year.report.figures import Figures, Stand
from tests.year.report.story import story

PLAN = plan_file("heutink")
TAKEN_UP = SIGNAL | {"who": KARIN, "record": "taken_up", "said": {}, "at": "2026-09-09T09:00:00+00:00"}


def test_the_page_calls_roles_and_steps_as_the_program_does() -> None:
    page = re.sub("<style.*?</style>", "", story(PLAN, a_tuesday(SIGNAL, *TOLD, REMINDED)), flags=re.DOTALL)
    assert "IB-er/zorgcoördinator" in page and "1. Signalen vastleggen" in page
    assert not re.search("care_coordinator|signals|teacher", page)


def test_figures_count_school_days_and_weeks() -> None:
    figures = Figures(PLAN, a_tuesday(SIGNAL, *TOLD, REMINDED, TAKEN_UP))
    assert figures.weeks(KARIN) == [2]
    assert (len(figures.messages), len(figures.reminders)) == (3, 1)
    assert figures.answers("care_coordinator") == [1]
    assert Stand("signals", 1, is_late=True) in figures.stands()
