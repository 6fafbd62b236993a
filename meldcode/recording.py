"""Use case: a form was filled in. A signal opens a case, everything else is recorded in one.

How a submission flows (one transaction, committed by whoever runs the use case):

1. the same submission was stored before: its result is given again;
2. access: who is this, and may they (G1)? A case that somebody may not read does not exist for them (G3);
3. rules: each field, then the plan's rules; what is wrong stands at its field, and nothing is stored;
4. hints, never blocking (S1.4, S1.5): when something was found, the answers are kept as a draft and shown first;
5. the entry is appended with the state it leads to, and whoever must know is told through the outbox.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from meldcode import hints, rules
from meldcode.access import Action, Relation, acting_role, may
from meldcode.case import Answer, Answers, Entry, PersonId, Pupil, SchoolId, State, Status, fold
from meldcode.cases_port import CaseHeader, Submission
from meldcode.desks import keep_turns
from meldcode.dossier import Dossier, dossier_of, known_person, readable_case, schools_to_report_in
from meldcode.errors import Invalid, Problem, Refusal
from meldcode.hints import Found
from meldcode.people import AMSTERDAM, Identity, Person
from meldcode.plan import Effect, FieldKind, FieldSpec, Plan, Record, Role
from meldcode.ports import Transaction
from meldcode.retention import ends_otherwise, term_of
from meldcode.schedule import next_moment
from meldcode.telling import Told, tell

OF_TWO_CASES = (Effect.JOINS, Effect.RECEIVES, Effect.DIFFERS)
KEPT_TO_ITSELF = (Effect.ALARMS, Effect.CORRECTS)
"""What a joined case does not pass on: an alarm tells by itself, and a correction is no new signal."""


@dataclass(frozen=True)
class Submit:
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
    """It is stored. `told` are those who got a message; `gap` are roles that should have, but nobody has them.

    `is_repeat` says that it had been stored before, and that nobody was told anew; `author` is who stored it.
    """

    code: str
    plan: Plan
    record: Record
    state: State
    told: tuple[Person, ...] = ()
    gap: tuple[Role, ...] = ()
    is_repeat: bool = False
    author: PersonId | None = None


@dataclass(frozen=True)
class ToReview:
    """Not stored yet: something was found that the person should look at, by field."""

    record: Record
    answers: Answers
    found: Mapping[str, Sequence[Found]]


def submit(tx: Transaction, command: Submit, now: datetime) -> Saved | ToReview:
    """Store what was filled in. Raises Refusal or Invalid; then nothing is stored."""
    person = known_person(tx, command.who)
    if stored := tx.cases.submission(command.key):
        return _given_again(tx, command, person, stored)
    dossier, record, command = checked(tx, command, now)
    answers = _with_people(tx, record, command)
    if review := _review(tx, dossier, record, command, now):
        return review
    return _store(tx, dossier, record, command, answers, now)


def checked(tx: Transaction, command: Submit, now: datetime) -> tuple[Dossier, Record, Submit]:
    """Return the case, the form, and it filled in with defaults, when it can be stored. Raises Refusal or Invalid."""
    dossier = _dossier_for(tx, command, known_person(tx, command.who))
    record = _record_of(dossier.plan, command)
    command = replace(command, answers=rules.with_defaults(record, command.answers))
    _refuse_impossible(dossier, record, command)
    _refuse_problems(tx, dossier, record, _with_people(tx, record, command), now)
    return dossier, record, command


def submit_draft(tx: Transaction, command: Submit, now: datetime) -> Saved | ToReview:
    """Store the draft that was shown for review ("Toch opslaan"). Raises Refusal when it is gone."""
    answers = tx.drafts.find(command.key, known_person(tx, command.who).id, now)
    if answers is None and tx.cases.submission(command.key) is None:
        raise Refusal("draft_gone")
    return submit(tx, replace(command, answers=answers or {}, reviewed=True), now)


def add_entry(tx: Transaction, dossier: Dossier, entry: Entry, key: str, content: str) -> Told:
    """Append the entry and tell whoever must know; a joined case passes its news on to the one it belongs to."""
    entries = (*dossier.entries, entry)
    after = fold(dossier.plan, [entry], dossier.state)
    moment = next_moment(dossier.plan, after, entries, tx.people.school(dossier.school), entry.written_at)
    case = tx.cases.append(dossier.stored, entry, after, moment, key=key, digest=content)
    if ends_otherwise(dossier.state, after):
        tx.endings.keep_term(case.id, term_of(dossier.plan, after, tx.people.school(dossier.school)))
    effect = dossier.plan.records[entry.record].effect
    if effect is Effect.HANDS_OVER:
        case = tx.cases.hand_over(case.id, UUID(_new_teacher(dossier.plan, entry)))
        dossier = replace(dossier, case=case)
    keep_turns(tx, case, dossier.plan, after, entries)
    if dossier.state.status is Status.JOINED and case.joined_to is not None and effect not in KEPT_TO_ITSELF:
        passed_on = _pass_on(tx, dossier, tx.cases.get(case.joined_to), entry, key)
        readers = set(dossier.plan.readers)
        people = tuple(person for person in passed_on.people if person.roles_in(dossier.school) & readers)
        return replace(passed_on, state=after, people=people)
    return tell(tx, dossier, after, entry)


def _new_teacher(plan: Plan, entry: Entry) -> str:
    field = next(field.id for field in plan.records[entry.record].fields if field.kind is FieldKind.PERSON)
    return str(entry.answers[field])


def digest(answers: Answers) -> str:
    """Return a digest of what was typed, to tell a repeated submission from a changed one."""
    return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()


def _given_again(tx: Transaction, command: Submit, person: Person, stored: Submission) -> Saved:
    dossier = dossier_of(tx, person, readable_case(tx, person, tx.cases.get(stored.case).code))
    record = _record_of(dossier.plan, command)
    code = dossier.stored.code
    if not command.reviewed and stored.digest != digest(rules.with_defaults(record, command.answers)):
        raise Refusal("stored_before", case=code)
    return Saved(code, dossier.plan, record, dossier.state, is_repeat=True)


def _dossier_for(tx: Transaction, command: Submit, person: Person) -> Dossier:
    """The case the form belongs to: the one it names, the reporter's own about this pupil, or one still to be opened.

    A colleague's case about the same pupil is neither used nor told of (G3); whoever reads both may join them.
    """
    if command.case:
        return dossier_of(tx, person, readable_case(tx, person, command.case))
    plan = tx.plans.current()
    school = _school(command, person, plan)
    pupil = Pupil(*(str(command.answers.get(field.id, "")).strip() for field in plan.opening.fields if field.pupil))
    for case in tx.cases.about(school, pupil):
        if person.id in case.teachers:
            return dossier_of(tx, person, case)
    return Dossier(person, school, plan, pupil, Relation(person.roles_in(school), is_own=True))


def _school(command: Submit, person: Person, plan: Plan) -> SchoolId:
    possible = schools_to_report_in(person, plan)
    if not possible:
        raise Refusal("role_may_not", roles=" ".join(plan.opening.by), rule="G1")
    if command.school is None and len(possible) > 1:
        raise Invalid([Problem("school", "required")])
    if command.school is not None and command.school not in possible:
        raise Refusal("not_your_school")
    return command.school or possible[0]


def _record_of(plan: Plan, command: Submit) -> Record:
    record = plan.records.get(command.record or plan.opens)
    if record is not None and (record.effect is Effect.EXPORTS) is not command.exports:
        raise Refusal("unknown_action")
    if record is None or record.effect in OF_TWO_CASES or (not command.case and record.id != plan.opens):
        raise Refusal("unknown_action")
    return record.without_pupil() if command.case else record


def _refuse_impossible(dossier: Dossier, record: Record, command: Submit) -> None:
    if not may(Action.RECORD, dossier.relation, dossier.plan, record):
        raise Refusal("role_may_not", roles=" ".join(record.by), rule="G1")
    if record.effect is Effect.CORRECTS:
        if not 1 <= command.refers_to <= len(dossier.entries):
            raise Refusal("unknown_entry")
        return
    if _changed_since(command.seen, dossier, record):
        raise Refusal("done_meanwhile")
    rules.refuse_unless_possible(dossier.plan, dossier.state, record)


def _changed_since(seen: int, dossier: Dossier, record: Record) -> bool:
    """Whether a colleague made this record, or the one that it agrees with, after the form was shown."""
    made = [dossier.state.standing.get(id_) for id_ in (record.id, record.agrees_with or "")]
    in_step = dossier.plan.step_of(record.id) is not None
    return in_step and any(entry is not None and entry.seq > seen for entry in made)


def _with_people(tx: Transaction, record: Record, command: Submit) -> dict[str, Answer]:
    """The answers with people named by our own id; whom nobody knows stays as given, and is refused by the rules."""
    fields = {field.id for field in record.fields if field.kind in (FieldKind.PEOPLE, FieldKind.PERSON)}
    named = [user for field in fields for user in _values(command.answers.get(field, ()))]
    who = command.who
    known = tx.people.by_identities(Identity(who.platform, who.workspace, user) for user in named) if named else {}
    ids = {identity.user: str(person.id) for identity, person in known.items()}

    def translated(answer: Answer) -> Answer:
        return ids.get(answer, answer) if isinstance(answer, str) else tuple(ids.get(user, user) for user in answer)

    return {id_: translated(answer) if id_ in fields else answer for id_, answer in command.answers.items()}


def _values(answer: Answer) -> tuple[str, ...]:
    return (answer,) if isinstance(answer, str) else answer


def _refuse_problems(tx: Transaction, dossier: Dossier, record: Record, answers: Answers, now: datetime) -> None:
    colleagues = dossier.colleagues(tx.people.of_school(dossier.school))
    today = now.astimezone(AMSTERDAM).date()
    circumstances = rules.Circumstances(dossier.state, colleagues, dossier.pupil, today)
    problems = rules.problems(record, answers, circumstances)
    if not problems and record.effect is Effect.HANDS_OVER:
        problems = rules.handover_problems(record, answers, colleagues)
    if not problems and record.effect in (Effect.POSTPONES, Effect.HOLDS):
        problems = rules.day_problems(dossier.plan, record, answers, tx.people.school(dossier.school), circumstances)
    if problems:
        raise Invalid(problems)


def _review(tx: Transaction, dossier: Dossier, record: Record, command: Submit, now: datetime) -> ToReview | None:
    if command.reviewed:
        tx.drafts.drop(command.key)
        return None
    names = [colleague.name for colleague in tx.people.of_school(dossier.school)]
    spots = {field.id: _spots(field, command.answers, dossier.pupil, names) for field in record.fields}
    found = {field: spots_of_field for field, spots_of_field in spots.items() if spots_of_field}
    if not found:
        return None
    if tx.drafts.find(command.key, dossier.person.id, now) != command.answers:
        tx.drafts.keep(command.key, dossier.person.id, command.answers, now, dossier.case.id if dossier.case else None)
    return ToReview(record, command.answers, found)


def _spots(field: FieldSpec, answers: Answers, pupil: Pupil, names: Sequence[str]) -> list[Found]:
    text, spots = str(answers.get(field.id, "")), []
    if "names" in field.hints:
        spots += hints.third_persons(text, pupil=(pupil.first_name, pupil.last_name), known_names=names)
    if "facts" in field.hints:
        spots += hints.hedges(text)
    return sorted(spots, key=lambda spot: spot.start)


def _store(
    tx: Transaction, dossier: Dossier, record: Record, command: Submit, answers: Answers, now: datetime
) -> Saved:
    role = acting_role(record, dossier.relation, beside=_role_to_agree_with(record, dossier.state))
    assert role is not None  # noqa: S101 - refused before
    if dossier.case is None:
        case = tx.cases.open(dossier.school, dossier.plan, dossier.pupil, dossier.person.id, now)
        dossier = replace(dossier, case=case)
    kept = {field: answer for field, answer in answers.items() if not _is_pupil(record, field)}
    refers_to = command.refers_to if record.effect is Effect.CORRECTS else 0
    entry = Entry(dossier.stored.version + 1, record.id, dossier.person.id, role, now, kept, refers_to)
    rules.refuse_unless_agreeing(record, dossier.state, entry)
    told = add_entry(tx, dossier, entry, command.key, digest(command.answers))
    return Saved(dossier.stored.code, dossier.plan, record, told.state, told.people, told.gap, author=dossier.person.id)


def _role_to_agree_with(record: Record, state: State) -> Role | None:
    proposal = state.standing.get(record.agrees_with or "")
    return proposal.role if proposal else None


def _is_pupil(record: Record, field_id: str) -> bool:
    field = record.field(field_id)
    return field is not None and field.pupil


def _pass_on(tx: Transaction, dossier: Dossier, root: CaseHeader, entry: Entry, key: str) -> Told:
    receiving = dossier_of(tx, dossier.person, root)
    receives = receiving.plan.record_with(Effect.RECEIVES)
    answers = {"case": dossier.stored.code}
    received = replace(entry, seq=root.version + 1, record=receives.id, answers=answers, refers_to=0)
    return add_entry(tx, receiving, received, f"{key}/received", "")
