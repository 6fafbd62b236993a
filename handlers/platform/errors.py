"""Logs errors: a reference code, the kind of error and the places in the code.

The message of an exception and the values of variables can hold what somebody typed, so they are never logged
(promise 4).
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

ALPHABET = "BCDFGHJKMNPQRSTVWXYZ23456789"
log = logging.getLogger("meldwijzer.trouble")


def log_error(error: BaseException, what: str) -> str:
    """Log the error under a new reference code, and return the code, to show it to the person."""
    reference = "-".join("".join(secrets.choice(ALPHABET) for _ in range(3)) for _ in range(2))
    log.error("reference=%s what=%s error=%s at=%s", reference, what, type(error).__name__, _places(error))
    return reference


def noted(what: str) -> Callable[[BaseException], str]:
    """Return what logs an error of this work, which goes on without what failed."""
    return partial(log_error, what=what)


def _places(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
