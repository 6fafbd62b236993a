"""Slack's answers are bounded: one that unpacks to hundreds of megabytes is given up."""

from __future__ import annotations

import gzip
import json
import socket

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.workspaces import slack_session
from tests.running import serving

BOMB = gzip.compress(b'{"ok": true, "x": "' + b"x" * 50_000_000 + b'"}')
SMALL = gzip.compress(json.dumps({"ok": True}).encode())


async def answer(request: Request) -> Response:
    body = BOMB if request.url.path == "/bomb" else SMALL
    return Response(body, media_type="application/json", headers={"Content-Encoding": "gzip"})


async def test_an_answer_that_unpacks_to_much_is_given_up() -> None:
    door = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{door.getsockname()[1]}"
    app = Starlette(routes=[Route("/bomb", answer), Route("/small", answer)])
    async with serving(app, door), slack_session(*[lambda _: None] * 3) as session:
        async with session.get(f"{url}/small") as small:
            assert await small.json() == {"ok": True}
        async with session.get(f"{url}/bomb") as bomb:
            with pytest.raises(aiohttp.ClientPayloadError):
                await bomb.text()
