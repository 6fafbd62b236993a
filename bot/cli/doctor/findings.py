"""`meldwijzer doctor`: says in plain words what is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, make_url

from bot.app import utc_now
from bot.cli.doctor.components import component_complaints
from bot.cli.doctor.finding import Finding
from bot.cli.doctor.slack import slack_findings, workspace_findings
from bot.cli.doctor.workspaces import workspace_complaints
from bot.database import usable
from bot.jobs.anchor import anchor_complaints
from bot.jobs.calendar_watch import calendar_ends
from bot.schools_file import read_schools
from bot.settings import ENV_FILE, ConfigError, Settings
from bot.store import open_store, plan_of
from bot.workspaces import MISSING, configs_of
from handlers.i18n.texts import role as in_words
from handlers.platform.slack_errors import CODES, Meaning
from meldcode.application.ports.installations import Installation
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.plan.file import WrongPlan
from meldcode.domain.plan.roles import NEEDED, Role
from meldcode.domain.plan.two_people import double_roles
from meldcode.domain.staff import School
from storage.crypto.keys import outdated
from storage.db.component_records import ComponentRecord, all_records, store_records
from storage.db.engine import BadDatabaseUrl
from storage.integrity.verify import plan_faults
from storage.repositories.messages.send_queue import Backlog
from storage.repositories.plans import PlanChanged
from storage.schools import differences, missing_schools
from storage.unit_of_work import Store

DOCTOR = "doctor"
STUCK = timedelta(minutes=15)
OTHERS = 0o077
"""The rights of a file that are not its owner's."""


def findings(settings: Settings) -> Iterator[Finding]:
    """Yield what is wrong or unknown, including what Slack says. Without a network it says what it could not check."""
    for complaint in complaints(settings):
        yield Finding(complaint)
    yield from (Finding(note, is_fault=False) for note in notes(settings))
    try:
        plan = plan_of(settings.checked_for_slack())
    except (ConfigError, WrongPlan):
        return  # reported already
    if settings.is_for_several:
        yield from workspace_findings(settings, _installed(settings), plan, utc_now())
    else:
        yield from slack_findings(settings, plan, utc_now())


def _installed(settings: Settings) -> list[Installation]:
    try:
        engine, store = open_store(settings)
    except (ConfigError, PlanChanged, BadDatabaseUrl):
        return []  # reported already
    with store.transaction(utc_now()) as uow:
        found = uow.installations.all()
    engine.dispose()
    return found


def notes(settings: Settings) -> Iterator[str]:
    """Yield where the schools file and the database differ about somebody's roles, which is no fault."""
    try:
        if not settings.meldwijzer_schools:
            return
        file = read_schools(settings.meldwijzer_schools).schools
        engine, store = open_store(settings)
    except (ConfigError, WrongPlan, PlanChanged, BadDatabaseUrl):
        return  # reported already
    with store.transaction(utc_now()) as uow:
        found = differences(uow, configs_of(file))
        yield from _one_for_two(uow)
    engine.dispose()
    for one in found:
        is_now, said = (", ".join(sorted(roles)) or "none" for roles in (one.in_database, one.in_file))
        yield f"{one.school}: the roles of {one.user} are {is_now}; the schools file says {said}. The first counts."


def _one_for_two(uow: UnitOfWork) -> Iterator[str]:
    """Schools in which somebody has roles that the plan asks of two people (G12)."""
    for school in uow.staff.schools():
        staff = uow.staff.of_school(school.id)
        holders = {role: [one.id for one in staff if role in one.roles_in(school.id)] for role in Role}
        for one in double_roles(uow.plans.current(), holders):
            roles = " and ".join(one.roles)
            yield (
                f"{school.name}: one person has the roles {roles}, which the plan asks of two people. "
                "Let somebody else take over a role, in each case where that is needed."
            )


