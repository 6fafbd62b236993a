"""A case is its entries: `state = fold(plan, entries)`, a pure function.

The fold walks the entries in order of sequence. Each entry makes its record *stand*; then, in this order:

1. an answer that leads somewhere moves the case there, or closes it;
2. a step whose records all stand (those that apply and are not optional) is complete, and the next one begins.

A case that comes back to a step loses what stood in that step and the later ones: it must be done again. The fast lane
(G8) skips steps: what they asked stays owed, and the case goes on without it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from meldcode.domain.case.appointments import appointments_after
from meldcode.domain.case.state import Answer, Answers, Entry, State, Status
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import DENIALS, Effect, TakesCharge
from meldcode.domain.plan.forms import GIVEN, Condition, Meaning
from meldcode.domain.plan.model import Plan, Step


class Folded(ABC):
    """Entries that bring along the state that they lead to."""

    @abstractmethod
    def state_under(self, plan: Plan) -> State:
        """The state that they lead to under this plan."""


def fold(plan: Plan, entries: Iterable[Entry], before: State | None = None) -> State:
    """Return the state that the entries lead to under the plan, from the beginning or from the state `before` them.

    Those of a long case may bring that state along.
    """
    if before is None and isinstance(entries, Folded):
        return entries.state_under(plan)
    state = before or State(step=plan.steps[0].id)
    for entry in entries:
        state = _after(plan, state, entry)
    return state


def holds(condition: Condition, standing: Mapping[str, Entry], answers: Answers) -> bool:
    """Tell whether all of the condition holds for the form's own answers and the records that stand."""
    return all(_matches(path, allowed, standing, answers) for path, allowed in condition.items())


def applies(record: ActionSpec, state: State) -> bool:
    """Tell whether the record is to be made in this state (its `when` holds)."""
    return holds(record.when, state.standing, {})


def _after(plan: Plan, state: State, entry: Entry) -> State:
    record = plan.records[entry.record]
    appointments = appointments_after(state.appointments, record, entry.seq, entry.answers, entry.refers_to)
    state = replace(state, since=state.since or entry.written_at, appointments=appointments)
    if state.status is Status.CLOSED and (record.id == plan.opens or record.effect is Effect.RECEIVES):
        state = State(step=plan.steps[0].id, since=entry.written_at, appointments=state.appointments)
    entry = as_asked(plan, state, entry)
    if record.effect is Effect.JOINS:
        return replace(state, status=Status.JOINED)
    if record.effect is Effect.SEPARATES and state.status is Status.JOINED:
        return _separated(plan, state, entry)
    if record.effect is Effect.POSTPONES and entry.refers_to:
        return state
    responsible = entry.author if _takes_charge(record, state) else state.responsible
    agreed_before = plan.agreeing_with(record.id)
    standing = {id_: earlier for id_, earlier in state.standing.items() if id_ not in agreed_before}
    state = replace(state, standing={**standing, record.id: entry}, responsible=responsible)
    if record.effect in (Effect.POSTPONES, Effect.HOLDS):
        return _put_off(state, record, str(entry.answers[record.id_of(Meaning.UNTIL)]))
    if record.effect is Effect.LEAVES:
        return replace(state, left_on=_left_on(plan, entry))
    also = _stands_as(record, state, entry)
    led = _lead(plan, state, record, entry)
    led = replace(led, standing={**led.standing, **also})
    return _complete(plan, _without_outdated(plan, led, entry, {record.id, *also}), entry.written_at)


def as_asked(plan: Plan, state: State, entry: Entry) -> Entry:
    """The entry without answers to what is not asked where the case stands: a form may be sent after its step.

    They are kept, but lead nowhere.
    """
    step = state.step if state.status is Status.OPEN else plan.steps[0].id
    idle = plan.records[entry.record].without_effect(entry.answers, step)
    if not idle:
        return entry
    return replace(entry, answers={id_: said for id_, said in entry.answers.items() if id_ not in idle})


def _separated(plan: Plan, state: State, entry: Entry) -> State:
    """The case goes on where it was; one that was closed stays so, unless a signal came meanwhile."""
    if state.closed_at is None:
        return replace(state, status=Status.OPEN, since=entry.written_at)
    signal = state.standing.get(plan.opens)
    if signal and signal.written_at > state.closed_at:
        return State(step=plan.steps[0].id, since=entry.written_at, appointments=state.appointments)
    return replace(state, status=Status.CLOSED)


