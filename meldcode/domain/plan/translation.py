"""A plan in another language than it was written in: the same plan, whose texts are replaced by their translations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError

from meldcode.domain.plan.appointments import translations_of_own
from meldcode.domain.plan.model import Plan

OF_FORMS = {"title", "button", "explain", "label", "hint", "missing", "text", "description", "reason", "none_of_reason"}
TEXTS = frozenset({*OF_FORMS, "prepare", "told", "name", "short"})
"""The keys of a plan whose value is shown to people."""
Loc = tuple[str | int, ...]


def in_language(plan: Plan, language: str) -> Plan:
    """Return the plan in this language, or the plan itself if it has no translation into it.

    Raises pydantic's ValidationError if a translation is longer than its field allows.
    """
    words = plan.translations.get(language)
    words = words and translations_of_own(language) | words
    return Plan.model_validate(_replaced(plan.model_dump(), lambda said: words.get(said, said))) if words else plan


def untranslated(plan: Plan) -> Iterator[tuple[Loc, str]]:
    """Yield what is wrong with the plan's translations: a plan is translated whole or not at all."""
    said: dict[str, Loc] = {}
    for loc, words in _texts(plan.written.model_dump(exclude={"translations"}), ()):
        said.setdefault(words, loc)
    for language, translations in plan.translations.items():
        for words, loc in said.items():
            if not translations.get(words, "").strip():
                yield loc, f"this has no translation into {language!r}: {words}"
        for words in translations.keys() - said.keys():
            yield ("translations", language, words), "nothing in the plan says this (any more)"
        yield from _too_long(plan, language)


def _too_long(plan: Plan, language: str) -> Iterator[tuple[Loc, str]]:
    try:
        in_language(plan, language)
    except ValidationError as error:
        for wrong in error.errors():
            yield wrong["loc"], f"its translation into {language!r}: {wrong['msg']}"


def _replaced(part: Any, translated: Callable[[str], str]) -> Any:
    if isinstance(part, dict):
        return {
            key: translated(value) if _is_text(key, value) else _replaced(value, translated)
            for key, value in part.items()
        }
    return tuple(_replaced(one, translated) for one in part) if isinstance(part, tuple) else part


def _texts(part: Any, loc: Loc) -> Iterator[tuple[Loc, str]]:
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, tuple) else ():
        if _is_text(key, value):
            yield (*loc, key), value
        else:
            yield from _texts(value, (*loc, key))


def _is_text(key: object, value: object) -> bool:
    """Conditions may have such keys too, as names of fields; their values are never plain texts."""
    return key in TEXTS and isinstance(value, str) and bool(value)
