"""Keeps the anchor file up to date, and reports what the database lost since it was written (promise 7)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from bot.database import vault_of
from bot.settings import Settings
from storage.db.snapshot import snapshot
from storage.integrity.anchor import BadAnchor, anchor_faults, last_anchored, update_anchor

log = logging.getLogger("meldwijzer")


GONE = (
    "The anchor {file} is gone; the last one was written at {at:%Y-%m-%d %H:%M} UTC. Put it back from a copy. "
    "If you removed it yourself, run `meldwijzer verify --write` with its path."
)


def keep_anchor(engine: Engine, settings: Settings, now: datetime) -> None:
    """Write the anchor again, if the settings name one. Log the codes of cases that do not continue the old one.

    One that was deleted is not written again: a new one would hide what was put back meanwhile.
    """
    if settings.meldwijzer_anchor_file:
        try:
            if gone := gone_anchor(engine, settings.meldwijzer_anchor_file):
                raise BadAnchor(gone)
            for fault in update_anchor(engine, vault_of(engine, settings), settings.meldwijzer_anchor_file, now):
                log.error("The database does not go on from the anchor: %s", fault)
        except BadAnchor as error:
            log.error("%s", error)


def gone_anchor(engine: Engine, file: Path) -> str:
    """Return what is said of an anchor that was deleted or moved; empty if it is there, or none was written yet."""
    with engine.connect() as connection:
        at = None if file.exists() else last_anchored(connection)
    return GONE.format(file=file.name, at=at) if at else ""


def anchor_complaints(engine: Engine, settings: Settings) -> Iterator[str]:
    """Yield what the database lost since the anchor was written."""
    file = settings.meldwijzer_anchor_file
    if file is None:
        return
    if not file.exists():
        yield gone_anchor(engine, file) or f"There is no anchor {file.name} yet. Does a worker run?"
        return
    try:
        with snapshot(engine) as view:
            yield from map(str, anchor_faults(view, vault_of(engine, settings), file))
    except BadAnchor as error:
        yield str(error)
