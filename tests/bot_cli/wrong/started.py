"""A program that has run once in the house."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.app import prepared
from bot.settings import Settings
from tests.bot_cli.wrong.house import House


@contextmanager
def in_environment(house: House) -> Iterator[None]:
    with house.patch.context() as environment:
        for name, value in house.settings.items():
            environment.setenv(name, value)
        yield


def start_once(house: House) -> None:
    """Start and stop, so that the database knows the school."""
    with in_environment(house):
        asyncio.run(_started(Settings()))


async def _started(settings: Settings) -> None:
    async with prepared(settings):
        pass
