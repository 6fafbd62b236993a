"""`meldwijzer keys`: the master key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from time import sleep

import click
from sqlalchemy import Engine

from bot.cli.common import in_plain_words, settings
from bot.cli.key_shares import NEEDED, BadShares, recovered, sheets
from bot.cli.progress import progress
from bot.database import opened
from meldcode.domain.calendar import AMSTERDAM
from storage.crypto.keys import outdated, rotate
from storage.crypto.vault import KeyWrapper, MasterKey, new_master_key
from storage.integrity.wipe import NotWiped, wipe

WIPE_TRIES = 4


def new_key() -> None:
    """Print a new master key."""
    click.echo(new_master_key())


def print_shares() -> None:
    """Print the sheets of the newest master key."""
    with in_plain_words():
        settings().master_keys()
        newest = re.split(r"[\s,]+", settings().master_key_text())[0]
    click.echo("\f".join(sheets(newest, datetime.now(AMSTERDAM).date())), nl=False)


def recover_key(files: Sequence[Path]) -> None:
    """Print the master key, from sheets in files or else asked for."""
    shares = [file.read_text(encoding="utf-8", errors="replace") for file in files]
    shares = shares or [_asked(number) for number in range(1, NEEDED + 1)]
    try:
        key = recovered(shares)
    except BadShares as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"This is the master key {MasterKey.from_text(key).key_id}. The sheets name the same.", err=True)
    click.echo(key)


def _asked(number: int) -> str:
    words: str = click.prompt(f"Words of sheet {number} of {NEEDED}", err=True)
    return words


def rotate_keys() -> None:
    """Wrap all keys with the newest master key, and wipe the old ones."""
    with in_plain_words():
        wrapper = settings().master_keys()
        with opened(settings()) as (engine, _):
            click.echo(f"{_rotated(engine, wrapper)} key(s) wrapped again")
            with engine.connect() as connection:
                _check_rotated(outdated(connection, wrapper))
            _wipe_old(engine)
    click.echo(
        f"All keys are wrapped by the master key {wrapper.key_id} now. Take the older lines out of the file, on every "
        "machine.\nKeep the old key as long as there are key files of backups from before this. Print new shares: "
        "`meldwijzer keys shares`."
    )


def _rotated(engine: Engine, wrapper: KeyWrapper) -> int:
    done = 0
    with progress("Wrapping keys") as shown:
        with engine.connect() as connection:
            shown.expect(outdated(connection, wrapper))
        for so_far in rotate(engine, wrapper):
            shown.advance(so_far - done)
            done = so_far
    return done


def _wipe_old(engine: Engine) -> None:
    """Wipe the old wrapped keys, of which the old master key would open any copy of the files."""
    for attempt in range(WIPE_TRIES):
        sleep(attempt)
        try:
            return wipe(engine)
        except NotWiped as error:
            why = error
    raise click.ClickException(
        f"All keys are wrapped again, but the old ones are still in the files of the database: {why}. Run this again."
    )


def _check_rotated(left: int) -> None:
    if left:
        raise click.ClickException(
            f"{left} key(s) were made under the old master key meanwhile. Give every running process the new one too, "
            "and run this again."
        )
