"""G12: who has two roles that the plan asks of two people is said in advance."""

from __future__ import annotations

import pytest

from handlers.platform import limits
from handlers.views.home import home_view
from meldcode.application.actor import actor_of
from meldcode.application.home import overview
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.roles import Role
from meldcode.domain.plan.two_people import double_roles
from tests.meldcode.playing import DIRK, DOUBLE, FATIMA, KARIN, KEES, SANNE, Actor, Play

pytestmark = pytest.mark.rule("G12")
T, C, V, L = Role.TEACHER, Role.CARE_COORDINATOR, Role.CONFIDANT, Role.SCHOOL_LEADER


@pytest.mark.parametrize("path", shipped_plans(), ids=lambda path: path.stem)
@pytest.mark.parametrize(
    ("holders", "found"),
    [
        ({T: "s", C: "k", V: "b", L: "f"}, []),
        ({T: "s", C: "d", V: "b", L: "d"}, [("d", {C, L})]),
        ({T: "s", C: "dk", V: "b", L: "d"}, []),
        ({T: "s", C: "d", V: "b", L: "df"}, []),
        ({T: "s", C: "", V: "b", L: "f"}, []),
    ],
)
def test_one_person_with_two_roles_and_nobody_beside_them(
    path: object, holders: dict[Role, str], found: object
) -> None:
    plan = load_plan(path)  # type: ignore[arg-type]
    assert [(one.person, set(one.roles)) for one in double_roles(plan, holders)] == found


def test_a_care_coordinator_who_teaches_needs_another_in_their_own_case() -> None:
    plan = load_plan(next(path for path in shipped_plans() if path.stem == "heutink"))
    assert [(one.person, set(one.roles)) for one in double_roles(plan, {T: "sk", C: "k", V: "b", L: "f"})] == [
        ("k", {T, C})
    ]
    assert double_roles(plan, {T: "sk", C: "ki", V: "b", L: "f"}) == []


@pytest.mark.parametrize(("actor", "is_told"), [(DOUBLE, True), (DIRK, True), (SANNE, False)])
def test_the_home_tab_says_it_to_who_gives_the_roles(play: Play, actor: Actor, is_told: bool) -> None:
    play.misses(KARIN, FATIMA)
    play.employs(DOUBLE)
    with play.transaction() as uow:
        shown = str(home_view(overview(uow, actor_of(uow, actor.identity), limits.HOME, play.now)))
    assert ("Jullie stappenplan vraagt daar twee mensen voor" in shown) is is_told
    assert (DOUBLE.name in shown) is is_told


def test_a_school_with_enough_people_hears_nothing(play: Play) -> None:
    play.employs(KEES)
    with play.transaction() as uow:
        shown = str(home_view(overview(uow, actor_of(uow, FATIMA.identity), limits.HOME, play.now)))
    assert "twee mensen" not in shown
