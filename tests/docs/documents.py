"""The Markdown files of the project, and their parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
TOUR, INSTALL, MANY_SCHOOLS = DOCS / "tour.md", DOCS / "install.md", DOCS / "many-schools.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])

_LINK = re.compile(r"(?<!`)!?\[[^\]\n]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.S)


def name(document: Path) -> str:
    """The file's path in the project."""
    return document.relative_to(ROOT).as_posix()


def text(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def prose(document: Path) -> str:
    """The text without code."""
    return _CODE.sub(" ", text(document))


def code(document: Path) -> str:
    """Only the code: blocks, and text between backticks."""
    return "\n".join(_CODE.findall(text(document)))


def relative_links(document: Path) -> Iterator[tuple[str, Path, str]]:
    """Each link to a file: as written, its target, and the heading that it names."""
    for link in _LINK.findall(prose(document)):
        if "://" not in link and not link.startswith("mailto:"):
            path, _, heading = link.partition("#")
            yield link, (document.parent / path if path else document), heading


def headings(document: Path) -> set[str]:
    """The anchors of the document's headings, as on the web."""
    found = re.findall(r"^#{1,6} +(.+)$", re.sub(r"```.*?```", "", text(document), flags=re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.casefold()).replace(" ", "-") for heading in found}


def section(document: Path, heading: str) -> str:
    """The text below this heading of the second level."""
    _, _, below = text(document).partition(f"\n## {heading}\n")
    return below.partition("\n## ")[0]


def table(document: Path, under: str) -> list[list[str]]:
    """The rows of the first table under this heading, without its head, each cell without backticks."""
    _, _, below = text(document).partition(f"\n{under}\n")
    lines = re.search(r"^\|.*(?:\n\|.*)*", below, re.M)
    rows = lines[0].splitlines()[2:] if lines else []
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]
