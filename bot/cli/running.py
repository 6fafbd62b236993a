"""`meldwijzer run`, `web`, `worker` and `demo`: the program itself, until it is stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import click

from bot import app
from bot.cli.common import in_plain_words, settings
from bot.cli.log import log_as_json
from bot.demo import server as practice_demo
from bot.settings import Settings
from bot.stopping import until_stopped


@click.command()
def run() -> None:
    """Run everything in one process (Socket Mode if SLACK_APP_TOKEN is set, else HTTP)."""
    _until_stopped(app.run(_settings()))


@click.command()
def web() -> None:
    """Take Slack's requests; `worker` sends the messages."""
    _until_stopped(app.run(_settings(), worker=False))


@click.command()
def worker() -> None:
    """Send the messages; `web` takes Slack's requests."""
    _until_stopped(app.run(_settings(), web=False))


@click.command()
@click.option("--port", envvar="PORT", default=8765, show_default=True, help="Where the page is served.")
def demo(port: int) -> None:
    """Run the bot with a practice workspace in the browser; no account needed."""
    logging.getLogger().setLevel(logging.WARNING)
    _until_stopped(practice_demo.demo(port))


def _settings() -> Settings:
    found = settings()
    if found.meldwijzer_log == "json":
        log_as_json()
    return found


def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    with in_plain_words():
        if asyncio.run(until_stopped(work)):
            click.echo("Stopped.")
