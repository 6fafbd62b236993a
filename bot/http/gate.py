"""The gate before Slack's requests: what is too large or slow, is not fresh, or is not signed by Slack is refused.

Nothing is parsed before its signature was verified. Then a request is parsed once and handed to Bolt as Socket Mode
does, so both transports take the same path from there. Bolt itself would parse first, and would log whole bodies
(docs/CONTRIBUTING.md, Traps).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from binascii import a2b_qp
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.jobs.component_log import ComponentLog
from handlers.platform.errors import log_error

MOST_DIGITS = 12
"""The most digits of a timestamp in seconds."""
LARGEST = 1_000_000
"""Bytes of a request. Slack's largest view is 250 KB before form encoding."""
MOST_HELD = 32_000_000
"""Bytes of all requests that are being read. Anybody can send what looks signed."""
BODY_SECONDS = 3.0
"""What a request gets to arrive. Slack has given up by then."""
FRESH_SECONDS = 300
"""How old a request may be."""


class Gate:
    """Passes on what Slack signed and Bolt can read, and refuses the rest."""

    def __init__(self, slack: AsyncApp, signing_secret: str, components: ComponentLog) -> None:
        self.slack = slack
        self._secret = signing_secret.encode()
        self._components = components
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass the request on."""
        request = Request(scope, receive)
        try:
            body = refused_by_headers(request) or await self._body(request)
        except ClientDisconnect:
            return
        if isinstance(body, Response):
            self._components.requests["refused"] += 1
            await body(scope, receive, send)
        else:
            await (await self._answer(request, body))(scope, receive, send)

    async def _answer(self, request: Request, body: bytes) -> Response:
        if not self._is_signed(request, body):
            self._components.answered(401)
            return _refused(401)
        try:
            content = parsed(body, request.headers.get("content-type", ""))
            said = await self.slack.async_dispatch(AsyncBoltRequest(body=content, mode="socket_mode"))
        except Exception as error:
            log_error(error, "request")
            self._components.requests["failed"] += 1
            return Response(status_code=400)
        self._components.answered(said.status)
        return Response(said.body, said.status, said.first_headers())

    def _is_signed(self, request: Request, body: bytes) -> bool:
        """Whether Slack signed exactly this body at this moment."""
        timestamp = request.headers["x-slack-request-timestamp"].encode()
        proof = hmac.digest(self._secret, b"v0:" + timestamp + b":" + body, hashlib.sha256).hex()
        return hmac.compare_digest(f"v0={proof}".encode(), request.headers["x-slack-signature"].encode())

    async def _body(self, request: Request) -> bytes | Response:
        """The body, or an answer when it is too large, too slow, or too much beside the others."""
        parts = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for part in request.stream():
                    parts += part
                    self._held += len(part)
                    if len(parts) > LARGEST or self._held > MOST_HELD:
                        return _refused(413 if len(parts) > LARGEST else 503)
        except TimeoutError:
            return _refused(408)
        finally:
            self._held -= len(parts)
        return bytes(parts)


def refused_by_headers(request: Request) -> Response | None:
    """Return an answer when the headers alone tell that a request cannot be Slack's."""
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    is_moment = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= MOST_DIGITS
    if not is_moment or abs(time.time() - int(timestamp)) > FRESH_SECONDS:
        return _refused(401)
    if not request.headers.get("x-slack-signature", "").startswith("v0="):
        return _refused(401)
    length = request.headers.get("content-length", "0")
    return _refused(413) if not length.isdigit() or int(length) > LARGEST else None


def parsed(body: bytes, content_type: str) -> dict[str, Any]:
    """Return the content of a request: JSON, a form, or the JSON in a form's `payload`. Raises ValueError."""
    if content_type.startswith("application/json") or body.startswith(b"{"):
        content = json.loads(body)
    else:
        fields = parse_form(body)
        content = json.loads(fields["payload"]) if "payload" in fields else fields
    if not isinstance(content, dict):
        raise ValueError("no object")
    return content


def parse_form(body: bytes) -> dict[str, str]:
    """Parse an encoded form as `urllib.parse.parse_qsl` does, which needs ten times as long. Raises ValueError."""
    pairs = (pair.partition(b"=") for pair in body.split(b"&") if pair)
    return {_decoded(name): _decoded(value) for name, _, value in pairs}


def _decoded(text: bytes) -> str:
    """Decode escapes like %C3%AB, which are =C3=AB in quoted-printable: that is decoded in C."""
    if b"%" not in text and b"+" not in text:
        return text.decode()
    return a2b_qp(text.replace(b"=", b"=3D").replace(b"+", b" ").replace(b"%", b"=")).decode()


def _refused(status: int) -> Response:
    """Closes the connection, so that the rest of a body is not waited for."""
    return Response(status_code=status, headers={"Connection": "close"})
