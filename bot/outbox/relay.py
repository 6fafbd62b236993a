"""Sends the messages of the outbox (docs/architecture.md, the path of a submission).

1. Messages are claimed with a lease and rendered. If a process dies while it sends, its claim ends with the lease.
2. Each message is sent outside any transaction, and a slow one holds up nobody else's.
3. A sent message is marked in the transaction that claims the next ones. A failed one is retried, at the moment that
   Slack asks for, if it does. One whose content is refused is made shorter, and never sent again as it was.
4. A message that can never arrive is set aside, and the next in charge are notified.

While Slack refuses the token nothing is set aside: all messages wait, and the log and `doctor` say so.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.outbox.content import Delivery, claim_deliveries
from bot.outbox.places_done import PlacesDone
from bot.outbox.turns import turn_of
from handlers.i18n.catalogues import use_language
from handlers.platform.call_budget import CallBudget
from handlers.platform.errors import log_error
from handlers.platform.locales import language_of
from handlers.platform.send_message import post_message, replace_messages
from handlers.platform.slack_errors import Meaning, code_of, meaning_of, retry_after
from handlers.platform.workspaces import NotInstalled, Workspaces
from handlers.views.messages.shorter import shortened
from meldcode.application.executor import JOB_SECONDS, Executor
from meldcode.application.jobs.undelivered import LostMessage, report_undelivered
from meldcode.application.messages.base import Payload
from meldcode.application.messages.registry import REMINDERS
from meldcode.application.ports.outbox import Placing
from meldcode.domain.staff import Identity
from storage.repositories.messages.send_queue import Claimed, SendQueue, Sent
from storage.unit_of_work import StoredUnitOfWork

log = logging.getLogger("meldwijzer.outbox")
AT_ONCE, FOR_ALARMS = 100, 50
"""The most messages that are sent at the same time, and how many alarms beside these."""
TOGETHER = 25
"""The most messages that are claimed and rendered in one transaction: an alarm waits for it."""
LEASE = timedelta(minutes=2)
LONGEST_WAIT = timedelta(minutes=30)
LOCKED_OUT_WAIT = timedelta(minutes=1)
"""Between two tries while Slack refuses the token. Messages of workspaces with another token are still sent."""
WAITS_FOR_SLACK = (Meaning.LATER, Meaning.LOCKED_OUT)
"""What is no fault of the message, however often it fails."""
MOST_DOUBTFUL = 20
"""Attempts, about six hours. Then a message that keeps failing no longer holds up others to the same person."""
LINGER = 0.02
"""Seconds until a message that was sent is marked, if nothing wakes the relay: others may end meanwhile."""
LOOK_EVERY = 1.0
"""Seconds between two looks at the outbox when nothing wakes the relay."""


@dataclass(frozen=True)
class Outcome:
    """Where a message was sent to, if another can take its place; and why Slack refused a longer one, if it did."""

    place: Sent | None = None
    refused: str = ""


class OutboxRelay:
    """Sends the messages of the outbox: right after a commit in this process, and every second."""

    def __init__(
        self,
        executor: Executor[StoredUnitOfWork],
        workspaces: Workspaces,
        now: Callable[[], datetime],
        home_changed: Callable[[Identity], None],
        budget: CallBudget,
        note: Callable[[str], None] = lambda _refusal: None,
    ) -> None:
        self._executor = executor
        self._workspaces = workspaces
        self._now = now
        self._home_changed = home_changed
        self._note = note
        """Gets why Slack refuses the token of the settings, or nothing after a message that it took."""
        self._budget = budget
        self._woken = asyncio.Event()
        self._underway: set[asyncio.Task[None]] = set()
        self._sent: dict[int, Outcome] = {}
        """Messages that were sent but are not marked as sent yet."""
        self._places = PlacesDone()
        self._locked_out_until: datetime | None = None

    def wake(self) -> None:
        """Look at the outbox now."""
        self._woken.set()

    async def run(self, heartbeat: Callable[[], None]) -> None:
        """Send until cancelled. Messages under way are then finished and marked, or they would be sent twice."""
        try:
            while True:
                is_more = await self._start_sending()
                heartbeat()
                if not is_more:
                    await self._pause()
        finally:
            if self._underway:
                await asyncio.wait(self._underway, timeout=JOB_SECONDS)
            await self._claim(0)

    async def drain(self) -> int:
        """Send what is due, and return how many messages were claimed: none while Slack refuses the token."""
        deliveries = await self._claim(AT_ONCE)
        await asyncio.gather(*(self._deliver(delivery) for delivery in deliveries))
        await self._claim(0)
        return len(deliveries)

    async def _start_sending(self) -> bool:
        """Start sending what is due, without waiting for it, and return whether more may be due.

        Alarms have room of their own, so that none waits until others were sent (G4).
        """
        room = AT_ONCE - len(self._underway)
        most = max(0, min(TOGETHER, room if room > 0 else room + FOR_ALARMS))
        deliveries = await self._claim(most, only_urgent=room <= 0)
        for delivery in deliveries:
            task = asyncio.create_task(self._delivered(delivery))
            self._underway.add(task)
            task.add_done_callback(self._ended)
        return 0 < most <= len(deliveries)

    async def _delivered(self, delivery: Delivery) -> None:
        try:
            await self._deliver(delivery)
        except Exception as error:  # another claim follows when the lease ends
            log_error(error, "outbox")

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._underway.discard(task)
        asyncio.get_running_loop().call_later(LINGER, self.wake)

    async def _claim(self, most: int, *, only_urgent: bool = False) -> list[Delivery]:
        """Mark what was sent, and claim up to `most` due messages; none while Slack refuses the token."""
        sent = self._sent.copy()
        if self._locked_out_until and self._now() < self._locked_out_until:
            most = 0
        if not sent and not most:
            return []
        deliveries = await self._executor.execute(
            lambda uow, now: _marked_and_taken(uow, now, sent, most, only_urgent=only_urgent), seconds=JOB_SECONDS
        )
        for id_ in sent:
            self._sent.pop(id_, None)
        if most and not deliveries and self._locked_out_until:
            self._locked_out_until = None
            self._note("")  # what was refused waits no more
        return deliveries

    async def _pause(self) -> None:
        # Not `wait_for`: before Python 3.12 it can swallow a cancellation.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY):
                await self._woken.wait()
        self._woken.clear()

    async def _deliver(self, delivery: Delivery) -> None:
        messages, to = delivery.messages, delivery.messages[0].identity
        if to is None:
            await self._not_sent(messages, Meaning.NOBODY, "user_not_found")
            return
        if delivery.is_unreadable:
            await self._not_sent(messages, Meaning.DOUBTFUL, "unspeakable")
            return
        try:
            place = await self._send(delivery, to)
        except SlackApiError as error:
            if not await self._has_sent_less(delivery, error):
                await self._not_sent(messages, meaning_of(error), code_of(error), retry_after(error, LONGEST_WAIT))
        except (aiohttp.ClientError, TimeoutError) as error:
            await self._not_sent(messages, Meaning.LATER, type(error).__name__)
        except NotInstalled:
            await self._not_sent(messages, Meaning.NOBODY, "not_installed")
        else:
            self._note("")
            await self._record_outcome(delivery, place)

    async def _has_sent_less(self, delivery: Delivery, error: SlackApiError) -> bool:
        """Deliver a shorter message where Slack refused what is in this one; never the same again."""
        if meaning_of(error) is not Meaning.REFUSED or not isinstance(delivery.content, tuple):
            return False
        with use_language(language_of(delivery.messages[0].locale)):
            less = shortened(delivery.content)
        if less is None:
            return False
        log.error("message %s is made shorter: %s", delivery.messages[0].id, code_of(error))
        await self._deliver(replace(delivery, content=less, refused=code_of(error)))
        return True

    async def _send(self, delivery: Delivery, to: Identity) -> Sent | None:
        """Send it in the place of earlier messages, or else as a new one, and return where that stands."""
        content, message = delivery.content, delivery.messages[0]
        if content is None or isinstance(content, datetime):
            return None
        client = await self._workspaces.client(to.workspace)
        turn = turn_of(message, self._budget)
        is_shown = await replace_messages(client, message.earlier, content, turn, self._places.of(message, content))
        if is_shown or message.placing is Placing.ONLY_IN_PLACE:
            return None
        return Sent(*await post_message(client, to.user, content, turn))

    async def _record_outcome(self, delivery: Delivery, place: Sent | None) -> None:
        messages, waits = delivery.messages, delivery.content
        self._places.forget(messages[0])
        if messages[0].kind in REMINDERS and messages[0].identity:
            self._home_changed(messages[0].identity)  # what the tab says of days is out of date
        if isinstance(waits, datetime):
            await self._update_queue(partial(_put_off, messages=messages, due=waits))
        else:
            for message in messages:
                is_replaceable = message.replaces and delivery.is_about_one
                self._sent[message.id] = Outcome(place if is_replaceable else None, delivery.refused)

    async def _update_queue(self, what: Callable[[SendQueue], object]) -> None:
        await self._executor.execute(lambda uow, _now: what(uow.queue), seconds=JOB_SECONDS)

    async def _not_sent(
        self, messages: list[Claimed], meaning: Meaning, code: str, wait: timedelta | None = None
    ) -> None:
        locked = self._lock_out(code) if meaning is Meaning.LOCKED_OUT else None
        for message in messages:
            is_hopeless = meaning not in WAITS_FOR_SLACK and message.attempts >= MOST_DOUBTFUL
            if meaning in (Meaning.NOBODY, Meaning.REFUSED) or is_hopeless:
                await self._set_aside(message, code)
                continue
            log.warning("message %s is tried again: %s", message.id, code)
            due = locked or self._now() + (wait or _backoff(message))
            await self._update_queue(partial(_retry, message=message, due=due, code=code))

    def _lock_out(self, code: str) -> datetime:
        log.error("Slack refuses the token or the app's rights (%s): all messages wait, and none is lost", code)
        until = self._now() + LOCKED_OUT_WAIT
        if self._workspaces.is_one:
            self._note(code)
            self._locked_out_until = until
        return until

    async def _set_aside(self, message: Claimed, code: str) -> None:
        """Give up a message that can never arrive. The next in charge are notified, and `doctor` shows it."""
        log.error("message %s cannot be delivered: %s", message.id, code)
        self._places.forget(message)
        lost = LostMessage(message.id, message.to, message.case, _readable(message))

        def give_up(uow: StoredUnitOfWork, now: datetime) -> None:
            if message.placing is not Placing.ONLY_IN_PLACE:  # of which nobody was to be notified
                report_undelivered(uow, lost, now)
            uow.queue.set_aside(message, code)

        await self._executor.execute(give_up, seconds=JOB_SECONDS)


def _readable(message: Claimed) -> Payload | None:
    try:
        return message.payload()
    except ValueError:
        return None


def _put_off(queue: SendQueue, *, messages: list[Claimed], due: datetime) -> None:
    for message in messages:
        queue.postpone(message, due)


def _retry(queue: SendQueue, *, message: Claimed, due: datetime, code: str) -> None:
    queue.retry(message, due, code)


def _marked_and_taken(
    uow: StoredUnitOfWork, now: datetime, sent: dict[int, Outcome], most: int, *, only_urgent: bool
) -> list[Delivery]:
    if sent:
        uow.queue.mark_sent(sent, now)
        uow.queue.keep_places({id_: outcome.place for id_, outcome in sent.items() if outcome.place})
        uow.queue.keep_refusals({id_: outcome.refused for id_, outcome in sent.items() if outcome.refused})
    return claim_deliveries(uow, now, most, LEASE, only_urgent=only_urgent) if most else []


def _backoff(message: Claimed) -> timedelta:
    """Twice as long after each attempt. The exponent is bounded, because a timedelta overflows after a day of tries."""
    return timedelta(seconds=min(2 ** min(message.attempts, 16), LONGEST_WAIT.total_seconds()))
