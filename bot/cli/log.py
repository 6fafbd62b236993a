"""The log of the program: a line of text for each record, or a JSON object for a log collector."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from typing_extensions import override

if sys.platform != "win32":
    import resource

TIME = "%Y-%m-%dT%H:%M:%S%z"


def set_up_log() -> None:
    """Log as text, and write no core dump, which would hold the keys."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt=TIME)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def log_as_json() -> None:
    """Log as JSON from now on."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_AsJson())


class _AsJson(logging.Formatter):
    @override
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        return json.dumps(line)
