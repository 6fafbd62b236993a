"""What the workers of a run share: a folder, and a lock by which a test marked `alone` runs while the others wait."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

FOLDER = "MELDWIJZER_TEST_RUN"
_WATCH = """
cat > /dev/null
if [ -f "$1/data/postmaster.pid" ]; then kill -QUIT "$(head -n 1 "$1/data/postmaster.pid")"; sleep 1; fi
rm -rf "$1"
"""
_WATCHER = pytest.StashKey[subprocess.Popen[bytes]]()


def shared_folder() -> Path:
    """The folder of this run, which is removed at its end."""
    return Path(os.environ[FOLDER])


class Room:
    """Lets one test run alone, or several together. A test that waits to be alone goes before those that come later."""

    def __init__(self, folder: Path) -> None:
        self._door, self._room = (folder / "door").open("w"), (folder / "room").open("w")

    @contextmanager
    def entered(self, *, alone: bool) -> Iterator[None]:
        """Wait until the test may run, and release the room when it has ended."""
        with _locked(self._door, fcntl.LOCK_EX):
            fcntl.flock(self._room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        try:
            yield
        finally:
            fcntl.flock(self._room, fcntl.LOCK_UN)

    def close(self) -> None:
        self._door.close()
        self._room.close()


@contextmanager
def _locked(file: IO[str], how: int) -> Iterator[None]:
    fcntl.flock(file, how)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


class Turns:
    """The plugin that lets each test wait for its turn, before its time limit begins."""

    def __init__(self) -> None:
        self._room = Room(shared_folder())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        with self._room.entered(alone=item.get_closest_marker("alone") is not None):
            return (yield)

    def pytest_unconfigure(self) -> None:
        self._room.close()


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder in the process that starts the workers; they inherit its environment."""
    if not _is_worker(config):
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="tests")
        config.stash[_WATCHER] = watched(shared_folder())
        _keep_bytecode()
    config.pluginmanager.register(Turns(), "turns")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not _is_worker(config):
        shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)


def watched(folder: Path) -> subprocess.Popen[bytes]:
    """Start what stops the PostgreSQL in this folder, and removes it, when this process has ended in whatever way.

    The server runs as another user, so the system does not end it with its parent. The watcher reads what nobody
    writes, until nobody can.
    """
    return subprocess.Popen(["sh", "-c", _WATCH, "sh", folder], stdin=subprocess.PIPE, start_new_session=True)


def _keep_bytecode() -> None:
    """Tests start the program more than a hundred times, which takes three times as long without compiled modules."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")
