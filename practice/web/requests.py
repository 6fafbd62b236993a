"""Reading a Web API request: the token and arguments from wherever Slack accepts them."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

from starlette.requests import Request

from practice.api.arguments import parsed
from practice.model import Json

_PACKED = {"view", "blocks", "files", "message"}


async def read_arguments(request: Request) -> tuple[str, Json]:
    """Return the token and the arguments of a Web API call."""
    args: Json = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        args |= parsed((await request.body()).decode() or "{}", "invalid_json")
    else:
        args |= dict(await request.form())
    in_arguments = str(args.pop("token", ""))
    return bearer_token(request) or in_arguments, args | _credentials(request)


def bearer_token(request: Request) -> str:
    """Return the token in the Authorization header, if there is one."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind == "Bearer" else ""


def _credentials(request: Request) -> Json:
    """Return the client id and secret from the header in which the SDK sends them."""
    kind, _, packed = request.headers.get("authorization", "").partition(" ")
    if kind != "Basic":
        return {}
    client_id, _, secret = base64.b64decode(packed).decode().partition(":")
    return {"client_id": client_id, "client_secret": secret}


def readable(args: Json) -> Json:
    """Return the arguments for the traffic: JSON text is unpacked, and the client secret left out."""
    shown = {name: value for name, value in args.items() if name != "client_secret"}
    return {name: _unpacked(value) if name in _PACKED else value for name, value in shown.items()}


def _unpacked(value: Any) -> Any:
    with contextlib.suppress(TypeError, json.JSONDecodeError):
        return json.loads(value)
    return value
