"""What is played: the schools, the plan, the days and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.year.drawn.plans import any_plan
from tests.year.drawn.schools import Size
from tests.year.judging.plan_file import Json, plan_file

FIRST_DAY = date(2026, 8, 1)


@dataclass(frozen=True)
class Options:
    """What is played."""

    seed: int
    size: Size
    schools: int = 1
    plan: str = "heutink"
    is_any_plan: bool = False
    """Whether it is this plan with other deadlines and reminders (`plans.py`)."""
    database_url: str = ""
    first_day: date = FIRST_DAY
    faults: tuple[str, ...] = ()
    only: frozenset[int] | None = None
    """The numbers of the acts that happen, if not all do: as they did among all the others (`command/shrink.py`)."""

    def on_paper(self) -> Json:
        """The plan, as its file says it."""
        return any_plan(self.plan, self.seed) if self.is_any_plan else plan_file(self.plan)
