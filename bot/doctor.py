"""`meldwijzer doctor`: says in plain words what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from bot.program import open_store, plan_of
from bot.schools_file import SchoolInFile, read_schools
from bot.settings import Settings, Wrong
from handlers.texts import ROLES
from meldcode.plan import Role
from meldcode.plan_file import WrongPlan
from storage.engine import BadDatabaseUrl

NEEDED = (Role.TEACHER, Role.CARE_COORDINATOR, Role.CONFIDANT, Role.SCHOOL_LEADER, Role.CLUSTER_DIRECTOR)


def complaints(settings: Settings) -> Iterator[str]:
    """Yield everything that keeps the program from working well."""
    for check in (_slack, _plan, _database, _schools):
        try:
            yield from check(settings)
        except (Wrong, WrongPlan, BadDatabaseUrl) as wrong:
            yield str(wrong)


def _slack(settings: Settings) -> Iterator[str]:
    settings.checked_for_slack()
    yield from ()


def _plan(settings: Settings) -> Iterator[str]:
    plan_of(settings)
    yield from ()


def _database(settings: Settings) -> Iterator[str]:
    engine, _ = open_store(settings)
    engine.dispose()
    yield from ()


def _schools(settings: Settings) -> Iterator[str]:
    if settings.meldwijzer_schools is None:
        yield "MELDWIJZER_SCHOOLS is not set: nobody has a role unless an earlier start gave them one."
        return
    for school in read_schools(settings.meldwijzer_schools).schools:
        yield from _without_holder(school)


def _without_holder(school: SchoolInFile) -> Iterator[str]:
    held = {role for person in school.people for role in person.roles}
    for role in NEEDED:
        if role not in held:
            yield f"{school.name}: nobody has the role {role} ({ROLES[role]})."
