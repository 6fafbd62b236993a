"""Folding from a state that was kept equals folding from the beginning, under every plan that we ship."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, DrawFn, SearchStrategy

from meldcode.domain.case.fold import fold
from meldcode.domain.case.long_logbook import Kept, LongLogbook, followed_by, kept_of, outline_of
from meldcode.domain.case.names import pupil_in
from meldcode.domain.case.outline import order_of, weight_of, without_pupil
from meldcode.domain.case.state import Answer, Entry, Pupil
from meldcode.domain.forms.named import people_in
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.forms import FieldKind, FieldSpec
from meldcode.domain.plan.model import Plan
from storage.repositories.kept_states import state_from_bytes, state_to_bytes

BEGAN = datetime(2026, 9, 1, 9, tzinfo=UTC)
PEOPLE = [str(UUID(int=number)) for number in range(4)]
PLANS = [load_plan(path) for path in shipped_plans()]
DAYS = ["2026-09-10", "2026-10-01", "2027-01-15"]


def answers(field: FieldSpec) -> SearchStrategy[Answer]:
    if field.choices:
        one = st.sampled_from([choice.id for choice in field.choices])
        return one if field.kind is not FieldKind.CHOICES else st.lists(one, min_size=1, unique=True).map(tuple)
    if field.kind is FieldKind.PEOPLE:
        return st.lists(st.sampled_from(PEOPLE), min_size=1, unique=True).map(tuple)
    if field.kind is FieldKind.PERSON:
        return st.sampled_from(PEOPLE)
    return st.sampled_from(DAYS) if field.kind is FieldKind.DATE else st.text(max_size=20)


@st.composite
def logbooks(draw: DrawFn, plan: Plan) -> tuple[Entry, ...]:
    records = draw(st.lists(st.sampled_from(list(plan.records.values())), max_size=25))
    return tuple(draw(entries(record, seq)) for seq, record in enumerate([plan.opening, *records], start=1))


@st.composite
def entries(draw: DrawFn, record: ActionSpec, seq: int) -> Entry:
    said = {field.id: draw(answers(field)) for field in record.fields}
    author, role = UUID(draw(st.sampled_from(PEOPLE))), draw(st.sampled_from(record.by))
    written_at = BEGAN + timedelta(hours=seq, microseconds=seq)
    return Entry(seq, record.id, author, role, written_at, said, draw(st.integers(0, 2)))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.plan)
@given(data=st.data())
def test_folding_from_a_kept_state_equals_folding_from_the_beginning(plan: Plan, data: DataObject) -> None:
    all_ = data.draw(logbooks(plan))
    at = data.draw(st.integers(1, len(all_)))
    kept = state_from_bytes(state_to_bytes(fold(plan, all_[:at])))
    assert kept == fold(plan, all_[:at])
    assert list(kept.standing) == list(fold(plan, all_[:at]).standing), "what comes first is asked first"
    before = Kept(kept, kept_of(plan, all_[:at]).rows)
    logbook: Sequence[Entry] = LongLogbook(at, lambda seqs: some(all_[:at], seqs), lambda _: before)
    for entry in all_[at:]:
        logbook = followed_by(logbook, entry)
    assert kept_of(plan, logbook) == kept_of(plan, all_)
    assert fold(plan, logbook) == fold(plan, all_)
    assert tuple(logbook) == all_


def some(all_: tuple[Entry, ...], seqs: Collection[int] | None) -> tuple[Entry, ...]:
    return tuple(entry for entry in all_ if seqs is None or entry.seq in seqs)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.plan)
@given(data=st.data())
def test_the_outline_of_a_long_case_is_that_of_its_entries(plan: Plan, data: DataObject) -> None:
    all_ = data.draw(logbooks(plan))
    logbook = LongLogbook(len(all_), lambda seqs: some(all_, seqs), lambda _: kept_of(plan, all_))
    outline = outline_of(plan, logbook)
    read = {heading.seq: outline.read([heading.seq])[0] for heading in outline.headings}
    assert sorted([*outline.entries, *read.values()], key=lambda entry: entry.seq) == list(all_)
    for heading in outline.headings:
        entry, record = read[heading.seq], plan.records[heading.record]
        assert (entry.record, entry.author, order_of(record, entry)) == (record.id, heading.author, heading.order)
        assert heading.weight_beside(Pupil("of", "another", "name")) == weight_of(record, entry.answers)
        assert {*heading.named.split()} == people_in(record, entry.answers)
        if heading.pupil:
            others = without_pupil(plan, record, entry.answers)
            assert (heading.pupil, heading.weight_beside(heading.pupil)) == (
                pupil_in(record, entry.answers),
                weight_of(record, others),
            )
