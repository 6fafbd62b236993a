"""The program stays small enough to read: its functions, its modules and its folders."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.documents import ROOT

PROGRAM = ("bot", "handlers", "meldcode", "practice", "storage")
MODULES = sorted(path for part in PROGRAM for path in (ROOT / part).rglob("*.py") if path.parent.name != "versions")
FUNCTION, MODULE, FOLDER = 30, 300, 15


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield node.name, node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("part", PROGRAM)
def test_no_function_is_too_long_to_read_at_once(part: str) -> None:
    found = [(path, *one) for path in MODULES if path.is_relative_to(ROOT / part) for one in _functions(path)]
    assert found and [(str(path.relative_to(ROOT)), name) for path, name, lines in found if lines > FUNCTION] == []


def test_no_module_is_too_long() -> None:
    lengths = {path.relative_to(ROOT).as_posix(): path.read_bytes().count(b"\n") for path in MODULES}
    assert {name for name, lines in lengths.items() if lines > MODULE} == set()


def test_no_folder_has_too_many_modules() -> None:
    folders = {path.parent for path in MODULES}
    counts = {folder.relative_to(ROOT).as_posix(): len(list(folder.glob("*.py"))) for folder in folders}
    assert {folder for folder, count in counts.items() if count > FOLDER} == set()
