"""What is known of a case: its header, its decrypted contents, and the readings that it had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from meldcode.domain.case.state import Entry, Pupil, Status
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.plan.roles import Role

CALLED_IN, EXCLUDED, NAMED, FORMER_TEACHER = "called_in", "excluded", "named", "former_teacher"
"""Parts that somebody can have in a case; another part is the role that they took over."""


@dataclass(frozen=True)
class StandIn:
    """Somebody has this role in one case, in place of who has it in the school (G12)."""

    person: PersonId
    role: Role


@dataclass(frozen=True)
class CaseHeader:
    """The header of a case: what is known without its key. `version` is the number of its entries.

    `teachers` are the teachers whose case it is. `joined_to` is the case that this one was merged into.
    `escalations` is the highest escalation level at which this step was reminded. `responsible` is who took charge
    last. `former_teachers` had the case before: they read nothing of it, and can still report in it (S1.6).
    `called_in` may read it whatever its step (G3), `excluded` have nothing to do with it, and `stand_ins` have a
    role in it alone (G12). `named` are named in an entry as having taken part, whether they read it or not. A
    closed case has an `outcome`, and from `destroy_at` on it may be destroyed.
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
    escalations: int = 0
    responsible: PersonId | None = None
    called_in: frozenset[PersonId] = frozenset()
    excluded: frozenset[PersonId] = frozenset()
    former_teachers: frozenset[PersonId] = frozenset()
    stand_ins: frozenset[StandIn] = frozenset()
    named: frozenset[PersonId] = frozenset()
    outcome: str = ""
    destroy_at: datetime | None = None


ENTRIES_AT_ONCE = 1000
"""Entries that are read in one transaction of a job: on SQLite everybody waits for it."""


def some(cases: Iterable[CaseHeader]) -> Iterator[CaseHeader]:
    """The first of these cases: at least one, and no more than one transaction of a job can read."""
    entries = 0
    for case in cases:
        entries += case.version
        if entries > max(ENTRIES_AT_ONCE, case.version):
            return
        yield case


@dataclass(frozen=True)
class Contents:
    """What a case holds, decrypted."""

    pupil: Pupil
    entries: Sequence[Entry]


LISTED = "list"
"""Where somebody read only the name and group of a pupil, in a list of cases."""


@dataclass(frozen=True)
class Reading:
    """Somebody read a case (G3). `where` is what they opened, for example "case", "form" or LISTED.

    `roles` are the reader's roles at that moment; None if they were not stored.
    """

    reader: PersonId
    at: datetime
    where: str
    roles: tuple[Role, ...] | None = ()
