"""Every message says what is asked and by when: both plans have the words for it (issue 14, point 7)."""

from __future__ import annotations

from pathlib import Path

import pytest

from meldcode.domain.plan.file import load_plan, parse_plan, shipped_plans
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.translation import in_language

PLANS = [load_plan(path) for path in shipped_plans()]
LANGUAGES = ("nl", "en")
BEFORE = sorted(Path(__file__).parent.glob("version_*/*.yaml"))


def without_words(plan: Plan) -> list[str]:
    """What is asked of somebody without a sentence for it, or without a day; and what is told without words."""
    asked = [
        (step, record)
        for step in plan.steps
        for record in step.records
        if not record.optional or record.agrees_with or (step.deadline and record.id in step.deadline.counted)
    ]
    records = [record for _, record in asked] + [record for record in plan.always if record.agrees_with]
    silent = [f"{record.id} {role}" for record in records for role in record.by if not record.ask_of(role)]
    undated = [step.id for step, _ in asked if step.deadline is None]
    told = [f"{record.id} tells" for record in plan.records.values() for tell in record.tell if not tell.text]
    return sorted([*silent, *undated, *told, *(outcome.id for outcome in plan.outcomes if not outcome.told)])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.plan)
def test_whatever_a_plan_asks_it_has_a_sentence_and_a_day_for(plan: Plan, language: str) -> None:
    assert without_words(in_language(plan, language)) == []


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.plan)
def test_a_sentence_can_be_followed_by_its_day(plan: Plan) -> None:
    said = [ask.text for record in plan.records.values() for ask in record.ask]
    assert [text for text in said if text[-1] in ".!?" or not text[0].isupper()] == []


def test_a_record_that_is_added_without_a_sentence_is_found() -> None:
    text = shipped_plans()[0].read_text(encoding="utf-8")
    asked, translation = "        ask: Pak het signaal op\n", '    "Pak het signaal op": "Take up the signal"\n'
    assert text.count(asked) == text.count(translation) == 1
    plan = parse_plan(text.replace(asked, "").replace(translation, ""), "heutink.yaml")
    assert without_words(plan) == [f"taken_up {role}" for role in ("care_coordinator", "confidant")]


@pytest.mark.parametrize("path", BEFORE, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_plan_of_before_asks_nothing_in_words_and_stays_valid(path: Path) -> None:
    plan = load_plan(path)
    assert {record.ask_of(role) for record in plan.records.values() for role in record.by} == {""}
