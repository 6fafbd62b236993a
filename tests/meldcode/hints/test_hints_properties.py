from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meldcode.hints import Found, Masks, hedges, mark, masked, third_persons

pytestmark = pytest.mark.slow

PIECES = [
    *(
        "Sem",
        "sems",
        "De Vries",
        "de vries",
        "Daan",
        "daan",
        "Roos",
        "roos",
        "Emma de Boer",
        "El Amrani",
        "J.",
        "Wil",
        "Ab",
    ),
    *(
        "juf",
        "de moeder van",
        "mevrouw",
        "mw.",
        "en",
        "zei",
        "van der",
        "'s",
        "’s",
        "In Zwolle",
        "Den Haag",
        "mei",
        "groep 5",
    ),
    *("06-12345678", "123456782", "a@b.nl", "3-4-2025", "12 mei", "Dorpsstraat 1", "misschien", "lijkt", "ik denk"),
    *(
        '"',
        "“",
        "”",
        "‘",
        "’",
        "'",
        "«",
        "»",
        "„",
        ".",
        "!",
        "\n",
        "\n\n",
        "\x00",
        "🙂",
        "\u202e",
        "שלום",
        "مريم",
        "İ",
        "ǅ",
        "é",
        "e\u0301",
    ),
]
SENTENCES = st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join)
TEXTS = st.one_of(st.text(), SENTENCES, st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
NAMES = st.sampled_from(["Sem", "Roos", "Thomas", "Jan Peter", "Noor", "Élodie", "Anne-Marie", "Wil", "Özgür"])
SURNAMES = st.sampled_from(["de Vries", "Bakker", "van der Berg", "El Amrani", "Jansen-de Boer", "Yılmaz", "'t Hart"])
PUPILS = st.tuples(NAMES, SURNAMES)
KNOWN = st.lists(st.builds("{} {}".format, NAMES, SURNAMES), max_size=4)


def all_spots(text: str) -> list[list[Found]]:
    return [hedges(text), third_persons(text, pupil=("Sem", "de Vries"), known_names=["Daan Smit"])]


@pytest.mark.rule("S1.4")
@pytest.mark.rule("S1.5")
@given(TEXTS)
def test_spots_are_within_the_text_sorted_and_apart(text: str) -> None:
    for spots in all_spots(text):
        ends = [0, *(spot.end for spot in spots)]
        assert all(0 <= spot.start < spot.end <= len(text) for spot in spots)
        assert all(end <= spot.start for end, spot in zip(ends, spots, strict=False))


@pytest.mark.rule("S1.4")
@pytest.mark.rule("S1.5")
@given(TEXTS)
def test_marks_leave_the_text_whole(text: str) -> None:
    for spots in all_spots(text):
        assert mark(text, spots, before="", after="") == text
        assert mark(text, spots, before="\ue000", after="\ue001").translate(
            {0xE000: None, 0xE001: None}
        ) == text.translate({0xE000: None, 0xE001: None})


@pytest.mark.rule("S1.5")
@given(TEXTS, st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_any_pupil_and_any_known_names_will_do(text: str, first: str, last: str, known: list[str]) -> None:
    third_persons(text, pupil=(first, last), known_names=known)
    masked(text, pupil=(first, last), known_names=known, words=Masks())


@pytest.mark.rule("S1.5")
@given(PUPILS, KNOWN, SENTENCES)
def test_the_pupils_own_name_is_never_found(pupil: tuple[str, str], known: list[str], around: str) -> None:
    first, last = pupil
    text = f"{around} {first}. {around} {first} {last}. {last}, {around}"
    found = third_persons(text, pupil=pupil, known_names=[*known, f"{first} {last}"])
    own = {name.casefold() for name in (first, last, f"{first} {last}")}
    assert not [spot for spot in found if text[spot.start : spot.end].casefold() in own]


@pytest.mark.rule("S2.2")
@settings(max_examples=300)
@given(PUPILS, KNOWN, st.lists(SENTENCES, min_size=1, max_size=3))
def test_a_draft_holds_no_name_and_no_spot(pupil: tuple[str, str], known: list[str], texts: list[str]) -> None:
    words = Masks()
    for text in (f"{text} {pupil[0]} {pupil[1]}." for text in texts):
        draft = masked(text, pupil=pupil, known_names=known, words=words)
        found = third_persons(text, pupil=pupil, known_names=known)
        for said in {*pupil, *(text[spot.start : spot.end] for spot in found)}:
            assert not re.search(rf"(?<!\w){re.escape(said)}(?!\w)", draft), said


@pytest.mark.rule("S2.2")
@given(PUPILS, st.lists(TEXTS, max_size=3))
def test_drafts_are_reproducible(pupil: tuple[str, str], texts: list[str]) -> None:
    first, second = Masks(), Masks()
    for text in texts:
        assert masked(text, pupil=pupil, words=first) == masked(text, pupil=pupil, words=second)


@pytest.mark.rule("S1.4")
@pytest.mark.rule("S1.5")
@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "A. ",
        "' ",
        "'a ",
        "‘a ",
        '"',
        "\n ",
        "“",
        "1 ",
        "06-",
        "a@",
        "a.",
        "van de ",
        "Daan ",
        "Sem ",
        "Daan en ",
        "🙂",
        "-",
        "12-",
    ],
)
def test_long_texts_take_no_longer_than_they_are(piece: str) -> None:
    text = (piece * 20_000)[:40_000]
    all_spots(text)
    masked(text, pupil=("Sem", "de Vries"), words=Masks())
