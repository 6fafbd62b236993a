"""Message payloads as JSON."""

from __future__ import annotations

from functools import cache, reduce
from operator import or_
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json, to_jsonable_python

from meldcode.application.messages.base import Payload
from meldcode.application.messages.registry import PAYLOADS


def encode(payload: Payload) -> Any:
    """Return the payload as JSON values."""
    return to_jsonable_python(payload)


def decode(kind: str, stored: object) -> Payload:
    """Return the payload of a message of this kind. Raises ValueError when this program cannot read it."""
    payload: Payload = _adapter(kind).validate_json(to_json(stored))
    return payload


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    """Payloads of one kind differ in their fields, so that pydantic finds the type."""
    known = tuple(payload for payload in PAYLOADS if payload.kind == kind)
    if not known:
        raise ValueError("unknown kind of message")
    return TypeAdapter(reduce(or_, known))
