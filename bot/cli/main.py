"""The `meldwijzer` command. It exits with 0, 1 (failed) or 2 (wrong use)."""

from __future__ import annotations

import asyncio
import json
import logging
import resource
from collections.abc import Coroutine
from typing import Any

import click

from bot import app
from bot.cli.common import in_plain_words, settings
from bot.cli.data import backup, restore_backup, verify
from bot.cli.doctor import findings as doctor_checks
from bot.cli.export import export
from bot.cli.keys import keys
from bot.cli.plan import plan
from bot.database import usable
from bot.demo import server as practice_demo
from bot.manifest import manifest as slack_manifest
from bot.stopping import until_stopped
from meldcode.domain.yaml_text import dump_yaml
from storage.db.engine import make_engine
from storage.db.migrate import upgrade


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="meldwijzer", prog_name="meldwijzer")
def main() -> None:
    """Meldwijzer leads a school through the step plan of the meldcode, inside Slack."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold the keys
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)


@main.command()
def run() -> None:
    """Run everything in one process (Socket Mode if SLACK_APP_TOKEN is set, else HTTP)."""
    _until_stopped(app.run(settings()))


@main.command()
def web() -> None:
    """Take Slack's requests; `worker` sends the messages."""
    _until_stopped(app.run(settings(), worker=False))


@main.command()
def worker() -> None:
    """Send the messages; `web` takes Slack's requests."""
    _until_stopped(app.run(settings(), web=False))


@main.command()
@click.option("--port", envvar="PORT", default=8765, show_default=True, help="Where the page is served.")
def demo(port: int) -> None:
    """Run the bot with a practice workspace in the browser; no account needed."""
    logging.getLogger().setLevel(logging.WARNING)
    _until_stopped(practice_demo.demo(port))


@main.command()
def migrate() -> None:
    """Bring the database to this version."""
    url = settings().database_url
    with in_plain_words(), usable(url):
        upgrade(make_engine(url))
    click.echo("The database is of this version.")


@main.command()
@click.option("--url", default="", help="The bot's public URL, when Slack reaches it over HTTP.")
@click.option("--json", "as_json", is_flag=True, help="As JSON instead of YAML.")
@click.option("--typing", is_flag=True, help="Let people type messages to the bot. Slack stores what they type.")
def manifest(url: str, as_json: bool, typing: bool) -> None:
    """Print the Slack app manifest."""
    found = slack_manifest(url, typing=typing)
    click.echo(json.dumps(found, indent=2) if as_json else dump_yaml(found))


@main.command()
def doctor() -> None:
    """Say in plain words what is missing; exit 1 when something is."""
    found = list(dict.fromkeys(doctor_checks.findings(settings())))
    for finding in found:
        click.echo(f"- {finding.words}")
    if any(finding.is_fault for finding in found):
        raise SystemExit(1)
    click.echo("Nothing is wrong." if found else "Everything is in order.")


def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    with in_plain_words():
        if asyncio.run(until_stopped(work)):
            click.echo("Stopped.")


for command in (plan, keys, verify, backup, restore_backup, export):
    main.add_command(command)
