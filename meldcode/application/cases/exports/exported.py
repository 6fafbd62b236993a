"""What is exported, and how it is read over before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from meldcode.application.case_context import CaseContext
from meldcode.application.cases.exports.read_over import EntryToRead
from meldcode.application.cases.logbook import LogbookLine
from meldcode.application.cases.view_case import CaseView
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.plan.effects import Version
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role

READ_OVER, LEFT_OUT = "read_over", "left_out"


@dataclass(frozen=True)
class ExportPage:
    """A page to review, of `total`; `roles` replace the `names` of colleagues, by the text of their id.

    `left_out` are the entries that were left out when it was reviewed before.
    """

    case: str
    number: int
    total: int
    entries: tuple[EntryToRead, ...]
    roles: Mapping[str, Role]
    plan: Plan
    names: Mapping[str, str]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Export:
    """An exported dossier: for whom and why, by whom and when. `entry` is the number of its entry in the logbook.

    `lines` are its contents. In the version for parents they have the reviewed texts, `left_out` is the number of
    entries left out, and `roles` replace the names of colleagues.
    """

    view: CaseView
    version: Version
    to: str
    why: str
    by: str
    role: Role
    at: datetime
    entry: int
    school: str
    lines: tuple[LogbookLine, ...]
    left_out: int = 0
    roles: Mapping[str, Role] | None = None


def as_id(line: LogbookLine) -> str:
    """Return the name of the entry among those of joined cases."""
    return f"{line.code}/{line.entry.seq}"


def roles_of(uow: UnitOfWork, context: CaseContext) -> dict[str, Role]:
    """The first role of each colleague in this case, which replaces their name."""
    staff = context.colleagues(context.staff(uow))
    return {id_: min(c.acts_as, key=list(Role).index) for id_, c in staff.items() if c.acts_as}
