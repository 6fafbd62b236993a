"""Whether small schools have what real ones have."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

from tests.year.drawn.options import FIRST_DAY
from tests.year.drawn.schools import DIRECTOR, LEADERS, OFFICER, TEACHER, School, invent, with_somebody_of
from tests.year.drawn.seeds import tiny
from tests.year.judging.plan_file import roles_of

SEEDS = range(1, 41)


def _schools() -> Iterator[tuple[set[str], School]]:
    for seed in SEEDS:
        options = tiny(seed)
        known = roles_of(options.on_paper())
        yield known, invent(0, options.size, FIRST_DAY, random.Random(seed), known)


def test_some_years_have_two_schools_and_somebody_who_works_at_both() -> None:
    assert len(SEEDS) / 8 < sum(tiny(seed).schools > 1 for seed in SEEDS) < len(SEEDS) / 2
    size, chance = tiny(1).size, random.Random(1)
    first, second = (invent(number, size, FIRST_DAY, chance) for number in range(2))
    both = with_somebody_of(first, second, chance)
    assert len({one.slack for one in first.people} & {one.slack for one in both.people}) == 1
    assert {role for one in both.people for role in one.roles} == {role for one in second.people for role in one.roles}


def test_a_school_has_all_roles_of_its_plan() -> None:
    for known, school in _schools():
        held = {role for one in school.people for role in one.roles}
        assert {*LEADERS, DIRECTOR, TEACHER} <= held <= {*known, DIRECTOR, TEACHER}


def test_in_many_years_somebody_has_two_roles_and_a_role_two_people() -> None:
    seen: Counter[str] = Counter()
    for _, school in _schools():
        leading = [role for one in school.people for role in one.roles if role != TEACHER]
        double = [one.roles for one in school.people if len(one.roles) > 1]
        found = {
            "two roles": any(TEACHER not in roles for roles in double),
            "leads and teaches": any(TEACHER in roles for roles in double),
            "second leader": len({*leading}) < len(leading),
            "officer": OFFICER in leading,
        }
        seen.update(what for what, is_so in found.items() if is_so)
    assert all(seen[what] > len(SEEDS) / 5 for what in ("two roles", "leads and teaches", "second leader", "officer"))
