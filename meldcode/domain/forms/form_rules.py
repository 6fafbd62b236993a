"""The plan's rules for one form: what is wrong with the answers. Pure functions; the reasons come from the plan."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time

from meldcode.domain.case.asked import offered
from meldcode.domain.case.fold import holds
from meldcode.domain.case.state import TIMES_TO_POSTPONE, Answer, Answers, Entry, Pupil, State
from meldcode.domain.errors import Problem, Refused
from meldcode.domain.forms.taking_part import Colleagues, absence, missing_there, rule_holds, somebody_must_not_be_there
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import FieldKind, FieldSpec, Meaning
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.retention import years_later
from meldcode.domain.typed_text import is_visible

MOST_PEOPLE = 12
MOST_YEARS_AGO, MOST_YEARS_AHEAD = 20, 10
"""Before that no pupil was born, and after it nobody is a pupil any more."""
LONGEST_POSTPONEMENT = 5
"""School days."""
OF_AN_ENTRY = (Effect.CORRECTS, Effect.MOVES_SIGNAL)
"""Effects of forms that are about one entry of the case."""


def with_defaults(record: ActionSpec, answers: Answers, newer: ActionSpec | None = None) -> dict[str, Answer]:
    """Return the answers to the record's questions, with what an unanswered one means filled in.

    `newer` is the same form in the plan that new cases have: its choices are put in the words of the record's plan.
    """
    said = {field.id: _in_words_of(field, answers.get(field.id, ""), newer) for field in record.fields}
    known = {field.id: _said(said[field.id]) or field.default for field in record.fields}
    return {field: answer for field, answer in known.items() if answer}


def _in_words_of(field: FieldSpec, answer: Answer, newer: ActionSpec | None) -> Answer:
    """A plan that takes one choice of a question gets the first of several."""
    asked = newer.field(field.id) if newer else None
    if asked is None or not asked.choices:
        return answer
    older = {choice.id: choice.older for choice in asked.choices if choice.older and not field.choice(choice.id)}
    said = tuple(dict.fromkeys(older.get(value, value) for value in ((answer,) if isinstance(answer, str) else answer)))
    is_one = isinstance(answer, str) or (field.kind, asked.kind) == (FieldKind.CHOICE, FieldKind.CHOICES)
    return next(iter(said), "") if is_one else said


def _said(answer: Answer) -> Answer:
    """The answer, or nothing if there is nothing to see in it."""
    return "" if isinstance(answer, str) and not is_visible(answer) else answer


def refuse_unless_possible(plan: Plan, state: State, record: ActionSpec) -> None:
    """Raise Refused, with the plan's reason, if the action cannot be recorded in this state."""
    for need in record.needs:
        if not holds(need.condition, state.standing, {}):
            raise Refused("not_yet", reason=need.reason, rule=need.rule)
    if record.effect is Effect.POSTPONES and len(state.postponed) >= TIMES_TO_POSTPONE:
        raise Refused("postponed_enough", rule="G2")
    if record.id not in {possible.id for possible in offered(plan, state)}:
        raise Refused("not_now")


def refuse_unless_about_an_entry(plan: Plan, entries: Sequence[Entry], record: ActionSpec, seq: int) -> None:
    """Raise Refused if the form cannot be about the entry with this number.

    A signal is moved out only if it leaves another one behind: else the name is corrected, or the cases are merged.
    """
    entry = next((entry for entry in entries if entry.seq == seq), None)
    if entry is None or (record.effect is Effect.MOVES_SIGNAL and entry.record != plan.opens):
        raise Refused("unknown_entry")
    if record.effect is Effect.MOVES_SIGNAL and [one.record for one in entries].count(plan.opens) == 1:
        raise Refused("only_signal")


def refuse_unless_agreeing(record: ActionSpec, state: State, author: Entry) -> None:
    """Raise Refused unless author and proposer are different people who together have the required roles (S4.3)."""
    if not record.agrees_with:
        return
    proposal = state.standing.get(record.agrees_with)
    if proposal is None:
        raise Refused("not_yet", rule=record.rules[0] if record.rules else "")
    if not may_agree(record, proposal, author.author, author.role):
        raise Refused("needs_another", rule=record.rules[0] if record.rules else "")


