"""Reading the arguments of a Web API call. Missing or unreadable ones get Slack's errors."""

from __future__ import annotations

import json
from typing import Any

from practice.errors import ApiError
from practice.model import Json


def required(args: Json, name: str) -> Any:
    """Return a required argument."""
    value = args.get(name)
    if value in (None, ""):
        raise ApiError("invalid_arguments", [f"[ERROR] missing required field: {name} [json-pointer:/{name}]"])
    return value


def is_true(value: Any) -> bool:
    """Tell whether a flag is set, in any of the forms that clients use."""
    return value in (True, "true", "1", 1)


def parsed(value: Any, error: str) -> Any:
    """Return a value that may have been sent as JSON text. Raises ApiError with this error for bad JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise ApiError(error) from None
