"""The words on screen: *melden* is reporting to Veilig Thuis, one word for the pupil, and what people count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from handlers.i18n import texts
from handlers.i18n.catalogues import DUTCH, ENGLISH, LANGUAGES, sentences, use_language
from handlers.views import blocks as b
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.appointments import translations_of_own
from meldcode.domain.plan.file import PLANS, load_plan
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.plan.translation import in_language, untranslated

PLANS_BY_ID = {plan.plan: plan for plan in map(load_plan, sorted(PLANS.glob("*.yaml")))}
each_plan = pytest.mark.parametrize("plan", PLANS_BY_ID.values(), ids=PLANS_BY_ID)
each_language = pytest.mark.parametrize("language", LANGUAGES)

REPORTING = re.compile(r"\b(?:af|aan)?(?:meld(?:t|de|den|en)?|gemeld|melding)\b", re.IGNORECASE)
SIGNAL = re.compile(r"signa(?:al|len)|zag of hoorde|zie of hoor|collega's? (?:meld|geven)", re.IGNORECASE)


def said_by(plan: Plan) -> list[str]:
    """The Dutch texts of a plan, and of what the program adds to it."""
    return [*plan.translations[ENGLISH], *translations_of_own(ENGLISH)]


def dutch() -> Iterator[str]:
    yield from sentences(DUTCH).values()
    for plan in PLANS_BY_ID.values():
        yield from said_by(plan)


def test_reporting_is_to_veilig_thuis_and_a_signal_is_passed_on() -> None:
    said = [sentence for words in dutch() for sentence in re.split(r"(?<=[.!?:])\s+", words)]
    assert [sentence for sentence in said if REPORTING.search(sentence) and SIGNAL.search(sentence)] == []
    outside_plans = [words for words in sentences(DUTCH).values() if REPORTING.search(words)]
    assert [words for words in outside_plans if not re.search("Veilig Thuis|een melding", words)] == []


OTHERS = r"(?:ander(?:e)? kind|een kind nu|Raad voor de Kinder|kindermishandeling|andere kinderen)"


@each_plan
def test_a_plan_has_one_word_for_the_pupil(plan: Plan) -> None:
    said = [re.sub(OTHERS, "", words) for words in said_by(plan)]
    assert [words for words in said if re.search(r"\bkind(?:eren)?\b", words, re.IGNORECASE)] == []
    english = [
        re.sub(r"another child|other children|child abuse|Child Protection", "", t)
        for t in plan.translations[ENGLISH].values()
    ]
    assert [words for words in english if re.search(r"\bchild", words, re.IGNORECASE)] == []


SMALL = set(
    re.findall(
        r"\w+",
        """de het een van of en is er in aan door voor met bij op dit dat wat wie je jullie om nu zonder hoe
        vastleggen maken doorgeven laten
        the a an of or is to there with by it this that what who you for from how at about record up make on""",
    )
)
ALIKE = 4
"""Letters at the beginning by which two forms of one word are known: *weging*, *wegen*."""


def content(words: str) -> set[str]:
    """The words that carry the meaning, by their beginnings."""
    spelled = re.sub(r"\bVT\b", "Veilig Thuis", words).casefold()
    return {word[:ALIKE] for word in re.findall(r"[\w']+", spelled) if word not in SMALL}


def with_form(plan: Plan) -> Iterator[ActionSpec]:
    yield from (record for record in plan.records.values() if record.fields)


@each_language
@each_plan
def test_the_button_and_the_title_of_an_action_use_the_same_words(plan: Plan, language: str) -> None:
    spoken = in_language(plan, language)
    pairs = {record.id: (content(record.button), content(record.title)) for record in with_form(spoken)}
    assert {id_: both for id_, both in pairs.items() if not (both[0] <= both[1] or both[1] <= both[0])} == {}


@each_language
@each_plan
def test_a_title_that_asks_is_asked_in_the_form_in_the_same_words(plan: Plan, language: str) -> None:
    asking = [record for record in with_form(in_language(plan, language)) if record.title.endswith("?")]
    assert asking
    unlike = [r.title for r in asking if not any(content(r.title) <= content(field.label) for field in r.fields)]
    assert unlike == []


ALWAYS_MORE = {
    "since_more",
    "reminders_notification",
    "reminders_intro",
    "unusual_many",
    "unusual_at_night",
    "unusual_closed",
    "paper_not_shown",
}
"""Sentences that are only said of two or more."""


@each_language
def test_one_and_more_have_each_a_sentence(language: str) -> None:
    found = sentences(language)
    assert [words for words in found.values() if re.search(r"\w\((?:\W?\w{1,3})\)", words)] == []
    counting = {code for code, words in found.items() if re.search(r"\{count\} [a-z]", words)}
    base = {code.removesuffix("_one") for code in counting} - ALWAYS_MORE - {"since"}
    assert {code for code in base if f"{code}_one" not in found or code not in found} == set()


@each_plan
def test_english_says_all_that_dutch_says(plan: Plan) -> None:
    assert list(untranslated(plan.written)) == []
    same = {dutch for dutch, english in plan.translations[ENGLISH].items() if dutch == english}
    assert same <= {"Veilig Thuis"}


@dataclass(frozen=True)
class Turn:
    """Who acts: in which plan, for which action, and as it is said."""

    plan: str
    action: str
    said: str


TURNS = [
    Turn("heutink", "leader_told", "leerkracht, IB-er/zorgcoördinator en schoolleider"),
    Turn("heutink", "weighing", "leerkracht en IB-er/zorgcoördinator"),
    Turn("heutink", "consultation", "leerkracht samen met IB-er/zorgcoördinator of vertrouwenspersoon"),
    Turn("heutink", "safety", "IB-er/zorgcoördinator of schoolleider, met een collega"),
    Turn("heutink", "parents_talk", "IB-er/zorgcoördinator en schoolleider"),
    Turn("heutink", "taken_up", "IB-er/zorgcoördinator of vertrouwenspersoon"),
    Turn("heutink", "proposal", "IB-er/zorgcoördinator of schoolleider"),
]


@pytest.mark.rule("G1")
@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.action)
def test_and_where_the_plan_asks_for_all_of_them_or_where_either_will_do(turn: Turn) -> None:
    plan = PLANS_BY_ID[turn.plan]
    action = plan.records[turn.action]
    with use_language(DUTCH):
        assert texts.whose_turn(plan, action.by, action) == turn.said
        assert texts.whose_turn(plan, (Role.TEACHER, Role.SCHOOL_LEADER), None) == "leerkracht of schoolleider"


@each_language
def test_a_failure_names_whom_to_ask_or_says_to_try_later(language: str) -> None:
    found = sentences(language)
    assert "{administrator}" in found["trouble_ask"] and "{administrator}" not in found["trouble_later"]
    assert all("{reference}" in found[code] for code in ("trouble_ask", "trouble_later"))


@pytest.mark.parametrize(
    "words",
    ["de IB~er of", "om 2~schooldagen", "stap~3~over", "Stap~1~van 4", "groep~5", "112~of Veilig Thuis", "17.00~uur"],
)
def test_numbers_and_ib_er_stay_on_one_line(words: str) -> None:
    plain = words.replace("IB~er", "IB-er").replace("~", " ")
    tied = words.replace("IB~er", "IB\N{NON-BREAKING HYPHEN}er").replace("~", "\N{NO-BREAK SPACE}")
    assert b.plain(plain)["text"] == b.mrkdwn(plain)["text"] == tied
    assert b.typed(plain)[0]["text"]["text"] == plain, "what people typed stays as it is"
