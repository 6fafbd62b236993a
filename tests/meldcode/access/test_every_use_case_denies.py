"""Every use case denies a stranger, and whoever a case is not for; they are found by their signatures (promise 5).

A use case takes an Actor, and only `actor_of` makes one, which denies a stranger: so no use case can forget to ask.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

import meldcode
from meldcode.application import actor as actor_module
from meldcode.application.actor import actor_of
from meldcode.application.case_context import CaseContext
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.staff import Identity
from tests.meldcode.playing import DIRK, MEHMET, SANNE, STRANGER, Actor, Play

pytestmark = pytest.mark.rule("G3")
ROOT = Path(meldcode.__file__).parents[1]

WITHOUT_ACTOR = {
    # It makes the actor.
    "actor_of",
    # What Slack tells of somebody. It shows nothing to anybody.
    "leave_or_return",
}
NAMED_CASE = ("code", "case", "other")


def functions_of_the_core() -> Iterator[Callable[..., Any]]:
    """Every public function of the core that takes a unit of work."""
    for module in pkgutil.walk_packages(meldcode.__path__, "meldcode."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            if function.__module__ == module.name and not name.startswith("_") and UnitOfWork in _kinds(function):
                yield function


def _kinds(function: Callable[..., Any]) -> list[Any]:
    hints = typing.get_type_hints(function)
    return [hints.get(name) for name in inspect.signature(function).parameters]


def _is_use_case(function: Callable[..., Any]) -> bool:
    """It takes who asks. What gets a case in hand as well is a part of a use case, which has checked access to it."""
    kinds = _kinds(function)
    return actor_module.Actor in kinds and CaseContext not in kinds


def _has_identity(kind: Any) -> bool:
    return dataclasses.is_dataclass(kind) and Identity in typing.get_type_hints(kind).values()


CORE = sorted(set(functions_of_the_core()), key=lambda function: function.__name__)
FOUND = [function for function in CORE if _is_use_case(function)]


def filled(kind: Any, name: str, actor: Actor, play: Play) -> Any:
    """An argument of this kind, as this person would give it about the case that is played."""
    if kind is datetime:
        return play.now
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        asked = [one.name for one in dataclasses.fields(kind) if _is_required(one) or one.name in NAMED_CASE]
        made: Any = kind
        return made(**{one: filled(hints[one], one, actor, play) for one in asked})
    if kind is int:
        return 0
    if name in NAMED_CASE:
        return play.code
    return {"record": "signal", "school": _school(play), "first_day": "2026-03-02"}.get(name, _empty(kind))


def _is_required(field: Any) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _empty(kind: Any) -> Any:
    origin = typing.get_origin(kind) or kind
    made: dict[Any, Any] = {str: "x", bool: False, frozenset: frozenset(), tuple: ()}
    return made.get(origin, {})


def _school(play: Play) -> str:
    with play.transaction() as uow:
        return str(uow.staff.schools()[0].id)


def call(function: Callable[..., Any], actor: Actor, play: Play) -> None:
    hints, parameters = typing.get_type_hints(function), inspect.signature(function).parameters
    asked = {name for name, one in parameters.items() if one.default is inspect.Parameter.empty} - {"uow", "actor"}
    given = {name: filled(hints[name], name, actor, play) for name in asked}
    with play.transaction() as uow:
        function(uow=uow, actor=actor_of(uow, actor.identity), **given)


def test_the_search_finds_what_there_is() -> None:
    names = {function.__name__ for function in FOUND}
    assert {
        "open_case",
        "record_form",
        "record_entry",
        "raise_alarm",
        "change_roles",
        "who_read",
        "appoint_deputy",
    } <= names


def test_who_asks_is_always_an_actor() -> None:
    given = {f.__name__ for f in CORE if any(kind is Identity or _has_identity(kind) for kind in _kinds(f))}
    assert given - {function.__name__ for function in CORE if actor_module.Actor in _kinds(function)} == WITHOUT_ACTOR


def test_nothing_else_makes_an_actor() -> None:
    made = [
        f"{path.relative_to(ROOT)}: {node.lineno}"
        for folder in ("meldcode", "handlers", "bot", "storage")
        for path in (ROOT / folder).rglob("*.py")
        if "meldcode.application.actor" in path.read_text(encoding="utf-8") or path.name == "actor.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Actor"
    ]
    assert len(made) == 1 and made[0].startswith("meldcode/application/actor.py"), made


@pytest.mark.parametrize("function", FOUND, ids=lambda function: function.__name__)
@pytest.mark.parametrize("who", ["unknown", "of another workspace", "left"])
def test_a_stranger_is_denied(play: Play, function: Callable[..., Any], who: str) -> None:
    play.signal(by=SANNE)
    actor = STRANGER if who == "unknown" else SANNE
    if who == "left":
        play.leaves(SANNE)
    if who == "of another workspace":
        actor = _Elsewhere(SANNE.user, SANNE.name)
    assert play.refused_to(lambda: call(function, actor, play)) == {"": "unknown_person"}


class _Elsewhere(Actor):
    @property
    def identity(self) -> Identity:
        return Identity("slack", "T9999", self.user)


def _names_a_case(function: Callable[..., Any]) -> bool:
    names = set(inspect.signature(function).parameters)
    for kind in _kinds(function):
        if dataclasses.is_dataclass(kind) and kind is not actor_module.Actor:
            names |= {field.name for field in dataclasses.fields(kind)}
    return bool(names & set(NAMED_CASE))


@pytest.mark.parametrize("function", [f for f in FOUND if _names_a_case(f)], ids=lambda function: function.__name__)
@pytest.mark.parametrize("actor", [MEHMET, DIRK])
def test_whoever_a_case_is_not_for_gets_the_answer_of_no_case(
    play: Play, function: Callable[..., Any], actor: Actor
) -> None:
    play.signal(by=SANNE)
    there = play.refused_to(lambda: call(function, actor, play))
    play.code = "26-XXXX"
    assert there == play.refused_to(lambda: call(function, actor, play))
    assert there in ({"": "no_such_case"}, {"": "draft_gone"})


@pytest.mark.parametrize("function", [f for f in FOUND if _names_a_case(f)], ids=lambda function: function.__name__)
@pytest.mark.parametrize("actor", [MEHMET, DIRK])
def test_a_case_that_is_not_theirs_asks_as_much_of_the_database_as_no_case(
    play: Play, function: Callable[..., Any], actor: Actor
) -> None:
    play.signal(by=SANNE)
    there = _asked(play, lambda: call(function, actor, play))
    play.code = "26-XXXX"
    assert there == _asked(play, lambda: call(function, actor, play)) != []


def _asked(play: Play, act: Callable[[], object]) -> list[str]:
    """The statements that the database gets while this is refused, in a program that has just started."""
    statements: list[str] = []

    def keep(*arguments: Any) -> None:
        statements.append(arguments[2])

    play.restarts()
    event.listen(play.engine, "before_cursor_execute", keep)
    play.refused_to(act)
    event.remove(play.engine, "before_cursor_execute", keep)
    return statements
