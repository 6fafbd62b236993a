"""Which catalogue codes the program uses, and where. Read from its source, so that no list is maintained."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

from meldcode.domain.plan.roles import Role

ROOT = Path(__file__).parents[2]
FOLDERS = ("handlers", "meldcode", "bot/demo", "bot/cli")
SAYING = {"text": 0, "counted": 0, "_rows": 0, "Refused": 0, "Problem": 1}
"""The calls that take a code, and the position of the code in their arguments."""
LABELS = {
    "button": [(0, 75)],
    "header": [(0, 150)],
    "modal": [(0, 24)],
    "confirm": [(0, 100), (1, 300), (2, 30), (3, 30)],
}
"""The calls that make Block Kit, and the longest text that Slack accepts in each argument."""
LABEL_WORDS = {"close": 24, "submit": 24}


@cache
def nodes() -> list[ast.AST]:
    """Return the parts of the code that use or refuse by a code."""
    files = [
        file for folder in ("handlers", "meldcode", "bot/demo", "bot/cli") for file in (ROOT / folder).rglob("*.py")
    ]
    return [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]


@cache
def calls() -> list[ast.Call]:
    """Return all calls there."""
    return [node for node in nodes() if isinstance(node, ast.Call)]


def said() -> Iterator[str]:
    """The codes that a call certainly uses."""
    for call in calls():
        place = SAYING.get(_name(call), 99)
        if len(call.args) > place:
            yield from literals(call.args[place])
    yield from (f"role_{role}" for role in Role)


def patterns() -> set[str]:
    """Return every text in the program that may be a code, with a wildcard for each inserted value."""
    filled_in = {_pattern(node) for node in nodes() if isinstance(node, ast.JoinedStr)}
    plain = {re.escape(word) for node in nodes() for word in literals(node)}
    return {*plain, *(pattern for pattern in filled_in if len(re.sub(r"\W", "", pattern)) > 3), *map(re.escape, said())}


def label_limits() -> Iterator[tuple[str, int]]:
    """Codes whose sentence is a Block Kit label, and the most characters that Slack accepts there."""
    for call in calls():
        limits = LABELS.get(_name(call), []) if _is_block(call) else []
        parts = [(call.args[place], limit) for place, limit in limits if len(call.args) > place]
        parts += [(word.value, LABEL_WORDS[word.arg]) for word in call.keywords if word.arg in LABEL_WORDS]
        for part, limit in parts:
            yield from ((code, limit) for code, limit in product(_codes_in(part), [limit]))


def literals(node: ast.AST) -> Iterator[str]:
    """The texts that this expression can have, as far as they are literals."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))


def _codes_in(part: ast.AST) -> Iterator[str]:
    for node in ast.walk(part):
        if isinstance(node, ast.Call) and _name(node) == "text" and node.args:
            yield from literals(node.args[0])


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", None) or getattr(call.func, "id", ""))


def _is_block(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "b"


def _pattern(node: ast.JoinedStr) -> str:
    return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w*" for part in node.values)
