"""A case is its entries: `state = fold(plan, entries)`, a pure function.

The fold walks the entries in order of sequence. Each entry makes its record *stand*; then, in this order:

1. an answer that leads somewhere moves the case there, or closes it;
2. a step whose records all stand (those that apply and are not optional) is complete, and the next one begins.

A case that comes back to a step loses what stood in that step and the later ones: it must be done again. The fast lane
(G8) skips steps: what they asked stays owed, and the case goes on without it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from meldcode.domain.case.appointments import Appointment, appointments_after, with_decisions
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.forms import GIVEN, Condition, FieldSpec, Meaning
from meldcode.domain.plan.model import DECIDES, ActionSpec, Effect, Plan, Step, TakesCharge
from meldcode.domain.plan.roles import Role

Answer = str | tuple[str, ...]
Answers = Mapping[str, Answer]
NOT_OFFERED = (
    Effect.CORRECTS,
    Effect.MOVES_SIGNAL,
    Effect.JOINS,
    Effect.RECEIVES,
    Effect.DIFFERS,
    Effect.LINKS,
    Effect.ALARMS,
    Effect.HOLDS,
    *DECIDES,
)
"""Effects of actions that are offered elsewhere: at an entry, an appointment, another case, everywhere, when closed."""
TIMES_TO_POSTPONE = 2
"""How often the reminders of one step can be postponed (G2)."""


class Status(StrEnum):
    """Whether a case is worked on. Of a destroyed case only the bare fact remains."""

    OPEN = "open"
    CLOSED = "closed"
    JOINED = "joined"
    DESTROYED = "destroyed"


ALSO_OFFERED = {
    Status.CLOSED: (Effect.HOLDS, Effect.EXPORTS, Effect.EXCLUDES, Effect.CORRECTS_PUPIL),
    Status.JOINED: (Effect.NOTES,),
}
"""Effects of actions that are possible in a case that is not open, beside a signal."""


@dataclass(frozen=True)
class Pupil:
    """The pupil whom a case is about."""

    first_name: str
    last_name: str
    group: str


@dataclass(frozen=True)
class Entry:
    """One line of the logbook: append-only (S1.2). `written_at` is in UTC; `role` is the one the author acted in.

    `refers_to` is the number of the entry that this one corrects, or of the appointment that it is about, or 0.
    """

    seq: int
    record: str
    author: PersonId
    role: Role
    written_at: datetime
    answers: Answers = field(default_factory=dict)
    refers_to: int = 0


@dataclass(frozen=True)
class State:
    """Where a case stands. `standing` holds, for each record that stands, its last entry.

    `postponed` are the days to which the reminders of this step were postponed, in order. `closed_at` is when it
    closed, and `held_until` the day until which a closed case is held. `skipped` are the steps that the fast lane
    skipped. `responsible` is who took charge of the case last, who may have lost that role (`domain.responsible`).
    skipped. `appointments` are all that were made in the case, by their number.
    """

    step: str
    since: datetime | None = None
    status: Status = Status.OPEN
    outcome: str = ""
    standing: Mapping[str, Entry] = field(default_factory=dict)
    postponed: tuple[str, ...] = ()
    closed_at: datetime | None = None
    held_until: str = ""
    skipped: tuple[str, ...] = ()
    responsible: PersonId | None = None
    appointments: tuple[Appointment, ...] = ()


def fold(plan: Plan, entries: Iterable[Entry], before: State | None = None) -> State:
    """Return the state that the entries lead to under the plan, from the beginning or from the state `before` them."""
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


def needed(plan: Plan, state: State) -> list[ActionSpec]:
    """Return what the case waits for: what is asked at any step (G8), then what the step asks."""
    if state.status is not Status.OPEN:
        return []
    return [*asked_at_any_step(plan, state), *_missing(plan.step(state.step), state)]


def asked_at_any_step(plan: Plan, state: State) -> list[ActionSpec]:
    """Return what somebody must agree with, and what cannot wait for its step (G8)."""
    called_for = [r for r in plan.always if r.urgent and not r.agrees_with and asked_by(r, state)]
    return [*to_agree(plan, state), *called_for]


def to_agree(plan: Plan, state: State) -> list[ActionSpec]:
    """Return the records with which somebody must still agree, beside what the step asks: the other one is newer."""
    records = (*plan.always, *(record for record in plan.step(state.step).records if record.optional))
    return [record for record in records if record.agrees_with and _is_newer(record.agrees_with, record.id, state)]


def asked_by(record: ActionSpec, state: State) -> Entry | None:
    """Return the entry because of which a record is asked at any step: what it agrees with, or what calls for it.

    The fast lane is not called for at the step to which it leads.
    """
    if record.agrees_with or not record.urgent or state.step in {lead.to for lead in record.leads}:
        return state.standing.get(record.agrees_with or "")
    holding = [condition for condition in record.urgent.when if holds(condition, state.standing, {})]
    speaks_of = {path.partition(".")[0] for condition in holding for path in condition}
    ending = {record.id, *record.urgent.until} & state.standing.keys()
    done = max((state.standing[id_].seq for id_ in ending), default=0)
    return next((entry for id_, entry in state.standing.items() if id_ in speaks_of and entry.seq > done), None)


def owed(plan: Plan, state: State) -> list[ActionSpec]:
    """Return what is still to be done of earlier steps: the fast lane skipped it (G8), or it could not be done yet."""
    if state.status is not Status.OPEN:
        return []
    steps = map(plan.step, dict.fromkeys(state.skipped))
    return [
        r for step in steps for r in step.records if r.owed and (r in _missing(step, state) or _is_undone(r, state))
    ]


def asked_now(plan: Plan, record: ActionSpec, state: State) -> ActionSpec:
    """Return the form as it is asked in this state, with the open appointments if it may close the case (S3.6).

    A signal in a closed case begins at the first step again.
    """
    if state.status is not Status.OPEN:
        return record.asked_in(plan.steps[0].id)
    return with_decisions(plan, record.asked_in(state.step), state.step, state.appointments)


def asked_with(record: ActionSpec, state: State, answers: Answers) -> ActionSpec:
    """Return the form with the questions that these answers leave: some are only asked after others."""
    fields: list[FieldSpec] = []
    for question in record.fields:
        known = {one.id: answers.get(one.id, "") for one in fields}
        if holds(question.when, state.standing, known):
            fields.append(question)
    return record.model_copy(update={"fields": tuple(fields)}) if len(fields) < len(record.fields) else record


def asked_first(plan: Plan) -> ActionSpec:
    """Return the form that opens a case, as it is asked first, while there is no case yet."""
    return asked_of_others(plan).without_teachers()


def asked_of_others(plan: Plan) -> ActionSpec:
    """Return the form that opens a case, as it is asked of somebody who does not teach the pupil's group (S1.6)."""
    return plan.opening.asked_in(plan.steps[0].id)


