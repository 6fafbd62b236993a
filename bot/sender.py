"""Sends what stands in the outbox (DESIGN.md, section 5.4).

1. A few messages are claimed, each with a lease: whoever dies while sending loses the claim, not the message.
2. Each is rendered and sent, outside any transaction.
3. It is marked as sent; or tried again later (at Slack's own word when it says when); or set aside with an alarm when
   it can never arrive. When Slack refuses the token nothing is set aside: all waits, and the log and `doctor` say so.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError

from bot.slack_errors import Meaning, code_of, meaning_of
from handlers.home import home_view
from handlers.messages import REMINDER, Rendered
from handlers.messages import message as in_words
from handlers.messages import overview as overview_of
from handlers.office import Office
from handlers.trouble import note
from meldcode.passing_on import Undelivered, pass_on
from meldcode.people import Identity
from meldcode.ports import Transaction
from meldcode.reading import overview
from meldcode.reminding import is_outdated, may_come
from storage.outbox import Claimed, SendQueue

log = logging.getLogger("meldwijzer.sender")
AT_ONCE = 20
LEASE = timedelta(minutes=2)
LONGEST_WAIT = timedelta(minutes=30)
LOCKED_OUT_WAIT = timedelta(minutes=1)
"""Between two tries while Slack refuses the token."""
MOST_DOUBTFUL = 20
"""Attempts, some six hours: a message that fails for a reason of its own holds up its person's others no longer."""
LOOK_EVERY = 1.0
"""Seconds between two looks at the outbox when nobody says that there is something."""


class Sender:
    """Drains the outbox, at once after a commit here and every second in any case."""

    def __init__(self, queue: SendQueue, office: Office, client: AsyncWebClient, now: Callable[[], datetime]) -> None:
        self._queue = queue
        self._office = office
        self._client = client
        self._now = now
        self._woken = asyncio.Event()
        self._locked_out_until: datetime | None = None

    def wake(self) -> None:
        """Look at the outbox now."""
        self._woken.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            try:
                while await self.drain():
                    pass
            except Exception as error:
                note(error, "outbox")
            await self._pause()

    async def drain(self) -> int:
        """Send what is due, and return how many were claimed; none while Slack refuses the token."""
        if self._locked_out_until and self._now() < self._locked_out_until:
            return 0
        claimed = await asyncio.to_thread(self._queue.claim, self._now(), AT_ONCE, LEASE)
        await asyncio.gather(*(self._deliver(message) for message in claimed))
        return len(claimed)

    async def _pause(self) -> None:
        # Not `wait_for`: before Python 3.12 it can lose that we are told to stop.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY):
                await self._woken.wait()
        self._woken.clear()

    async def _deliver(self, first: Claimed) -> None:
        """Send a message; reminders that wait for the same person go along in one."""
        messages = [first]
        if first.identity is None:
            await self._not_sent(messages, Meaning.NOBODY, "user_not_found")
            return
        if first.kind == REMINDER:
            messages += await asyncio.to_thread(self._queue.claim_alike, first, self._now(), LEASE)
        try:
            waits = await self._send(messages, first.identity)
        except SlackApiError as error:
            await self._not_sent(messages, meaning_of(error), code_of(error), _retry_after(error))
        except (aiohttp.ClientError, TimeoutError, SQLAlchemyError) as error:
            await self._not_sent(messages, Meaning.LATER, type(error).__name__)
        except Exception as error:  # one that cannot be put in words holds up no other
            note(error, "message")
            await self._not_sent(messages, Meaning.DOUBTFUL, type(error).__name__)
        else:
            await self._done(messages, waits)
            await self._publish_home(first.identity)

    async def _send(self, messages: list[Claimed], to: Identity) -> datetime | None:
        """Send them, unless they are to come later: then return when."""
        content = await self._office.run(lambda tx, now: _content(tx, messages, now))
        if isinstance(content, datetime):
            return content
        if content is not None:
            words, blocks = content
            await self._client.chat_postMessage(channel=to.user, text=words, blocks=blocks)
        return None

    async def _done(self, messages: list[Claimed], waits: datetime | None) -> None:
        for message in messages:
            if waits:
                await asyncio.to_thread(self._queue.put_off, message, waits)
            else:
                await asyncio.to_thread(self._queue.mark_sent, message, self._now())

    async def _not_sent(
        self, messages: list[Claimed], meaning: Meaning, code: str, wait: timedelta | None = None
    ) -> None:
        if meaning is Meaning.LOCKED_OUT:
            wait = self._lock_out(code)
        for message in messages:
            is_hopeless = meaning is Meaning.DOUBTFUL and message.attempts >= MOST_DOUBTFUL
            if meaning is Meaning.NOBODY or is_hopeless:
                await self._set_aside(message, code)
                continue
            log.warning("message %s is tried again: %s", message.id, code)
            await asyncio.to_thread(self._queue.retry, message, self._now() + (wait or _backoff(message)), code)

    def _lock_out(self, code: str) -> timedelta:
        log.error("Slack refuses the token or the app's rights (%s): all messages wait, and none is lost", code)
        self._locked_out_until = self._now() + LOCKED_OUT_WAIT
        return LOCKED_OUT_WAIT

    async def _set_aside(self, message: Claimed, code: str) -> None:
        """It can never arrive: the next in charge hears of it, and `doctor` shows it."""
        log.error("message %s cannot be delivered: %s", message.id, code)
        moment = message.words.get("moment") or f"message {message.id}"
        lost = Undelivered(message.kind, message.to, message.case, message.words, moment)
        await self._office.run(lambda tx, now: pass_on(tx, lost, now))
        await asyncio.to_thread(self._queue.set_aside, message, code)

    async def _publish_home(self, who: Identity) -> None:
        """Bring the Home tab up to date; when it fails, it is the next time it is opened."""
        try:
            seen = await self._office.run(lambda tx, now: overview(tx, who, now))
            await self._client.views_publish(user_id=who.user, view=home_view(seen))
        except Exception as error:
            note(error, "home")


def _content(tx: Transaction, messages: list[Claimed], now: datetime) -> Rendered | datetime | None:
    """The messages in words; or the moment before which they may not come; or None when they are outdated."""
    opening = may_come(tx, messages[0].kind, messages[0].case, now)
    return opening if opening > now else _rendered(tx, messages, now)


def _rendered(tx: Transaction, messages: list[Claimed], now: datetime) -> Rendered | None:
    """The messages in words, of each case the latest; None when all they remind of was done meanwhile."""
    first = messages[0]
    if first.kind != REMINDER:
        return in_words(first.kind, first.words, tx.plans.get)
    latest = {m.case: m.words for m in messages}
    current = [words for case, words in latest.items() if case and not is_outdated(tx, case, words, now)]
    if len(current) > 1:
        return overview_of(current, tx.plans.get)
    return in_words(REMINDER, current[0], tx.plans.get) if current else None


def _backoff(message: Claimed) -> timedelta:
    """Ever longer; bounded before it is a time, since a day of tries makes a number too large for one."""
    return timedelta(seconds=min(2 ** min(message.attempts, 16), LONGEST_WAIT.total_seconds()))


def _retry_after(error: SlackApiError) -> timedelta | None:
    headers = error.response.headers
    wait = headers.get("Retry-After", headers.get("retry-after", ""))
    return timedelta(seconds=int(wait)) if str(wait).isdigit() else None
