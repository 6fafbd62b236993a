"""What one record is called: its button, its title and its question use the same words, in every plan and language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.translation import in_language

SMALL = {
    "nl": set(re.findall(r"\w+", "de het een van met bij door of om te is er wat wie dit nu kan")),
    "en": set(re.findall(r"\w+", "the a of with by or to is it from for")),
}
"""Words that may be left out of a button, which has 24 characters."""
PEOPLE = re.compile(r"\b(?:VT|IB|VP|AF|ZC)\b(?!-er)")
"""Abbreviations that nobody outside the field can read. SWV and ZAT are the plan's own, and said in full before."""
BOTH = pytest.mark.parametrize(
    ("plan", "language"),
    [
        pytest.param(in_language(load_plan(path), language), language, id=f"{path.stem}-{language}")
        for path in shipped_plans()
        for language in SMALL
    ],
)


def said(words: str, language: str) -> set[str]:
    return set(re.findall(r"[\w-]+", words.casefold())) - SMALL[language]


def texts(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        yield from (text for key, value in part.items() if key != "translations" for text in texts(value))
    elif isinstance(part, list | tuple):
        yield from (text for value in part for text in texts(value))


@BOTH
def test_a_button_says_what_its_form_and_the_logbook_say(plan: Plan, language: str) -> None:
    for record in (one for one in plan.records.values() if not plan.is_mark(one)):
        button, title = said(record.button, language), said(record.title, language)
        assert button <= title or title <= button, (record.id, record.button, record.title)
        if len(record.title) <= len(record.button):
            assert title <= button, (record.id, record.button, record.title)


@BOTH
def test_a_title_that_asks_something_is_a_question_of_the_form(plan: Plan, language: str) -> None:
    asking = [record for record in plan.records.values() if record.title.endswith("?")]
    assert len(asking) > 1
    for record in asking:
        assert any(said(record.title, language) <= said(field.label, language) for field in record.fields), record.id


@BOTH
def test_a_form_to_fill_in_is_not_called_by_what_was_done(plan: Plan, language: str) -> None:
    """But for what is done outside the program: somebody called, or kept an appointment."""
    done = {"nl": r"(?:^| )(?:ge\w+d|\w+gedragen|ver\w+t|vervallen)$", "en": r"(?:^| )\w+ed$"}
    outside = (Effect.FAST_LANE, Effect.SETTLES, Effect.DROPS)
    forms = [r for r in plan.records.values() if r.fields and not r.agrees_with and r.effect not in outside]
    assert [r.title for r in forms if re.search(done[language], r.title)] == []


@BOTH
def test_no_role_and_no_organisation_is_abbreviated(plan: Plan, language: str) -> None:
    assert language in SMALL
    found = [text for text in texts(plan.written.model_dump(mode="json")) if PEOPLE.search(text)]
    assert found == []