def to_act(plan: Plan, state: State) -> tuple[Role, ...]:
    """Return the roles the case waits for: those that can make the first missing record, else those of the step."""
    waiting = needed(plan, state)
    return whose(waiting[0], state) if waiting else plan.step(state.step).who


def whose(record: ActionSpec, state: State) -> tuple[Role, ...]:
    """Return the roles that can make it: not the one that made what is agreed with, unless there is no other (S4.3)."""
    proposal = state.standing.get(record.agrees_with or "")
    others = tuple(role for role in record.by if not proposal or role != proposal.role)
    return record.by if record.any_two else others or record.by


def offered(plan: Plan, state: State) -> list[ActionSpec]:
    """Return what can be recorded now: what the step asks or allows, then what is possible at any time."""
    if state.status is not Status.OPEN:
        also = ALSO_OFFERED.get(state.status, ())
        agreeing = [record for record in to_agree(plan, state) if plan.records[record.agrees_with or ""].effect in also]
        return [plan.opening, *agreeing, *(record for record in plan.always if record.effect in also)]
    first = asked_at_any_step(plan, state)
    step = [r for r in plan.step(state.step).records if applies(r, state) and r not in first]
    ready = [record for record in step if all(holds(need.condition, state.standing, {}) for need in record.needs)]
    hidden = (*NOT_OFFERED, Effect.POSTPONES) if len(state.postponed) >= TIMES_TO_POSTPONE else NOT_OFFERED
    hidden = hidden if _has_unread(plan, state) else (*hidden, Effect.READS)
    hidden = hidden if plan.record_with(Effect.RECEIVES).id in state.standing else (*hidden, Effect.SEPARATES)
    other = [r for r in plan.always if r not in first and not r.agrees_with]
    always = [r for r in other if r.effect not in hidden and not plan.is_mark(r)]
    if state.responsible is None:  # nobody to take it over from: whoever takes the step takes charge
        always = [r for r in always if r.effect or not r.takes_charge]
    late = [r for r in owed(plan, state) if all(holds(need.condition, state.standing, {}) for need in r.needs)]
    return [*first, *ready, *late, *always]


