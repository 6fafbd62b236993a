"""One reminder tick with 100 cases due, among ever more open ones, beside one APScheduler job per case.

    python -m bench.tick [--most 100000]

The 100 that are due are real, and their reminders are counted afterwards. The other open cases are copies of one of
them, with the same encrypted content, that are due later. A job of APScheduler's does the least that the job of a bot
does: it reads its case's row and stores one message (nothing encrypted, no rule, one person). Loopback only; nothing is
left behind.
"""

from __future__ import annotations

import argparse
import asyncio
import pickle
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)

from bench import traffic
from bench.postgres import postgresql
from bench.rows import at_least, at_most, heading, show
from bench.school import TEAM, settings, teacher
from bot.scheduler import _remind
from bot.schools_file import read_schools
from bot.settings import Settings
from bot.store import open_store
from bot.workspaces import configs_of
from handlers.platform.request import SLACK
from meldcode.application.actor import actor_of
from meldcode.application.cases.record_entry import record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.application.executor import Executor
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.state import Answer
from meldcode.domain.staff import Identity
from storage.db.engine import make_engine
from storage.db.migrate import upgrade
from storage.db.schema import cases, outbox, reminders
from storage.schools import apply_schools
from storage.unit_of_work import Store

DUE = 100
OPEN = (1_000, 100_000, 1_000_000)
JOBS = 1_000
ROUNDS = 3
IN_ONE_INSERT = 10_000
REPORTED = datetime(2026, 11, 16, 10, 0, tzinfo=AMSTERDAM)
"""A Monday. Two school days later both levels of the first step are due, and no third one is."""
TICKED = datetime(2026, 11, 18, 10, 0, tzinfo=AMSTERDAM)
LATER = TICKED + timedelta(days=5)

BOT = MetaData()
BOT_CASES = Table("bot_cases", BOT, Column("id", String(40), primary_key=True), Column("code", String(40)))
BOT_MESSAGES = Table("bot_messages", BOT, Column("id", Integer, primary_key=True), Column("text", String(200)))
"""What an ordinary bot's job reads and stores."""
JOB = "x"
"""The case of each job."""


