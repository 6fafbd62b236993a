"""G1: each step names who acts; everybody else gets a clear refusal. G7: the program guides and never concludes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from handlers.i18n import texts
from handlers.i18n.catalogues import DUTCH, sentences
from handlers.views.forms import form_modal
from meldcode.application.cases.open_form import FormView
from meldcode.application.cases.submission import NO_FORM
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from tests.meldcode.playing import BEA, DIRK, FATIMA, KARIN, MEHMET, SANNE, SOURCE_PLAN, STRANGER, Actor, Play
from tests.on_screen import read

PLAN = load_plan(SOURCE_PLAN)
BY_ROLE = {
    Role.TEACHER: SANNE,
    Role.CARE_COORDINATOR: KARIN,
    Role.CONFIDANT: BEA,
    Role.SCHOOL_LEADER: FATIMA,
    Role.CLUSTER_DIRECTOR: DIRK,
}
MAY_NOT = [
    pytest.param(record, BY_ROLE[role], id=f"{record.id}-{role}")
    for record in PLAN.records.values()
    if record.effect not in (*NO_FORM, Effect.EXPORTS)  # whoever gives a dossier along is tried in bot/test_export
    for role in BY_ROLE
    if role not in record.by
]
NO_SUCH_CASE = "no_such_case"


@pytest.mark.rule("G1")
@pytest.mark.parametrize(("record", "actor"), MAY_NOT)
def test_whoever_has_no_role_in_it_cannot_record_it(play: Play, record: ActionSpec, actor: Actor) -> None:
    play.reach("consult")
    roles = " ".join(["role_may_not", *record.by])
    reads = set(actor.roles) & set(play.plan.readers_at("consult")) or actor is SANNE
    assert play.refused(record.id, by=actor, refers_to=1) == {"": roles if reads else NO_SUCH_CASE}


@pytest.mark.rule("G1")
@pytest.mark.parametrize("record", [r.id for r in PLAN.records.values()])
@pytest.mark.parametrize("actor", [MEHMET, STRANGER])
def test_another_teacher_and_a_stranger_can_record_nothing(play: Play, record: str, actor: Actor) -> None:
    play.reach("consult")
    said = play.refused(record, by=actor, refers_to=1)
    assert said == {"": NO_SUCH_CASE if actor is MEHMET else "unknown_person"}


@pytest.mark.rule("G1")
@pytest.mark.parametrize("step", ["signals", "consult", "talk", "weigh", "decide", "report", "watch"])
def test_each_step_names_who_acts_and_refuses_what_belongs_to_another(play: Play, step: str) -> None:
    assert play.plan.step(step).who
    play.reach(step, decision="no_report" if step == "watch" else "report")
    for other in play.plan.steps:
        if other.id != step:
            for record in other.records:
                by = next(BY_ROLE[role] for role in record.by)
                assert set(play.refused(record.id, by=by)) == {""}, record.id


@pytest.mark.rule("G1")
@pytest.mark.parametrize("actor", [DIRK, STRANGER])
def test_a_signal_is_for_the_staff_that_the_plan_names(play: Play, actor: Actor) -> None:
    assert set(play.refused("signal", by=actor, case="")) == {""}


@pytest.mark.rule("G1")
@pytest.mark.parametrize("record", ["acute", "belongs", "received", "other_pupil", "nothing_like_it"])
def test_what_has_a_place_of_its_own_is_no_form(play: Play, record: str) -> None:
    play.reach("consult")
    assert set(play.refused(record, by=KARIN)) == {""}


@pytest.mark.rule("G7")
@pytest.mark.parametrize("path", shipped_plans(), ids=lambda path: path.stem)
def test_the_plans_guide_and_never_judge(path: Path) -> None:
    said = " ".join(_words(load_plan(path)))
    assert not re.search(r"(?i)\b(dader|slachtoffer|bewijs|schuldig|risicoscore|moet je melden|advies: melden)", said)
    assert not re.search(r"[\U0001F300-\U0001FAFF☀-➿]", said)


@pytest.mark.rule("G7")
def test_the_texts_guide_and_never_judge() -> None:
    said = " ".join(sentences(DUTCH).values())
    assert not re.search(r"(?i)\b(dader|slachtoffer|bewijs|schuldig|goed gedaan|wij adviseren)", said)
    assert "volgens jullie stappenplan" in said


@pytest.mark.rule("G7")
@pytest.mark.parametrize("plan", shipped_plans(), ids=lambda path: path.stem)
def test_the_form_first_points_to_the_school_board_for_a_member_of_staff(plan: Path) -> None:
    assert "iemand die op school werkt" in texts.text("form_staff")
    assert "schoolbestuur" in texts.text("form_staff")
    assert "vertrouwensinspecteur bellen: 0900-1113111" in texts.text("form_staff")
    blocks = form_modal(FormView(load_plan(plan).opening, load_plan(plan), {}))["blocks"]
    above = blocks[: [block["type"] for block in blocks].index("input")]
    first = next(block["text"]["text"] for block in above if block["type"] == "section")
    assert read(first) == texts.text("form_staff")


@pytest.mark.rule("G7")
def test_no_answer_decides_to_report_or_not_but_the_two_people() -> None:
    for record in PLAN.records.values():
        leading = {lead.to for lead in record.leads} | {lead.close for lead in record.leads}
        is_agreed = record.agrees_with == "proposal" or record.effect is Effect.FAST_LANE
        assert not leading & {"report", "watch"} or is_agreed, record.id
    agreed = {record.agrees_with for record in PLAN.always if record.urgent and record.agrees_with}
    cannot_wait = (Effect.FAST_LANE, Effect.EXCLUDES)
    assert agreed == {record.id for record in PLAN.always if record.effect in cannot_wait}
    decision = PLAN.records["proposal"].field("decision")
    assert decision is not None and decision.required and not decision.default


@pytest.mark.rule("G7")
def test_each_step_shows_who_decides(play: Play) -> None:
    play.reach("decide")
    assert play.plan.step("decide").who == (Role.CARE_COORDINATOR, Role.SCHOOL_LEADER)
    assert play.messages()[-1].payload["assignees"] == ["care_coordinator", "school_leader"]


def _words(plan: Plan) -> list[str]:
    records = plan.records.values()
    return [
        *(text for step in plan.steps for text in (step.title, step.explain)),
        *(text for record in records for text in (record.title, record.button, record.explain)),
        *(text for record in records for field in record.fields for text in (field.label, field.hint)),
        *(choice.text for record in records for field in record.fields for choice in field.choices),
        *(tell.text for record in records for tell in record.tell),
    ]
