"""The systemd units, started in a container over a copy of this machine that is thrown away."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from storage.crypto.vault import new_master_key
from tests.deploy.school import slack, write_school
from tests.ports import free_port

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GUIDE = ROOT / "docs/operations.md"
TOOLS = ("systemd-nspawn", "systemctl", "unshare", "curl", "useradd")
HIDDEN = ("/tmp", "/var/tmp", "/run")
CHECK = """\
[Service]
Type=oneshot
ExecStart=/bin/sh /check.sh /guide.sh http://127.0.0.1:{port}/healthz
StandardOutput=file:/said
StandardError=file:/said
"""


@cache
def cannot() -> str:
    """Why this machine cannot start the units; nothing if it can."""
    if os.geteuid():
        return "only root may boot a container of systemd"
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        return f"there is no {missing[0]}"
    if not (ROOT / ".venv").exists():
        return "the program was not installed with `make setup`"
    if any(ROOT.is_relative_to(folder) for folder in HIDDEN):
        return "the units do not see what is in a temporary folder"
    with tempfile.TemporaryDirectory() as copy:
        tried = _boot(Path(copy), "")
    return "" if tried.returncode == 0 else "a copy of its disk cannot be laid over it"


def started() -> str:
    """Start the units, and return what `check.sh` says."""
    port = free_port()
    with tempfile.TemporaryDirectory() as copy, tempfile.TemporaryDirectory() as folder, slack(0) as server:
        files = Path(folder)
        files.chmod(0o755)  # it becomes the root of the copy
        slack_port = int(server.url.rpartition(":")[2])
        write_school(files / "srv/meldwijzer/school", new_master_key(), slack_port, PORT=port)
        units = files / "etc/systemd/system"
        units.mkdir(parents=True)
        (units / "check.service").write_text(CHECK.format(port=port))
        (units / "check.target").write_text("[Unit]\nRequires=basic.target check.service\nAfter=basic.target\n")
        (files / "guide.sh").write_text(_guide())
        shutil.copy(HERE / "check.sh", files)
        done = _boot(Path(copy), folder)
        said = files / "said"
        return said.read_text() if said.exists() else f"BROKEN boot\n{done.stderr}"


def _guide() -> str:
    found = re.search(r"### With systemd.*?```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)
    assert found
    return found[1]


def _boot(copy: Path, files: str) -> subprocess.CompletedProcess[str]:
    words = ["unshare", "--mount", "sh", str(HERE / "boot.sh"), str(copy), files, str(ROOT), sys.base_prefix]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
