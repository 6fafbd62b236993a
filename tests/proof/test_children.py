"""A killed test run leaves no program and no server running."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

PARENT = """
import time
from pathlib import Path
from tests.story.demo import Demo
print(Demo(Path(%r), ["sleep"])._process.pid, flush=True)
time.sleep(60)
"""
SLEEP = "#!/bin/sh\nexec sleep 60\n"


SERVER = """
import time
from pathlib import Path
from tests.databases import Postgres
from tests.sharing import watched
folder = Path(%r)
watcher = watched(folder)
server = Postgres(folder)
print((folder / "data" / "postmaster.pid").read_text().splitlines()[0], flush=True)
time.sleep(60)
"""


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can do this")
def test_a_killed_test_run_leaves_no_demo(tmp_path: Path) -> None:
    program = tmp_path / "demo.sh"
    program.write_text(SLEEP)
    program.chmod(0o700)
    _dies_with(PARENT.replace('["sleep"]', f'["{program}"]') % str(tmp_path))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can do this")
@pytest.mark.usefixtures("postgres")
def test_a_killed_test_run_leaves_no_server() -> None:
    folder = Path(tempfile.mkdtemp(prefix="tests"))
    _dies_with(SERVER % str(folder))
    until = time.monotonic() + 10
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not folder.exists()


def _dies_with(code: str) -> None:
    """Start a parent, which prints the pid of its child, and kill it; the child must be gone soon."""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert is_running(child)
    parent.kill()
    parent.wait()
    until = time.monotonic() + 10
    while is_running(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(child)
