"""Who took part is filled in beforehand wherever the program knows it (S3.6, G5), in every plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from meldcode.domain.case.state import State
from meldcode.domain.forms.taking_part import Colleague, expected, missing_there, rule_holds
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.forms import FieldSpec, Presence
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from tests.meldcode.playing import FATIMA, IRIS, KARIN, SANNE, Play

PLANS = {path.stem: load_plan(path) for path in shipped_plans()}
TEACHER, COORDINATOR, SECOND_COORDINATOR, CONFIDANT, LEADER = (PersonId(str(UUID(int=n))) for n in range(1, 6))
STAFF = {
    str(one.id): one
    for one in (
        Colleague(TEACHER, frozenset({Role.TEACHER}), is_teacher=True),
        Colleague(COORDINATOR, frozenset({Role.CARE_COORDINATOR}), acts_for_it=True),
        Colleague(SECOND_COORDINATOR, frozenset({Role.CARE_COORDINATOR})),
        Colleague(CONFIDANT, frozenset({Role.CONFIDANT})),
        Colleague(LEADER, frozenset({Role.SCHOOL_LEADER})),
    )
}


def asked(plan: Plan) -> Iterator[tuple[ActionSpec, FieldSpec, list[Presence]]]:
    """The questions who took part that the program can know the answer to: not of a form that decides it."""
    for record in plan.records.values():
        for field in record.fields:
            rules = [rule for rule in record.present if rule.field == field.id]
            own = {path for rule in rules for path in (*rule.when, *(rule.unless or {})) if record.field(path)}
            if rules and not own and not any(rule.at_least for rule in rules):
                yield record, field, rules


@pytest.mark.parametrize("name", PLANS)
def test_nobody_has_to_be_chosen_if_it_went_by_the_plan(name: str) -> None:
    plan, state, looked = PLANS[name], State(PLANS[name].steps[0].id), 0
    for record, field, rules in asked(plan):
        for author in (one for one in STAFF.values() if one.acts_as & {*record.by}):
            there = [STAFF[id_] for id_ in expected(record, field, author.id, state, STAFF)]
            for rule in (rule for rule in rules if rule_holds(rule, state, {})):
                assert not missing_there(rule, there), (record.id, author, there)
                looked += 1
    assert looked > 10


def test_who_is_responsible_was_there_and_when_they_are_away_their_deputy(play: Play) -> None:
    play.employs(IRIS)
    play.reach("weigh")
    assert set(play.form("weighing", by=SANNE).initial["weighed_by"]) == {SANNE.user, KARIN.user}
    first = play.now.date()
    play.stands_in(IRIS, for_=KARIN, first=first, last=first + timedelta(days=7), by=FATIMA)
    assert set(play.form("weighing", by=SANNE).initial["weighed_by"]) == {SANNE.user, IRIS.user}
    assert play.form("weighing", by=KARIN).initial["weighed_by"] == (SANNE.user, KARIN.user), "she is back early"


def test_of_two_who_may_have_been_there_nobody_is_chosen(play: Play) -> None:
    play.employs(IRIS)
    play.reach("weigh")
    play.loses_roles(KARIN)
    assert play.form("weighing", by=SANNE).initial["weighed_by"] == (SANNE.user,)
