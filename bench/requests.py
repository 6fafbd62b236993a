"""The rows of single requests and of whole signals."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from statistics import median

from sqlalchemy import event

from bench import peers, servers, traffic
from bench.load import Job
from bench.rows import Target, at_least, at_most, ratio, show
from bench.scene import FAR_APART, ROUNDS, Measured, Scene, more_cases_in_first_school, scene
from bench.school import SCHOOLS
from bench.servers import Server
from bench.small import report
from bot.settings import Settings
from bot.store import open_store

Pairs = list[tuple[Measured, Measured]]
BARE = 600
"""Requests of a bare app in a round."""


def sqlite_rows(folder: Path) -> None:
    """Whole signals beside the two peers, their acknowledgement, opening a form, and a request that does nothing."""
    with scene(folder / "sqlite") as here, ExitStack() as stack:
        urls = [f"sqlite:///{folder / name}.db" for name in ("one", "two")]
        sync = stack.enter_context(servers.child(peers.synchronous, urls[0], here.slack.url))
        async_ = stack.enter_context(servers.child(peers.asynchronous, urls[1], here.slack.url))
        pairs = _whole(here, sync)
        _throughput("whole signal, 16 at once, SQLite, beside synchronous Bolt + ORM", pairs, 2.0, 2.0)
        _throughput("the same, beside asynchronous Bolt + ORM", _whole(here, async_), 2.5, None)
        p99 = median(ours.result.p99_ms for _, ours in pairs)
        bare = stack.enter_context(servers.child(peers.durable, str(folder / "durable.db")))
        _alone(here, "acknowledgement, one at a time, beside bare Bolt + a durable commit", bare, "submission")
        what = "acknowledgement, 16 at once: 99 in 100 are faster than"
        show(what, "", f"{p99:.0f} ms", p99, at_most(300, "ms", cores=4))
        form = stack.enter_context(servers.child(servers.bare_signal, here.slack.url))
        _alone(here, "/signaal to the form, beside bare views.open", form, "signaal", at_most(1.2))
        bare = stack.enter_context(servers.child(servers.bare_nothing))
        job = Job("", "closed", 0, BARE)
        nothing = [(here.do(job, bare), here.do(job)) for _ in range(ROUNDS)]
        _throughput("a request that does nothing, beside bare Bolt", nothing, 0.9, None)


def home_rows(folder: Path) -> None:
    """Opening the Home tab with ever more cases, beside a bare request."""
    with scene(folder / "home") as here, servers.child(servers.bare_nothing) as nothing:
        there = 0
        for count in (20, 200, 500):
            more_cases_in_first_school(here.settings, there, count)
            there = count
            _alone(here, f"Home tab with {count} open cases, beside one bare request", nothing, "home", at_most(4))


def postgresql_rows(folder: Path, one: str, peer: str, split: str, double: str, alone: str) -> None:
    """Whole signals beside the synchronous peer on the same server, and several processes beside two."""
    with scene(folder / "one", one) as here, servers.child(peers.synchronous, peer, here.slack.url) as sync:
        _throughput("whole signal, PostgreSQL, beside synchronous Bolt + ORM there", _whole(here, sync), None, 1.5)
    with scene(folder / "alone", alone) as here:
        count = _journeys(here.settings)
    show("· journeys to the server of a signal alone", "", str(count), count, at_most(11, ""))
    with scene(folder / "split", split, worker=1) as here:
        single = _cpu(here)
    with scene(folder / "double", double, web=2, worker=2) as here:
        twofold = _cpu(here)
    what = "CPU of a signal: two web and two worker beside one and one"
    show(what, f"{single:.1f} ms", f"{twofold:.1f} ms", twofold / single, at_most(1.15))


def _journeys(chosen: Settings) -> int:
    """How often a signal that shares no transaction asks the server: its statements, one with BEGIN, and COMMIT."""
    engine, store = open_store(chosen)
    asked: list[str] = []
    try:
        for number in range(2):  # the first one fills the caches
            asked.clear()
            report(store, traffic.last_name(900_000 + number * FAR_APART % 100_000))
            if not number:
                event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    finally:
        engine.dispose()
    return len(asked) + 1


def _cpu(here: Scene) -> float:
    here.do(here.whole(SCHOOLS))  # each teacher once: Slack is asked for their language
    return median(here.do(here.whole()).cpu_ms for _ in range(ROUNDS))


def _whole(here: Scene, peer: Server) -> Pairs:
    """Rounds of whole signals, of the peer and of the program in turn."""
    here.do(here.whole(SCHOOLS))  # each teacher once: Slack is asked for their language
    here.do(here.whole(SCHOOLS), peer, is_ours=False)
    return [(here.do(here.whole(), peer, is_ours=False), here.do(here.whole())) for _ in range(ROUNDS)]


def _throughput(what: str, pairs: Pairs, least: float | None, least_by_cpu: float | None) -> None:
    """Show the rate as a multiple of the reference's, and the rate for each second of CPU if there is a target."""
    bare, ours = [b for b, _ in pairs], [o for _, o in pairs]
    rates = [f"{median(one.result.per_second for one in some):,.0f}/s" for some in (bare, ours)]
    cpu = " / ".join(f"{median(one.cpu_ms for one in some):.2f}" for some in (bare, ours))
    refused = sum(one.result.refused for one in bare)
    if least:
        figure = ratio([(b.result.per_second, o.result.per_second) for b, o in pairs])
        show(what, f"{rates[0]}{f', {refused} refused' if refused else ''}", rates[1], figure, at_least(least), cpu)
    if least_by_cpu:
        figure = ratio([(b.per_cpu_second, o.per_cpu_second) for b, o in pairs])
        name = "· for each second of CPU" if least else f"{what}, for each second of CPU"
        show(name, rates[0], rates[1], figure, at_least(least_by_cpu), cpu)


def _alone(here: Scene, what: str, reference: Server, kind: str, target: Target | None = None) -> None:
    """Show the time of single requests, as a multiple of the reference's or (without target) the difference."""
    job = Job("", kind, 0, 40, at_once=1, pause=0.02, seconds=6)
    bare = replace(job, kind="closed") if kind == "home" else job
    ours = replace(job, stored=kind == "submission")
    pairs = [(here.do(bare, reference), here.do(ours)) for _ in range(ROUNDS)]
    times = [(b.result.median_ms, o.result.median_ms) for b, o in pairs]
    middle = [median(one) for one in zip(*times, strict=True)]
    cpu = " / ".join(f"{median(one):.2f}" for one in zip(*((b.cpu_ms, o.cpu_ms) for b, o in pairs), strict=True))
    figure = ratio(times) if target else median(o - b for b, o in times)
    show(what, f"{middle[0]:.1f} ms", f"{middle[1]:.1f} ms", figure, target or at_most(4, "ms more"), cpu)