def main() -> int:
    """Run the measurement for the sizes on the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--most", type=int, default=OPEN[-1], help="open cases, and jobs, at most")
    most = options.parse_args().most
    heading()
    rows(most, most)
    return 0


def rows(most: int, most_on_postgresql: int = OPEN[1]) -> None:
    """Measure, and show the rows of the table. A million cases on PostgreSQL take minutes to make."""
    with tempfile.TemporaryDirectory(prefix="meldwijzer-tick-") as name:
        folder = Path(name)
        chosen = settings(folder, 0, "http://127.0.0.1:9")
        _rows("SQLite", chosen, [f"sqlite:///{folder / name}.db" for name in ("jobs", "other")], most)
        with postgresql(folder, "bot", "jobs", "other") as (url, *others):
            _rows("PostgreSQL", chosen.model_copy(update={"database_url": url}), others, most_on_postgresql)


def _rows(kind: str, chosen: Settings, others: Sequence[str], most: int) -> None:
    """The rows of one database; the job store and the ordinary bot have `others` of the same kind."""
    engine, store = _prepared(chosen)
    jobs_url, other = others[0], make_engine(others[1])
    BOT.create_all(other)
    with other.begin() as connection:
        connection.execute(insert(BOT_CASES).values(id=JOB, code="26-ABCD"))
    try:
        _make_due(store)
        times, there = {}, DUE
        for count in [size for size in OPEN if size <= most]:
            _add_open(engine, count - there)
            there = count
            times[count] = _median(lambda: _tick(engine, store))
        job = _median(partial(_job_store_tick, jobs_url, JOBS, partial(as_a_bot, other)))
    finally:
        other.dispose()
        engine.dispose()
    few, many = times[OPEN[0]], times[there]
    what = f"tick, 100 due, {kind}, beside a job of APScheduler for each case"
    show(what, f"{job:.0f} ms", f"{few:.0f} ms", job / few, at_least(2))
    what = f"· among {there:,} open cases, beside {OPEN[0]:,}"
    show(what, f"{few:.0f} ms", f"{many:.0f} ms", many / few, at_most(1.3))


def _median(measure: Callable[[], float]) -> float:
    return sorted(measure() for _ in range(ROUNDS))[ROUNDS // 2] * 1000


def _prepared(chosen: Settings) -> tuple[Engine, Store]:
    if not chosen.is_embedded:
        engine = make_engine(chosen.database_url)
        upgrade(engine)
        engine.dispose()
    engine, store = open_store(chosen)
    assert chosen.meldwijzer_schools
    apply_schools(store, configs_of(read_schools(chosen.meldwijzer_schools).schools), TEAM, REPORTED)
    return engine, store


def _make_due(store: Store) -> None:
    """Report a hundred pupils, two school days before the tick."""
    with store.transaction(REPORTED) as uow:
        for number in range(DUE):
            answers: dict[str, Answer] = {
                "first_name": "Pim",
                "last_name": traffic.last_name(number),
                "group": "5",
                "kind": ("abuse_or_neglect",),
                "what": traffic.TEXT,
                "heard_from": "self",
                "happened_on": REPORTED.date().isoformat(),
            }
            actor = actor_of(uow, Identity(SLACK, TEAM, teacher(number)))
            record_entry(uow, actor, RecordEntry(str(uuid4()), "", answers, reviewed=True), REPORTED)


def _add_open(engine: Engine, count: int) -> None:
    """Add open cases that are due later: copies of a real one, with their own ids and codes, made in the database."""
    with engine.connect() as connection:
        first = connection.scalar(select(func.count()).select_from(cases)) or 0
    copies = insert(cases).from_select([column.name for column in cases.c], _copies(engine.dialect.name))
    for start in range(first, first + count, IN_ONE_INSERT):
        end = min(start + IN_ONE_INSERT, first + count)
        with engine.begin() as connection:
            _unlimited(connection)
            due = LATER + timedelta(minutes=start // IN_ONE_INSERT)
            connection.execute(copies, {"first": start, "last": end - 1, "due": due})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        _unlimited(connection)
        connection.exec_driver_sql("ANALYZE")


def _copies(dialect: str) -> Select[Any]:
    """The first real case, once for each number from `first` to `last`."""
    real = select(cases).where(cases.c.code < "x").order_by(cases.c.code).limit(1).subquery()
    own = {
        "postgresql": ("gen_random_uuid()", "'x' || lpad(number::text, 8, '0')"),
        "sqlite": ("lower(hex(randomblob(16)))", "printf('x%08d', number)"),
    }
    id_, code = own[dialect]
    numbers = select(bindparam("first", type_=Integer).label("number")).cte("numbers", recursive=True)
    following = (numbers.c.number + 1).label("number")
    numbers = numbers.union_all(select(following).where(numbers.c.number < bindparam("last", type_=Integer)))
    changed: dict[str, ColumnElement[Any]] = {
        "id": literal_column(id_),
        "code": literal_column(code),
        "next_due": bindparam("due", type_=cases.c.next_due.type),
    }
    columns = [changed.get(column.name, real.c[column.name]) for column in cases.c]
    return select(*columns).select_from(numbers.join(real, text("1 = 1")))


def _unlimited(connection: Any) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET statement_timeout = 0"))


def _tick(engine: Engine, store: Store) -> float:
    """One tick of the program, with no reminders sent yet. It is checked, and then undone."""
    executor = Executor(store.together, lambda: TICKED.astimezone(UTC), threads=store.writers, seconds=60)
    with engine.begin() as connection:
        connection.execute(delete(reminders))
        connection.execute(delete(outbox))
        # One that is due has a code like those of the program; the copies begin with an x.
        connection.execute(update(cases).where(cases.c.code < "x").values(next_due=REPORTED, rungs=0))

    async def tick() -> int:
        looked_at = 0
        while found := await executor.execute(_remind):
            looked_at += found
        return looked_at

    began = time.perf_counter()
    looked_at = asyncio.run(tick())
    took = time.perf_counter() - began
    executor.close()
    with engine.connect() as connection:
        put = connection.scalar(select(func.count()).select_from(outbox).where(outbox.c.kind == "reminder"))
    if (looked_at, put) != (DUE, 3 * DUE):
        raise SystemExit(f"WRONG: {looked_at} cases looked at and {put} reminders. These figures do not count.")
    return took


def nothing(_case: str) -> None:
    """What the jobs are stored with; the bench does their work itself."""


def as_a_bot(engine: Engine, case: str) -> None:
    """The least that an ordinary bot's job does: read its case's row and store a message, in a transaction."""
    with engine.begin() as connection:
        code = connection.scalar(select(BOT_CASES.c.code).where(BOT_CASES.c.id == case))
        connection.execute(insert(BOT_MESSAGES).values(text=f"case {code} waits for you"))


def _job_store_tick(url: str, count: int, deed: Callable[[str], None]) -> float:
    """Find and process 100 due jobs among `count` in APScheduler's own store, as its scheduler does."""
    store = SQLAlchemyJobStore(url=url, tablename=f"jobs_{count}")
    scheduler = BackgroundScheduler(timezone="UTC", jobstores={"default": store})
    scheduler.start(paused=True)
    now = datetime.now(UTC)
    with store.engine.connect() as connection:
        is_new = not connection.scalar(select(func.count()).select_from(store.jobs_t))
    if is_new:
        _add_jobs(scheduler, store, count, now)
    with store.engine.begin() as connection:
        some = select(store.jobs_t.c.id).order_by(store.jobs_t.c.id).limit(DUE)
        due = update(store.jobs_t).where(store.jobs_t.c.id.in_(some)).values(next_run_time=now.timestamp() - 10)
        connection.execute(due)
    began = time.perf_counter()
    jobs = store.get_due_jobs(datetime.now(UTC))
    for job in jobs:
        deed(job.args[0])
        job._modify(next_run_time=now + timedelta(days=5))
        store.update_job(job)
    took = time.perf_counter() - began
    scheduler.shutdown(wait=False)
    if len(jobs) != DUE:
        raise SystemExit(f"WRONG: {len(jobs)} jobs were due. These figures do not count.")
    return took


def _add_jobs(scheduler: BackgroundScheduler, store: SQLAlchemyJobStore, count: int, now: datetime) -> None:
    """Add one job with `add_job`, and the others as copies of its row: adding each would take minutes."""
    job = scheduler.add_job(nothing, "interval", days=5, args=[JOB], next_run_time=now + timedelta(days=5))
    with store.engine.begin() as connection:
        rows = []
        for number in range(count - 1):
            state = {**job.__getstate__(), "id": f"{number:08}"}
            later = (now + timedelta(days=5, minutes=number)).timestamp()
            rows.append({"id": state["id"], "next_run_time": later, "job_state": pickle.dumps(state)})
        connection.execute(insert(store.jobs_t), rows)


if __name__ == "__main__":
    sys.exit(main())