def signals(plan: Plan) -> tuple[str, str]:
    """Return the records that are signals: those of this case, and of cases that were merged into it."""
    return plan.opens, plan.record_with(Effect.RECEIVES).id


def _has_unread(plan: Plan, state: State) -> bool:
    """Whether there is a signal to mark as read, which no record that the step asks does already."""
    read, step = plan.reads, plan.step(state.step)
    if read is None or any(one.record == read.id for record in _missing(step, state) for one in record.stands_as):
        return False
    return any(_is_newer(signal, read.id, state) for signal in signals(plan))


def _after(plan: Plan, state: State, entry: Entry) -> State:
    record = plan.records[entry.record]
    appointments = appointments_after(state.appointments, record, entry.seq, entry.answers, entry.refers_to)
    state = replace(state, since=state.since or entry.written_at, appointments=appointments)
    if state.status is Status.CLOSED and (record.id == plan.opens or record.effect is Effect.RECEIVES):
        state = State(step=plan.steps[0].id, since=entry.written_at, appointments=state.appointments)
    if record.effect is Effect.JOINS:
        return replace(state, status=Status.JOINED)
    if record.effect is Effect.SEPARATES and state.status is Status.JOINED:
        return _separated(plan, state, entry)
    if record.effect is Effect.POSTPONES and entry.refers_to:
        return state
    responsible = entry.author if _takes_charge(record, state) else state.responsible
    agreed_before = {other.id for other in plan.records.values() if other.agrees_with == record.id}
    standing = {id_: earlier for id_, earlier in state.standing.items() if id_ not in agreed_before}
    state = replace(state, standing={**standing, record.id: entry}, responsible=responsible)
    if record.effect in (Effect.POSTPONES, Effect.HOLDS):
        return _put_off(state, record, str(entry.answers[record.id_of(Meaning.UNTIL)]))
    also = _stands_as(record, state, entry)
    led = _lead(plan, state, record, entry)
    standing = _without_outdated(plan, {**led.standing, **also}, {record.id, *also})
    return _complete(plan, replace(led, standing=standing), entry.written_at)


def _separated(plan: Plan, state: State, entry: Entry) -> State:
    """The case goes on where it was; one that was closed stays so, unless a signal came meanwhile."""
    if state.closed_at is None:
        return replace(state, status=Status.OPEN, since=entry.written_at)
    signal = state.standing.get(plan.opens)
    if signal and signal.written_at > state.closed_at:
        return State(step=plan.steps[0].id, since=entry.written_at, appointments=state.appointments)
    return replace(state, status=Status.CLOSED)


def _without_outdated(plan: Plan, standing: Mapping[str, Entry], made: Collection[str]) -> dict[str, Entry]:
    return {
        id_: entry for id_, entry in standing.items() if id_ in made or not {*plan.records[id_].outdated_by} & {*made}
    }


def _takes_charge(record: ActionSpec, state: State) -> bool:
    return record.takes_charge is not None and (record.takes_charge is TakesCharge.ALWAYS or state.responsible is None)


def _lead(plan: Plan, state: State, record: ActionSpec, entry: Entry) -> State:
    """Follow the first lead that holds: to a step, or to the end of the case."""
    here = [lead for lead in record.leads if not lead.at or state.step in lead.at]
    lead = next((lead for lead in here if holds(lead.when, state.standing, entry.answers)), None)
    if lead is None:
        return state
    if lead.to is None:
        return replace(state, status=Status.CLOSED, outcome=lead.close or "", closed_at=entry.written_at)
    gone = _go(plan, state, lead.to, entry.written_at)
    return _skip(plan, state, gone) if record.effect is Effect.FAST_LANE else gone


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
        if following is None or _missing(step, state) or all(record.optional for record in step.records):
            break
        is_undone = any(_is_undone(record, state) for record in step.records)
        state = _go(plan, state, following.id, at)
        state = replace(state, skipped=(*state.skipped, step.id)) if is_undone else state
    return state


def _missing(step: Step, state: State) -> list[ActionSpec]:
    return [r for r in step.records if not r.optional and applies(r, state) and r.id not in state.standing]


def _is_undone(record: ActionSpec, state: State) -> bool:
    """Whether it was answered in a way that leaves it to be done."""
    entry = state.standing.get(record.id)
    return bool(record.undone) and entry is not None and holds(record.undone, state.standing, entry.answers)


def _is_newer(record: str, than: str, state: State) -> bool:
    entry, other = state.standing.get(record), state.standing.get(than)
    return entry is not None and (other is None or other.seq < entry.seq)


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
