"""The catalogues: every sentence in every language, whole, within Slack's limits, and used."""

from __future__ import annotations

import re
import string
from collections import Counter

import polib
import pytest

from handlers.i18n.catalogues import DUTCH, FOLDER, LANGUAGES, sentences
from tests.handlers import codes

each_language = pytest.mark.parametrize("language", LANGUAGES)
EVERY_SECTION = 3000


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def marks(sentence: str) -> Counter[str]:
    """What Slack shows as bold, code or quotation, and the commands and numbers that stay as they are."""
    return Counter(re.findall(r"\*|`|«|»|\n|/signaal|/meldcode(?: [a-z]+)?|\d[\d-]+", sentence))


@each_language
def test_every_language_has_every_sentence(language: str) -> None:
    assert list(sentences(language)) == list(sentences(DUTCH)), "the same codes in the same order"


@each_language
def test_no_sentence_is_empty_or_doubtful_or_there_twice(language: str) -> None:
    source = (FOLDER / f"{language}.po").read_text(encoding="utf-8")
    found = polib.pofile(source)
    assert [message.msgid for message in found if not message.msgstr or message.fuzzy] == []
    twice = [code for code, times in Counter(re.findall(r'(?m)^msgid "(.+)"$', source)).items() if times > 1]
    assert twice == []
    assert "#~" not in source, "what is no longer used is taken out"


@each_language
@pytest.mark.parametrize("of", [placeholders, marks], ids=lambda of: str(of.__name__))
def test_the_same_is_filled_in_and_marked(language: str, of: object) -> None:
    assert callable(of)
    dutch = {code: of(sentence) for code, sentence in sentences(DUTCH).items()}
    assert {code: of(sentence) for code, sentence in sentences(language).items()} == dutch


@each_language
def test_no_sentence_is_longer_than_slack_takes(language: str) -> None:
    found, limits = sentences(language), dict(codes.label_limits())
    assert limits["save"] == 24 and limits["open_case"] == 75 and limits["same_confirm"] == 300
    shown = {code: len(re.sub(r"{\w+}", "26-K7QX", sentence)) for code, sentence in found.items()}
    assert {code: length for code, length in shown.items() if length > limits.get(code, EVERY_SECTION)} == {}


def test_every_code_that_is_used_exists() -> None:
    assert {code for code in codes.said() if code} - set(sentences(DUTCH)) == set()


def test_every_code_that_exists_is_used() -> None:
    used = re.compile("|".join(sorted(codes.patterns())))
    assert [code for code in sentences(DUTCH) if not used.fullmatch(code)] == []


@each_language
def test_an_empty_tab_names_the_button_as_it_is_called(language: str) -> None:
    assert f"*{sentences(language)['report']}*" in sentences(language)["home_empty_teacher"]
