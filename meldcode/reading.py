"""Use cases that show: a case, a form within it, what waits for somebody. Each showing leaves a trace (G3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from meldcode import hints, rules
from meldcode.access import Action, in_school, may, relation_to
from meldcode.case import Answer, Answers, Entry, PersonId, Status, holds, needed, offered
from meldcode.cases_port import CaseHeader, Reading
from meldcode.desks import InSchool, Week, desks_to_see, schools_led, week_of
from meldcode.dossier import Dossier, dossier_of, known_person, readable_case, schools_to_report_in
from meldcode.errors import Refusal
from meldcode.people import AMSTERDAM, Deputy, Identity, Person, School
from meldcode.plan import Effect, FieldKind, Outcome, Plan, Record, Step
from meldcode.ports import Transaction
from meldcode.retention import term_of
from meldcode.roles import Gap, gaps
from meldcode.turns import Lying, Place, Postponed, postponement

CASES_ON_PAGE = 10


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
    when on a closed one may be destroyed. `may_see_readers` says that this reader may see who read it. What last
    put off the reminders of this step is `postponement`.
    """

    dossier: Dossier
    lines: tuple[Line, ...]
    open: tuple[Record, ...]
    doable: tuple[Record, ...]
    names: Mapping[str, str]
    same_pupil: tuple[CaseHeader, ...] = ()
    kept_until: datetime | None = None
    may_see_readers: bool = False
    postponement: Entry | None = None


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
    """A case in an overview: no content. `record` is what is needed now of this person, `due` the last day for it.

    `postponed` says that reminders of it were put off, and `postponed_by` the name of whoever did.
    """

    case: CaseHeader
    plan: Plan
    is_own: bool
    place: Place
    record: Record | None = None
    due: date | None = None
    postponed: Postponed | None = None
    postponed_by: str = ""


@dataclass(frozen=True)
class Overview:
    """What somebody sees of their cases: a page of them (counted from 0), what waits for them first.

    `counts` says how many lie at each place, on all pages. What they must do this week, how it is in the schools that
    they lead, and who stands in for whom (G5) come with the first page alone.
    """

    person: Person
    today: date
    may_report: bool
    rows: tuple[CaseRow, ...]
    counts: Mapping[Place, int]
    page: int = 0
    week: Week | None = None
    schools: tuple[InSchool, ...] = ()
    deputies: tuple[Deputy, ...] = ()
    names: Mapping[PersonId, str] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-sum(self.counts.values()) // CASES_ON_PAGE))


def open_case(tx: Transaction, who: Identity, code: str, now: datetime) -> CaseView:
    """Return the case for showing. Raises Refusal when it does not exist for this person."""
    person = known_person(tx, who)
    return _view(tx, _read(tx, person, readable_case(tx, person, code), now), now)


