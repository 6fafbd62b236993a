"""The errors with which the workspace answers the app: the error codes of Slack's Web API."""

from __future__ import annotations

from typing import Any

from practice.model import Json


class ApiError(Exception):
    """A Web API answer with `ok: false`: Slack's error code, its messages and any further properties."""

    def __init__(self, error: str, messages: list[str] | None = None, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages or []
        self.extra = extra

    def as_answer(self) -> Json:
        """Return the response body that Slack sends."""
        metadata = {"response_metadata": {"messages": self.messages}} if self.messages else {}
        return {"ok": False, "error": self.error, **self.extra, **metadata}

    def __str__(self) -> str:
        return " ".join([self.error, *self.messages])
