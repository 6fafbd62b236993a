"""Free ports for programs that tests start."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Return a loopback port that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
