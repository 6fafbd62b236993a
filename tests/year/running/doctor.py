"""`meldwijzer doctor`: another process on the machine of the program, for which the world stands still meanwhile."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextlib import ExitStack
from email.message import Message
from functools import partial
from http import HTTPStatus
from io import BytesIO
from threading import Thread
from typing import Any
from unittest.mock import patch
from urllib.error import HTTPError, URLError
from urllib.request import Request
from urllib.response import addinfourl

import aiohttp

from bot.cli.doctor.findings import findings
from tests.year.running.clock import VirtualLoop, VirtualTime
from tests.year.running.machine import Machine


def said_by_doctor(machine: Machine) -> list[str]:
    """What it says is wrong. The app's views are left out: they do not change in a year, and other tests have them."""
    fakes: dict[str, Any] = {
        "bot.cli.doctor.findings.utc_now": machine.time.machine,
        "bot.cli.doctor.slack.views": lambda _plan: (),
        "slack_sdk.web.base_client.default_retry_handlers": list,
        "slack_sdk.web.base_client.urlopen": partial(_open, machine.time),
    }
    with ExitStack() as stack:
        for place, fake in fakes.items():
            stack.enter_context(patch(place, fake))
        found = {finding.words for finding in findings(machine.settings()) if finding.is_fault}
    return sorted(words.replace(f"{machine.folder}/", "") for words in found)


def _open(time: VirtualTime, request: Request, *, timeout: float, **_: object) -> addinfourl:
    """Ask the practice workspace, from a thread with a loop of its own: the loop of the year waits for doctor."""

    answered: Future[tuple[int, Message, BytesIO]] = Future()
    thread = Thread(target=lambda: _ask(time, request, timeout, answered))
    thread.start()
    thread.join()
    status, headers, body = answered.result()
    if status >= HTTPStatus.BAD_REQUEST:
        raise HTTPError(request.full_url, status, "", headers, body)
    return addinfourl(body, headers, request.full_url, status)


def _ask(time: VirtualTime, request: Request, timeout: float, answered: Future[tuple[int, Message, BytesIO]]) -> None:
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(time)) as runner:
        try:
            answered.set_result(runner.run(_answer(request, timeout)))
        except OSError as error:
            answered.set_exception(error)


async def _answer(request: Request, timeout: float) -> tuple[int, Message, BytesIO]:
    given: dict[str, Any] = {"data": request.data, "headers": dict(request.header_items())}
    try:
        async with (
            asyncio.timeout(timeout),
            aiohttp.ClientSession() as session,
            session.request(request.get_method(), request.full_url, **given) as answer,
        ):
            headers = Message()
            for name, value in answer.headers.items():
                headers[name] = value
            return answer.status, headers, BytesIO(await answer.read())
    except aiohttp.ClientError as error:
        raise URLError(error) from error
