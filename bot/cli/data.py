"""`meldwijzer migrate`, `verify`, `backup` and `restore`: the tables, whether the data is whole, and copies of it."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.cli.common import in_plain_words, settings, show_json
from bot.cli.progress import progress
from bot.database import opened, usable
from bot.jobs.anchor import gone_anchor
from storage.db.engine import make_engine
from storage.db.migrate import upgrade
from storage.db.snapshot import snapshot
from storage.integrity.anchor import anchor_faults, update_anchor
from storage.integrity.backup import back_up
from storage.integrity.backup_file import keys_file
from storage.integrity.restore import restore
from storage.integrity.verify import faults


def migrate() -> None:
    """Bring the tables to this version."""
    url = settings().database_url
    with in_plain_words(), usable(url):
        upgrade(make_engine(url))
    click.echo("The database is of this version.")


def verify(against: Path | None, write: Path | None, as_json: bool) -> None:
    """Print what was tampered with, or cut off since the anchor; write a new anchor when nothing was."""
    kept = settings().meldwijzer_anchor_file
    anchor = against or (kept if kept and kept.exists() else None)
    with in_plain_words(), opened(settings()) as (engine, vault):
        gone = gone_anchor(engine, kept) if kept and kept not in (anchor, write) else ""
        with snapshot(engine) as view, progress("Verifying") as shown:
            found: list[object] = [*faults(view, vault, shown)]
            found += anchor_faults(view, vault, anchor) if anchor else []
        found += [gone] if gone else []
        if write and not found:
            found += update_anchor(engine, vault, write, datetime.now(UTC))
    if as_json:
        show_json(map(str, found))
    _fail_with(found)
    click.echo("All chains are whole.")


def backup(dest: Path) -> None:
    """Write a backup and its keys, and print what is in it."""
    bar = progress("Writing and checking")
    with _tidied_when_stopped(), in_plain_words(), opened(settings()) as (engine, vault), bar as shown:
        made = back_up(engine, vault, dest, datetime.now(UTC), shown)
    click.echo(f"{made.cases} case(s) with {made.entries} entries: {dest.name}, and the keys apart: {dest.name}.keys.")
    _fail_with(made.faults, "The backup is a true copy, but the database itself is not whole:")


def restore_backup(source: Path, keys: Path | None) -> None:
    """Restore a backup, and print what was in it."""
    url = settings().database_url
    with _tidied_when_stopped(), in_plain_words(), usable(url):
        engine = make_engine(url)
        try:
            wrapper, beside = settings().master_keys(), keys or keys_file(source)
            with progress("Restoring and checking") as shown:
                done = restore(engine, wrapper, source, beside, datetime.now(UTC), shown)
        finally:
            engine.dispose()
    click.echo(
        f"{done.cases} case(s) with {done.entries} entries, as they were on {done.made_at:%Y-%m-%d %H:%M} UTC.\n"
        f"{done.destroyed_since} of them were destroyed since, and stay so.\n"
        f"{done.set_aside} message(s) that were due then are set aside: they were most likely sent since. "
        "Who must act is reminded anew."
    )
    _fail_with(done.faults, "These faults were in the database when the backup was made:")


@contextmanager
def _tidied_when_stopped() -> Iterator[None]:
    """Let a stop of the command clean up first, instead of ending the process at once."""
    before = {number: signal.signal(number, _stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def _fail_with(found: Iterable[object], heading: str = "") -> None:
    """Print the faults, one on a line, and end with status 1 if there are any."""
    lines = [f"- {one}" for one in dict.fromkeys(map(str, found))]
    if lines:
        click.echo("\n".join([heading, *lines] if heading else lines))
        raise SystemExit(1)
