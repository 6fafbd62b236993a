"""Who takes part in something, and whether that is as the plan asks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from meldcode.domain.case.fold import holds
from meldcode.domain.case.state import Answers, State
from meldcode.domain.errors import Problem
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.forms import FieldSpec, Presence
from meldcode.domain.plan.roles import Role


@dataclass(frozen=True)
class Colleague:
    """A member of staff as the rules see them.

    `is_teacher`: the case is theirs, perhaps as a deputy. `can_take_over`: the case can be handed over to them.
    `can_read`: they may read the case, at once or when they get a part in it (G3). `teaches`: they are a teacher
    themselves. `may_stand_in`: they may get a role in this case alone. `is_excluded`: they may have no part in it.
    `is_away`: a deputy does their work today. `acts_for_it`: they act for who is responsible for the case.
    """

    id: PersonId
    roles: frozenset[Role]
    is_teacher: bool = False
    can_take_over: bool = False
    can_read: bool = True
    may_stand_in: bool = False
    is_excluded: bool = False
    teaches: bool = False
    is_away: bool = False
    acts_for_it: bool = False

    @property
    def acts_as(self) -> frozenset[Role]:
        """The roles that this person can fill in this case."""
        own = {Role.TEACHER} if self.is_teacher else set()
        return frozenset(self.roles - {Role.TEACHER} | own)


Colleagues = Mapping[str, Colleague]
"""The staff of a school, by their id as text, which is how answers name them."""


def expected(record: ActionSpec, field: FieldSpec, author: PersonId, state: State, staff: Colleagues) -> list[str]:
    """Return who was there if things went by the plan, as far as that is known: for each role that it names one.

    Where any two people must judge something (`at_least`), nobody is: who they were is said deliberately. Where answers
    of the same form decide who must be there, only the author is known.
    """
    rules = [presence for presence in record.present if presence.field == field.id]
    if any(rule.at_least for rule in rules):
        return []
    found: list[str] = []
    for rule in rules:
        if not rule_holds(rule, state, {}):
            continue
        known = {str(author): staff[str(author)]} if _is_decided_in(record, rule) and str(author) in staff else staff
        for roles in (*({role} for role in rule.all_of), *([{*rule.one_of}] if rule.one_of else [])):
            able = [one for one in known.values() if one.acts_as & roles and not one.roles & {*rule.none_of}]
            found += _known(author, [one for one in able if str(one.id) not in found])
    return found


def _known(author: PersonId, able: Sequence[Colleague]) -> list[str]:
    """The author, else the only one who is here, else the only one who acts for who is responsible for the case."""
    here = [one for one in able if not one.is_away]
    for sure in ([one for one in able if one.id == author], here, [one for one in here if one.acts_for_it]):
        if len(sure) == 1:
            return [str(sure[0].id)]
    return []


def _is_decided_in(record: ActionSpec, rule: Presence) -> bool:
    return any(record.field(path) for path in (*rule.when, *(rule.unless or {})))


def rule_holds(presence: Presence, state: State, answers: Answers) -> bool:
    """Tell whether who takes part matters, with these answers."""
    is_lifted = presence.unless is not None and holds(presence.unless, state.standing, answers)
    return holds(presence.when, state.standing, answers) and not is_lifted


def somebody_must_not_be_there(presence: Presence, people: Collection[Colleague]) -> bool:
    """Tell whether somebody is among them who may not take part."""
    forbidden, wanted = set(presence.none_of), {*presence.all_of, *presence.one_of}
    return any(
        forbidden & person.acts_as or (forbidden & person.roles and not wanted & person.acts_as) for person in people
    )


def missing_there(presence: Presence, people: Collection[Colleague]) -> list[frozenset[Role]]:
    """Return the roles (each with its alternatives) for which nobody is left: no person fills two of them."""
    wanted = [frozenset({role}) for role in presence.all_of]
    if presence.one_of:
        wanted.append(frozenset(presence.one_of))
    for count in range(len(wanted), 0, -1):
        for filled in combinations(wanted, count):
            if _can_fill(filled, people):
                return [roles for roles in wanted if roles not in filled]
    return wanted


def _can_fill(wanted: Sequence[frozenset[Role]], people: Collection[Colleague]) -> bool:
    return any(
        all(person.acts_as & roles for person, roles in zip(in_order, wanted, strict=True))
        for in_order in permutations(people, len(wanted))
    )


def absence(presence: Presence, people: Collection[Colleague], missing: Sequence[frozenset[Role]]) -> Problem:
    """Return what the plan says, who is missing, and what to do if somebody there has that role beside another one."""
    has_two = any(person.acts_as & roles for person in people for roles in missing)
    code = "" if not missing else "missing_second" if has_two else "missing_there"
    roles = missing[0] if missing else frozenset()
    return Problem(presence.field, code, presence.reason, presence.rule, roles=tuple(r for r in Role if r in roles))
