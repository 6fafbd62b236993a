"""Use cases that show: a case, a form within it, what waits for somebody. Each showing leaves a trace (G3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from meldcode.access import Action, Relation, acting_role, may
from meldcode.case import Answer, Entry, PersonId, SchoolId, Status, needed, offered
from meldcode.dossier import Dossier, dossier_of, known_person, readable_case, schools_to_report_in
from meldcode.errors import Refusal
from meldcode.people import AMSTERDAM, Identity, Person
from meldcode.plan import Effect, FieldKind, Plan, Record
from meldcode.ports import CaseHeader, Reading, Transaction
from meldcode.recording import FormView


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

    `same_pupil` are cases that may be about the same pupil, shown only to whoever may join them.
    """

    dossier: Dossier
    lines: tuple[Line, ...]
    open: tuple[Record, ...]
    doable: tuple[Record, ...]
    names: Mapping[str, str]
    same_pupil: tuple[CaseHeader, ...] = ()


@dataclass(frozen=True)
class CaseRow:
    """A case in an overview: no content. `is_waiting` says that this person's role acts in the step."""

    case: CaseHeader
    plan: Plan
    is_own: bool
    is_waiting: bool


@dataclass(frozen=True)
class Overview:
    """What somebody sees of all their cases, what waits for them first."""

    person: Person
    rows: tuple[CaseRow, ...]
    may_report: bool


def open_case(tx: Transaction, who: Identity, code: str, now: datetime) -> CaseView:
    """Return the case for showing. Raises Refusal when it does not exist for this person."""
    person = known_person(tx, who)
    dossier = _read(tx, person, readable_case(tx, person, code), now)
    parts = [dossier, *_joined(tx, person, dossier.stored, now)]
    staff = {colleague.id: colleague.name for colleague in tx.people.of_school(dossier.school)}
    waiting = needed(dossier.plan, dossier.state)
    can = [r for r in offered(dossier.plan, dossier.state) if acting_role(r, dossier.relation) is not None]
    return CaseView(
        dossier=dossier,
        lines=tuple(_lines(tx, parts, staff)),
        open=tuple(waiting),
        doable=tuple(can),
        names={str(person_id): name for person_id, name in staff.items()},
        same_pupil=tuple(_same_pupil(tx, dossier)),
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
    if asked is None or acting_role(asked, dossier.relation) is None:
        raise Refusal("role_may_not", roles=" ".join(asked.by) if asked else "", rule="G1")
    if asked.effect is Effect.CORRECTS and not 1 <= refers_to <= len(dossier.entries):
        raise Refusal("unknown_entry")
    form = asked.without_pupil()
    case = dossier.stored
    return FormView(form, dossier.plan, _initial(form, now), case.code, case.version, refers_to=refers_to)


def overview(tx: Transaction, who: Identity) -> Overview:
    """Return this person's cases without their content. Raises Refusal for somebody nobody knows."""
    person = known_person(tx, who)
    own = tx.cases.of_teacher(person.id, (Status.OPEN, Status.JOINED))
    others = tx.cases.of_schools(_schools_to_read(tx, person), (Status.OPEN,))
    cases = {case.id: case for case in (*others, *own)}
    rows = sorted((_row(tx, person, case) for case in cases.values()), key=lambda row: not row.is_waiting)
    return Overview(person, tuple(rows), bool(schools_to_report_in(person, tx.plans.current())))


def _initial(record: Record, now: datetime) -> dict[str, Answer]:
    """What stands in the form at first: today for what happened, and what an unanswered question means."""
    today = now.astimezone(AMSTERDAM).date().isoformat()
    days = {f.id: today for f in record.fields if f.kind is FieldKind.DATE and f.required and not f.future}
    return {**days, **{field.id: field.default for field in record.fields if field.default}}


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
    """The entries of all the parts in order of happening (S1.2)."""
    lines = []
    for part in parts:
        for entry in part.entries:
            record = part.plan.records[entry.record]
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
    told_apart = {
        str(entry.answers.get("case", ""))
        for entry in dossier.entries
        if dossier.plan.records[entry.record].effect is Effect.DIFFERS
    }
    candidates = tx.cases.about(dossier.school, dossier.pupil)
    return [
        case
        for case in candidates
        if case.id != dossier.stored.id and case.status is not Status.JOINED and case.code not in told_apart
    ]


def _schools_to_read(tx: Transaction, person: Person) -> list[SchoolId]:
    plan = tx.plans.current()
    return [s for s, membership in person.memberships.items() if may(Action.READ, Relation(membership.roles), plan)]


def _row(tx: Transaction, person: Person, case: CaseHeader) -> CaseRow:
    plan = tx.plans.get(case.plan, case.plan_version)
    is_own = person.id in case.teachers
    acts = {role for role in person.roles_in(case.school) if role.value != "teacher"}
    who = set(plan.step(case.step).who)
    is_waiting = case.status is Status.OPEN and bool(acts & who)
    return CaseRow(case, plan, is_own, is_waiting)
