"""G2: who must act next and did not act themselves gets a new message, in every step of every plan, and nobody else.

Slack notifies nobody of an updated message. So an update never asks something else than the message did.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from meldcode.application.case_people import reads
from meldcode.application.ports.outbox import Placing
from meldcode.domain.access.rules import roles_in_case
from meldcode.domain.case.asked import needed, whose
from meldcode.domain.case.state import State, Status
from meldcode.domain.errors import Invalid, Refused
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from tests.meldcode.playing import IRIS, Actor, Play

OFFICER = Actor("U10", "Olga Maas", (Role.SAFEGUARDING_OFFICER,))
PLANS = {path.stem: (load_plan(path), path.read_text(encoding="utf-8")) for path in shipped_plans()}
FURTHER = 3
"""Entries, of which the last can close the case: a record, a proposal and who agrees with it."""
ROUTES = {"watch": {"decision": "no_report"}}
"""The answers that lead to a step, where the first ones do not."""
Asking = dict[Actor, str]


def ways(plan: Plan) -> Iterator[tuple[str, ActionSpec, dict[str, str]]]:
    """Each record of each step as it is usually answered, and with each answer on which something else depends."""
    decisive = {path.rpartition(".")[2] for record in plan.records.values() for path in _conditions(record)}
    for step in plan.steps:
        for record in step.records:
            yield step.id, record, {}
            for field in (field for field in record.fields if field.id in decisive):
                yield from ((step.id, record, {field.id: choice.id}) for choice in field.choices[1:])


def _conditions(record: ActionSpec) -> Iterator[str]:
    yield from record.when or {}
    yield from (path for lead in record.leads for path in lead.when or {})
    yield from (path for mark in record.stands_as for path in mark.when or {})


def asked(play: Play, state: State) -> Asking:
    """What the case waits for, and who must do it: who acts in the step, or is one of two who decide."""
    for record in needed(play.plan, state)[:1]:
        acting = {*whose(record, state)}
        if not _is_for_two(play.plan, record):
            acting &= {*play.plan.step(state.step).who}
        case = play.header()
        with play.transaction() as uow:
            readers = [one for one in uow.staff.of_school(case.school) if reads(one, case, play.plan)]
        return {play.actors[one.id]: record.id for one in readers if acting & roles_in_case(one, case, play.plan)}
    return {}


def _is_for_two(plan: Plan, record: ActionSpec) -> bool:
    return bool(record.agrees_with) or any(other.agrees_with == record.id for other in plan.records.values())


def told(play: Play, since: int) -> tuple[Asking, list[Actor]]:
    """Who is asked what by a new message, and whose updated message asks something else than before."""
    new: Asking = {}
    silent: list[Actor] = []
    says: dict[tuple[object, str], str] = {}
    for row in (row for row in play.messages() if row.kind == "recorded"):
        asks, place = row.payload["asked"], (row.recipient, row.replaces)
        if row.id > since and row.placing == Placing.NEW.value:
            assert play.actors[row.recipient] not in new, "two messages about one entry"
            new[play.actors[row.recipient]] = asks
        elif row.id > since and says.get(place, asks) != asks:
            silent.append(play.actors[row.recipient])
        says[place] = asks
    return new, silent


def act(play: Play, actor: Actor, record: str, heard: set[tuple[Actor, str]], **answers: Any) -> None:
    """Somebody records something; whoever must act next gets a message, unless what waits is in `heard` already."""
    before, since = play.state(), max(row.id for row in play.messages())
    play.record(record, by=actor, **answers)
    new, silent = told(play, since)
    assert not silent, (record, silent, "are asked something by an update, of which Slack notifies nobody")
    assert actor not in new, (record, actor, "is told what they did")
    after = play.state()
    if after.since != before.since:
        heard.clear()
    unasked = {(one, what) for one, what in asked(play, after).items() if one != actor} - heard
    assert unasked <= {*new.items()}, (record, "by", actor, "asks", unasked, "but told are", new)
    heard |= {*new.items(), *((actor, waiting.id) for waiting in needed(play.plan, after))}


def play_on(play: Play, first: ActionSpec, way: dict[str, str], *, by_last: bool) -> None:
    """Play a case on, with these answers wherever they are asked, by the last or the first who may."""
    heard = {*asked(play, play.state()).items()}
    for number in range(FURTHER):
        state = play.state()
        waiting = [first] if first.optional and not number else needed(play.plan, state)
        if state.status is not Status.OPEN or not waiting:
            return
        able = [one for one in play.staff if {*one.roles} & {*whose(waiting[0], state)}]
        answers = {id_: answer for id_, answer in way.items() if waiting[0].field(id_)}
        try:
            act(play, able[-1 if by_last else 0], waiting[0].id, heard, **answers)
        except (Invalid, Refused):
            return


@pytest.mark.slow
@pytest.mark.rule("G2")
@pytest.mark.parametrize("by_last", [False, True], ids=["first", "last"])
@pytest.mark.parametrize("name", PLANS)
def test_who_must_act_next_gets_a_new_message(
    name: str, *, by_last: bool, empty_database: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (plan, document), shelf = PLANS[name], tmp_path_factory.mktemp("reached")
    for step, record, way in ways(plan):
        play = Play(Path(copy(empty_database, tmp_path / "play.db")), (plan, document), shelf)
        play.employs(IRIS, OFFICER)
        play.reach(step, **ROUTES.get(step, {}))
        play_on(play, record, way, by_last=by_last)
        play.engine.dispose()
