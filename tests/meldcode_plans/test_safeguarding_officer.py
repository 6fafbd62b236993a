"""The aandachtsfunctionaris: a role in the national plan, and none where a plan does not name it (G1, G3)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.i18n import texts
from handlers.views.blocks import View
from handlers.views.staff.roles import role_form_modal, roles_modal
from meldcode.application.actor import actor_of
from meldcode.application.staff.roles import RolesView, missing_roles, role_form, see_roles
from meldcode.domain.plan.roles import Role
from tests.meldcode.playing import BEA, FATIMA, KARIN, MEHMET, SANNE, Actor, Play, new_play

LOES = Actor("U10", "Loes Prins", (Role.SAFEGUARDING_OFFICER,))
NAME = texts.role(Role.SAFEGUARDING_OFFICER)


@pytest.fixture
def source_play(empty_database: Path, tmp_path: Path) -> Iterator[Play]:
    playing = new_play(empty_database, tmp_path)
    yield playing
    playing.engine.dispose()


def roles_of(play: Play) -> RolesView:
    with play.transaction() as uow:
        return see_roles(uow, actor_of(uow, FATIMA.identity), "", 10, play.now)


def form_of(play: Play, actor: Actor) -> View:
    school = str(roles_of(play).school.id)
    with play.transaction() as uow:
        return role_form_modal(role_form(uow, actor_of(uow, FATIMA.identity), school, actor.user))


def offered(play: Play) -> list[str]:
    form = form_of(play, MEHMET)
    boxes = next(block for block in form["blocks"] if block.get("block_id") == "roles")
    return [option["value"] for option in boxes["element"]["options"]]


def test_the_role_has_its_dutch_name() -> None:
    assert NAME == "aandachtsfunctionaris"


def test_the_national_plan_offers_the_role(play: Play) -> None:
    assert Role.SAFEGUARDING_OFFICER in offered(play)
    assert NAME in str(roles_modal(roles_of(play)))


def test_a_plan_that_does_not_name_the_role_neither_offers_nor_shows_it(source_play: Play) -> None:
    assert Role.SAFEGUARDING_OFFICER not in offered(source_play)
    assert NAME not in str(roles_modal(roles_of(source_play)))


def test_whoever_has_the_role_is_shown_and_can_lose_it_under_any_plan(source_play: Play) -> None:
    source_play.employs(LOES)
    shown = str(roles_modal(roles_of(source_play)))
    assert NAME in shown and LOES.name in shown
    assert NAME in str(form_of(source_play, LOES))


def test_no_school_misses_the_role(play: Play) -> None:
    """Neither the sources nor a law oblige a school to have one."""
    assert Role.SAFEGUARDING_OFFICER not in roles_of(play).missing
    fatima = play.person(FATIMA)
    with play.transaction() as uow:
        assert missing_roles(uow, fatima) == ()


@pytest.mark.rule("S1.1")
def test_the_officer_alone_is_enough_to_hear_a_signal(play: Play) -> None:
    play.misses(KARIN, BEA)
    play.employs(LOES)
    assert play.signal().told == {LOES}
    assert SANNE in play.record("taken_up", by=LOES).told


@pytest.mark.rule("G1")
def test_the_officer_works_in_the_first_four_steps_and_does_not_decide(play: Play) -> None:
    play.employs(LOES)
    play.signal()
    play.record("taken_up", by=LOES)
    play.record("consultation", by=LOES, present=[SANNE, LOES])
    play.record("talk_plan", by=KARIN, present=[KARIN, LOES])
    play.record("pupil_talk", by=LOES, present=[LOES])
    play.record("parents_talk", by=KARIN)
    play.record("weighing", by=LOES, present=[SANNE, LOES])
    for record in ("proposal", "confirmation", "reported", "urgent_action"):
        assert set(play.refused(record, by=LOES)) == {""}, record
