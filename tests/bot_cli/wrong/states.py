"""What `doctor` and `verify` read in the database of a program that ran, or still runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

from bot.settings import Settings
from bot.store import open_store
from meldcode.application.messages.staff import DeputyArranged
from meldcode.application.ports.outbox import OutboxMessage
from storage.db.component_records import ComponentRecord, store_records
from storage.unit_of_work import Store
from tests.bot_cli.wrong.house import House
from tests.bot_cli.wrong.situation import Situation
from tests.bot_cli.wrong.started import in_environment, start_once

HOUR = timedelta(hours=1)


def _recorded(*names: str) -> Callable[[House], None]:
    """These parts worked just now, and the others an hour ago."""

    def arrange(house: House) -> None:
        now = datetime.now(UTC)
        times = {name: now - (timedelta() if name in names else HOUR) for name in ("component log", "scheduler", "web")}
        with _store(house).transaction() as uow:
            store_records(uow.session.connection, [ComponentRecord(name, at) for name, at in times.items()])

    return arrange


def _store(house: House) -> Store:
    with in_environment(house):
        engine, store = open_store(Settings())
    house.stack.callback(engine.dispose)
    return store


def _message(house: House, code: str = "") -> None:
    """A message that has waited for an hour; with a code it was tried and set aside, or waits after a refusal."""
    start_once(house)
    then, store = datetime.now(UTC) - HOUR, _store(house)
    with store.transaction(then) as uow:
        [school] = uow.staff.schools()
        person = uow.staff.of_school(school.id)[0]
        uow.outbox.put(OutboxMessage(person.id, None, "one", DeputyArranged()), then)
    with store.transaction() as uow:
        if code:
            claimed = uow.queue.claim(then, 10, timedelta(minutes=1))
            for one in claimed:
                if code == "user_not_found":
                    uow.queue.set_aside(one, code)
                else:
                    uow.queue.retry(one, datetime.now(UTC) + HOUR, code)


def _triggered(house: House) -> None:
    with closing(sqlite3.connect(house.database)) as connection:
        connection.execute("CREATE TRIGGER own AFTER INSERT ON entries BEGIN SELECT 1; END")


def _changed_plan(house: House) -> None:
    _store(house)
    with closing(sqlite3.connect(house.database)) as connection, connection:
        connection.execute("UPDATE plans SET document = document || '# more' WHERE plan = 'heutink'")


STATES = [
    Situation(
        "the program was stopped, or died",
        "The program has not run since {time}. Start `meldwijzer run`.",
        _recorded(),
        ("doctor",),
    ),
    Situation(
        "no worker runs beside the web processes",
        "No reminder can be sent: no worker has run since {time}. Start `meldwijzer run` or `worker`.",
        _recorded("component log", "web"),
        ("doctor",),
    ),
    Situation(
        "no web process runs beside the workers",
        "Nothing that people do arrives: no web has run since {time}. Start `meldwijzer run` or `web`.",
        _recorded("component log", "scheduler"),
        ("doctor",),
    ),
    Situation(
        "a message waits too long",
        "The outbox is stuck: a message waits since {time}. Does a worker run?",
        _message,
        ("doctor",),
    ),
    Situation(
        "messages wait because Slack refuses the token",
        "Slack refuses the token or the app's rights (token_revoked): 1 message(s) wait, and none is lost.",
        lambda h: _message(h, "token_revoked"),
        ("doctor",),
    ),
    Situation(
        "a message could not be delivered",
        "1 message(s) could not be delivered; the next in charge were told.",
        lambda h: _message(h, "user_not_found"),
        ("doctor",),
    ),
    Situation(
        "somebody changed the tables",
        "own: a table, view, trigger or rule that is not as Meldwijzer makes it",
        _triggered,
        ("verify",),
    ),
    Situation(
        "somebody changed a plan in the database",
        "the plan was changed in the database: find out by whom, and put a backup back",
        _changed_plan,
        ("doctor", "verify"),
    ),
]
