"""The catalogues of the practice workspace: complete, alike, and in step with the program."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import practice
from practice.i18n import DUTCH, ENGLISH, LANGUAGES, language, language_for, sentences, text, use_language
from practice.state.faults import FAILURES, LOST_ANSWERS, SLOW_SECONDS, SWITCHES
from practice.web.pages import TABS
from practice.web.rendering import IN_SCRIPTS
from practice.web.traffic import FILTERS

FOLDER = Path(practice.__file__).parent
SOURCES = [*FOLDER.rglob("*.py"), *FOLDER.rglob("*.html"), *FOLDER.rglob("*.js")]
CODE = re.compile(r"""(?:\btext|\bt)\(\s*["']([a-z_-]+)["'](?! ~)""")
CHOICE = re.compile(r"""(?:\btext|\bt)\(\s*"([a-z_]+)" if [a-z_.]+ else "([a-z_]+)\"""")


def codes_in_the_program() -> set[str]:
    sources = "\n".join(file.read_text(encoding="utf-8") for file in SOURCES)
    both = {code for pair in CHOICE.findall(sources) for code in pair}
    switches = {f"fault_{name}{end}" for name in SWITCHES for end in ("", "_explained")}
    return {*CODE.findall(sources), *both, *IN_SCRIPTS, *switches, *(f"tab_{tab}" for tab in TABS),
            *(f"filter_{name}" for name in FILTERS)}  # fmt: skip


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_program_is_in_the_catalogue(language: str) -> None:
    codes = codes_in_the_program()
    assert len(codes) > 100
    assert codes <= sentences(language).keys()
    assert all(sentences(language).values())


def test_the_languages_say_the_same() -> None:
    dutch, english = sentences(DUTCH), sentences(ENGLISH)
    assert list(dutch) == list(english)
    assert [code for code in dutch if placeholders(dutch[code]) != placeholders(english[code])] == []


def test_no_sentence_is_left_over() -> None:
    sources = "\n".join(file.read_text(encoding="utf-8") for file in SOURCES)
    unused = [code for code in sentences(DUTCH).keys() - codes_in_the_program() if f'"{code}"' not in sources]
    assert [code for code in unused if not code.startswith(("reason_", "failure_", "mark_"))] == []


def test_the_explanations_of_the_switches_are_true() -> None:
    assert f" {FAILURES} verzoeken" in text("fault_te-vaak_explained")
    assert f" {FAILURES} verzoeken" in text("fault_storing_explained")
    assert f" {LOST_ANSWERS} verzoeken" in text("fault_geen-antwoord_explained")
    assert f" {SLOW_SECONDS:.0f} seconden" in text("fault_traag_explained")


def test_the_language_is_that_of_the_reader() -> None:
    assert {locale: language_for(locale) for locale in ("nl-NL", "en-GB", "en-US", "de-DE", "")} == {
        "nl-NL": "nl", "en-GB": "en", "en-US": "en", "de-DE": "nl", "": "nl",
    }  # fmt: skip
    with use_language(ENGLISH):
        assert (language(), text("send")) == ("en", "Send")
    assert (language(), text("send")) == ("nl", "Verstuur")
