"""Sends what a person does to the app, by signed HTTP or Socket Mode, and waits for its acknowledgement."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
import uuid
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp

from practice.model import Json
from practice.state.workspace import Workspace

Kind = Literal["slash_commands", "interactive", "events_api"]
HTTP_OK = 200


class Undelivered(Exception):
    """The app did not acknowledge properly. `failure` is Slack's code for it."""

    def __init__(self, failure: str, reason: str) -> None:
        super().__init__(f"{failure}: {reason}")
        self.failure = failure
        self.reason = reason


async def deliver(workspace: Workspace, kind: Kind, what: str, payload: Json, retry: Retry | None = None) -> Json:
    """Send a payload to the app and return its acknowledgement, which may be empty. Raises Undelivered."""
    start = time.perf_counter()
    send = _by_http if workspace.app.request_url else _by_socket
    answer: Json = {}
    fault = ""
    try:
        answer = await asyncio.wait_for(send(workspace, kind, payload, retry), workspace.timeouts.acknowledgement)
    except TimeoutError:
        undelivered = Undelivered("operation_timeout", f"no acknowledgement in {workspace.timeouts.acknowledgement} s")
        fault = str(undelivered)
        raise undelivered from None
    except Undelivered as undelivered:
        fault = str(undelivered)
        raise
    finally:
        workspace.record("to_app", what, payload, answer, 1000 * (time.perf_counter() - start), fault=fault)
    return answer


@dataclass(frozen=True)
class Retry:
    """The number of a redelivery, from 1, and the reason for it."""

    number: int
    reason: str


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return Slack's v0 signature of a request."""
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return f"v0={digest.hexdigest()}"


# Signed HTTP.
async def _by_http(workspace: Workspace, kind: Kind, payload: Json, retry: Retry | None) -> Json:
    body = _body(kind, payload)
    headers = _headers(workspace.app.signing_secret, kind, body, retry)
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.post(str(workspace.app.request_url), data=body, headers=headers) as response,
        ):
            return _http_answer(response.status, await response.text())
    except aiohttp.ClientError as error:
        raise Undelivered("dispatch_failed", type(error).__name__) from error


def _body(kind: Kind, payload: Json) -> bytes:
    if kind == "events_api":
        return json.dumps(payload).encode()
    return urlencode(payload if kind == "slash_commands" else {"payload": json.dumps(payload)}).encode()


def _headers(secret: str, kind: Kind, body: bytes, retry: Retry | None) -> dict[str, str]:
    # The machine's time, and not that of the workspace: the app compares it with its own.
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json" if kind == "events_api" else "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(secret, timestamp, body),
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    }
    if retry:
        headers |= {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}
    return headers


def _http_answer(status: int, body: str) -> Json:
    if status != HTTP_OK:
        raise Undelivered("dispatch_failed", f"HTTP status {status}")
    return _as_json(body)


def _as_json(body: str) -> Json:
    """Return a JSON object; Slack treats any other text as the text of an answer."""
    if not body.strip():
        return {}
    try:
        parsed: Any = json.loads(body)
    except json.JSONDecodeError:
        return {"text": body}
    return parsed if isinstance(parsed, dict) else {"text": body}


# Socket Mode.
async def _by_socket(workspace: Workspace, kind: Kind, payload: Json, retry: Retry | None) -> Json:
    envelope, since = _envelope(kind, payload, retry), time.monotonic()
    try:
        acknowledged = workspace.sockets.send(envelope)
    except ConnectionError as error:
        raise Undelivered("dispatch_failed", str(error)) from error
    try:
        return await asyncio.wrap_future(acknowledged)
    finally:
        workspace.sockets.forget(envelope, since)


def _envelope(kind: Kind, payload: Json, retry: Retry | None) -> Json:
    envelope: Json = {
        "envelope_id": str(uuid.uuid4()),
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind != "events_api",
    }
    if kind == "events_api":
        envelope |= {"retry_attempt": retry.number if retry else 0, "retry_reason": retry.reason if retry else ""}
    return envelope


# Events. Slack sends them again until they are acknowledged.
async def deliver_event(workspace: Workspace, event: Json, team_id: str) -> None:
    """Send an event. If that fails, send it again in the background."""
    payload = _event_callback(workspace, event, team_id)
    try:
        await deliver(workspace, "events_api", event["type"], payload)
    except Undelivered as undelivered:
        workspace.in_background(_redeliver(workspace, payload, undelivered))
        return
    if workspace.faults.redeliver:
        await _deliver_again(workspace, payload, Retry(1, "http_timeout"))


async def _redeliver(workspace: Workspace, payload: Json, undelivered: Undelivered) -> None:
    for number, delay in enumerate(workspace.timeouts.redeliveries, start=1):
        await asyncio.sleep(delay)
        reason = "http_timeout" if undelivered.failure == "operation_timeout" else "http_error"
        if await _deliver_again(workspace, payload, Retry(number, reason)):
            return


async def _deliver_again(workspace: Workspace, payload: Json, retry: Retry) -> bool:
    try:
        await deliver(workspace, "events_api", f"{payload['event']['type']} (again)", payload, retry)
    except Undelivered:
        return False
    return True


def _event_callback(workspace: Workspace, event: Json, team_id: str) -> Json:
    app = workspace.app
    authorization = {
        "enterprise_id": None,
        "team_id": app.team_id,
        "user_id": app.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": "practice-verification-token",
        "team_id": app.team_id if app.enterprise_id else team_id,
        **({"enterprise_id": app.enterprise_id} if app.enterprise_id else {}),
        "context_team_id": app.team_id,
        "context_enterprise_id": app.enterprise_id or None,
        "api_app_id": app.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(float(event["event_ts"])),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
    }
