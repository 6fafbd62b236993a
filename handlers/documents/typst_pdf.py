"""PDFs made by Typst: tagged and accessible (PDF/UA-1), with their font embedded, and reproducible.

Typst makes them in memory from data, so typed text is never read as markup and nothing is written to disk unencrypted.
Typst fails on characters that its font lacks, so those are named instead. Its errors quote typed text, so they are
replaced by PaperFailed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import typst

from handlers.i18n.texts import text

_SHOWN = (
    r"\n\x20-\x7e\xa0-\xac\xae-\u024f\u0391-\u03a1\u03a3-\u03c9\u0400-\u045f\u1e00-\u1eff\u2010-\u2027\u2030-\u2037"
    r"\u2039-\u203e\u20ac\u2190-\u2193\u2212"
)
"""What the font has: Latin with all accents, Greek, Cyrillic and punctuation."""
_NOT_SHOWN = re.compile(f"[^{_SHOWN}]+")


class PaperFailed(Exception):
    """The PDF could not be made. The message says nothing about its content."""


def compiled(template: bytes, paper: dict[str, Any]) -> bytes:
    """Return what the template makes of this data. Raises PaperFailed."""
    try:
        made = typst.compile(
            template,
            format="pdf",
            sys_inputs={"paper": json.dumps(_shown(paper), ensure_ascii=False)},
            pdf_standards="ua-1",
            ignore_system_fonts=True,
        )
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # an internal error of Typst is not an Exception
        raise PaperFailed(type(error).__name__) from None
    assert isinstance(made, bytes)  # noqa: S101 - asked for one file
    return made


def _shown(part: Any) -> Any:
    """Return the same values, with characters that the font lacks named in brackets."""
    if isinstance(part, dict):
        return {name: _shown(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_shown(value) for value in part]
    plain = unicodedata.normalize("NFC", part).replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _NOT_SHOWN.sub(lambda match: _named(match[0]), plain)


def _named(characters: str) -> str:
    seen = [c for c in characters if unicodedata.category(c) not in ("Cf", "Cc", "Mn")]
    if not seen:
        return ""
    if len(seen) > 2:  # noqa: PLR2004 - a word in a script that the font lacks
        return text("paper_not_shown", count=str(len(seen)))
    return "".join(f"[{unicodedata.name(c, f'U+{ord(c):04X}').lower()}]" for c in seen)
