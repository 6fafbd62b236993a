"""Why something is refused. The core gives a code or the plan's own reason; a surface puts it in words."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence


@dataclasses.dataclass(frozen=True)
class Problem:
    """What is wrong with one field of a form: a `code` of the texts, or the `reason` that the plan gives."""

    field: str
    code: str = ""
    reason: str = ""
    rule: str = ""
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)


class Refused(Exception):
    """Somebody may not or cannot do this. Shown kindly; nothing is stored. Never holds personal data."""

    def __init__(
        self, code: str = "", /, *, reason: str = "", rule: str = "", roles: tuple[str, ...] = (), **words: str
    ) -> None:
        super().__init__(code or rule)
        self.code = code
        self.reason = reason
        self.rule = rule
        self.roles = roles
        self.words = words


class Invalid(Exception):
    """The form cannot be accepted as filled in; every problem stands at its field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(f"{problem.field}:{problem.code or problem.rule}" for problem in problems))
        self.problems = tuple(problems)
