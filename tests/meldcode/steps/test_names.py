"""G10: one name in many spellings is one name; names that are alike are found, and a placeholder is nobody's name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meldcode.domain.case.names import alike_to, is_placeholder, look_alike_keys, pupil_in, same_name
from meldcode.domain.case.state import Pupil
from meldcode.domain.plan.file import load_plan
from meldcode.domain.plan.forms import PUPIL_MEANINGS
from meldcode.domain.typed_text import same_group, without_group_word
from tests.meldcode.playing import SOURCE_PLAN

pytestmark = pytest.mark.rule("G10")
SAME = [
    ("Noor Jansen", "NOOR jansen"),
    ("Zoë Jansen", "Zoe\u0308 Jansen"),
    ("Anne-Marie Jansen", "Anne\u2011Marie Jansen"),
    ("Noor Jan\u00adsen", "No\u200bor\u2060 Jansen\u200e"),
    ("Tim van 't Hof", "Tim van ’t hof"),
    ("Tim de Vries", "Tim Vries"),
    ("Tim van den Berg", "Tim v.d. Berg"),
    ("Tim van den Berg", "Tim Berg, van den"),
    ("Tim Vandenberg", "Tim van den Berg"),
    ("Ægir Þorsson", "Aegir Thorsson"),
    ("Łukasz Œuvre", "lukasz oeuvre"),
    ("Işık Groß", "isik GROSS"),
    ("İbrahim Guðmundur", "ibrahim gudmundur"),
    ("Yusuf el Amrani", "Yusuf Amrani"),
]
ALIKE = [
    ("Tim Jansen", "Tim Janssen"),
    ("Tim Jansen", "Tim Jnasen"),
    ("Tim Bakker", "Tim Baker"),
    ("Tim Jansen", "Tim Hansen"),
    ("Tom Jansen", "Thomas Jansen"),
    ("Sanne Jansen", "Susanne Jansen"),
    ("Tim Meijer", "Tim Meyer"),
    ("Tim Schmidt", "Tim Smit"),
    ("Tim Kuiper", "Tim Kuyper"),
    ("Daan de Vries", "Daan Fries"),
    ("Noor Jansen", "Nour Jansen"),
    ("Kim Jansen", "Tim Jansen"),
    ("Bas Kok", "Sebastiaan Kok"),
    ("Lot Bos", "Charlotte Bos"),
    ("Lies Smit", "Elisabeth Smith"),
    ("Ali Demir", "Khalid Demir"),
]
OTHERS = [("Sem Jansen", "Daan Jansen"), ("Tim Jansen", "Tim Bakker"), ("Bo Li", "Jo Wu"), ("Tim Jansen", "Jansen Tim")]


def pupil(name: str) -> Pupil:
    first, last = name.split(" ", 1)
    return Pupil(first, last, "5")


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spelling_makes_no_other_name(one: str, other: str) -> None:
    assert same_name(pupil(one), pupil(other))
    assert look_alike_keys(pupil(one)) == look_alike_keys(pupil(other))


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_names_that_are_alike_are_found_and_not_the_same(one: str, other: str) -> None:
    assert alike_to(pupil(one))(pupil(other)) and alike_to(pupil(other))(pupil(one))
    assert not same_name(pupil(one), pupil(other))
    assert set(look_alike_keys(pupil(one))) & set(look_alike_keys(pupil(other)))


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_other_names_are_not_alike(one: str, other: str) -> None:
    assert not alike_to(pupil(one))(pupil(other))


@pytest.mark.parametrize(
    "name", ["Onbekend Onbekend", "? ?", "- -", "Nog Onbekend", "NN NN", "X X", "Tim Onbekend", "1 2", "\u200b \u200b"]
)
def test_a_placeholder_is_nobody(name: str) -> None:
    assert is_placeholder(pupil(name)) and look_alike_keys(pupil(name)) == ()
    assert not same_name(pupil(name), pupil(name)) and not alike_to(pupil(name))(pupil(name))


def test_a_group_is_the_same_with_and_without_the_word() -> None:
    assert same_group("5", "Groep 5 ") and same_group("5a", "5A")
    assert not same_group("5", "6") and not same_group("", "")


@given(st.text(max_size=12), st.text(max_size=12), st.sampled_from(["\u200b", "\u00ad", "\u202e", "\ufeff", "\u2066"]))
def test_what_nobody_can_see_never_counts(first: str, last: str, unseen: str) -> None:
    plain, marked = Pupil(first, last, "5"), Pupil(unseen.join(first), unseen + last, "5")
    assert look_alike_keys(plain) == look_alike_keys(marked)
    assert same_name(plain, marked) is not is_placeholder(plain)


@pytest.mark.parametrize(
    ("typed", "name"),
    [(" groep 5", "5"), ("Gr. 5a", "5a"), ("gr5", "5"), ("Groep Rood", "Rood"), ("Groen", "Groen"), ("groep", "groep")],
)
def test_the_word_before_a_group_is_not_stored(typed: str, name: str) -> None:
    assert without_group_word(typed) == name
    form = load_plan(SOURCE_PLAN).opening
    answers = dict(zip(map(form.id_of, PUPIL_MEANINGS), ("Tim", "Bos", typed), strict=True))
    assert pupil_in(form, answers) == Pupil("Tim", "Bos", name)
