"""The `meldwijzer` command. It exits with 0, 1 (failed) or 2 (wrong use)."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import click
import yaml
from pydantic import ValidationError

from bot import demo as practice_demo
from bot import doctor as doctor_checks
from bot import plan_drawing, program
from bot.manifest import manifest as slack_manifest
from bot.settings import Settings, Wrong
from meldcode.plan import Plan
from meldcode.plan_file import WrongPlan, load_plan
from storage.engine import BadDatabaseUrl, make_engine
from storage.migrate import upgrade
from storage.plans import PlanChanged
from storage.vault import new_master_key


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Meldwijzer leads a school through the step plan of the meldcode, inside Slack."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("alembic", "apscheduler"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@main.command()
def run() -> None:
    """Run everything in one process (Socket Mode if SLACK_APP_TOKEN is set, else HTTP)."""
    _until_stopped(program.run(_settings()))


@main.command()
def web() -> None:
    """Take Slack's requests; `worker` sends the messages."""
    _until_stopped(program.run(_settings(), worker=False))


@main.command()
def worker() -> None:
    """Send the messages; `web` takes Slack's requests."""
    _until_stopped(program.run(_settings(), web=False))


@main.command()
@click.option("--port", envvar="PORT", default=8765, show_default=True, help="Where the page is served.")
def demo(port: int) -> None:
    """Run the bot with a practice workspace in the browser; no account needed."""
    logging.getLogger().setLevel(logging.WARNING)
    _until_stopped(practice_demo.demo(port))


@main.command()
def migrate() -> None:
    """Bring the database to this version."""
    try:
        upgrade(make_engine(_settings().database_url))
    except BadDatabaseUrl as error:
        raise click.ClickException(str(error)) from error
    click.echo("The database is of this version.")


@main.group()
def plan() -> None:
    """Look at step plans."""


@plan.command("show")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--mermaid", is_flag=True, help="As a Mermaid diagram.")
def show_plan(file: Path | None, mermaid: bool) -> None:
    """Draw the plan in FILE, or the one that is in use."""
    found = _plan_in(file or _settings().meldwijzer_plan or program.DEFAULT_PLAN)
    click.echo(plan_drawing.as_mermaid(found) if mermaid else plan_drawing.as_text(found))


@plan.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_plan(file: Path) -> None:
    """Say whether the plan in FILE can be used, or name file, line and fault."""
    found = _plan_in(file)
    click.echo(f"{file.name}: {found.plan} version {found.version}, {len(found.steps)} steps: in order.")


@main.command()
@click.option("--url", default="", help="The bot's public URL, when Slack reaches it over HTTP.")
@click.option("--json", "as_json", is_flag=True, help="As JSON instead of YAML.")
def manifest(url: str, as_json: bool) -> None:
    """Print the Slack app manifest."""
    found = slack_manifest(url)
    click.echo(json.dumps(found, indent=2) if as_json else yaml.safe_dump(found, sort_keys=False, allow_unicode=True))


@main.group()
def keys() -> None:
    """Keys."""


@keys.command("new")
def new_key() -> None:
    """Print a new master key. Keep a copy in a safe place: without it nothing can be read."""
    click.echo(new_master_key())


@main.command()
def doctor() -> None:
    """Say in plain words what is missing; exit 1 when something is."""
    complaints = list(dict.fromkeys(doctor_checks.complaints(_settings())))
    for complaint in complaints:
        click.echo(f"- {complaint}")
    if complaints:
        raise SystemExit(1)
    click.echo("Everything is in order.")


def _plan_in(file: Path) -> Plan:
    """Read the plan. Ends the command with a fault on each line, as file:line: what, when it cannot be used."""
    try:
        return load_plan(file)
    except WrongPlan as error:
        click.echo(str(error), err=True)
    except UnicodeDecodeError:
        click.echo(f"{file.name}:1: this is no UTF-8 text", err=True)
    except OSError as error:
        click.echo(f"{file}: the plan cannot be read: {type(error).__name__}", err=True)
    raise SystemExit(1)


def _settings() -> Settings:
    """Read the environment. Raises ClickException that names what is wrong, but does not repeat it."""
    try:
        return Settings()
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}." for e in error.errors()]
        raise click.ClickException("\n".join(faults)) from error


def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except (Wrong, WrongPlan, PlanChanged, BadDatabaseUrl) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("Stopped.")