def _view(tx: Transaction, dossier: Dossier, now: datetime) -> CaseView:
    person = dossier.person
    parts = [dossier, *(_joined(tx, person, dossier.stored, now) if _may_read_joined(dossier) else ())]
    staff = {colleague.id: colleague.name for colleague in tx.people.of_school(dossier.school)}
    waiting = needed(dossier.plan, dossier.state)
    term = term_of(dossier.plan, dossier.state, tx.people.school(dossier.school))
    can = [r for r in offered(dossier.plan, dossier.state) if _may_record(dossier, r)]
    return CaseView(
        dossier=dossier,
        lines=tuple(_lines(tx, parts, staff)),
        open=tuple(waiting),
        doable=tuple(can),
        names={str(person_id): name for person_id, name in staff.items()},
        same_pupil=tuple(_same_pupil(tx, dossier)),
        may_see_readers=may(Action.SEE_READERS, dossier.relation, dossier.plan),
        kept_until=term.destroy_at if term else None,
        postponement=postponement(dossier.plan, dossier.state),
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
        initial[_group_field(plan.opening)] = groups.pop()
    longest = next((f for f in plan.opening.fields if f.kind is FieldKind.LONG_TEXT), None)
    if text and longest:
        initial[longest.id] = text[: longest.max_length]
    return FormView(plan.opening, plan, initial, schools=tuple(membership.school for membership in memberships))


def _group_field(opening: Record) -> str:
    """The last of the three fields that say who the pupil is."""
    return [field.id for field in opening.fields if field.pupil][-1]


def record_form(tx: Transaction, who: Identity, code: str, record: str, refers_to: int, now: datetime) -> FormView:
    """Return the form of a record in a case; with `refers_to`, of the correction of that entry. Raises Refusal."""
    person = known_person(tx, who)
    dossier = _read(tx, person, readable_case(tx, person, code), now, "form")
    plan = dossier.plan
    asked = plan.record_with(Effect.CORRECTS) if refers_to else plan.records.get(record)
    if asked is None:
        raise Refusal("unknown_action")
    if not _may_record(dossier, asked):
        raise Refusal("role_may_not", roles=" ".join(asked.by), rule="G1")
    if asked.effect is Effect.CORRECTS and not 1 <= refers_to <= len(dossier.entries):
        raise Refusal("unknown_entry")
    if asked.effect in (Effect.POSTPONES, Effect.HOLDS, Effect.EXPORTS):
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


def find_draft(
    tx: Transaction, who: Identity, key: str, record: str, code: str, refers_to: int, now: datetime
) -> FormView:
    """Return the form as it was, with what was typed before in it ("Aanpassen"). Raises Refusal when it is gone."""
    person = known_person(tx, who)
    answers = tx.drafts.find(key, person.id, now)
    if answers is None:
        raise Refusal("draft_gone")
    if code:
        return replace(record_form(tx, who, code, record, refers_to, now), initial=answers)
    plan = tx.plans.current()
    return FormView(plan.opening, plan, answers)


def home(tx: Transaction, who: Identity, now: datetime, turn_to: int | None = None) -> Overview:
    """Return the page of their Home tab that this person looks at, or the one that they turn to, which is kept.

    Raises Refusal for somebody nobody knows.
    """
    if turn_to is not None:
        tx.people.set_home_page(who, turn_to)
    return overview(tx, who, now, tx.people.home_page(who))


def overview(tx: Transaction, who: Identity, now: datetime, page: int = 0) -> Overview:
    """Return a page of this person's cases without their content. Raises Refusal for somebody nobody knows.

    A page costs the same whatever is open: the database finds, sorts and counts.
    """
    person, today = known_person(tx, who), now.astimezone(AMSTERDAM).date()
    may_report, desks = bool(schools_to_report_in(person, tx.plans.current())), desks_to_see(tx, person)
    seen = Overview(person, today, may_report, (), tx.turns.counts(desks))
    seen = replace(seen, page=min(max(page, 0), seen.pages - 1))
    seen = replace(seen, rows=tuple(_rows(tx, person, tx.turns.page(desks, seen.page * CASES_ON_PAGE, CASES_ON_PAGE))))
    return seen if seen.page else _with_first_page(tx, seen, now)


def _with_first_page(tx: Transaction, seen: Overview, now: datetime) -> Overview:
    deputies = _deputies(tx, seen.person, now)
    named = {id_ for deputy in deputies for id_ in (deputy.person, deputy.deputy)}
    return replace(
        seen,
        week=week_of(tx, seen.person, now),
        schools=tuple(schools_led(tx, seen.person, now)),
        deputies=tuple(deputies),
        names={id_: tx.people.get(id_).name for id_ in named},
        gaps=gaps(tx, seen.person),
    )


def _deputies(tx: Transaction, person: Person, now: datetime) -> list[Deputy]:
    """Whoever leads the school sees all of them, everybody else those that are about themselves."""
    today = now.astimezone(AMSTERDAM).date()
    return [
        deputy
        for school in person.memberships
        for deputy in tx.people.deputies(school, today)
        if may(Action.ARRANGE_DEPUTIES, in_school(person, school), tx.plans.current())
        or person.id in (deputy.person, deputy.deputy)
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


def _may_record(dossier: Dossier, record: Record) -> bool:
    return may(Action.RECORD, dossier.relation, dossier.plan, record)


def _may_read_joined(dossier: Dossier) -> bool:
    return may(Action.READ_JOINED, dossier.relation, dossier.plan)


def _read(tx: Transaction, person: Person, case: CaseHeader, now: datetime, where: str = "case") -> Dossier:
    contents = tx.cases.read(case.id, Reading(person.id, now, where, tuple(sorted(person.roles_in(case.school)))))
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
        hidden |= set() if may(Action.KNOW_SAME_PUPIL, part.relation, part.plan) else {Effect.JOINS, Effect.DIFFERS}
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
    if dossier.state.status is Status.JOINED or not _may_record(dossier, joins):
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


def _rows(tx: Transaction, person: Person, lying: Sequence[Lying]) -> Iterator[CaseRow]:
    headers = {case.id: case for case in tx.cases.headers([one.case for one in lying])}
    for one in lying:
        case = headers[one.case]
        plan = tx.plans.get(case.plan, case.plan_version)
        relation = relation_to(person, case)
        if may(Action.READ, relation, plan):
            by = tx.people.get(one.postponed.by).name if one.postponed else ""
            record = plan.records.get(one.record)
            yield CaseRow(case, plan, relation.is_own, one.place, record, one.due, one.postponed, by)
