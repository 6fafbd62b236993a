"""The roles that somebody can have in a school."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who somebody is in a school; the names are the glossary's."""

    TEACHER = "teacher"
    CARE_COORDINATOR = "care_coordinator"
    CONFIDANT = "confidant"
    SCHOOL_LEADER = "school_leader"
    CLUSTER_DIRECTOR = "cluster_director"
