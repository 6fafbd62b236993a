"""What went wrong, for the log: a reference code, the kind of error and the places in the code, never its words.

The message of an exception can hold what somebody typed (promise 4), so it is left out, as are the values of variables.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from pathlib import Path

ALPHABET = "BCDFGHJKMNPQRSTVWXYZ23456789"
log = logging.getLogger("meldwijzer.trouble")


def log_error(error: BaseException, what: str) -> str:
    """Log the error under a new reference code, which the person is shown, and return the code."""
    reference = "-".join("".join(secrets.choice(ALPHABET) for _ in range(3)) for _ in range(2))
    log.error("reference=%s what=%s error=%s at=%s", reference, what, type(error).__name__, _places(error))
    return reference


def _places(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
