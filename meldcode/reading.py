"""Use cases that show: a case, a form within it, what waits for somebody. Each showing leaves a trace (G3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from meldcode import hints, rules
from meldcode.access import Action, Relation, acting_role, may, relation_to
from meldcode.case import Answer, Answers, Entry, PersonId, SchoolId, Status, holds, needed, offered
from meldcode.dossier import Dossier, dossier_of, known_person, readable_case, schools_to_report_in
from meldcode.errors import Refusal
from meldcode.people import AMSTERDAM, Deputy, Identity, Person, School
from meldcode.plan import Effect, FieldKind, Outcome, Plan, Record, Role, Step
from meldcode.ports import CaseHeader, Reading, Transaction
from meldcode.retention import term_of


@dataclass(frozen=True)
class Line:
    """One entry of the logbook: the day it speaks of, who wrote it, and the code of the case it stands in."""

    entry: Entry
    happened: date
    author: str
    record: Record
    code: str


@dataclass(frozen=True)
class CaseView:
    """A case as it is shown. `doable` is what this reader can record now, `open` what the step waits for at all.

    `same_pupil` are cases that may be about the same pupil, shown only to whoever may join them. `kept_until` is from
    when on a closed one may be destroyed.
    """

    dossier: Dossier
    lines: tuple[Line, ...]
    open: tuple[Record, ...]
    doable: tuple[Record, ...]
    names: Mapping[str, str]
    same_pupil: tuple[CaseHeader, ...] = ()
    kept_until: datetime | None = None


@dataclass(frozen=True)
class Consequence:
    """What an answer does: choosing `choice` (or any answer, when it is empty) leads to the step or the outcome."""

    choice: str
    step: Step | None
    outcome: Outcome | None


@dataclass(frozen=True)
class FormView:
    """A form to be filled in. Without `case` it opens one; `schools` is more than one where a choice is needed.

    `logbook` is the case, where the form shows it above the questions (S4.1).
    """

    record: Record
    plan: Plan
    initial: Answers
    case: str = ""
    seen: int = 0
    refers_to: int = 0
    schools: tuple[School, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    logbook: CaseView | None = None


@dataclass(frozen=True)
class CaseRow:
    """A case in an overview: no content. `is_waiting` says that this person's role acts in the step."""

    case: CaseHeader
    plan: Plan
    is_own: bool
    is_waiting: bool


@dataclass(frozen=True)
class Overview:
    """What somebody sees of all their cases, what waits for them first, and who stands in for whom (G5)."""

    person: Person
    rows: tuple[CaseRow, ...]
    may_report: bool
    deputies: tuple[Deputy, ...]
    names: Mapping[PersonId, str]


def open_case(tx: Transaction, who: Identity, code: str, now: datetime) -> CaseView:
    """Return the case for showing. Raises Refusal when it does not exist for this person."""
    person = known_person(tx, who)
    return _view(tx, _read(tx, person, readable_case(tx, person, code), now), now)


def _view(tx: Transaction, dossier: Dossier, now: datetime) -> CaseView:
    person = dossier.person
    parts = [dossier, *_joined(tx, person, dossier.stored, now)]
    staff = {colleague.id: colleague.name for colleague in tx.people.of_school(dossier.school)}
    waiting = needed(dossier.plan, dossier.state)
    term = term_of(dossier.plan, dossier.state, tx.people.school(dossier.school))
    can = [r for r in offered(dossier.plan, dossier.state) if acting_role(r, dossier.relation) is not None]
    return CaseView(
        dossier=dossier,
        lines=tuple(_lines(tx, parts, staff)),
        open=tuple(waiting),
        doable=tuple(can),
        names={str(person_id): name for person_id, name in staff.items()},
        same_pupil=tuple(_same_pupil(tx, dossier)),
        kept_until=term.destroy_at if term else None,
    )


def signal_form(tx: Transaction, who: Identity, text: str, now: datetime) -> FormView:
    """Return the empty form that opens a case, with the text typed behind the command put in. Raises Refusal."""
    person, plan = known_person(tx, who), tx.plans.current()
    schools = schools_to_report_in(person, plan)
    if not schools:
        raise Refusal("role_may_not", roles=" ".join(plan.opening.by), rule="G1")
    memberships = [person.memberships[school] for school in schools]
    groups = {group for membership in memberships for group in membership.groups}
    initial = _initial(plan.opening, now)
    if len(groups) == 1:
        initial["group"] = groups.pop()
    longest = next((f for f in plan.opening.fields if f.kind is FieldKind.LONG_TEXT), None)
    if text and longest:
        initial[longest.id] = text[: longest.max_length]
    return FormView(plan.opening, plan, initial, schools=tuple(membership.school for membership in memberships))


