"""The rows of Home tabs, and of a morning on which thousands of cases are due."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from bench.rows import at_least, at_most, show
from bench.scene import ROUNDS, SUBMISSIONS, Scene, scene
from bench.school import SCHOOLS
from bench.slack_stub import COUNTS
from handlers.platform.call_budget import PUBLISH
from tests.proof.morning import minute_of, play

SIGNALS = 16
"""Each in another school, so that no tab changes twice."""
MANY_SCHOOLS = 1_000
"""Of which the first ones send signals."""
SECONDS_OF_SLACK = 0.1
MINUTE, DUE = 6.0, 2000
"""Seconds that a minute of Slack's limits lasts in the morning, or the row would take as long as the whole table."""
POLL = 0.02
QUIET = 1.0
"""Seconds without a tab after which all are published."""


def tab_rows(folder: Path) -> None:
    """Tabs a second, ten at once beside one after another, and the CPU of a signal with and without its tabs."""
    rates = {}
    for at_once in (1, 10):
        with scene(folder / f"tabs-{at_once}", slack_seconds=SECONDS_OF_SLACK, tabs=at_once) as here:
            rates[at_once] = _tabs_per_second(here)
    figure = rates[10] / rates[1]
    what = "tabs, Slack at 100 ms, beside one after another"
    show(what, f"{rates[1]:.0f}/s", f"{rates[10]:.0f}/s", figure, at_least(6))
    cpu = {}
    for at_once in (0, 10):
        with scene(folder / f"cpu-{at_once}", tabs=at_once, schools=MANY_SCHOOLS) as here:
            here.do(here.whole(SCHOOLS))
            cpu[at_once] = median(_cpu_with_tabs(here) for _ in range(ROUNDS))
    figure = cpu[10] / cpu[0]
    what = f"CPU of a signal with all its tabs, {MANY_SCHOOLS:,} schools, beside without"
    show(what, f"{cpu[0]:.1f} ms", f"{cpu[10]:.1f} ms", figure, at_most(2))


def morning_rows(folder: Path) -> None:
    """How much of Slack's limit the tabs of a morning use, what was refused, and how long an alarm took."""
    folder.mkdir()
    with minute_of(MINUTE):
        morning = asyncio.run(play(folder, f"sqlite:///{folder / 'morning.db'}", DUE))
        limit = f"{60 / MINUTE * 100:,.0f} tabs/min"
        rate = f"{60 * morning.tabs / morning.seconds:,.0f} tabs/min"
        what = f"a morning, {DUE:,} due: tabs, beside Slack's limit"
        show(what, limit, rate, morning.share_of_limit, at_least(0.9))
    show("· calls that Slack refused", "", str(morning.refused), morning.refused, at_most(0, ""))
    show("· an alarm in between", "", f"{morning.alarm_seconds:.1f} s", morning.alarm_seconds, at_most(2, "s"))


def _tabs_per_second(here: Scene) -> float:
    """From the first tab to the last one: before that the load generator starts, and signals are stored."""
    _wait(here)
    with ThreadPoolExecutor() as pool:
        before, sent = _published(here), pool.submit(here.do, here.whole(SIGNALS))
        while (first := _published(here)) == before and not sent.done():
            time.sleep(POLL)
        began = time.monotonic()
        ended = _wait(here)
        sent.result()
    return (_published(here) - first) / (ended - began)


def _cpu_with_tabs(here: Scene) -> float:
    """Milliseconds of CPU of a signal, with its tabs if they are published at all."""
    [bot] = here.bots
    used = bot.cpu()
    here.do(here.whole())
    _wait(here)
    return (bot.cpu() - used) * 1000 / SUBMISSIONS


def _wait(here: Scene) -> float:
    """Wait until no more tabs are published, and return when the last one was."""
    count, last = _published(here), time.monotonic()
    while time.monotonic() - last < QUIET:
        time.sleep(POLL)
        if (now := _published(here)) != count:
            count, last = now, time.monotonic()
    return last


def _published(here: Scene) -> int:
    with urllib.request.urlopen(here.slack.url + COUNTS) as answer:
        return int(json.load(answer).get(PUBLISH, 0))