def may_agree(record: ActionSpec, proposal: Entry, person: PersonId, role: Role) -> bool:
    """Tell whether this person, in this role, may agree with what a colleague in the other role proposed (S4.3)."""
    return proposal.author != person and (record.any_two or {proposal.role, role} == set(record.by))


@dataclass(frozen=True)
class Circumstances:
    """What the rules depend on besides the answers. `today` and `clock` are the date and time in the Netherlands.

    `author` records it. `ordinary` are those of the pupil's names that are ordinary words too.
    """

    state: State
    colleagues: Colleagues
    pupil: Pupil
    today: date
    author: PersonId
    ordinary: frozenset[str] = frozenset()
    clock: time = time.max


def problems(record: ActionSpec, answers: Answers, now: Circumstances) -> list[Problem]:
    """Return what is wrong with the answers: problems of single fields, or if there are none, of the plan's rules.

    Of a question that is not asked yet only when nothing is wrong with those that are.
    """
    found = [p for field in record.fields for p in _field_problems(field, answers.get(field.id), now)]
    found = found or [
        *_time_problems(record, answers, now),
        *_anonymity_problems(record, answers, now),
        *_presence_problems(record, answers, now),
        *_author_problems(record, answers, now),
        *_points_problems(record, answers),
        *_check_problems(record, answers, now.state),
    ]
    asked = {field.id for field in record.fields}
    return [problem for problem in found if problem.field in asked] or found


def _field_problems(field: FieldSpec, answer: Answer | None, now: Circumstances) -> Iterator[Problem]:
    if answer is None or not _said(answer):
        if field.required:
            yield Problem(field.id, "required", reason=field.missing)
        return
    values = (answer,) if isinstance(answer, str) else answer
    is_other_kind = isinstance(answer, str) == (field.kind in _SEVERAL)
    code = "unreadable" if is_other_kind else _CHECKS[field.kind](field, values, now.colleagues, now.today)
    if code:
        yield Problem(field.id, code, words={"limit": str(field.max_length)})


def _text(field: FieldSpec, values: Collection[str], _staff: Colleagues, _today: date) -> str:
    if any(len(value) > field.max_length for value in values):
        return "too_long"
    return "unreadable" if any("\x00" in value or _has_surrogate(value) for value in values) else ""


def _choice(field: FieldSpec, values: Collection[str], _staff: Colleagues, _today: date) -> str:
    return "" if all(field.choice(value) for value in values) else "unknown_choice"


def _date(field: FieldSpec, values: Collection[str], _staff: Colleagues, today: date) -> str:
    try:
        days = [date.fromisoformat(value) for value in values]
    except ValueError:
        return "no_date"
    if any(day < years_later(today, -MOST_YEARS_AGO) for day in days):
        return "too_long_ago"
    last = years_later(today, MOST_YEARS_AHEAD) if field.future else today
    too_late = "too_far_ahead" if field.future else "in_the_future"
    return too_late if any(day > last for day in days) else ""


def _time(_field: FieldSpec, values: Collection[str], _staff: Colleagues, _today: date) -> str:
    return "" if all(_TIME.fullmatch(value) for value in values) else "no_time"


def _people(field: FieldSpec, values: Collection[str], staff: Colleagues, _today: date) -> str:
    if len(values) > MOST_PEOPLE:
        return "too_many_people"
    if not all(value in staff for value in values):
        return "not_of_this_school"
    is_about_exclusion = field.meaning is Meaning.EXCLUDED
    return "not_of_this_case" if not is_about_exclusion and any(staff[value].is_excluded for value in values) else ""


