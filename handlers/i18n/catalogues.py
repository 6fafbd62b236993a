"""The catalogues of sentences: one gettext file in `locale` for each language, keyed by code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import MappingProxyType

import polib

FOLDER = Path(__file__).parent / "locale"
DUTCH, ENGLISH = "nl", "en"
LANGUAGES = (DUTCH, ENGLISH)
_spoken: ContextVar[str] = ContextVar("language", default=DUTCH)


def language() -> str:
    """Return the language of the person who is answered now."""
    return _spoken.get()


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Use this language within this task and the threads that it starts."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


@cache
def sentences(language: str) -> Mapping[str, str]:
    """Return the sentences of this language by code; its file is read once. Raises OSError if there is none."""
    entries = polib.pofile((FOLDER / f"{language}.po").read_text(encoding="utf-8"))
    return MappingProxyType({entry.msgid: entry.msgstr for entry in entries})
