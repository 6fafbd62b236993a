"""The rules of appointments in a form (S3.6): what is said about one, and that a case does not close over one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from meldcode.domain.case.appointments import Appointment, open_ones
from meldcode.domain.case.fold import fold
from meldcode.domain.case.state import TIMES_TO_POSTPONE, Answers, Entry, State, Status
from meldcode.domain.errors import Problem, Refused
from meldcode.domain.forms.form_rules import Circumstances
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.appointments import decision_ids
from meldcode.domain.plan.effects import DECIDES, Effect
from meldcode.domain.plan.forms import FollowUp, Meaning
from meldcode.domain.plan.model import Plan

ABOUT_ONE = (*DECIDES, Effect.POSTPONES)
"""Effects of forms that can be about one appointment."""
FURTHEST = timedelta(days=366)


def appointment_of(state: State, number: int) -> Appointment | None:
    """Return the open appointment with this number in the case, if there is one."""
    return next((one for one in open_ones(state.appointments) if one.number == number), None)


def refuse_unless_open(state: State, record: ActionSpec, number: int) -> None:
    """Raise Refused unless the appointment is still open, and may still be postponed if the form does that."""
    one = appointment_of(state, number)
    if one is None:
        raise Refused("appointment_decided")
    if record.effect is Effect.POSTPONES and len(one.postponed) >= TIMES_TO_POSTPONE:
        raise Refused("postponed_enough", rule="G2")


def appointment_problems(record: ActionSpec, answers: Answers, now: Circumstances) -> Iterator[Problem]:
    """Yield what is wrong with the appointments that are made, moved or decided on in a form."""
    for asked in record.follow_ups:
        yield from _incomplete(asked, answers) if asked.other else ()
        yield from _impossible(asked.day, asked.owner, answers, now)
    if record.effect is Effect.MOVES:
        yield from _impossible(record.id_of(Meaning.NEW_DAY), record.id_of(Meaning.NEW_OWNER), answers, now)
    for one in now.state.appointments:
        decision, line = decision_ids(one.number)
        if decision in answers and line not in answers:
            yield Problem(line, "required")


def undecided(plan: Plan, state: State, asked: ActionSpec, entry: Entry) -> list[Problem]:
    """Return the open appointments over which this entry would close the case (S3.6).

    The form asks about some of them; raises Refused if there are more.
    """
    left = [decision_ids(one.number)[0] for one in open_ones(state.appointments)]
    if state.status is not Status.OPEN or not left or fold(plan, [entry], state).status is not Status.CLOSED:
        return []
    left = [decision for decision in left if decision not in entry.answers]
    if not all(map(asked.field, left)):
        raise Refused("appointments_undecided", rule="S3.6")
    return [Problem(decision, "appointment_undecided", rule="S3.6") for decision in left]


def _incomplete(asked: FollowUp, answers: Answers) -> Iterator[Problem]:
    """An appointment is what, when and who: if one of these is answered, all must be."""
    if not any(answers.get(name or "") for name in (asked.what, asked.day, asked.owner, asked.other)):
        return
    for name, code in (
        (asked.what, "appointment_what"),
        (asked.day, "appointment_day"),
        (asked.owner, "appointment_owner"),
    ):
        if not answers.get(name):
            yield Problem(name, code, rule="S3.6")


def _impossible(day: str, owner: str, answers: Answers, now: Circumstances) -> Iterator[Problem]:
    chosen, colleague = answers.get(day), now.colleagues.get(str(answers.get(owner, "")))
    if chosen and not now.today <= date.fromisoformat(str(chosen)) <= now.today + FURTHEST:
        yield Problem(day, "appointment_far", rule="S3.6")
    if colleague and not colleague.can_read:
        yield Problem(owner, "appointment_cannot_read", rule="S3.6")
