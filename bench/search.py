"""Searching a pupil among ever more cases that the searcher may read, on both databases (ADR 39).

    python -m bench.search [--most 2000]

The name is one that nobody has, so that every name is decrypted and compared. Loopback only; nothing is left behind.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.postgres import postgresql
from bench.rows import at_most, show
from bench.school import TEAM, settings
from bot.schools_file import read_schools
from bot.settings import Settings
from bot.store import open_store
from bot.workspaces import configs_of
from handlers.platform import limits
from handlers.platform.request import SLACK
from meldcode.application.actor import actor_of
from meldcode.application.finding.search import Query, find_cases
from meldcode.domain.case.state import Pupil
from meldcode.domain.staff import Identity
from storage.db.engine import make_engine
from storage.db.migrate import upgrade
from storage.schools import apply_schools
from storage.unit_of_work import Store

COUNTS = (100, 500, 2_000)
TRIES = 7
IBER = Identity(SLACK, TEAM, "U0CARECOORDINATOR0")


def main() -> None:
    """Print the median time of a search for each number of cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=COUNTS[-1])
    most: int = parser.parse_args().most
    with tempfile.TemporaryDirectory() as folder, postgresql(Path(folder), "search") as [url]:
        chosen = settings(Path(folder), 0, "http://127.0.0.1:9")
        _measure("SQLite", chosen, most)
        _measure("PostgreSQL", chosen.model_copy(update={"database_url": url}), most)


def row(folder: Path) -> None:
    """Show the median time of a search among the most cases, on SQLite."""
    folder.mkdir()
    store = _store(settings(folder, 0, "http://127.0.0.1:9"))
    _fill(store, 0, COUNTS[-1])
    seconds = median(_search(store) for _ in range(TRIES))
    show(f"search by name among {COUNTS[-1]:,} cases", "", f"{seconds * 1000:.0f} ms", seconds, at_most(1, "s"))


def _measure(name: str, chosen: Settings, most: int) -> None:
    store = _store(chosen)
    made = 0
    for count in (*(count for count in COUNTS if count < most), most):
        _fill(store, made, count)
        made = count
        times = [_search(store) for _ in range(TRIES)]
        print(f"{name:<12}{count:>8,} cases {median(times) * 1000:>8.0f} ms", flush=True)


def _store(chosen: Settings) -> Store:
    if not chosen.is_embedded:
        upgrade(make_engine(chosen.database_url))
    _, store = open_store(chosen)
    assert chosen.meldwijzer_schools
    schools = read_schools(chosen.meldwijzer_schools).schools
    apply_schools(store, configs_of(schools), TEAM, datetime.now(UTC))
    return store


def _fill(store: Store, first: int, last: int) -> None:
    now = datetime.now(UTC)
    with store.transaction(now) as uow:
        person = actor_of(uow, IBER).person
        [school] = person.memberships
        for number in range(first, last):
            name = f"{'abcdefghij'[number % 10]}{'klmnopqrst'[number // 10 % 10]}{'uvwxyzabcd'[number // 100 % 10]}"
            pupil = Pupil(f"Kind{name}", f"van der {name[::-1]}berg", str(number % 8 + 1))
            uow.cases.open(school, uow.plans.current(), pupil, person.id, now)


def _search(store: Store) -> float:
    now, began = datetime.now(UTC), time.perf_counter()
    with store.transaction(now) as uow:
        find_cases(uow, actor_of(uow, IBER), Query("Zebedeus"), 0, limits.FOUND_CASES, now)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
