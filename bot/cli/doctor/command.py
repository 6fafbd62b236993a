"""`meldwijzer doctor`."""

from __future__ import annotations

import click

from bot.cli.common import settings, show_json
from bot.cli.doctor.findings import findings


def doctor(as_json: bool) -> None:
    """Print what is missing."""
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
