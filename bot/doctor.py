"""`meldwijzer doctor`: says in plain words what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Engine

from bot.program import calendar_ends, open_store, plan_of, utc_now
from bot.schools_file import SchoolInFile, read_schools
from bot.settings import Settings, Wrong
from bot.slack_errors import LOCKED_OUT
from handlers.texts import role as in_words
from meldcode.plan import Role
from meldcode.plan_file import WrongPlan
from storage.engine import BadDatabaseUrl
from storage.keys import outdated
from storage.outbox import Backlog
from storage.plans import PlanChanged

NEEDED = (Role.TEACHER, Role.CARE_COORDINATOR, Role.CONFIDANT, Role.SCHOOL_LEADER, Role.CLUSTER_DIRECTOR)


STUCK = timedelta(minutes=15)


def complaints(settings: Settings) -> Iterator[str]:
    """Yield everything that keeps the program from working well."""
    for check in (_slack, _plan, _database, _schools):
        try:
            yield from check(settings)
        except (Wrong, WrongPlan, PlanChanged, BadDatabaseUrl) as wrong:
            yield str(wrong)


def _slack(settings: Settings) -> Iterator[str]:
    settings.checked_for_slack()
    yield from ()


def _plan(settings: Settings) -> Iterator[str]:
    plan_of(settings)
    yield from ()


def _database(settings: Settings) -> Iterator[str]:
    engine, store = open_store(settings)
    now = utc_now()
    try:
        yield from _keys(engine, settings)
        with store.transaction(now) as tx:
            yield from _outbox(tx.queue.backlog(now), now)
            yield from (line for school in tx.people.schools() for line in calendar_ends(school, now))
    finally:
        engine.dispose()


def _keys(engine: Engine, settings: Settings) -> Iterator[str]:
    with engine.connect() as connection:
        if left := outdated(connection, settings.master_keys()):
            yield f"{left} key(s) are still wrapped by an older master key. Run `meldwijzer keys rotate`."


def _outbox(backlog: Backlog, now: datetime) -> Iterator[str]:
    if backlog.failed:
        yield f"{backlog.failed} message(s) could not be delivered; the next in charge were told."
    for code in sorted(backlog.errors.keys() & LOCKED_OUT):
        waiting = backlog.errors[code]
        yield f"Slack refuses the token or the app's rights ({code}): {waiting} message(s) wait, and none is lost."
    if backlog.oldest_due and now - backlog.oldest_due > STUCK:
        yield f"The outbox is stuck: a message waits since {backlog.oldest_due:%Y-%m-%d %H:%M} UTC. Does a worker run?"


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
            yield f"{school.name}: nobody has the role {role} ({in_words(role)})."
