"""The rows of Home tabs, and of a morning on which thousands of cases are due."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from pathlib import Path
from statistics import median

from bench.rows import at_least, at_most, show
from bench.scene import ROUNDS, Scene, scene
from bench.school import SCHOOLS
from bench.slack_stub import COUNTS
from handlers.platform.call_budget import PUBLISH
from tests.proof.morning import minute_of, play

SIGNALS, TABS_OF_A_SIGNAL = 16, 4
"""Each in another school, so no tab is changed twice. The teacher's, and those of the three who are told or lead."""
SECONDS_OF_SLACK = 0.1
MINUTE, DUE = 6.0, 2000
"""Seconds that a minute of Slack's limits lasts in the morning, or the row would take as long as the whole table."""
PATIENCE = 60.0


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
        with scene(folder / f"cpu-{at_once}", tabs=at_once) as here:
            here.do(here.whole(SCHOOLS))
            cpu[at_once] = median(_cpu_with_tabs(here, with_tabs=at_once > 0) for _ in range(ROUNDS))
    figure = cpu[10] / cpu[0]
    show(
        "CPU of a signal with all its tabs, beside without", f"{cpu[0]:.1f} ms", f"{cpu[10]:.1f} ms", figure, at_most(2)
    )


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
    before, began = _published(here), time.monotonic()
    here.do(here.whole(SIGNALS))
    _wait_for(here, before + SIGNALS * TABS_OF_A_SIGNAL)
    return SIGNALS * TABS_OF_A_SIGNAL / (time.monotonic() - began)


def _cpu_with_tabs(here: Scene, *, with_tabs: bool) -> float:
    """Milliseconds of CPU of a signal. All its tabs are published before the next round."""
    before, [bot] = _published(here), here.bots
    used = bot.cpu()
    here.do(here.whole(300))
    if with_tabs:
        _wait_for(here, before + 300 * TABS_OF_A_SIGNAL)
    return (bot.cpu() - used) * 1000 / 300


def _wait_for(here: Scene, tabs: int) -> None:
    until = time.monotonic() + PATIENCE
    while _published(here) < tabs and time.monotonic() < until:
        time.sleep(0.02)


def _published(here: Scene) -> int:
    with urllib.request.urlopen(here.slack.url + COUNTS) as answer:
        return int(json.load(answer).get(PUBLISH, 0))
