"""Step 2: consult the SWV or the ZAT, without naming a pupil whose parents do not know."""

from __future__ import annotations

import pytest

from meldcode.application.actor import actor_of
from meldcode.application.cases.open_form import Begun, FormView, refilled
from meldcode.domain.case.state import Answer
from tests.meldcode.playing import BEA, FATIMA, KARIN, MEHMET, SANNE, Actor, Play

TOGETHER = "present S2.1"
ANONYMOUS = "names_pupil"


@pytest.fixture
def at_consult(play: Play) -> Play:
    play.reach("consult")
    return play


@pytest.mark.rule("S2.1")
@pytest.mark.parametrize("other", [KARIN, BEA])
@pytest.mark.parametrize("consulted", ["swv", "zat"])
def test_a_consultation_completes_the_step(at_consult: Play, other: Actor, consulted: str) -> None:
    state = at_consult.record("consultation", by=other, present=[SANNE, other], consulted=consulted).state
    assert state.step == "talk"
    kept = state.standing["consultation"].answers
    assert (kept["consulted_on"], kept["consulted"]) == (str(at_consult.now.date()), consulted)
    assert kept["present"] == tuple(str(at_consult.person(actor).id) for actor in (SANNE, other))
    assert kept["advice"]


@pytest.mark.rule("S2.1")
@pytest.mark.parametrize("present", [[SANNE], [KARIN], [KARIN, BEA], [MEHMET, KARIN], [SANNE, FATIMA], [SANNE, SANNE]])
def test_the_teacher_and_one_of_the_others_take_part(at_consult: Play, present: list[Actor]) -> None:
    assert at_consult.refused("consultation", by=SANNE, present=present) == {"present": TOGETHER}


@pytest.mark.rule("S2.1")
@pytest.mark.parametrize("left_out", ["parents_informed", "consulted_on", "present", "consulted", "advice"])
def test_a_consultation_says_when_who_with_whom_and_what(at_consult: Play, left_out: str) -> None:
    assert at_consult.refused("consultation", by=SANNE, **{left_out: ""}) == {left_out: "required"}


@pytest.mark.rule("S2.2")
def test_whether_the_parents_know_is_asked_first(at_consult: Play) -> None:
    for record in ("anonymous_summary", "consultation"):
        first = at_consult.form(record, by=SANNE).record.fields[0]
        assert (first.label, first.default) == ("Weten de ouders van de zorgen?", "")


@pytest.mark.rule("S2.2")
@pytest.mark.parametrize("advice", ["Noor moet gezien worden.", "noors moeder bellen", "Praat met de familie Jansen."])
def test_when_they_do_not_know_the_advice_cannot_name_the_pupil(at_consult: Play, advice: str) -> None:
    assert at_consult.refused("consultation", by=SANNE, parents_informed="no", advice=advice) == {"advice": ANONYMOUS}
    at_consult.record("consultation", by=SANNE, parents_informed="no", advice="De leerling moet gezien worden.")


@pytest.mark.rule("S2.2")
def test_when_they_know_the_advice_can_name_the_pupil(at_consult: Play) -> None:
    assert at_consult.record("consultation", by=SANNE, advice="Praat met Noor.").state.step == "talk"


@pytest.mark.rule("S2.2")
def test_the_anonymous_summary_is_drafted_and_confirmed_by_a_person(play: Play) -> None:
    play.signal(what="Noor zei: ik wil niet naar huis.")
    play.reach("consult")
    asked = play.form("anonymous_summary", by=KARIN)
    assert [field.id for field in asked.record.fields] == ["parents_know"]
    form = form_after(play, KARIN, "anonymous_summary", {"parents_know": "no"})
    draft = str(form.initial["summary"])
    assert "ik wil niet naar huis" in draft and "Noor" not in draft
    named = play.refused("anonymous_summary", by=KARIN, parents_know="no", summary="Noor wil niet naar huis.")
    assert named == {"summary": ANONYMOUS}
    play.record("anonymous_summary", by=KARIN, parents_know="no", summary=draft)
    assert play.state().step == "consult"


@pytest.mark.rule("S2.2")
def test_no_anonymous_summary_is_asked_when_the_parents_know(at_consult: Play) -> None:
    at_consult.record("anonymous_summary", by=SANNE, parents_know="yes", summary="Noor wil niet naar huis.")
    assert set(at_consult.entries()[-1].answers) == {"parents_know"}


def form_after(play: Play, by: Actor, record: str, answers: dict[str, Answer]) -> FormView:
    """The form as it is shown again after these answers."""
    with play.transaction() as uow:
        command = Begun(record, play.code, answers=answers)
        return refilled(uow, actor_of(uow, by.identity), command, {*answers}, play.now)


ORDINARY = [
    ("Dan", "Als het niet lukt, dan bellen we."),
    ("Wil", "Zij wil eerst praten."),
    ("Max", "Max. tien minuten."),
]


@pytest.mark.rule("S2.2")
@pytest.mark.parametrize(("name", "advice"), [*ORDINARY, ("Dan", "Dan bellen we.")])
def test_an_ordinary_word_that_is_the_pupils_name_is_asked_about(play: Play, name: str, advice: str) -> None:
    play.signal(first_name=name, what="Er was geen brood.")
    play.reach("consult")
    asked = play.review("consultation", by=SANNE, parents_informed="no", advice=advice)
    assert [spot.kind for spot in asked.found["advice"]] == ["own_name"]
    assert play.record("consultation", by=SANNE, parents_informed="no", advice=advice).state.step == "talk"


@pytest.mark.rule("S2.2")
def test_a_last_name_that_is_a_word_is_asked_about_where_a_sentence_begins(play: Play) -> None:
    play.signal(last_name="Klein", what="Er was geen brood.")
    play.reach("consult")
    assert play.refused("consultation", by=SANNE, parents_informed="no", advice="Bel de familie Klein.") == {
        "advice": ANONYMOUS
    }
    assert play.review("consultation", by=SANNE, parents_informed="no", advice="Klein beginnen.").found.keys() == {
        "advice"
    }
    play.record("consultation", by=SANNE, parents_informed="no", advice="Begin met een klein gesprek.")


@pytest.mark.rule("S2.2")
@pytest.mark.parametrize(("name", "advice"), [("Dan", "Praat met Dan."), ("Max", "De moeder van Max bellen.")])
def test_such_a_name_with_a_capital_within_a_sentence_is_refused(play: Play, name: str, advice: str) -> None:
    play.signal(first_name=name, what="Er was geen brood.")
    play.reach("consult")
    assert play.refused("consultation", by=SANNE, parents_informed="no", advice=advice) == {"advice": ANONYMOUS}
