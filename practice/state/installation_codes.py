"""The OAuth codes with which the app may be installed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from practice.errors import ApiError

CODE_LIFE = timedelta(minutes=10)
T = TypeVar("T")


@dataclass
class _Code(Generic[T]):
    """A code that can be exchanged once, until `ends_at`, for a token of its workspace."""

    workspace: T
    ends_at: datetime
    is_used: bool = False


class InstallationCodes(Generic[T]):
    """All codes that were issued, each for one workspace."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._codes: dict[str, _Code[T]] = {}

    def issue(self, workspace: T) -> str:
        """Allow the app to be installed in this workspace, and return the code for it."""
        code = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._codes[code] = _Code(workspace, self._now() + CODE_LIFE)
        return code

    def redeem(self, code: str) -> T:
        """Use a code, and return its workspace. Raises ApiError if the code is unknown, expired or used."""
        found = self._codes.get(code)
        if found is None or self._now() > found.ends_at:
            raise ApiError("invalid_code")
        if found.is_used:
            raise ApiError("code_already_used")
        found.is_used = True
        return found.workspace
