"""The roles that somebody can have in a school."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What somebody is in a school (docs/glossary.md)."""

    TEACHER = "teacher"
    CARE_COORDINATOR = "care_coordinator"
    CONFIDANT = "confidant"
    SCHOOL_LEADER = "school_leader"
    CLUSTER_DIRECTOR = "cluster_director"
