"""A real PgBouncer before a database, from Debian's package."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from tests.children import end_with_parent
from tests.ports import free_port

PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin"
SECONDS = 10


@contextmanager
def pooled(url: str, mode: str, most: int = 5) -> Iterator[str]:
    """Run a PgBouncer in this pool mode before the database, with at most so many servers; yield its URL."""
    program, server, port = _program(), make_url(url), free_port()
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer"))
    folder.chmod(0o777)
    config = folder / "pgbouncer.ini"
    config.write_text(f"""
[databases]
* = host={server.query.get("host", server.host)} user={server.username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {most}
logfile = {folder / "log"}
""")
    command = [program, "-q", str(config)]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, user=_owner(server), preexec_fn=end_with_parent)
    try:
        _wait(folder / "log", process)
        yield f"postgresql://{server.username}@127.0.0.1:{port}/{server.database}"
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _owner(server: URL) -> int:
    """Who may enter the folder of the server's socket. It does not run as root."""
    return Path(str(server.query["host"])).stat().st_uid


def _wait(log: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + SECONDS
    while not log.exists() or "process up" not in log.read_text(encoding="utf-8"):
        assert process.poll() is None and time.monotonic() < until, "PgBouncer does not start"
        time.sleep(0.02)


@cache
def _program() -> str:
    """Where it is. It is installed if it can be; a test that needs it is skipped if not."""
    if found := shutil.which("pgbouncer", path=PLACES):
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        bare = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=bare, check=False, capture_output=True, timeout=120)
        words = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "pgbouncer"]
        subprocess.run(words, env=bare, check=False, capture_output=True, timeout=180)
    found = shutil.which("pgbouncer", path=PLACES)
    return found or pytest.skip("PgBouncer cannot be installed here")
