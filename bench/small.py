"""Measurements within this process: a case with many entries, the hints, and the start."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from uuid import uuid4

from bench import servers, traffic
from bench.rows import at_most, show
from bench.school import TEAM, settings, teacher
from bot.schools_file import read_schools
from bot.store import open_store
from bot.workspaces import configs_of
from handlers.platform import limits
from handlers.platform.request import SLACK
from handlers.views.case import case_modal
from meldcode.application.actor import actor_of
from meldcode.application.cases.record_entry import Saved, record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.application.cases.view_case import open_newest
from meldcode.application.ports.cases import NewEntry
from meldcode.domain.case.fold import fold
from meldcode.domain.case.state import Answer
from meldcode.domain.staff import Identity
from storage.schools import apply_schools
from storage.unit_of_work import Store

TRIES = 15
HINTS = """
import json, time
def memory():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
before = memory()
from meldcode import hints
began = time.perf_counter()
text = (%r * 20)[:1000]
def once():
    hints.third_persons(text, pupil=("Pim", "Bakker"), known_names=("Sanne de Boer",))
    hints.hedges(text)
once()
load = time.perf_counter() - began
times = []
for _ in range(50):
    began = time.perf_counter(); once(); times.append(time.perf_counter() - began)
print(json.dumps([load, sorted(times)[25], (memory() - before) / 1024]))
"""


def report(store: Store, last_name: str) -> str:
    """Pass on a signal about this pupil in the first school; return the case's code."""
    now = datetime.now(UTC)
    answers: dict[str, Answer] = {
        "first_name": "Pim",
        "last_name": last_name,
        "group": "5",
        "kind": ("abuse_or_neglect",),
        "what": traffic.TEXT,
        "heard_from": "self",
        "happened_on": now.date().isoformat(),
    }
    with store.transaction(now) as uow:
        actor = actor_of(uow, Identity(SLACK, TEAM, teacher(0)))
        saved = record_entry(uow, actor, RecordEntry(str(uuid4()), "", answers, reviewed=True), now)
    assert isinstance(saved, Saved)
    return saved.code


def case_rows(folder: Path) -> None:
    """Append an entry to a case with 10 and with 1,000 entries, and open the case."""
    folder.mkdir()
    chosen = settings(folder, 0, "http://127.0.0.1:9", schools=10)
    engine, store = open_store(chosen)
    assert chosen.meldwijzer_schools
    apply_schools(store, configs_of(read_schools(chosen.meldwijzer_schools).schools), TEAM, datetime.now(UTC))
    times = {}
    for count in (10, 1_000):
        pupil = "tien" if count == 10 else "duizend"
        code = report(store, pupil)
        _fill(store, code, count)
        times[count] = _median(partial(report, store, pupil)), _median(partial(_open, store, code))
    engine.dispose()
    for place, (what, most) in enumerate((("append an entry", 1.3), ("open the case", 1.5))):
        few, many = times[10][place], times[1_000][place]
        show(f"{what}: 1,000 entries beside 10", f"{few:.1f} ms", f"{many:.1f} ms", many / few, at_most(most))


def _fill(store: Store, code: str, count: int) -> None:
    """Add entries to the case until it has so many, all like its first."""
    now = datetime.now(UTC)
    with store.transaction(now) as uow:
        case = uow.cases.find(code, [school.id for school in uow.staff.schools()])
        assert case
        entries = [first] = list(uow.cases.contents(case.id).entries)
        plan = uow.plans.get(case.plan, case.plan_version)
        state = fold(plan, [first])
        while case.version < count:
            entry = replace(first, seq=case.version + 1)
            state = fold(plan, [entry], state)
            entries.append(entry)
            case = uow.cases.append(case, NewEntry(entry, state, None, str(uuid4())))
        uow.cases.keep_state(case, plan, entries)


def _open(store: Store, code: str) -> None:
    now = datetime.now(UTC)
    with store.transaction(now) as uow:
        actor = actor_of(uow, Identity(SLACK, TEAM, "U0CARECOORDINATOR0"))
        case_modal(open_newest(uow, actor, code, limits.LOGBOOK_ENTRIES, now))


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(TRIES):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return median(times) * 1000


def hint_rows() -> None:
    """The hints on 1,000 characters, and their loading, in a process of its own."""
    program = HINTS % traffic.TEXT
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    load, once, megabytes = json.loads(done.stdout)
    shown = f"{once * 1000:.2f} ms"
    show("hints on 1,000 characters", "", shown, once * 1000, at_most(1, "ms"))
    show("hints: load", "", f"{load:.3f} s", load, at_most(0.5, "s"))
    show("hints: memory", "", f"{megabytes:.0f} MB", megabytes, at_most(60, "MB"))


def start_rows(folder: Path, slack: str) -> None:
    """Time from the start of the process until it is ready, and its memory then, compared with a bare Bolt app."""
    folder.mkdir()
    chosen = settings(folder, 0, slack, schools=10)
    open_store(chosen)[0].dispose()
    bare = [servers.start(servers.bare_nothing) for _ in range(3)]
    here = [servers.start(servers.bot, chosen, True, True) for _ in range(3)]
    seconds = median(s for s, _ in bare), median(s for s, _ in here)
    memory = median(m for _, m in bare), median(m for _, m in here)
    start, size = seconds[1] / seconds[0], memory[1] / memory[0]
    show("start to ready, beside bare Bolt", f"{seconds[0]:.2f} s", f"{seconds[1]:.2f} s", start, at_most(1.5))
    show("memory idle, beside bare Bolt", f"{memory[0]:.0f} MB", f"{memory[1]:.0f} MB", size, at_most(1.3))
