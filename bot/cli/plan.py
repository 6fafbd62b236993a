"""`meldwijzer plan`: checks and shows step plans."""

from __future__ import annotations

from pathlib import Path

import click

from bot import app
from bot.cli import plan_drawing
from bot.cli.common import settings
from handlers.documents import access_table
from meldcode.domain.plan.file import WrongPlan, load_plan
from meldcode.domain.plan.model import Plan


@click.group()
def plan() -> None:
    """Look at step plans."""


@plan.command("show")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--mermaid", is_flag=True, help="As a Mermaid diagram.")
@click.option("--access", is_flag=True, help="Who may do what, in Dutch, for the privacy officer.")
def show_plan(file: Path | None, mermaid: bool, access: bool) -> None:
    """Draw the plan in FILE, or the one that is in use."""
    found = _plan_in(file or settings().meldwijzer_plan or app.DEFAULT_PLAN)
    draw = access_table.as_text if access else plan_drawing.as_mermaid if mermaid else plan_drawing.as_text
    click.echo(draw(found))


@plan.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_plan(file: Path) -> None:
    """Say whether the plan in FILE can be used, or print each fault with its file and line."""
    found = _plan_in(file)
    click.echo(f"{file.name}: {found.plan} version {found.version}, {len(found.steps)} steps: in order.")


def _plan_in(file: Path) -> Plan:
    """Read the plan. If it cannot be used, end the command with a line for each fault: file:line: fault."""
    try:
        return load_plan(file)
    except WrongPlan as error:
        click.echo(str(error), err=True)
    except OSError as error:
        click.echo(f"{file}: the plan cannot be read: {type(error).__name__}", err=True)
    raise SystemExit(1)
