"""Reading the arguments of a Web API call: what is missing or unreadable is refused in Slack's words."""

from __future__ import annotations

import json
from typing import Any

from practice.model import Json
from practice.refusal import ApiError


def required(args: Json, name: str) -> Any:
    """Return an argument that must be there."""
    value = args.get(name)
    if value in (None, ""):
        raise ApiError("invalid_arguments", [f"[ERROR] missing required field: {name} [json-pointer:/{name}]"])
    return value


def is_true(value: Any) -> bool:
    """Tell whether a flag is set, in any of the forms in which clients send one."""
    return value in (True, "true", "1", 1)


def parsed(value: Any, error: str) -> Any:
    """Return a value that may have come as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise ApiError(error) from None
