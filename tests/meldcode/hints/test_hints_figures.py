"""How well the hints do; nothing was tuned on the sets `held_out` and `unseen`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from subprocess import check_output
from sys import executable
from time import process_time

import pytest

from meldcode.domain.yaml_text import read_yaml
from meldcode.hints import Found, hedges, third_persons

SETS = ("tune", "tune_again", "held_out", "unseen")
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


def texts(name: str) -> list[str]:
    groups = read_yaml((Path(__file__).parent / f"hint_sentences_{name}.yaml").read_text(encoding="utf-8")).value
    return [labelled(sentence)[0] for group in groups for sentence in group["sentences"]]


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
@pytest.mark.parametrize("name", SETS)
def test_precision_and_recall_hold(name: str) -> None:
    precision, recall = figures(name)
    assert precision >= 0.95
    assert recall >= 0.95


@pytest.mark.rule("S1.5")
def test_sentences_without_names_are_left_alone() -> None:
    without = [found for found, spots in outcomes("unseen") if not spots]
    assert len(without) > 100
    alarms = sum(bool(found) for found in without)
    assert alarms / len(without) <= 2 / 50, "at most two false alarms in fifty"


def test_a_sentence_takes_a_millisecond() -> None:
    sentences = [text for name in SETS for text in texts(name)]
    took = min(_seconds(sentences) for _ in range(5))
    assert took / len(sentences) < 0.001


def _seconds(sentences: list[str]) -> float:
    start = process_time()
    for sentence in sentences:
        third_persons(sentence, pupil=("Xylia", "Qwertstra"))
        hedges(sentence)
    return process_time() - start


@pytest.mark.slow
def test_the_lists_take_less_than_a_hundred_megabytes() -> None:
    code = "import tracemalloc as t; t.start(); from meldcode.hints.word_lists import read_all; read_all()"
    most = check_output([executable, "-c", f"{code}; print(t.get_traced_memory()[1])"], text=True)
    assert int(most) < 100_000_000
