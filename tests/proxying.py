"""An HTTP proxy on the loopback that notes what goes through it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


@asynccontextmanager
async def proxying() -> AsyncIterator[tuple[str, list[str]]]:
    """Yield the proxy's address, and the paths that were asked through it so far."""
    paths: list[str] = []

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, target, _ = head.split(" ", 2)
        url, length = urlsplit(target), re.search(r"content-length: (\d+)", head, re.IGNORECASE)
        paths.append(url.path)
        body = await reader.readexactly(int(length[1]) if length else 0)
        there_reader, there = await asyncio.open_connection(url.hostname, url.port)
        rest = re.sub(r"connection: [^\r]*\r\n", "", head.split("\r\n", 1)[1], flags=re.IGNORECASE)
        asked = url._replace(scheme="", netloc="").geturl()
        there.write(f"{method} {asked} HTTP/1.1\r\nConnection: close\r\n{rest}".encode("latin-1") + body)
        writer.write(await there_reader.read())
        there.close()
        writer.close()

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        yield f"http://{host}:{port}", paths
