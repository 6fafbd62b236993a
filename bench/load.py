"""The load generator, in its own process. Requests are signed before the clock starts."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

import aiohttp

from bench import slack_stub, traffic
from bench.school import MESSAGES
from bench.traffic import Signed
from bot.http.app import EVENTS

KINDS = {
    "submission": traffic.submission,
    "closed": traffic.form_closed,
    "signaal": traffic.signal_command,
    "home": traffic.home_opened,
}
SENDING_SECONDS = 20


@dataclass(frozen=True)
class Job:
    """Send `count` requests numbered from `first`, `at_once` at a time; start none after `seconds`.

    Several URLs, separated by spaces, share the load. With `stored` an answer counts only if it says that the signal
    was stored. With `slack` (the stub's URL) the job ends when all messages have arrived there, or with `to_the_ack`
    when all requests were acknowledged.
    """

    url: str
    kind: str
    first: int
    count: int
    at_once: int = 16
    seconds: float = 1.5
    pause: float = 0
    stored: bool = False
    slack: str = ""
    to_the_ack: bool = False


@dataclass
class Result:
    """The acknowledged requests, the time each took, and the total time until the last message was sent."""

    acknowledged: list[int] = field(default_factory=list)
    refused: int = 0
    unsent: int = 0
    times: list[float] = field(default_factory=list)
    seconds: float = 0

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return len(self.acknowledged) / self.seconds

    @property
    def median_ms(self) -> float:
        """The median time to the acknowledgement, in milliseconds."""
        return median(self.times) * 1000

    @property
    def p99_ms(self) -> float:
        """The time to the acknowledgement that one in a hundred exceeds, in milliseconds."""
        return sorted(self.times)[len(self.times) * 99 // 100] * 1000


def run(job: Job) -> Result:
    """Send the requests."""
    return asyncio.run(_run(job))


async def _run(job: Job) -> Result:
    requests = [KINDS[job.kind](number) for number in range(job.first, job.first + job.count)]
    connector, timeout = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=10)
    result, left = Result(), iter(requests)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        before = await _messages(session, job) if job.slack else 0
        began = time.perf_counter()
        await asyncio.gather(*(_send_all(session, job, left, began + job.seconds, result) for _ in range(job.at_once)))
        result.seconds = time.perf_counter() - began
        if job.slack:
            result.unsent = await _unsent(session, job, before + MESSAGES * len(result.acknowledged))
        if not job.to_the_ack:
            result.seconds = time.perf_counter() - began
    return result


async def _send_all(
    session: aiohttp.ClientSession, job: Job, left: Iterator[Signed], until: float, result: Result
) -> None:
    for request in left:
        began = time.perf_counter()
        if began > until:
            return
        is_done = await _is_acknowledged(session, job, request)
        result.times.append(time.perf_counter() - began)
        if is_done:
            result.acknowledged.append(request.number)
        else:
            result.refused += 1
        if job.pause:
            await asyncio.sleep(job.pause)


async def _is_acknowledged(session: aiohttp.ClientSession, job: Job, request: Signed) -> bool:
    try:
        urls = job.url.split()
        async with session.post(
            urls[request.number % len(urls)] + EVENTS, data=request.body, headers=request.headers
        ) as response:
            answer = await response.read()
    except (aiohttp.ClientError, TimeoutError):
        return False
    return response.status == 200 and (not job.stored or _says_stored(answer))


def _says_stored(answer: bytes) -> bool:
    """Whether the modal confirms the signal: unlike a form or a review, it cannot be submitted."""
    said = json.loads(answer or b"{}")
    return said.get("response_action") == "update" and "submit" not in said["view"]


async def _unsent(session: aiohttp.ClientSession, job: Job, wanted: int) -> int:
    """Wait until so many messages have arrived; after a time limit return how many are missing."""
    until = time.perf_counter() + SENDING_SECONDS
    while (missing := wanted - await _messages(session, job)) > 0 and time.perf_counter() < until:
        await asyncio.sleep(0.005)
    return missing


async def _messages(session: aiohttp.ClientSession, job: Job) -> int:
    async with session.get(job.slack + slack_stub.COUNTS) as response:
        return int((await response.json()).get("chat.postMessage", 0))
