from __future__ import annotations

import pytest

from meldcode.hints import Masks, masked

SEM = ("Sem", "de Vries")


def draft(text: str, words: Masks | None = None, *known: str) -> str:
    return masked(text, pupil=SEM, known_names=known, words=words or Masks())


@pytest.mark.rule("S2.2")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sem huilde.", "De leerling huilde."),
        ("Ik zag sem de vries en Sems tas.", "Ik zag de leerling en de leerling's tas."),
        ("Daan sloeg Emma, en Emma's jas scheurde.", "Persoon A sloeg persoon B, en persoon B's jas scheurde."),
        ("Mevrouw de Vries belde.", "Mevrouw persoon A belde."),
        (
            "Bel 06-12345678 of a@b.nl, bsn 123456782.",
            "Bel [telefoonnummer] of [e-mailadres], bsn [burgerservicenummer].",
        ),
        ("Op 12 maart 2025, 3-4-2025 en 2024-05-06.", "Op [datum], [datum] en [datum]."),
        ("Om 10.15 uur in groep 5/6, 3/4 keer.", "Om 10.15 uur in groep 5/6, 3/4 keer."),
        ("Hij woont in Zwolle, Dorpsstraat 12a, 8011 AB.", "Hij woont in [plaats], [plaats], [plaats]."),
        ("Oma uit Den Haag kwam.", "Oma uit [plaats] kwam."),
    ],
)
def test_who_where_and_when_give_way_to_neutral_words(text: str, expected: str) -> None:
    assert draft(text) == expected


@pytest.mark.rule("S2.2")
def test_a_person_keeps_the_letter_through_the_texts_of_a_case() -> None:
    words = Masks()
    texts = ["Ik zag Daan en Emma Bakker.", "emma zag Emma Bakker.", "Ook Noah en daan kwamen."]
    assert [draft(text, words) for text in texts] == [
        "Ik zag persoon A en persoon B.",
        "Persoon B zag persoon B.",
        "Ook persoon C en persoon A kwamen.",
    ]


@pytest.mark.rule("S2.2")
def test_the_same_texts_give_the_same_draft() -> None:
    texts = ["Ik zag Daan, Emma en Noah.", "Fatima zag Daan."]
    first, second = Masks(), Masks()
    assert [draft(text, first) for text in texts] == [draft(text, second) for text in texts]


@pytest.mark.rule("S2.2")
def test_there_are_letters_for_everybody() -> None:
    words = Masks()
    said = [words.person(f"Naam{chr(97 + i // 26)}{chr(97 + i % 26)}") for i in range(30)]
    assert said[25:28] == ["persoon Z", "persoon AA", "persoon AB"]


@pytest.mark.rule("S2.2")
def test_the_mapping_does_not_show() -> None:
    words = Masks()
    draft("Ik zag Daan.", words)
    assert "daan" not in repr(words).casefold()
