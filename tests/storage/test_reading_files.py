"""The tests that read a server's files go on when one of these disappears."""

from __future__ import annotations

from pathlib import Path

from tests.databases import contents


def test_a_file_that_disappears_meanwhile_is_left_out(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        for name in ("1", "2"):
            (tmp_path / folder / name).write_bytes(folder.encode())
    read = contents(tmp_path)
    first = next(read)
    for file in tmp_path.rglob("*/*"):
        file.unlink()
    assert [first, *read] in ([("1", b"a")], [("1", b"b")], [("2", b"a")], [("2", b"b")])
