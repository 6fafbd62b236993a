"""`meldwijzer export`: the counts of a year, without codes or names."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime

import click

from bot.cli_settings import in_plain_words, settings
from bot.program import open_store
from meldcode.people import AMSTERDAM


@click.command()
@click.option(
    "--counts", "year", type=click.IntRange(2000, 2199), required=True, help="The cases that closed in this year."
)
def export(year: int) -> None:
    """Print how many cases ended in which way, by school, as JSON; destroyed cases count too."""
    first, until = (datetime(number, 1, 1, tzinfo=AMSTERDAM) for number in (year, year + 1))
    with in_plain_words():
        engine, store = open_store(settings())
    with store.transaction(datetime.now(UTC)) as tx:
        found = [asdict(ended) for ended in tx.endings.counts(first, until)]
    engine.dispose()
    click.echo(json.dumps({"year": year, "closed": found}, ensure_ascii=False, indent=2))
