"""`meldwijzer doctor`."""

from __future__ import annotations

import click

from bot.cli.common import settings, show_json
from bot.cli.doctor.findings import findings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, for another program.")
def doctor(as_json: bool) -> None:
    """Say in plain words what is missing; exit 1 when something is."""
    found = list(dict.fromkeys(findings(settings())))
    if as_json:
        show_json(
            (finding.words for finding in found if finding.is_fault),
            (finding.words for finding in found if not finding.is_fault),
        )
    for finding in found:
        click.echo(f"- {finding.words}")
    if any(finding.is_fault for finding in found):
        raise SystemExit(1)
    click.echo("Nothing is wrong." if found else "Everything is in order.")
