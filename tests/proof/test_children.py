"""A killed test run leaves no program running."""

from __future__ import annotations

import subprocess
import sys
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


def is_running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can do this")
def test_a_killed_test_run_leaves_no_demo(tmp_path: Path) -> None:
    program = tmp_path / "demo.sh"
    program.write_text(SLEEP)
    program.chmod(0o700)
    code = PARENT.replace('["sleep"]', f'["{program}"]') % str(tmp_path)
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    demo = int(parent.stdout.readline())
    assert is_running(demo)
    parent.kill()
    parent.communicate()
    until = time.monotonic() + 10
    while is_running(demo) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(demo)
