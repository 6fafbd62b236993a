"""`meldwijzer verify`: whether the data is whole."""

from __future__ import annotations

import click

from bot.cli_settings import in_plain_words, settings
from bot.database import opened
from storage.snapshot import snapshot
from storage.verify import faults


@click.command()
def verify() -> None:
    """Say which cases and entries were tampered with; exit 1 when any was. Content is never shown."""
    with in_plain_words(), opened(settings()) as (engine, vault), snapshot(engine) as view:
        found = list(dict.fromkeys(map(str, faults(view, vault))))
    for fault in found:
        click.echo(f"- {fault}")
    if found:
        raise SystemExit(1)
    click.echo("All chains are whole.")
