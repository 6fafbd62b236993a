"""What `meldwijzer doctor` reads of the running program: when each part last worked, and last failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from bot.jobs.component_log import BAD_SIGNATURE
from storage.db.component_records import ComponentRecord

SILENT = timedelta(minutes=15)
"""Without a tick for so long, no worker runs."""
WORKER = "scheduler"


def component_complaints(records: Iterable[ComponentRecord], now: datetime) -> Iterator[str]:
    """Yield the parts that have not worked since they failed, and the worker that stopped."""
    for record in records:
        since = f"{record.succeeded_at:%Y-%m-%d %H:%M} UTC" if record.succeeded_at else "it was started"
        if record.failure == BAD_SIGNATURE and record.is_failing:
            yield (
                f"No request of Slack had a signature that fits since {since}, but others came. "
                "Copy SLACK_SIGNING_SECRET again from Basic Information."
            )
        elif record.is_failing:
            yield f"The part “{record.name}” has not worked since {since} ({record.failure}). See the log."
        elif record.name == WORKER and record.succeeded_at and now - record.succeeded_at > SILENT:
            yield f"No reminder can be sent: no worker has run since {since}. Start `meldwijzer run` or `worker`."
