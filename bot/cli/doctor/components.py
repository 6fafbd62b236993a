"""What `meldwijzer doctor` reads of the running program: when each part last worked, and last failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from bot.jobs.component_words import REQUESTS, SCREENS, SOCKET, STORING, WEB, WORKER, complaint
from storage.db.component_records import ComponentRecord
from storage.repositories.messages.send_queue import TOLD_FOR

SILENT = timedelta(minutes=15)
"""A part of which nothing was heard for so long does not run."""


def component_complaints(
    records: Iterable[ComponentRecord], now: datetime, *, is_over_socket: bool = False
) -> Iterator[str]:
    """Yield the parts that have not worked since they failed, and those of which nothing was heard for long.

    What only concerns the other way to reach Slack, which was perhaps used before, is left out.
    """
    other_way = REQUESTS if is_over_socket else SOCKET
    known = {record.name: record for record in records if record.name != other_way}
    yield from (complaint(record) for record in known.values() if record.is_failing and not _is_past(record, now))
    silent = [name for name in _SILENCE if name in known and _is_silent(known[name], now)]
    for name in silent[:1] if STORING in silent else silent:
        yield _SILENCE[name].format(since=f"{known[name].succeeded_at:%Y-%m-%d %H:%M} UTC")


def _is_past(record: ComponentRecord, now: datetime) -> bool:
    """Whether it is about a screen of long ago: no later success says that it is over."""
    return record.name == SCREENS and record.failed_at is not None and now - record.failed_at > TOLD_FOR


def _is_silent(record: ComponentRecord, now: datetime) -> bool:
    return not record.is_failing and record.succeeded_at is not None and now - record.succeeded_at > SILENT


_SILENCE = {
    STORING: "The program has not run since {since}. Start `meldwijzer run`.",
    WORKER: "No reminder can be sent: no worker has run since {since}. Start `meldwijzer run` or `worker`.",
    WEB: "Nothing that people do arrives: no web has run since {since}. Start `meldwijzer run` or `web`.",
}
