"""Files that are written: for their owner alone, whole or not at all, and nothing left of a killed run."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.integrity.private_files import CannotWrite, new_file, replace_file, staging_folder

KILLED = """
import os, signal, sys
from pathlib import Path
from storage.integrity.private_files import create_private, staging_folder
with staging_folder(Path(sys.argv[1])) as folder:
    create_private(folder / "keys")
    (folder / "keys").write_bytes(b"secret")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def _everybody_may() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_killed_run_is_tidied_up_by_the_next(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "b")], check=False)
    assert done.returncode == -signal.SIGKILL
    [left] = tmp_path.iterdir()
    assert (mode(left), mode(left / "keys")) == (0o700, 0o600)
    with staging_folder(tmp_path / "c"):
        assert not left.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_busy_is_left_alone(tmp_path: Path) -> None:
    with staging_folder(tmp_path / "b") as one:
        with staging_folder(tmp_path / "c"):
            assert one.exists()
        assert one.exists()


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mine").write_text("mine")
    (tmp_path / ".meldwijzer-link").symlink_to(tmp_path / "elsewhere")
    with staging_folder(tmp_path / "b"):
        pass
    assert (tmp_path / "elsewhere" / "mine").read_text() == "mine"


def test_a_folder_that_is_exchanged_for_a_link_while_it_is_removed_harms_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder where others may write too, such as the temporary one."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mine").write_text("mine")
    left = tmp_path / ".meldwijzer-left"
    left.mkdir(0o700)
    (left / "keys").write_text("secret")

    def exchange(_folder: int, _how: int) -> None:
        if not left.is_symlink():
            left.rename(tmp_path / "moved")
            left.symlink_to(tmp_path / "elsewhere")

    monkeypatch.setattr(fcntl, "flock", exchange)
    with staging_folder(tmp_path / "b"):
        pass
    assert (tmp_path / "elsewhere" / "mine").read_text() == "mine"
    assert list((tmp_path / "moved").iterdir()) == [], "what a killed run left is gone all the same"


def test_a_link_in_a_folder_that_is_removed_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with staging_folder(tmp_path / "b") as folder:
        (folder / "keys").symlink_to(tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "mine"
    assert not folder.exists()


def test_a_new_file_is_private_and_overwrites_nothing(tmp_path: Path) -> None:
    with new_file(tmp_path / "new") as part:
        assert (mode(part), mode(part.parent)) == (0o600, 0o700)
        part.write_text("whole")
        assert not (tmp_path / "new").exists()
    assert ((tmp_path / "new").read_text(), mode(tmp_path / "new")) == ("whole", 0o600)
    with pytest.raises(CannotWrite, match="new exists already"), new_file(tmp_path / "new"):
        pytest.fail("it is there")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "new").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotWrite), new_file(tmp_path / "new"):
        pytest.fail("it is there")


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError), new_file(tmp_path / "new") as part:
        part.write_text("half")
        raise KeyError
    with pytest.raises(CannotWrite, match="new cannot be written: No space left"), new_file(tmp_path / "new"):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_replaced_file_becomes_private(tmp_path: Path) -> None:
    file = tmp_path / "anchor"
    file.write_text("old")
    file.chmod(0o666)
    replace_file(file, b"new")
    assert (file.read_bytes(), mode(file)) == (b"new", 0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["anchor"]
    with pytest.raises(CannotWrite, match="No such file"):
        replace_file(tmp_path / "nowhere" / "anchor", b"new")