def _without_outdated(plan: Plan, state: State, entry: Entry, made: Collection[str]) -> State:
    """The case without what this entry outdates.

    Who was not there or disagrees outdates only what they were named in (S3.1): it is done again,
    or owed once its step is over.
    """
    old = {id_ for id_ in state.standing if id_ not in made and {*plan.records[id_].outdated_by} & {*made}}
    skipped = state.skipped
    if plan.records[entry.record].effect in DENIALS:
        old = {id_ for id_ in old if state.standing[id_].seq == entry.refers_to}
        over = plan.steps[: plan.place(state.step)]
        skipped = (*skipped, *(step.id for step in over if old & {record.id for record in step.records}))
    standing = {id_: one for id_, one in state.standing.items() if id_ not in old}
    return replace(state, standing=standing, skipped=skipped)


def _takes_charge(record: ActionSpec, state: State) -> bool:
    return record.takes_charge is not None and (record.takes_charge is TakesCharge.ALWAYS or state.responsible is None)


def _lead(plan: Plan, state: State, record: ActionSpec, entry: Entry) -> State:
    """Follow the first lead that holds: to a step, or to the end of the case."""
    here = [lead for lead in record.leads if not lead.at or state.step in lead.at]
    lead = next((lead for lead in here if holds(lead.when, state.standing, entry.answers)), None)
    if lead is None:
        return state
    if lead.to is None:
        return _closed(plan, state, lead.close or "", entry)
    gone = _go(plan, state, lead.to, entry.written_at)
    return _skip(plan, state, gone) if record.effect is Effect.FAST_LANE else gone


def _closed(plan: Plan, state: State, outcome: str, entry: Entry) -> State:
    """The case with this outcome. The entry, or what it agrees with, may say on which day the pupil left."""
    proposal = state.standing.get(plan.records[entry.record].agrees_with or "")
    left = _left_on(plan, entry) or (_left_on(plan, proposal) if proposal else "")
    return replace(state, status=Status.CLOSED, outcome=outcome, closed_at=entry.written_at, left_on=left)


def _left_on(plan: Plan, entry: Entry) -> str:
    return str(entry.answers.get(plan.records[entry.record].id_of(Meaning.LEFT_ON), ""))


def _skip(plan: Plan, before: State, after: State) -> State:
    between = plan.steps[plan.place(before.step) : plan.place(after.step)]
    return replace(after, skipped=(*after.skipped, *(step.id for step in between)))


def _stands_as(record: ActionSpec, state: State, entry: Entry) -> dict[str, Entry]:
    here = [one for one in record.stands_as if not one.at or state.step in one.at]
    return {one.record: entry for one in here if holds(one.when, state.standing, entry.answers)}


def _put_off(state: State, record: ActionSpec, day: str) -> State:
    if record.effect is Effect.HOLDS:
        return replace(state, held_until=day)
    return replace(state, postponed=(*state.postponed, day))


def _go(plan: Plan, state: State, step_id: str, at: datetime) -> State:
    place = plan.place(step_id)
    undone = {record.id for step in plan.steps[place:] for record in step.records}
    if place < plan.place(state.step):
        undone |= {record.id for record in plan.always if record.lapses}
    standing = {record: entry for record, entry in state.standing.items() if record not in undone}
    skipped = tuple(step for step in state.skipped if plan.place(step) < place)
    return replace(state, step=step_id, since=at, standing=standing, postponed=(), skipped=skipped)


def _complete(plan: Plan, state: State, at: datetime) -> State:
    while state.status is Status.OPEN:
        step = plan.step(state.step)
        following = plan.after(step)
        if following is None or missing(step, state) or all(record.optional for record in step.records):
            break
        undone = any(is_undone(record, state) for record in step.records)
        state = _go(plan, state, following.id, at)
        state = replace(state, skipped=(*state.skipped, step.id)) if undone else state
    return state


def missing(step: Step, state: State) -> list[ActionSpec]:
    """Return what the step still waits for."""
    return [r for r in step.records if not r.optional and applies(r, state) and r.id not in state.standing]


def is_undone(record: ActionSpec, state: State) -> bool:
    """Tell whether it was answered in a way that leaves it to be done."""
    entry = state.standing.get(record.id)
    return bool(record.undone) and entry is not None and holds(record.undone, state.standing, entry.answers)


def _matches(path: str, allowed: tuple[str, ...], standing: Mapping[str, Entry], answers: Answers) -> bool:
    if path in answers:
        return _is_one_of(answers[path], allowed)
    record, _, field_id = path.partition(".")
    if not field_id:
        return ("done" if record in standing else "missing") in allowed
    return record in standing and _is_one_of(standing[record].answers.get(field_id, ""), allowed)


def _is_one_of(answer: Answer, allowed: tuple[str, ...]) -> bool:
    given = (answer,) if isinstance(answer, str) else answer
    return any(value in allowed or (value and GIVEN in allowed) for value in given)
