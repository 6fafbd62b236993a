"""Days in words, as people say them: "uiterlijk donderdag"."""

from __future__ import annotations

from datetime import date, datetime

from handlers.i18n.catalogues import DUTCH, language
from handlers.i18n.texts import text
from meldcode.domain.calendar import AMSTERDAM

WEEK = 7


def last_day(due: date, today: date) -> str:
    """Return the day by which something must be done, as in "uiterlijk donderdag"."""
    if due < today:
        return text("due_passed", day=in_full(due))
    near = {0: "due_today", 1: "due_tomorrow"}.get((due - today).days)
    return text(near) if near else text("due_day", day=on_day(due, today))


def on_day(day: date, today: date) -> str:
    """Return today or a later day; within a week it is only the name of the day."""
    ahead = (day - today).days
    if near := {0: "today", 1: "tomorrow"}.get(ahead):
        return text(near)
    return weekday(day) if ahead < WEEK else in_full(day)


def weekday(day: date) -> str:
    """Return the name of the day."""
    return text("weekdays").split()[day.weekday()]


def in_full(day: date) -> str:
    """Return the day with its date: "donderdag 3 december"."""
    return text("date", weekday=weekday(day), day=str(day.day), month=month(day))


def month(day: date) -> str:
    """Return the name of the month."""
    return text("months").split()[day.month - 1]


def day(moment: datetime | date) -> str:
    """Return the date as the reader's language writes it: 23-11-2026, 23 Nov 2026."""
    local = moment.astimezone(AMSTERDAM) if isinstance(moment, datetime) else moment
    if language() == DUTCH:
        return f"{local:%d-%m-%Y}"
    return f"{local.day} {month(local)[:3]} {local.year}"
