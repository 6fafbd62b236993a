"""Why something is refused. The core gives a code, or the plan's own reason; a surface turns it into a sentence."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence


@dataclasses.dataclass(frozen=True)
class Problem:
    """What is wrong with one field of a form: a `code` of the catalogue, the `reason` from the plan, or both."""

    field: str
    code: str = ""
    reason: str = ""
    rule: str = ""
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)
    roles: tuple[str, ...] = ()


class Refused(Exception):
    """Somebody may not or cannot do this. They get a kind answer, and nothing is stored. Never holds personal data.

    `roles` are those that may; `named` are their names in the plan.
    """

    def __init__(
        self,
        code: str = "",
        /,
        *,
        reason: str = "",
        rule: str = "",
        roles: tuple[str, ...] = (),
        named: Mapping[str, str] | None = None,
        **words: str,
    ) -> None:
        super().__init__(code or rule)
        self.code = code
        self.reason = reason
        self.rule = rule
        self.roles = roles
        self.named = named or {}
        self.words = words


class Invalid(Exception):
    """The form cannot be accepted as filled in. Each problem is shown at its field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(f"{problem.field}:{problem.code or problem.rule}" for problem in problems))
        self.problems = tuple(problems)
