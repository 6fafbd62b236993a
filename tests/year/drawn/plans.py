"""A plan that no school has: a shipped one with other deadlines, and other people who are reminded.

What is data in the plan must not be known to the program; a year under a plan like this shows where it is.
"""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

from tests.year.judging.plan_file import Json, plan_file

REMINDED = ("teacher", "care_coordinator", "confidant", "school_leader")
MOST_DAYS = 12
VERSION = 90


def any_plan(name: str, seed: int) -> Json:
    """The shipped plan of this name with other days and other levels of reminders, by chance."""
    chance = random.Random(f"plan {seed}")
    plan = copy.deepcopy(plan_file(name)) | {"version": VERSION}
    for step in plan["steps"]:
        if "deadline" in step:
            step["deadline"] |= {"school_days": chance.randrange(MOST_DAYS), "weekdays": chance.random() < 1 / 4}
            step["remind"] = _levels(chance)
    return plan


def _levels(chance: random.Random) -> list[Json]:
    """One to three levels, each some days later and for more people; the last again and again, or not."""
    count = chance.randrange(1, 4)
    days = [0, *sorted(chance.sample(range(1, MOST_DAYS), count - 1))]
    people = chance.sample(REMINDED, len(REMINDED))
    levels: list[Json] = [{"after": day, "to": people[: number + 1]} for number, day in enumerate(days)]
    if chance.random() < 3 / 4:
        levels[-1]["every"] = chance.randrange(1, 7)
    return levels


def write_plan(plan: Json, folder: Path) -> Path:
    """Write a plan file for the program, and return where it is."""
    path = folder / "any-plan.yaml"
    lines = (f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in plan.items())  # JSON is YAML too
    path.write_text("".join(lines), encoding="utf-8")
    return path
