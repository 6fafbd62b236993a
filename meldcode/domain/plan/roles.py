"""The roles that somebody can have in a school."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A role in a school (docs/glossary.md)."""

    TEACHER = "teacher"
    CARE_COORDINATOR = "care_coordinator"
    CONFIDANT = "confidant"
    SAFEGUARDING_OFFICER = "safeguarding_officer"
    SCHOOL_LEADER = "school_leader"
    CLUSTER_DIRECTOR = "cluster_director"


NEEDED = tuple(role for role in Role if role is not Role.SAFEGUARDING_OFFICER)
"""The roles that a school misses when nobody has them: no plan or law obliges it to have the other one."""