def complaints(settings: Settings) -> Iterator[str]:
    """Yield everything that keeps the program from working well, as far as this machine can tell without Slack."""
    for check in (_slack, _plan, _files, _database):
        try:
            yield from check(settings)
        except (ConfigError, WrongPlan, PlanChanged, BadDatabaseUrl) as wrong:
            yield str(wrong)


def _files(settings: Settings) -> Iterator[str]:
    """Files that other users of this machine can open, but should not."""
    database = make_url(settings.database_url).database if settings.is_embedded else None
    for file in (ENV_FILE, Path(database) if database else None, settings.meldwijzer_master_key_file):
        with suppress(OSError):  # reported when the file is opened
            if file and file.stat().st_mode & OTHERS:
                yield f"Others on this machine can open {file.name}. Run: chmod 600 {file.name}"


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
        yield from _writing(settings, store, now)
        yield from _keys(engine, settings)
        yield from anchor_complaints(engine, settings)
        with store.transaction(now) as uow:
            yield from map(str, plan_faults(uow.session.connection))
            yield from _outbox(uow.queue.backlog(now), now)
            yield from (line for school in uow.staff.schools() for line in calendar_ends(school, now))
            yield from _roles(settings, uow)
            yield from workspace_complaints(settings, uow)
            records = all_records(uow.session.connection)
            yield from component_complaints(records, now, is_over_socket=settings.has_socket)
    finally:
        engine.dispose()


def _writing(settings: Settings, store: Store, now: datetime) -> Iterator[str]:
    """Whether anything can be stored now: what the program wrote last says so only when it is silent for long."""
    try:
        with usable(settings.database_url), store.transaction(now) as uow:
            store_records(uow.session.connection, [ComponentRecord(DOCTOR, succeeded_at=now)])
    except ConfigError as wrong:
        yield str(wrong)


def _keys(engine: Engine, settings: Settings) -> Iterator[str]:
    with engine.connect() as connection:
        if left := outdated(connection, settings.master_keys()):
            yield f"{left} key(s) are still wrapped by an older master key. Run `meldwijzer keys rotate`."


def _outbox(backlog: Backlog, now: datetime) -> Iterator[str]:
    if backlog.failed:
        yield f"{backlog.failed} message(s) could not be delivered; the next in charge were told."
    for code in sorted(backlog.errors.keys() & CODES[Meaning.LOCKED_OUT]):
        waiting = backlog.errors[code]
        yield f"Slack refuses the token or the app's rights ({code}): {waiting} message(s) wait, and none is lost."
    for code, count in sorted(backlog.refused.items()):
        yield f"Slack refused {count} message(s) as they were ({code}), and got a shorter one. Please report this."
    if backlog.oldest_due and now - backlog.oldest_due > STUCK:
        yield f"The outbox is stuck: a message waits since {backlog.oldest_due:%Y-%m-%d %H:%M} UTC. Does a worker run?"


def _roles(settings: Settings, uow: UnitOfWork) -> Iterator[str]:
    """Roles without a holder: of the schools in the database, or before the first start of those in the file."""
    known = {school.name: _held(uow, school) for school in uow.staff.schools()}
    file = read_schools(settings.meldwijzer_schools).schools if settings.meldwijzer_schools else ()
    held = {school.name: {role for person in school.people for role in person.roles} for school in file} | known
    if file and (missing := missing_schools(known, configs_of(file))):
        yield MISSING.format(schools=", ".join(missing))
    closed = {name for school in file if school.closed for name in (school.name, school.was)}
    if not held:
        yield "There is no school yet: for a first start, write schools.yaml in this folder or set MELDWIJZER_SCHOOLS."
    for name, roles in ((name, roles) for name, roles in held.items() if name not in closed):
        yield from _without_holder(name, roles)


def _held(uow: UnitOfWork, school: School) -> set[Role]:
    return {role for person in uow.staff.of_school(school.id) for role in person.roles_in(school.id)}


def _without_holder(school: str, held: Collection[Role]) -> Iterator[str]:
    for role in NEEDED:
        if role not in held:
            yield f"{school}: nobody has the role {role} ({in_words(role)})."
