"""What docstrings, comments and documents refer to exists: rules, promises, decisions and documents."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.documents import DOCS, ROOT, headings, text
from tests.rule_table import RULES

PACKAGES = ("bot", "handlers", "storage", "meldcode", "practice")
PRODUCT = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
WRITTEN = (*PACKAGES, "tests", "bench", "docs")
FILES = sorted(
    file for folder in WRITTEN for ending in ("py", "md", "po", "yaml") for file in (ROOT / folder).rglob(f"*.{ending}")
)
GLOSSARY = DOCS / "glossary.md"
DOCUMENT = re.compile(r"(?<![\w*{}<>./-])((?:[\w.-]+/)*\w[\w-]*\.md)\b")


def path(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def explained(file: Path) -> str:
    """The docstrings and comments of a module, without its other strings."""
    source = text(file)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = list(ast.walk(ast.parse(source)))
    strings = [node.value for node in nodes if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    docstrings = [ast.get_docstring(node) or "" for node in nodes if isinstance(node, documented)]
    comments = re.findall(r"#[^\n]*", source)
    return "\n".join([*docstrings, *(str(string.value) for string in strings), *comments])


@pytest.mark.parametrize("file", PRODUCT, ids=path)
def test_every_rule_and_promise_that_is_named_is_known(file: Path) -> None:
    words = explained(file)
    rules = set(re.findall(r"\b(?:S\d\.\d+|G\d+)\b", words)) - RULES.keys()
    promises = {f"promise {n}" for n in re.findall(r"\bpromise (\d+)", words)} - set(promises_of_the_threat_model())
    decisions = {n for n in re.findall(r"\bADR (\d+)", words) if not list((DOCS / "adr").glob(f"{int(n):04}-*.md"))}
    assert rules | promises | decisions == set()


def promises_of_the_threat_model() -> Iterator[str]:
    for number in re.findall(r"^### (\d+)\.", text(DOCS / "threat-model.md"), re.M):
        yield f"promise {number}"


@pytest.mark.parametrize("file", FILES, ids=path)
def test_every_document_that_is_named_is_there(file: Path) -> None:
    named = set(DOCUMENT.findall(re.sub(r"https?://\S+", "", text(file)))) - {"CHANGELOG.md"}
    places = (ROOT, file.parent, DOCS, DOCS / "adr")
    assert [document for document in named if not any((place / document).is_file() for place in places)] == []


@pytest.mark.parametrize("file", PRODUCT, ids=path)
def test_the_glossary_is_named_with_its_file(file: Path) -> None:
    assert not re.search(r"\bthe glossary\b(?!.{0,30}docs/glossary\.md)", explained(file), re.I | re.S)


def test_the_glossary_explains_the_names_of_the_program() -> None:
    terms = {term.strip() for row in re.findall(r"^\| ([^|]+) \|", text(GLOSSARY), re.M) for term in row.split(",")}
    assert {"executor", "unit of work", "case context", "action spec", "entry", "worklist", "outbox relay"} <= terms
    assert {"the-domain", "the-program"} <= headings(GLOSSARY)