_CHECKS = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _text,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choice,
    FieldKind.DATE: _date,
    FieldKind.TIME: _time,
    FieldKind.PEOPLE: _people,
    FieldKind.PERSON: _people,
}
_SEVERAL = (FieldKind.CHOICES, FieldKind.PEOPLE)
"""The kinds of which an answer holds several values."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_TIME = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def _has_surrogate(value: str) -> bool:
    return _SURROGATE.search(value) is not None


def _time_problems(record: ActionSpec, answers: Answers, now: Circumstances) -> Iterator[Problem]:
    """What happened today did not happen later than now."""
    at = record.id_of(Meaning.HAPPENED_AT)
    is_today = answers.get(record.id_of(Meaning.HAPPENED_ON)) == now.today.isoformat()
    if is_today and str(answers.get(at, "")) > f"{now.clock:%H:%M}":
        yield Problem(at, "time_in_the_future")


def _anonymity_problems(record: ActionSpec, answers: Answers, now: Circumstances) -> Iterator[Problem]:
    for field in record.fields:
        text = str(answers.get(field.id, ""))
        if is_anonymous(field, now.state, answers) and names_pupil(text, now.pupil, now.ordinary):
            yield Problem(field.id, "names_pupil", rule="S2.2")


def is_anonymous(field: FieldSpec, state: State, answers: Answers) -> bool:
    """Tell whether this answer may not name the pupil (S2.2)."""
    return field.anonymous is not None and holds(field.anonymous, state.standing, answers)


def names_pupil(text: str, pupil: Pupil, ordinary: Collection[str] = ()) -> bool:
    """Tell whether the text has the pupil's first name in any case, or the last name as it is spelled (S2.2).

    A name that is an `ordinary` word too counts only with a capital within a sentence.
    """
    inside = r"(?<![.!?:;\n\"“„«‘'])(?<![.!?:;\n\"“„«‘'] )(?<!^)"
    for name, flag in ((pupil.first_name, "i"), (pupil.last_name, "-i")):
        said = rf"(?<!\w)(?{flag}:{re.escape(name)})(?:'?s)?(?!\w)"
        if name in ordinary:
            said = rf"{inside}(?<!\w){re.escape(name[:1].upper() + name[1:])}(?:'?s)?(?!\w)"
        if re.search(said, text):
            return True
    return False


def _presence_problems(record: ActionSpec, answers: Answers, now: Circumstances) -> Iterator[Problem]:
    asked = {field.id for field in record.fields}
    for presence in record.present:
        if presence.field not in asked or not rule_holds(presence, now.state, answers):
            continue
        named = answers.get(presence.field, ())
        people = [now.colleagues[person] for person in {*((named,) if isinstance(named, str) else named)}]
        if somebody_must_not_be_there(presence, people):
            yield Problem(presence.field, reason=presence.none_of_reason or presence.reason, rule=presence.rule)
        elif (missing := missing_there(presence, people)) or len(people) < presence.at_least:
            yield absence(presence, people, missing)


def _author_problems(record: ActionSpec, answers: Answers, now: Circumstances) -> Iterator[Problem]:
    """Who records it must have been there, where the plan says so (S3.7)."""
    took_part = record.took_part
    if took_part and not was_there(record, now.state, now.author, answers):
        yield Problem(took_part.at, reason=took_part.reason, rule=took_part.rule)


def was_there(record: ActionSpec, state: State, person: PersonId, answers: Answers) -> bool:
    """Tell whether this person took part in what the record is about, or need not have (S3.7)."""
    took_part, standing = record.took_part, state.standing
    if took_part is None or not holds(took_part.when, standing, answers):
        return True
    other, _, field = took_part.people.rpartition(".")
    named = standing[other].answers.get(field, ()) if other in standing else answers.get(field, ())
    return str(person) in named


def _points_problems(record: ActionSpec, answers: Answers) -> Iterator[Problem]:
    """Each point of a talk came up, or it is said why not (S3.6)."""
    points, why = record.field(record.id_of(Meaning.POINTS)), record.id_of(Meaning.POINTS_LEFT_OUT)
    if points is None or not why or answers.get(why):
        return
    if left_out := [choice.text for choice in points.choices if choice.id not in answers.get(points.id, ())]:
        yield Problem(why, "points_left_out", words={"points": ", ".join(left_out)}, rule="S3.6")


def _check_problems(record: ActionSpec, answers: Answers, state: State) -> Iterator[Problem]:
    for check in record.checks:
        if holds(check.when, state.standing, answers) and not holds(check.needs, state.standing, answers):
            yield Problem(check.at, reason=check.reason, rule=check.rule)
