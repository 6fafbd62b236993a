"""What is read from files the first time it is needed is read at start: whoever reports first does not wait for it."""

from __future__ import annotations

from datetime import datetime

from meldcode.hint_lists import read_all
from meldcode.schedule import calendar_of
from storage.transaction import Store


def read_ahead(store: Store, now: datetime) -> None:
    """Read the vacations of every school, and the word lists of the hints."""
    read_all()
    with store.transaction(now) as tx:
        for school in tx.people.schools():
            calendar_of(school).next_school_day(now.date())
