"""What holds of danger in every plan that comes with the program, wherever a case can get to (S4.1, S4.9, G8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meldcode.domain.calendar import SchoolCalendar
from meldcode.domain.case.asked import asked_now, needed, offered
from meldcode.domain.case.fold import fold, holds
from meldcode.domain.case.state import Entry, State, Status
from meldcode.domain.case.urgency import is_urgent
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.contradictions.whole_plan import answered_beforehand
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.file import WrongPlan, load_new_plan, load_plan, parse_plan, shipped_plans
from meldcode.domain.plan.forms import Condition, FieldKind, FieldSpec
from meldcode.domain.plan.model import Plan
from meldcode.domain.worklist import last_day

pytestmark = pytest.mark.slow

PLANS = {path.stem: load_plan(path) for path in shipped_plans()}
OF_SAFETY = ("S3.1", "S4.")
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOMEBODY = PersonId(str(UUID(int=1)))
DANGER: dict[str, list[Condition]] = {
    "heutink": [
        {"worsened": ("done",)},
        {"weighing.unsafe": ("yes", "doubt")},
        {"proposal.unsafe_now": ("yes", "doubt")},
    ],
    "landelijk": [
        {"worsened": ("done",)},
        {"disclosure": ("done",)},
        {"maybe_disclosed": ("done",)},
        {"weighing.doubt": ("yes",)},
        {"proposal.unsafe": ("acute", "structural", "disclosure", "doubt")},
    ],
}
"""What is danger, or doubt about it, by the rules and the framework; written down without the plans' `urgent`."""
UNTIL_REPORTED = ("weigh", "decide", "report")
both = pytest.mark.parametrize("name", PLANS)


def questions(plan: Plan) -> Iterator[tuple[ActionSpec, FieldSpec]]:
    for record in plan.records.values():
        yield from ((record, field) for field in record.fields)


def deciding(plan: Plan) -> Iterator[tuple[str, FieldSpec]]:
    """The choices on which conditions of a rule about safety depend."""
    for record in plan.records.values():
        ruled: list[Any] = [*record.checks, *record.leads, *record.tell, *record.present, *record.needs]
        for part in (part for part in ruled if part.rule.startswith(OF_SAFETY)):
            for attribute in ("when", "needs", "condition", "unless"):
                for path in getattr(part, attribute, None) or {}:
                    owner, _, name = path.rpartition(".")
                    found = (plan.records[owner] if owner else record).field(name)
                    if found and found.kind is FieldKind.CHOICE:
                        yield f"{owner or record.id}.{name}", found


@pytest.mark.rule("S4.1")
@both
def test_no_question_about_safety_is_answered_beforehand(name: str) -> None:
    asked = {f"{record.id}.{field.id}": field for record, field in questions(PLANS[name]) if field.safety}
    assert len(asked) >= 5
    assert [path for path, field in asked.items() if field.default or not field.required] == []


@pytest.mark.rule("S4.1")
@both
def test_nothing_that_a_rule_about_safety_depends_on_is_answered_beforehand(name: str) -> None:
    found = dict(deciding(PLANS[name]))
    assert len(found) >= 8
    assert [path for path, field in found.items() if field.default] == []


@pytest.mark.rule("S4.1")
@both
def test_nothing_that_any_condition_depends_on_is_answered_beforehand(name: str) -> None:
    told = PLANS[name].opening.field("heard_from")
    assert told and told.choice("disclosure") and not told.default and told.required
    assert list(answered_beforehand(PLANS[name])) == []


@pytest.mark.rule("S4.1")
def test_a_new_plan_that_answers_beforehand_is_refused_and_one_in_use_goes_on(tmp_path: Path) -> None:
    text = (shipped_plans()[0].parent / "heutink.yaml").read_text(encoding="utf-8")
    asked = "            label: Ben je het eens met het voorstel?\n"
    file = tmp_path / "plan.yaml"
    file.write_text(text.replace(asked, f'{asked}            default: "yes"\n', 1), encoding="utf-8")
    assert load_plan(file)
    with pytest.raises(WrongPlan, match=r"plan.yaml:\d+: .*default: a question on which something depends"):
        load_new_plan(file)


@pytest.mark.rule("S4.6")
@both
def test_in_a_watched_case_every_signal_is_an_answer_to_whether_it_got_worse(name: str) -> None:
    plan = PLANS[name]
    watched = [step for step in plan.steps if step.deadline and step.deadline.each]
    assert len(watched) == 2
    for step in watched:
        assert step.deadline and plan.opens in step.deadline.or_each, step.id
        asked = plan.opening.asked_in(step.id).field("worse")
        assert asked and asked.safety, step.id
        assert [choice.id for choice in asked.choices] == ["yes", "no", "doubt"]


