"""What somebody typed is something that can be seen, on a day that a pupil can have lived (S1.2)."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.platform.forms.form_state import ANSWER, answers_of
from handlers.views.pupils.names import pupil_name
from meldcode.domain.case.state import Pupil
from meldcode.domain.forms import form_rules
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.file import load_plan
from meldcode.domain.plan.forms import FieldKind
from meldcode.domain.typed_text import is_visible
from tests.meldcode.playing import KARIN, SANNE, SOURCE_PLAN, Play

pytestmark = pytest.mark.rule("S1.2")
UNSEEN = [
    "\u200b",
    " \n",
    "\u00ad\u2060",
    "\u202e\u202c",
    "\ufeff",
    "\u3164",
    "\u2800",
    "\u0301",
    "\u2066\u2069",
    "\x00",
]
PLAN = load_plan(SOURCE_PLAN)
TEXTS = [
    (record.id, field.id)
    for record in PLAN.records.values()
    for field in record.fields
    if field.kind in (FieldKind.TEXT, FieldKind.LONG_TEXT) and field.required
]


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_nobody_can_see_is_no_answer(play: Play, unseen: str) -> None:
    every = {"first_name": unseen, "last_name": unseen, "group": unseen, "what": unseen}
    assert play.refused("signal", by=SANNE, case="", **every) == dict.fromkeys(every, "required")
    assert answers_of({"what": {ANSWER: {"type": "plain_text_input", "value": unseen}}}) == {}


@pytest.mark.parametrize(("record", "field"), TEXTS)
def test_every_required_text_of_every_form_asks_for_something_to_see(record: str, field: str) -> None:
    asked = PLAN.records[record].field(field)
    form = ActionSpec(id="x", title="x", button="x", by=PLAN.records[record].by, fields=(asked,) if asked else ())
    assert form_rules.with_defaults(form, {field: "\u200b\u00ad "}) == {}


@pytest.mark.parametrize("seen", ["?", "a", "1", "\u200ba", "é", "ع", "日", "😀"])
def test_one_sign_that_can_be_seen_is_enough(seen: str) -> None:
    assert is_visible(seen)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1900, 5, 5), date(2006, 3, 1)])
def test_a_day_before_the_pupil_was_born_is_refused(play: Play, day: date) -> None:
    assert play.refused("signal", by=SANNE, case="", happened_on=day) == {"happened_on": "too_long_ago"}


def test_the_first_day_and_the_last_that_are_taken(play: Play) -> None:
    play.signal(by=SANNE, happened_on=date(2006, 3, 2))
    assert play.refused("postponed", by=KARIN, until=date(9999, 1, 1)) == {"until": "too_far_ahead"}
    assert play.refused("postponed", by=KARIN, until=date(2036, 3, 2)) == {"until": "postponed_too_far"}


@pytest.mark.parametrize("marks", ["\u202e{}", "{}\u2069\u202e", "\u2067{}", "\u200f{}"])
def test_no_mark_turns_a_name_around(play: Play, marks: str) -> None:
    play.signal(by=SANNE, first_name=marks.format("Tim"), last_name="Jansen", group="5")
    assert play.opens(KARIN).context.pupil == Pupil("Tim", "Jansen", "5")
    assert pupil_name(Pupil(marks.format("Tim"), "Jansen", "5")) == "Tim Jansen, groep 5"


def test_a_name_from_right_to_left_stands_apart() -> None:
    assert pupil_name(Pupil("\u0639\u0644\u064a", "Jansen", "5")).startswith("\N{FIRST STRONG ISOLATE}\u0639")
