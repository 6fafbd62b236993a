"""Writes files that only their owner can read, and that appear whole or not at all.

A file is made in a hidden folder beside its place and moved there at the end. The folder is locked while it is in use,
so that the next run can tell and remove what a killed one left.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = ".meldwijzer-"
_CHUNK = 1 << 20


class CannotWrite(Exception):
    """The file cannot be written. The message tells an administrator why."""


@contextmanager
def staging_folder(beside: Path | None = None) -> Iterator[Path]:
    """A private folder beside this file, or in the temporary folder. Its files are overwritten at the end.

    Also removes what killed runs left in the same place. Raises OSError.
    """
    parent = beside.absolute().parent if beside else Path(tempfile.gettempdir())
    _remove_abandoned(parent)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))  # mode 0700
    with _opened(folder) as opened:
        _has_locked(opened)
        try:
            yield folder
        finally:
            _remove(folder, opened)


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Write to the file that is yielded; it moves to `path` at the end, and nothing is left after an error.

    Raises CannotWrite when there is a file already, or none can be made there.
    """
    try:
        refuse_to_overwrite(path)
        with staging_folder(path) as folder:
            part = folder / "file"
            create_private(part)
            yield part
            put_in_place(part, path)
    except OSError as error:
        raise CannotWrite(f"{path.name} cannot be written: {error.strerror or type(error).__name__}.") from error


def replace_file(path: Path, content: bytes) -> None:
    """Write the file, in the place of an older one if there is one. Raises CannotWrite."""
    try:
        with staging_folder(path) as folder:
            part = folder / "file"
            create_private(part)
            part.write_bytes(content)
            _move(part, path)
    except OSError as error:
        raise CannotWrite(f"{path.name} cannot be written: {error.strerror or type(error).__name__}.") from error


def create_private(path: Path) -> None:
    """Create an empty file, readable by its owner only."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def refuse_to_overwrite(path: Path) -> None:
    """Raise CannotWrite if there is such a file, or no folder for it; OSError if it cannot be seen."""
    if os.path.lexists(path):
        raise CannotWrite(f"{path.name} exists already. Give another name: nothing is overwritten.")
    if not path.parent.is_dir():
        raise CannotWrite(f"The folder of {path.name} does not exist.")


def put_in_place(part: Path, wanted: Path) -> None:
    """Move a finished file to its place, durably. Raises CannotWrite or OSError."""
    refuse_to_overwrite(wanted)
    _move(part, wanted)


def _move(part: Path, wanted: Path) -> None:
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.rename(wanted)
    folder = os.open(wanted.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError), _opened(folder) as opened:
            if os.fstat(opened).st_uid == os.getuid() and _has_locked(opened):
                _remove(folder, opened)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """The folder itself, never one that a link names: what is done to it stays with it when its name is exchanged."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield opened
    finally:
        os.close(opened)


def _has_locked(opened: int) -> bool:
    """False when another process has the lock, or the file system knows no locks."""
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _remove(folder: Path, opened: int) -> None:
    with os.scandir(opened) as files:
        for file in files:
            if not file.is_symlink():
                _overwrite(file.name, opened)
            os.unlink(file.name, dir_fd=opened)
    folder.rmdir()


def _overwrite(name: str, folder: int) -> None:
    """Overwrite the file, because it may hold keys."""
    with os.fdopen(os.open(name, os.O_RDWR | os.O_NOFOLLOW, dir_fd=folder), "r+b") as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            left -= file.write(bytes(min(left, _CHUNK)))
        os.fsync(file.fileno())
