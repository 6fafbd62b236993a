"""Claims messages of the outbox, with what they show at this moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from handlers.i18n.catalogues import use_language
from handlers.platform.errors import log_error
from handlers.platform.locales import language_of
from handlers.views.alarm import render_alarm
from handlers.views.messages.asked import Rendered
from handlers.views.messages.reminders import render_reminders
from handlers.views.messages.told import Lookup, render
from meldcode.application.cases.alarms.view import current_alarm
from meldcode.application.jobs.current import CurrentReminder, current_reminder
from meldcode.application.jobs.reminders import earliest_delivery, reminders_of
from meldcode.application.jobs.still_theirs import still_theirs
from meldcode.application.jobs.undelivered import LostMessage, report_undelivered
from meldcode.application.messages.alarms import AboutAlarm, Alarm, AlarmStatus, AlarmUnanswered
from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import Recorded
from meldcode.application.messages.registry import REMINDERS
from meldcode.application.messages.reminders import AppointmentReminder, Reminder
from meldcode.application.ports.outbox import Placing
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.ids import CaseId
from storage.repositories.messages.send_queue import Claimed
from storage.unit_of_work import StoredUnitOfWork

WAITED = timedelta(seconds=10)
"""After so long somebody may have lost the role for which a message was meant for them."""
MUST_BE_HEARD = (Recorded, Alarm)
"""What others hear of when it is not for its reader any more."""


@dataclass(frozen=True)
class Delivery:
    """Messages to one person, sent as one. `content` is a moment if they must wait, None if they are outdated."""

    messages: list[Claimed]
    content: Rendered | datetime | None = None
    is_unreadable: bool = False
    refused: str = ""
    """The error with which Slack refused a longer content."""

    @property
    def is_about_one(self) -> bool:
        """Whether all of it is about one task, so that a message about it can take its place."""
        return len({message.replaces for message in self.messages}) == 1


def claim_deliveries(
    uow: StoredUnitOfWork, now: datetime, most: int, lease: timedelta, *, only_urgent: bool
) -> list[Delivery]:
    """Claim and render what is due. Reminders that wait for the same person become one message."""
    deliveries: list[Delivery] = []
    for first in uow.queue.claim(now, most, lease, only_urgent=only_urgent):
        alike = uow.queue.claim_alike(first, now, lease) if first.kind in REMINDERS and first.identity else []
        deliveries += _deliveries(uow, [first, *alike], now)
    return deliveries


def _deliveries(uow: UnitOfWork, messages: list[Claimed], now: datetime) -> Iterator[Delivery]:
    """All as one message; what waits for its school, or cannot be rendered, holds up no other."""
    by_moment: dict[datetime | None, list[Claimed]] = defaultdict(list)
    for message in messages:
        by_moment[_earliest(uow, message, now)].append(message)
    for moment, together in by_moment.items():
        if moment is None or moment > now:
            yield Delivery(together, moment, is_unreadable=moment is None)
            continue
        delivery = _delivery(uow, together, now)
        yield from _apart(uow, together, now) if delivery.is_unreadable and len(together) > 1 else [delivery]


def _apart(uow: UnitOfWork, messages: list[Claimed], now: datetime) -> Iterator[Delivery]:
    """Those that can be rendered as one message, and each other one alone."""
    alone = [_delivery(uow, [message], now) for message in messages]
    readable = [one.messages[0] for one in alone if not one.is_unreadable]
    yield from [_delivery(uow, readable, now)] if readable else []
    yield from (one for one in alone if one.is_unreadable)


def _earliest(uow: UnitOfWork, message: Claimed, now: datetime) -> datetime | None:
    """When it may be sent; None when it cannot be read."""
    try:
        return earliest_delivery(uow, message.payload(), message.case, now)
    except SQLAlchemyError:
        raise
    except Exception as error:
        log_error(error, "message")
        return None


def _delivery(uow: UnitOfWork, messages: list[Claimed], now: datetime) -> Delivery:
    try:
        language = language_of(messages[0].locale)
        uow.plans = uow.plans.in_language(language)
        with use_language(language):
            return Delivery(messages, _content_of(uow, messages, now))
    except SQLAlchemyError:
        raise
    except Exception as error:
        log_error(error, "message")
        return Delivery(messages, is_unreadable=True)


def _content_of(uow: UnitOfWork, messages: list[Claimed], now: datetime) -> Rendered | None:
    """Return the rendered messages, or None when they are outdated."""
    first = messages[0].payload()
    has_waited = messages[0].kind not in REMINDERS and now - messages[0].created_at >= WAITED
    current = _as_of_now(uow, messages[0], first, now) if has_waited else first
    return _rendered(uow, messages, current, now) if current else None


def _as_of_now(uow: UnitOfWork, message: Claimed, meant: Payload, now: datetime) -> Payload | None:
    """The message as its reader may have it now, if at all; what they must not miss the others then hear of (G5)."""
    payload = still_theirs(uow, meant, message.case, message.to)
    if payload is None and isinstance(meant, MUST_BE_HEARD) and message.placing is not Placing.ONLY_IN_PLACE:
        report_undelivered(uow, LostMessage(message.id, message.to, message.case, meant), now)
    return payload


def _rendered(uow: UnitOfWork, messages: list[Claimed], first: Payload, now: datetime) -> Rendered | None:
    """The rendered messages. None when everything they ask for was done meanwhile."""
    if isinstance(first, AboutAlarm) and (alarm := current_alarm(uow, first, messages[0].to)):
        return render_alarm(first, alarm)
    if isinstance(first, AlarmStatus | AlarmUnanswered):
        return None
    if not isinstance(first, Reminder):
        today = now.astimezone(AMSTERDAM).date()
        return render(first, Lookup(uow.plans.get, uow.staff.get, uow.staff.school, uow.plans.current(), today))
    current = _current_reminders(uow, messages, now)
    return render_reminders(current) if current else None


def _current_reminders(uow: UnitOfWork, messages: list[Claimed], now: datetime) -> list[CurrentReminder]:
    """The last one of each case that is not outdated, and one of its appointments."""
    found: dict[tuple[CaseId, bool], CurrentReminder] = {}
    in_order = sorted(messages, key=lambda message: message.id)
    for case, payload in reminders_of((message.case, message.payload()) for message in in_order):
        if current := current_reminder(uow, case, payload, messages[0].to, now):
            found[case, isinstance(payload, AppointmentReminder)] = current
    return [*found.values()]
