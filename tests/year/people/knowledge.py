"""What the people of a school know of its cases, and share with each other."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from practice.state.workspace import Workspace
from tests.year.drawn.schools import School
from tests.year.judging.log import Log

Json = dict[str, Any]


@dataclass
class Knowledge:
    """What people at a school know of a case from each other."""

    teachers: list[str]
    school: School
    appointments: dict[int, date] = field(default_factory=dict)


@dataclass
class Surroundings:
    """What all people share: the workspace, the plan on paper, the log, and what they know of cases."""

    workspace: Workspace
    plan: Json
    log: Log
    chance: random.Random
    cases: dict[str, Knowledge] = field(default_factory=dict)
    marks: count[int] = field(default_factory=lambda: count(1))

    def today(self) -> date:
        return self.workspace.now().date()
