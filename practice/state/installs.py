"""The codes with which the app may be installed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from practice.refusal import ApiError

CODE_LIFE = timedelta(minutes=10)
T = TypeVar("T")


@dataclass
class _Code(Generic[T]):
    """What may be exchanged once, until a moment, for a token of a workspace."""

    workspace: T
    ends_at: datetime
    is_used: bool = False


class Installs(Generic[T]):
    """The codes that were given out, each for one workspace."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._codes: dict[str, _Code[T]] = {}

    def allow(self, workspace: T) -> str:
        """Let the app be installed in this workspace, and return the code for it."""
        code = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._codes[code] = _Code(workspace, self._now() + CODE_LIFE)
        return code

    def take(self, code: str) -> T:
        """Return the workspace of a code that may still be exchanged; ApiError when there is none."""
        found = self._codes.get(code)
        if found is None or self._now() > found.ends_at:
            raise ApiError("invalid_code")
        if found.is_used:
            raise ApiError("code_already_used")
        found.is_used = True
        return found.workspace
