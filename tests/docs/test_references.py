"""The rules, promises, decisions and documents that docstrings, comments and documents name exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.docs.documents import DOCS, ROOT, text
from tests.rule_table import RULES

PACKAGES = ("bot", "handlers", "storage", "meldcode", "practice")
PRODUCT = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
WRITTEN = (*PACKAGES, "tests", "bench", "docs")
KINDS = ("py", "md", "po", "yaml")
FILES = sorted(
    [*ROOT.glob("*.md"), *(file for top in WRITTEN for kind in KINDS for file in (ROOT / top).rglob(f"*.{kind}"))]
)
PROMISES = set(re.findall(r"^### (\d+)\.", text(DOCS / "threat-model.md"), re.M))
DECISIONS = {str(int(file.name[:4])) for file in (DOCS / "adr").glob("*.md")}
DOCUMENT = re.compile(r"(?<![\w*{}<>./-])((?:[\w.-]+/)*\w[\w-]*\.md)\b")


def path(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def explained(file: Path) -> str:
    """The docstrings and comments of a module."""
    source = text(file)
    statements = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Expr))
    strings = [str(node.value.value) for node in statements if isinstance(node.value, ast.Constant)]
    return "\n".join([*strings, *re.findall(r"#[^\n]*", source)])


def unknown_in(words: str) -> set[str]:
    rules = set(re.findall(r"\b(?:S\d\.\d+|G\d+)\b", words)) - RULES.keys()
    promises = set(re.findall(r"\bpromise (\d+)", words)) - PROMISES
    decisions = set(re.findall(r"\bADR (\d+)", words)) - DECISIONS
    return rules | {f"promise {number}" for number in promises} | {f"ADR {number}" for number in decisions}


def missing_in(file: Path) -> set[str]:
    named = set(DOCUMENT.findall(re.sub(r"https?://\S+", "", text(file))))
    folders = (ROOT, file.parent, DOCS, DOCS / "adr")
    return {document for document in named if not any((folder / document).is_file() for folder in folders)}


def test_every_rule_promise_and_decision_that_is_named_is_known() -> None:
    assert {path(file): found for file in PRODUCT if (found := unknown_in(explained(file)))} == {}


def test_every_document_that_is_named_is_there() -> None:
    assert {path(file): found for file in FILES if (found := missing_in(file))} == {}


def test_the_glossary_is_named_with_its_place() -> None:
    vague = re.compile(r"\bthe glossary\b(?!.{0,30}docs/glossary\.md)", re.I | re.S)
    assert [path(file) for file in PRODUCT if vague.search(explained(file))] == []


def test_the_glossary_explains_the_terms_of_the_program() -> None:
    rows = re.findall(r"^\| ([^|]+) \|", text(DOCS / "glossary.md"), re.M)
    terms = {term for row in rows for term in row.split(", ")}
    assert {"executor", "unit of work", "case context", "action spec", "entry", "worklist", "outbox relay"} <= terms
