"""`meldwijzer plan`: checks and shows step plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click

from bot import store
from bot.cli import plan_drawing
from bot.cli.common import settings
from handlers.documents import access_table
from meldcode.domain.plan.file import WrongPlan, load_new_plan, load_plan
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role


def show_plan(file: Path | None, mermaid: bool, access: bool) -> None:
    """Draw the plan in FILE, or the one that is in use."""
    found = _plan_in(file or settings().meldwijzer_plan or store.DEFAULT_PLAN)
    draw = access_table.as_text if access else plan_drawing.as_mermaid if mermaid else plan_drawing.as_text
    click.echo(draw(found))


def check_plan(file: Path) -> None:
    """Print whether the plan can be used and what is odd about it, or each fault."""
    found = _plan_in(file, load_new_plan)
    for what in _warnings(found):
        click.echo(f"{file.name}: warning: {what}", err=True)
    click.echo(f"{file.name}: {found.plan} version {found.version}, {len(found.steps)} steps: in order.")


def _warnings(plan: Plan) -> Iterator[str]:
    """What a plan may say, and hardly anybody means."""
    if Role.TEACHER in plan.reader_roles:
        yield "readers: every teacher of the school can read every case, also of pupils of others. Take teacher out."
    for outcome in plan.outcomes:
        if outcome.retention_years == 0:
            yield (
                f"outcomes: a case that ends as {outcome.id} is kept for 0 years: it is destroyed as soon as the "
                "warnings are over, and cannot be had back. Give it another retention_years."
            )


def _plan_in(file: Path, read: Callable[[Path], Plan] = load_plan) -> Plan:
    """Read the plan. If it cannot be used, end the command with a line for each fault: file:line: fault."""
    try:
        return read(file)
    except WrongPlan as error:
        click.echo(str(error), err=True)
    except OSError as error:
        click.echo(f"{file}: the plan cannot be read: {type(error).__name__}", err=True)
    raise SystemExit(1)
