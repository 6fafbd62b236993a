"""Where a plan asks for two people, and who of a school has both roles (G12)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Generic, TypeVar

from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role

P = TypeVar("P")
Wanted = tuple[frozenset[Role], ...]
"""Roles, each with its alternatives, that different people must fill."""


@dataclass(frozen=True)
class DoubleRole(Generic[P]):
    """Somebody has roles for which the plan asks two people, and nobody else has one of them."""

    person: P
    roles: tuple[Role, ...]


def double_roles(plan: Plan, holders: Mapping[Role, Collection[P]]) -> list[DoubleRole[P]]:
    """Return who has two roles that the plan asks of two people, in a school with these holders of its roles."""
    found: dict[P, set[Role]] = {}
    for wanted in dict.fromkeys(_asked_together(plan)):
        for person, roles in _lacking(wanted, holders):
            found.setdefault(person, set()).update(roles)
    return [DoubleRole(person, tuple(role for role in Role if role in roles)) for person, roles in found.items()]


def _asked_together(plan: Plan) -> Iterator[Wanted]:
    for record in plan.records.values():
        if record.agrees_with and not record.any_two:
            yield tuple(frozenset({role}) for role in record.by)
        for presence in record.present:
            others = (frozenset(presence.one_of),) if presence.one_of else ()
            yield (*(frozenset({role}) for role in presence.all_of), *others)


def _lacking(wanted: Wanted, holders: Mapping[Role, Collection[P]]) -> Iterator[tuple[P, set[Role]]]:
    """Who has several of these roles so that different people cannot fill them: for a teacher, in their own case."""
    filled = [[person for role in roles for person in holders.get(role, ())] for roles in wanted]
    teaches = frozenset({Role.TEACHER})
    for person in dict.fromkeys(person for people in filled for person in people):
        own = [roles for roles, people in zip(wanted, filled, strict=True) if person in people]
        if len(own) < 2 or not all(filled):  # noqa: PLR2004 - one role is no double one
            continue
        as_teacher = teaches in own
        rest = [people for roles, people in zip(wanted, filled, strict=True) if not (as_teacher and roles == teaches)]
        if not _can_differ(rest, without=[person] if as_teacher else []):
            yield person, {role for roles in own for role in roles if person in holders.get(role, ())}


def _can_differ(people: Sequence[Collection[P]], without: Collection[P]) -> bool:
    able = list(dict.fromkeys(person for some in people for person in some if person not in without))
    return any(
        all(person in some for person, some in zip(order, people, strict=True))
        for order in permutations(able, len(people))
    )