def record_form(tx: Transaction, who: Identity, code: str, record: str, refers_to: int, now: datetime) -> FormView:
    """Return the form of a record in a case; with `refers_to`, of the correction of that entry. Raises Refusal."""
    person = known_person(tx, who)
    dossier = _read(tx, person, readable_case(tx, person, code), now)
    plan = dossier.plan
    asked = plan.record_with(Effect.CORRECTS) if refers_to else plan.records.get(record)
    if asked is None:
        raise Refusal("unknown_action")
    if acting_role(asked, dossier.relation) is None:
        raise Refusal("role_may_not", roles=" ".join(asked.by), rule="G1")
    if asked.effect is Effect.CORRECTS and not 1 <= refers_to <= len(dossier.entries):
        raise Refusal("unknown_entry")
    if asked.effect in (Effect.POSTPONES, Effect.HOLDS):
        rules.refuse_unless_possible(plan, dossier.state, asked)
    form, case = asked.without_pupil(), dossier.stored
    names = [colleague.name for colleague in tx.people.of_school(dossier.school)]
    return FormView(
        form,
        dossier.plan,
        _initial(form, now) | _drafted(form, dossier, names),
        case.code,
        case.version,
        refers_to,
        consequences=tuple(_consequences(form, dossier)),
        logbook=_to_read_first(tx, dossier, form, now),
    )


def _to_read_first(tx: Transaction, dossier: Dossier, form: Record, now: datetime) -> CaseView | None:
    """What stands above the questions: the whole logbook (S4.1), or what the form says yes or no to (S4.3)."""
    proposal = dossier.state.standing.get(form.agrees_with or "")
    if not form.logbook and proposal is None:
        return None
    view = _view(tx, dossier, now)
    if form.logbook or proposal is None:
        return view
    return replace(view, lines=tuple(line for line in view.lines if line.entry == proposal))


def find_draft(tx: Transaction, who: Identity, key: str, record: str, code: str, now: datetime) -> FormView:
    """Return the form with what was typed before in it ("Aanpassen"). Raises Refusal when it is gone."""
    person = known_person(tx, who)
    answers = tx.drafts.find(key, person.id, now)
    if answers is None:
        raise Refusal("draft_gone")
    if code:
        plan = dossier_of(tx, person, readable_case(tx, person, code)).plan
        return FormView(plan.records[record].without_pupil(), plan, answers, code)
    plan = tx.plans.current()
    return FormView(plan.opening, plan, answers)


def overview(tx: Transaction, who: Identity, now: datetime) -> Overview:
    """Return this person's cases without their content. Raises Refusal for somebody nobody knows."""
    person = known_person(tx, who)
    teachers = {teacher for school in person.memberships for teacher in person.acts_for(school)}
    own = [case for teacher in teachers for case in tx.cases.of_teacher(teacher, (Status.OPEN, Status.JOINED))]
    others = tx.cases.of_schools(_schools_to_read(tx, person), (Status.OPEN,))
    cases = {case.id: case for case in (*others, *own)}
    rows = sorted((_row(tx, person, case) for case in cases.values()), key=lambda row: not row.is_waiting)
    deputies = _deputies(tx, person, now)
    named = {id_ for deputy in deputies for id_ in (deputy.person, deputy.deputy)}
    names = {id_: tx.people.get(id_).name for id_ in named}
    may_report = bool(schools_to_report_in(person, tx.plans.current()))
    return Overview(person, tuple(rows), may_report, tuple(deputies), names)


def _deputies(tx: Transaction, person: Person, now: datetime) -> list[Deputy]:
    """Whoever leads the school sees all of them, everybody else those that are about themselves."""
    today = now.astimezone(AMSTERDAM).date()
    return [
        deputy
        for school in person.memberships
        for deputy in tx.people.deputies(school, today)
        if Role.SCHOOL_LEADER in person.roles_in(school) or person.id in (deputy.person, deputy.deputy)
    ]


def _initial(record: Record, now: datetime) -> dict[str, Answer]:
    """What stands in the form at first: today for what happened, and what an unanswered question means."""
    today = now.astimezone(AMSTERDAM).date().isoformat()
    days = {f.id: today for f in record.fields if f.kind is FieldKind.DATE and f.required and not f.future}
    return {**days, **{field.id: field.default for field in record.fields if field.default}}


