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


def run(*, web: bool = True, worker: bool = True) -> None:
    """Run the program, or one half of it."""
    _until_stopped(app.run(_settings(), web=web, worker=worker))


def demo(port: int) -> None:
    """Run the program with the practice workspace."""
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