class Walk:
    """A case in which somebody records whatever is offered, with any answers: more than the rules would let through."""

    def __init__(self, plan: Plan, data: st.DataObject) -> None:
        self.plan, self.data = plan, data
        self.state, self.made = State(plan.steps[0].id), 0

    def states(self, most: int) -> Iterator[State]:
        self.records(self.plan.opening)
        yield self.state
        for _ in range(self.data.draw(st.integers(0, most))):
            possible = [r for r in offered(self.plan, self.state) if r.effect not in (Effect.POSTPONES, Effect.HOLDS)]
            self.records(self.data.draw(st.sampled_from(possible)) if possible else self.plan.opening)
            yield self.state

    def records(self, record: ActionSpec) -> None:
        asked = [f for f in asked_now(self.plan, record, self.state).fields if f.kind is FieldKind.CHOICE]
        answers = {
            field.id: self.data.draw(st.sampled_from([choice.id for choice in field.choices])) for field in asked
        }
        self.state = self.after(self.state, record, **answers)
        self.made += 1

    def after(self, state: State, record: ActionSpec, **answers: str) -> State:
        at = MONDAY + timedelta(minutes=self.made)
        return fold(self.plan, [Entry(self.made + 1, record.id, SOMEBODY, record.by[0], at, answers)], state)


@pytest.mark.rule("G8")
@both
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_from_every_state_the_recorded_report_is_at_most_two_forms_away(name: str, data: st.DataObject) -> None:
    plan, forms = PLANS[name], 2
    fast, walk = plan.record_with(Effect.FAST_LANE), Walk(plan, data)
    for state in walk.states(most=25):
        now = state
        for _ in range(forms):
            if fast in offered(plan, now):
                now = walk.after(now, fast, urgent_what="reported")
                assert now.standing["reported"].record == fast.id
                break
            assert plan.opening in offered(plan, now)
            now = walk.after(now, plan.opening)
        else:
            raise AssertionError(f"no report within {forms} forms from {state}")


@pytest.mark.rule("S4.9")
@both
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_there_is_no_danger_without_a_deadline_on_the_same_day(name: str, data: st.DataObject) -> None:
    plan, calendar = PLANS[name], SchoolCalendar("noord")
    for state in Walk(plan, data).states(most=25):
        if state.status is not Status.OPEN or state.step not in UNTIL_REPORTED:
            continue
        if any(holds(condition, state.standing, {}) for condition in DANGER[name]):
            assert is_urgent(plan, state), state.step
            assert last_day(plan, state, calendar) == MONDAY.date()


@pytest.mark.rule("G8")
@both
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_advice_to_report_cannot_wait_until_it_is_decided_or_reported(name: str, data: st.DataObject) -> None:
    plan, calendar = PLANS[name], SchoolCalendar("noord")
    fast = plan.record_with(Effect.FAST_LANE)
    for state in Walk(plan, data).states(most=25):
        advice = state.standing.get("veilig_thuis_advice")
        later = [state.standing[id_].seq for id_ in (fast.id, "confirmation", "reported") if id_ in state.standing]
        if state.status is not Status.OPEN or not advice or advice.answers.get("advised") != "report":
            continue
        if advice.seq > max(later, default=0):
            first = next(record for record in needed(plan, state) if not record.agrees_with)
            assert is_urgent(plan, state), state.step
            assert state.step == "report" or first == fast, state.step
            assert last_day(plan, state, calendar) == MONDAY.date()


@both
def test_what_urgent_names_can_be_answered(name: str) -> None:
    """The table of this test and the plans do not drift apart."""
    plan = PLANS[name]
    for condition in DANGER[name]:
        for path, values in condition.items():
            owner, _, field_id = path.partition(".")
            field = plan.records[owner].field(field_id)
            assert not field_id or (field and {choice.id for choice in field.choices} >= set(values))


def test_what_is_owed_after_the_fast_lane_leads_nowhere_later_on() -> None:
    text = (shipped_plans()[0].parent / "landelijk.yaml").read_text(encoding="utf-8")
    owed, lead = "      - id: weighing\n        owed: true\n", '[{when: {still_suspected: "no"}, to: decide}]'
    assert owed in text
    parse_plan(text.replace(owed, f"{owed}        leads: {lead.replace('to:', 'at: [weigh], to:')}\n"), "p.yaml")
    with pytest.raises(WrongPlan, match="leads nowhere later on"):
        parse_plan(text.replace(owed, f"{owed}        leads: {lead}\n"), "p.yaml")
