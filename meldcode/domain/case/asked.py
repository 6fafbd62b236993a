"""What a case asks and allows, of whom (G1)."""

from __future__ import annotations

from meldcode.domain.case.appointments import with_decisions
from meldcode.domain.case.fold import applies, holds, is_undone, missing
from meldcode.domain.case.state import TIMES_TO_POSTPONE, Answers, Entry, State, Status
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import DECIDES, DENIALS, Effect
from meldcode.domain.plan.forms import FieldSpec
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role

NOT_OFFERED = (
    Effect.CORRECTS,
    *DENIALS,
    Effect.MOVES_SIGNAL,
    Effect.JOINS,
    Effect.RECEIVES,
    Effect.DIFFERS,
    Effect.LINKS,
    Effect.ALARMS,
    Effect.HOLDS,
    Effect.LEAVES,
    *DECIDES,
)
"""Effects of actions that are offered elsewhere: at an entry, an appointment, another case, everywhere, when closed."""
ALSO_OFFERED = {
    Status.CLOSED: (Effect.HOLDS, Effect.LEAVES, Effect.EXPORTS, Effect.EXCLUDES, Effect.CORRECTS_PUPIL),
    Status.JOINED: (Effect.NOTES,),
}
"""Effects of actions that are possible in a case that is not open, beside a signal."""


def needed(plan: Plan, state: State) -> list[ActionSpec]:
    """Return what the case waits for: what is asked at any step (G8), then what the step asks."""
    if state.status is not Status.OPEN:
        return []
    return [*asked_at_any_step(plan, state), *missing(plan.step(state.step), state)]


def asked_at_any_step(plan: Plan, state: State) -> list[ActionSpec]:
    """Return what somebody must agree with, and what cannot wait for its step (G8)."""
    return [*to_agree(plan, state), *(record for record in plan.cannot_wait if asked_by(record, state))]


def to_agree(plan: Plan, state: State) -> list[ActionSpec]:
    """Return the records with which somebody must still agree, beside what the step asks: the other one is newer."""
    return [r for r in plan.agreeing_beside(state.step) if _is_newer(r.agrees_with or "", r.id, state)]


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
    """Return what is still to be done of earlier steps: the fast lane skipped it (G8), or it could not be done yet.

    What something else must come before is not listed until that is done.
    """
    if state.status is not Status.OPEN:
        return []
    steps = map(plan.step, dict.fromkeys(state.skipped))
    return [
        r
        for step in steps
        for r in step.records
        if r.owed and (r in missing(step, state) or is_undone(r, state)) and _is_ready(r, state)
    ]


def waived(plan: Plan, state: State) -> list[ActionSpec]:
    """Return what the fast lane skipped and nobody is asked for any more: it came instead (G8)."""
    if state.status is not Status.OPEN:
        return []
    return [r for step in map(plan.step, dict.fromkeys(state.skipped)) for r in missing(step, state) if not r.owed]


def _is_ready(record: ActionSpec, state: State) -> bool:
    return all(holds(need.condition, state.standing, {}) for need in record.needs)


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
    ready = [record for record in step if _is_ready(record, state)]
    hidden = (*NOT_OFFERED, Effect.POSTPONES) if len(state.postponed) >= TIMES_TO_POSTPONE else NOT_OFFERED
    hidden = hidden if _has_unread(plan, state) else (*hidden, Effect.READS)
    hidden = hidden if plan.record_with(Effect.RECEIVES).id in state.standing else (*hidden, Effect.SEPARATES)
    other = [r for r in plan.always if r not in first and not r.agrees_with]
    always = [r for r in other if r.effect not in hidden and not plan.is_mark(r)]
    if state.responsible is None:  # nobody to take it over from: whoever takes the step takes charge
        always = [r for r in always if r.effect or not r.takes_charge]
    return [*first, *ready, *owed(plan, state), *always]


def signals(plan: Plan) -> tuple[str, str]:
    """Return the records that are signals: those of this case, and of cases that were merged into it."""
    return plan.opens, plan.record_with(Effect.RECEIVES).id


def _has_unread(plan: Plan, state: State) -> bool:
    """Whether there is a signal to mark as read, which no record that the step asks does already."""
    read, step = plan.reads, plan.step(state.step)
    if read is None or any(one.record == read.id for record in missing(step, state) for one in record.stands_as):
        return False
    return any(_is_newer(signal, read.id, state) for signal in signals(plan))


def _is_newer(record: str, than: str, state: State) -> bool:
    if (entry := state.standing.get(record)) is None:
        return False
    other = state.standing.get(than)
    return other is None or other.seq < entry.seq
