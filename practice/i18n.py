"""The sentences of the practice workspace itself, by code: one gettext file (.po) for each language in `locale`."""

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
_language: ContextVar[str] = ContextVar("practice_language", default=DUTCH)


def language() -> str:
    """Return the language of the page that is made now."""
    return _language.get()


def language_for(locale: str) -> str:
    """Return the language for somebody with this Slack locale: English for "en-GB", else Dutch."""
    return ENGLISH if locale.startswith(ENGLISH) else DUTCH


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Make sentences in this language, in this task and the threads that it starts."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def sentences(language: str) -> Mapping[str, str]:
    """Return the sentences of a language by code. Its file is read once."""
    entries = polib.pofile((FOLDER / f"{language}.po").read_text(encoding="utf-8"))
    return MappingProxyType({entry.msgid: entry.msgstr for entry in entries})


def text(code: str, /, **values: object) -> str:
    """Return a sentence with its values filled in. Raises KeyError for an unknown code."""
    return sentences(language())[code].format(**values)


def text_if_known(code: str) -> str:
    """Return a sentence without values, or nothing for an unknown code."""
    return sentences(language()).get(code, "")
