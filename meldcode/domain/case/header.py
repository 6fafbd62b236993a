"""What is known of a case: its row, what it holds, and who read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from meldcode.domain.case.state import Entry, Pupil, Status
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.plan.roles import Role


@dataclass(frozen=True)
class CaseHeader:
    """The row of a case: what can be known of it without its key. `version` is the number of its entries.

    `teachers` are those whose case it is; `joined_to` is the case that this one was found to belong to; `rungs` is how
    many reminders this step has had.
    """

    id: CaseId
    code: str
    school: SchoolId
    plan: str
    plan_version: int
    status: Status
    step: str
    version: int
    opened_at: datetime
    since: datetime
    teachers: frozenset[PersonId] = frozenset()
    joined_to: CaseId | None = None
    rungs: int = 0


@dataclass(frozen=True)
class Contents:
    """What a case holds, decrypted."""

    pupil: Pupil
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Reading:
    """The trace of somebody reading a case (G3); `where` is what was opened, for example "case" or "form".

    `roles` are those that the reader had at that moment, None where they were not kept.
    """

    reader: PersonId
    at: datetime
    where: str
    roles: tuple[Role, ...] | None = ()
