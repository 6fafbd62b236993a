"""The demo as people start it: `meldwijzer demo`, as a process, on a free port and in a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from meldcode.domain.calendar import AMSTERDAM
from tests.children import end_with_parent
from tests.ports import free_port
from tests.story.still import MORNING

COMMAND = [str(Path(sys.executable).with_name("meldwijzer"))]
STILL = [sys.executable, "-m", "tests.story.still"]
"""The same program on a fixed morning, for pictures that come out the same."""
ROOT = Path(__file__).parents[2]
START_SECONDS, STOP_SECONDS = 60.0, 20.0


PICTURES = os.environ.get("MELDWIJZER_PICTURES")
"""The folder for the documents' pictures, if they are being made."""


def now() -> datetime:
    """The time that the demo starts with: the machine's, but for the pictures."""
    return MORNING if PICTURES else datetime.now(AMSTERDAM)


class Demo:
    """A running demo. Its output is kept in a file beside its data."""

    def __init__(self, folder: Path, command: Sequence[str] = COMMAND) -> None:
        self._port, self._folder, self._command = free_port(), folder, command
        self.url = f"http://localhost:{self._port}"
        self._log = folder / "said.txt"
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [*self._command, "demo", "--port", str(self._port)],
                cwd=self._folder,
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )

    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def wait_until_ready(self) -> None:
        """Return once it prints its address; fail if it ends or takes too long."""
        until = time.monotonic() + START_SECONDS
        while self.url not in self.said():
            assert self._process.poll() is None, f"the demo ended:\n{self.said()}"
            assert time.monotonic() < until, f"the demo did not start:\n{self.said()}"
            time.sleep(0.05)

    def restart(self) -> None:
        """Stop it and start it again, at the same address."""
        self.stop()
        self._process = self._started()
        self.wait_until_ready()

    def stop(self) -> str:
        """Press Ctrl+C and return the whole output. It is killed if it does not stop in time."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        finally:
            self._process.kill()
            self._process.wait()
        return self.said()
