"""How well the hints do on sentences that nothing was tuned on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from meldcode.domain.yaml_text import read_yaml
from meldcode.hints import Found, hedges, third_persons

LABEL = re.compile(r"\{(\w+):([^}]*)\}")


def labelled(sentence: str) -> tuple[str, list[tuple[str, int, int]]]:
    text, last, spots = "", 0, []
    for match in LABEL.finditer(sentence):
        text += sentence[last : match.start()]
        spots.append((match[1], len(text), len(text) + len(match[2])))
        text += match[2]
        last = match.end()
    return text + sentence[last:], spots


def outcomes(name: str) -> Iterator[tuple[list[Found], list[tuple[str, int, int]]]]:
    for group in read_yaml((Path(__file__).parent / f"hint_sentences_{name}.yaml").read_text(encoding="utf-8")).value:
        for sentence in group["sentences"]:
            text, spots = labelled(sentence)
            names = third_persons(text, pupil=tuple(group["pupil"]), known_names=group["known"])
            yield names + hedges(text), spots


def hits(found: list[Found], spots: list[tuple[str, int, int]]) -> int:
    return sum(
        any(one.kind == kind and start < one.end and one.start < end for one in found) for kind, start, end in spots
    )


def figures(name: str) -> tuple[float, float]:
    hit = said = meant = 0
    for found, spots in outcomes(name):
        hit, said, meant = hit + hits(found, spots), said + len(found), meant + len(spots)
    return hit / said, hit / meant


@pytest.mark.rule("S1.4")
@pytest.mark.rule("S1.5")
@pytest.mark.parametrize("name", ["tune", "held_out"])
def test_precision_and_recall_hold(name: str) -> None:
    precision, recall = figures(name)
    assert precision >= 0.90
    assert recall >= 0.80