def _drafted(record: Record, dossier: Dossier, names: Sequence[str]) -> dict[str, Answer]:
    """The anonymised summary of the logbook, for the fields that ask one (S2.2); a person reads it over."""
    fields = [field for field in record.fields if field.draft]
    if not fields:
        return {}
    masks, pupil = hints.Masks(), (dossier.pupil.first_name, dossier.pupil.last_name)
    texts = [
        hints.masked(str(entry.answers[field.id]), pupil=pupil, known_names=names, words=masks)
        for entry in dossier.entries
        for field in dossier.plan.records[entry.record].fields
        if field.kind is FieldKind.LONG_TEXT and not field.draft and field.id in entry.answers
    ]
    return {field.id: "\n\n".join(texts)[: field.max_length] for field in fields}


def _consequences(record: Record, dossier: Dossier) -> Iterator[Consequence]:
    """What each answer will do, as far as the records that stand decide it now."""
    plan, standing = dossier.plan, dossier.state.standing
    for lead in record.leads:
        own = {field.id: values for field in record.fields if (values := lead.when.get(field.id))}
        if not holds({path: v for path, v in lead.when.items() if path not in own}, standing, {}):
            continue
        step, outcome = plan.step(lead.to) if lead.to else None, plan.outcome(lead.close or "")
        choices = [c.text for f in record.fields for c in f.choices if c.id in own.get(f.id, ())]
        for choice in choices or [""]:
            yield Consequence(choice, step, outcome)


def _read(tx: Transaction, person: Person, case: CaseHeader, now: datetime) -> Dossier:
    contents = tx.cases.read(case.id, Reading(person.id, now, "case"))
    return dossier_of(tx, person, case, contents)


def _joined(tx: Transaction, person: Person, case: CaseHeader, now: datetime) -> list[Dossier]:
    """The cases that belong to this one, and those that belong to them: one logbook to whoever reads this one."""
    found: list[Dossier] = []
    for part in tx.cases.joined(case.id):
        found += [_read(tx, person, part, now), *_joined(tx, person, part, now)]
    return found


def _lines(tx: Transaction, parts: Iterable[Dossier], staff: dict[PersonId, str]) -> list[Line]:
    """The entries of all the parts in order of happening (S1.2).

    What is noted of a colleague's case about the same pupil is for whoever reads that one too. That another case was
    joined to this one is said once, in this one.
    """
    lines = []
    for place, part in enumerate(parts):
        hidden = {Effect.JOINS} if place else set()
        hidden |= set() if part.relation.roles & set(part.plan.readers) else {Effect.JOINS, Effect.DIFFERS}
        for entry in part.entries:
            record = part.plan.records[entry.record]
            if record.effect in hidden:
                continue
            author = staff.get(entry.author) or tx.people.get(entry.author).name
            lines.append(Line(entry, _happened(record, entry), author, record, part.stored.code))
    return sorted(lines, key=lambda line: (line.happened, line.entry.written_at, line.entry.seq))


def _happened(record: Record, entry: Entry) -> date:
    """The day an entry speaks of, else the day it was written."""
    days = (entry.answers.get(field.id) for field in record.fields if field.kind is FieldKind.DATE and not field.future)
    told = next((day for day in days if day), None)
    return date.fromisoformat(str(told)) if told else entry.written_at.astimezone(AMSTERDAM).date()


def _same_pupil(tx: Transaction, dossier: Dossier) -> list[CaseHeader]:
    joins = dossier.plan.record_with(Effect.JOINS)
    if dossier.state.status is Status.JOINED or acting_role(joins, dossier.relation) is None:
        return []
    told_apart, code = _told_apart(dossier), dossier.stored.code
    candidates = [
        case
        for case in tx.cases.about(dossier.school, dossier.pupil)
        if case.id != dossier.stored.id and case.status is not Status.JOINED and case.code not in told_apart
        if Status.OPEN in (case.status, dossier.state.status)
    ]
    return [case for case in candidates if code not in _told_apart(dossier_of(tx, dossier.person, case))]


def _told_apart(dossier: Dossier) -> set[str]:
    """The codes of the cases that were said to be about another pupil."""
    return {
        str(entry.answers.get("case", ""))
        for entry in dossier.entries
        if dossier.plan.records[entry.record].effect is Effect.DIFFERS
    }


def _schools_to_read(tx: Transaction, person: Person) -> list[SchoolId]:
    plan = tx.plans.current()
    return [s for s, membership in person.memberships.items() if may(Action.READ, Relation(membership.roles), plan)]


def _row(tx: Transaction, person: Person, case: CaseHeader) -> CaseRow:
    plan = tx.plans.get(case.plan, case.plan_version)
    relation = relation_to(person, case)
    acts = relation.roles - {Role.TEACHER} | ({Role.TEACHER} if relation.is_own else set())
    is_waiting = case.status is Status.OPEN and bool(acts & set(plan.step(case.step).who))
    return CaseRow(case, plan, relation.is_own, is_waiting)
