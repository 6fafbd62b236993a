"""Use case: a form was filled in. A signal opens a case, everything else is recorded in one.

How a submission flows (one transaction, committed by whoever runs the use case):

1. the same submission was stored before: its result is given again;
2. access: who is this, and may they (G1)? A case that somebody may not read does not exist for them (G3);
3. rules: each field, then the plan's rules; what is wrong stands at its field, and nothing is stored;
4. hints, never blocking (S1.4, S1.5): when something was found, the answers are kept as a draft and shown first;
5. the entry is appended with the state it leads to, and whoever must know is notified through the outbox.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from meldcode import hints
from meldcode.application.case_context import (
    CaseContext,
    case_context,
    known_person,
    readable_case,
    schools_to_report_in,
)
from meldcode.application.cases.notifications import Notified, notify
from meldcode.application.ports.cases import Submission
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.worklists import update_worklist
from meldcode.domain import form_rules
from meldcode.domain.access import Permission, Relation, acting_role, may
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Answer, Answers, Entry, Pupil, State, Status, fold
from meldcode.domain.deadlines.schedule import next_moment
from meldcode.domain.errors import Invalid, Problem, Refused
from meldcode.domain.ids import PersonId, SchoolId
from meldcode.domain.plan.forms import FieldKind, FieldSpec
from meldcode.domain.plan.model import ActionSpec, Effect, Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.retention import ends_otherwise, term_of
from meldcode.domain.staff import Identity, Person
from meldcode.hints import Found

OF_TWO_CASES = (Effect.JOINS, Effect.RECEIVES, Effect.DIFFERS)
KEPT_TO_ITSELF = (Effect.ALARMS, Effect.CORRECTS)
"""What a joined case does not pass on: an alarm tells by itself, and a correction is no new signal."""


@dataclass(frozen=True)
class RecordEntry:
    """A filled-in form. `key` makes a repeated submission one entry; `seen` is the case's version when it was opened.

    Without `case` it opens one, in `school` (needed only of somebody who belongs to several). `reviewed` says that
    the hints were shown and the person chose to save as it is. `refers_to` is the entry that is corrected. `exports`
    says that the dossier is given along: the record of it is stored in no other way.
    """

    who: Identity
    key: str
    record: str
    answers: Answers
    case: str = ""
    school: SchoolId | None = None
    seen: int = 0
    refers_to: int = 0
    reviewed: bool = False
    exports: bool = False


@dataclass(frozen=True)
class Saved:
    """It is stored. `notified` are those who got a message; nobody has the `missing_roles`, which should have.

    `is_repeat` says that it had been stored before, and that nobody was notified anew; `author` is who stored it.
    """

    code: str
    plan: Plan
    record: ActionSpec
    state: State
    notified: tuple[Person, ...] = ()
    missing_roles: tuple[Role, ...] = ()
    is_repeat: bool = False
    author: PersonId | None = None


@dataclass(frozen=True)
class NeedsReview:
    """Not stored yet: something was found that the person should look at, by field."""

    record: ActionSpec
    answers: Answers
    found: Mapping[str, Sequence[Found]]


def record_entry(uow: UnitOfWork, command: RecordEntry, now: datetime) -> Saved | NeedsReview:
    """Store what was filled in. Raises Refusal or Invalid; then nothing is stored."""
    person = known_person(uow, command.who)
    if stored := uow.cases.find_submission(command.key):
        return _given_again(uow, command, person, stored)
    context, record, command = check_submission(uow, command, now)
    answers = _with_people(uow, record, command)
    if review := _review(uow, context, record, command, now):
        return review
    return _store(uow, context, record, command, answers, now)


def check_submission(
    uow: UnitOfWork, command: RecordEntry, now: datetime
) -> tuple[CaseContext, ActionSpec, RecordEntry]:
    """Return the case, the form, and it filled in with defaults, when it can be stored. Raises Refusal or Invalid."""
    context = _dossier_for(uow, command, known_person(uow, command.who))
    record = _record_of(context.plan, command)
    command = replace(command, answers=form_rules.with_defaults(record, command.answers))
    _refuse_impossible(context, record, command)
    _refuse_problems(uow, context, record, _with_people(uow, record, command), now)
    return context, record, command


def record_draft(uow: UnitOfWork, command: RecordEntry, now: datetime) -> Saved | NeedsReview:
    """Store the draft that was shown for review ("Toch opslaan"). Raises Refusal when it is gone."""
    answers = uow.drafts.find(command.key, known_person(uow, command.who).id, now)
    if answers is None and uow.cases.find_submission(command.key) is None:
        raise Refused("draft_gone")
    return record_entry(uow, replace(command, answers=answers or {}, reviewed=True), now)


def add_entry(uow: UnitOfWork, context: CaseContext, entry: Entry, key: str, content: str) -> Notified:
    """Append the entry and tell whoever must know; a joined case passes its news on to the one it belongs to."""
    entries = (*context.entries, entry)
    after = fold(context.plan, [entry], context.state)
    moment = next_moment(context.plan, after, entries, uow.staff.school(context.school), entry.written_at)
    case = uow.cases.append(context.stored, entry, after, moment, key=key, digest=content)
    if ends_otherwise(context.state, after):
        uow.retention.set_term(case.id, term_of(context.plan, after, uow.staff.school(context.school)))
    effect = context.plan.records[entry.record].effect
    if effect is Effect.HANDS_OVER:
        case = uow.cases.hand_over(case.id, UUID(_new_teacher(context.plan, entry)))
        context = replace(context, case=case)
    update_worklist(uow, case, context.plan, after, entries)
    if context.state.status is Status.JOINED and case.joined_to is not None and effect not in KEPT_TO_ITSELF:
        passed_on = _pass_on(uow, context, uow.cases.get(case.joined_to), entry, key)
        readers = set(context.plan.readers)
        people = tuple(person for person in passed_on.people if person.roles_in(context.school) & readers)
        return replace(passed_on, state=after, people=people)
    return notify(uow, context, after, entry)


def _new_teacher(plan: Plan, entry: Entry) -> str:
    field = next(field.id for field in plan.records[entry.record].fields if field.kind is FieldKind.PERSON)
    return str(entry.answers[field])


def digest(answers: Answers) -> str:
    """Return a digest of what was typed, to tell a repeated submission from a changed one."""
    return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()


def _given_again(uow: UnitOfWork, command: RecordEntry, person: Person, stored: Submission) -> Saved:
    context = case_context(uow, person, readable_case(uow, person, uow.cases.get(stored.case).code))
    record = _record_of(context.plan, command)
    code = context.stored.code
    if not command.reviewed and stored.digest != digest(form_rules.with_defaults(record, command.answers)):
        raise Refused("stored_before", case=code)
    return Saved(code, context.plan, record, context.state, is_repeat=True)


def _dossier_for(uow: UnitOfWork, command: RecordEntry, person: Person) -> CaseContext:
    """The case the form belongs to: the one it names, the reporter's own about this pupil, or one still to be opened.

    A colleague's case about the same pupil is neither used nor told of (G3); whoever reads both may join them.
    """
    if command.case:
        return case_context(uow, person, readable_case(uow, person, command.case))
    plan = uow.plans.current()
    school = _school(command, person, plan)
    pupil = Pupil(*(str(command.answers.get(field.id, "")).strip() for field in plan.opening.fields if field.pupil))
    for case in uow.cases.find_by_pupil(school, pupil):
        if person.id in case.teachers:
            return case_context(uow, person, case)
    return CaseContext(person, school, plan, pupil, Relation(person.roles_in(school), is_own=True))


def _school(command: RecordEntry, person: Person, plan: Plan) -> SchoolId:
    possible = schools_to_report_in(person, plan)
    if not possible:
        raise Refused("role_may_not", roles=plan.opening.by, rule="G1")
    if command.school is None and len(possible) > 1:
        raise Invalid([Problem("school", "required")])
    if command.school is not None and command.school not in possible:
        raise Refused("not_your_school")
    return command.school or possible[0]


def _record_of(plan: Plan, command: RecordEntry) -> ActionSpec:
    record = plan.records.get(command.record or plan.opens)
    if record is not None and (record.effect is Effect.EXPORTS) is not command.exports:
        raise Refused("unknown_action")
    if record is None or record.effect in OF_TWO_CASES or (not command.case and record.id != plan.opens):
        raise Refused("unknown_action")
    return record.without_pupil() if command.case else record


def _refuse_impossible(context: CaseContext, record: ActionSpec, command: RecordEntry) -> None:
    if not may(Permission.RECORD, context.relation, context.plan, record):
        raise Refused("role_may_not", roles=record.by, rule="G1")
    if record.effect is Effect.CORRECTS:
        if not 1 <= command.refers_to <= len(context.entries):
            raise Refused("unknown_entry")
        return
    if _changed_since(command.seen, context, record):
        raise Refused("done_meanwhile")
    form_rules.refuse_unless_possible(context.plan, context.state, record)


def _changed_since(seen: int, context: CaseContext, record: ActionSpec) -> bool:
    """Whether a colleague made this record, or the one that it agrees with, after the form was shown."""
    made = [context.state.standing.get(id_) for id_ in (record.id, record.agrees_with or "")]
    in_step = context.plan.step_of(record.id) is not None
    return in_step and any(entry is not None and entry.seq > seen for entry in made)


def _with_people(uow: UnitOfWork, record: ActionSpec, command: RecordEntry) -> dict[str, Answer]:
    """The answers with people named by our own id; whom nobody knows stays as given, and is refused by the rules."""
    fields = {field.id for field in record.fields if field.kind in (FieldKind.PEOPLE, FieldKind.PERSON)}
    named = [user for field in fields for user in _values(command.answers.get(field, ()))]
    who = command.who
    known = uow.staff.by_identities(Identity(who.platform, who.workspace, user) for user in named) if named else {}
    ids = {identity.user: str(person.id) for identity, person in known.items()}

    def translated(answer: Answer) -> Answer:
        return ids.get(answer, answer) if isinstance(answer, str) else tuple(ids.get(user, user) for user in answer)

    return {id_: translated(answer) if id_ in fields else answer for id_, answer in command.answers.items()}


def _values(answer: Answer) -> tuple[str, ...]:
    return (answer,) if isinstance(answer, str) else answer


def _refuse_problems(
    uow: UnitOfWork, context: CaseContext, record: ActionSpec, answers: Answers, now: datetime
) -> None:
    colleagues = context.colleagues(uow.staff.of_school(context.school))
    today = now.astimezone(AMSTERDAM).date()
    circumstances = form_rules.Circumstances(context.state, colleagues, context.pupil, today)
    problems = form_rules.problems(record, answers, circumstances)
    if not problems and record.effect is Effect.HANDS_OVER:
        problems = form_rules.handover_problems(record, answers, colleagues)
    if not problems and record.effect in (Effect.POSTPONES, Effect.HOLDS):
        problems = form_rules.day_problems(
            context.plan, record, answers, uow.staff.school(context.school), circumstances
        )
    if problems:
        raise Invalid(problems)


def _review(
    uow: UnitOfWork, context: CaseContext, record: ActionSpec, command: RecordEntry, now: datetime
) -> NeedsReview | None:
    if command.reviewed:
        uow.drafts.delete(command.key)
        return None
    names = [colleague.name for colleague in uow.staff.of_school(context.school)]
    spots = {field.id: _spots(field, command.answers, context.pupil, names) for field in record.fields}
    found = {field: spots_of_field for field, spots_of_field in spots.items() if spots_of_field}
    if not found:
        return None
    if uow.drafts.find(command.key, context.person.id, now) != command.answers:
        uow.drafts.save(command.key, context.person.id, command.answers, now, context.case.id if context.case else None)
    return NeedsReview(record, command.answers, found)


def _spots(field: FieldSpec, answers: Answers, pupil: Pupil, names: Sequence[str]) -> list[Found]:
    text, spots = str(answers.get(field.id, "")), []
    if "names" in field.hints:
        spots += hints.third_persons(text, pupil=(pupil.first_name, pupil.last_name), known_names=names)
    if "facts" in field.hints:
        spots += hints.hedges(text)
    return sorted(spots, key=lambda spot: spot.start)


def _store(
    uow: UnitOfWork, context: CaseContext, record: ActionSpec, command: RecordEntry, answers: Answers, now: datetime
) -> Saved:
    role = acting_role(record, context.relation, beside=_role_to_agree_with(record, context.state))
    assert role is not None  # noqa: S101 - refused before
    if context.case is None:
        case = uow.cases.open(context.school, context.plan, context.pupil, context.person.id, now)
        context = replace(context, case=case)
    kept = {field: answer for field, answer in answers.items() if not _is_pupil(record, field)}
    refers_to = command.refers_to if record.effect is Effect.CORRECTS else 0
    entry = Entry(context.stored.version + 1, record.id, context.person.id, role, now, kept, refers_to)
    form_rules.refuse_unless_agreeing(record, context.state, entry)
    done = add_entry(uow, context, entry, command.key, digest(command.answers))
    return Saved(
        context.stored.code, context.plan, record, done.state, done.people, done.missing_roles, author=context.person.id
    )


def _role_to_agree_with(record: ActionSpec, state: State) -> Role | None:
    proposal = state.standing.get(record.agrees_with or "")
    return proposal.role if proposal else None


def _is_pupil(record: ActionSpec, field_id: str) -> bool:
    field = record.field(field_id)
    return field is not None and field.pupil


def _pass_on(uow: UnitOfWork, context: CaseContext, root: CaseHeader, entry: Entry, key: str) -> Notified:
    receiving = case_context(uow, context.person, root)
    receives = receiving.plan.record_with(Effect.RECEIVES)
    answers = {"case": context.stored.code}
    received = replace(entry, seq=root.version + 1, record=receives.id, answers=answers, refers_to=0)
    return add_entry(uow, receiving, received, f"{key}/received", "")
