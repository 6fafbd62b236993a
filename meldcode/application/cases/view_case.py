"""Use case: show a case. Each view leaves a trace (G3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from meldcode.application.actor import Actor
from meldcode.application.case_context import CaseContext, case_context, readable_case, told_apart
from meldcode.application.case_people import plan_of, reads
from meldcode.application.cases.parts import names_excluded, names_stand_in
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access import Permission, acting_role, keepers, may, relation_to
from meldcode.domain.appointment_rules import ABOUT_ONE
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.appointments import Appointment, open_ones
from meldcode.domain.case.header import CaseHeader, Reading
from meldcode.domain.case.newer import newer_than_weighing, unread
from meldcode.domain.case.state import Entry, Status, needed, offered, owed, to_agree
from meldcode.domain.deadlines.appointments import school_days_late
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.domain.form_rules import may_agree
from meldcode.domain.ids import CaseId, PersonId
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.model import DECIDES, ActionSpec, Effect
from meldcode.domain.plan.roles import Role
from meldcode.domain.responsible import Responsible, responsible_for
from meldcode.domain.retention import term_of
from meldcode.domain.staff import Person
from meldcode.domain.worklist import postponement


@dataclass(frozen=True)
class LogbookLine:
    """One entry of the logbook: the day and, if known, the time it is about, its author, and the code of its case.

    `appointment` says which appointment it decided on, if any.
    """

    entry: Entry
    happened: date
    at: str
    author: str
    record: ActionSpec
    code: str
    appointment: str = ""

    @property
    def corrects(self) -> int:
        """The number of the entry that it corrects, or 0."""
        return self.entry.refers_to if self.record.effect is Effect.CORRECTS else 0


@dataclass(frozen=True)
class OpenAppointment:
    """An open appointment; `keepers` see to it today, and it was `late` school days ago."""

    appointment: Appointment
    keepers: tuple[Person, ...]
    late: int


@dataclass(frozen=True)
class CaseView:
    """A case on screen. `doable` is what this reader can record now, `open` everything that the step waits for.

    `same_pupil` are cases that may be about the same pupil, shown only to who may join them. `kept_until` is from
    when on a closed one may be destroyed. `may_see_readers` says that this reader may see who read it. What last
    put off the reminders of this step is `postponement`. `newer` are signals after the weighing (S4.1), and `owed` is
    what the fast lane skipped (G8). `responsible` is who is responsible for an open case, if anybody is. `appointments`
    are those that are open, and `deciding` is what this reader can do about one (S3.6).
    `excluded` are the names of colleagues who have no part in it, and `stand_ins` those with a role in this case alone
    (G12).
    """

    context: CaseContext
    lines: tuple[LogbookLine, ...]
    open: tuple[ActionSpec, ...]
    doable: tuple[ActionSpec, ...]
    names: Mapping[str, str]
    same_pupil: tuple[CaseHeader, ...] = ()
    groups: Mapping[CaseId, str] = field(default_factory=dict)
    kept_until: datetime | None = None
    may_see_readers: bool = False
    postponement: Entry | None = None
    newer: tuple[Entry, ...] = ()
    owed: tuple[ActionSpec, ...] = ()
    responsible: Responsible | None = None
    appointments: tuple[OpenAppointment, ...] = ()
    deciding: tuple[ActionSpec, ...] = ()
    excluded: tuple[str, ...] = ()
    stand_ins: tuple[tuple[str, Role], ...] = ()


def open_case(uow: UnitOfWork, actor: Actor, code: str, now: datetime) -> CaseView:
    """Return the case to show. Raises Refused if it does not exist for this actor."""
    case = readable_case(uow, actor.person, code)
    return build_case_view(uow, read_case(uow, actor.person, case, now), now)


def build_case_view(uow: UnitOfWork, context: CaseContext, now: datetime) -> CaseView:
    """Return what this reader sees of the case, including the cases merged into it."""
    person = context.person
    parts = [context, *(_joined(uow, person, context.stored, now) if _may_read_joined(context) else ())]
    people = (*uow.staff.of_school(context.school), *context.staff(uow))
    staff = {colleague.id: colleague.name for colleague in people}
    waiting = needed(context.plan, context.state)
    term = term_of(context.plan, context.state, uow.staff.school(context.school))
    elsewhere = [r for r in to_agree(context.plan, context.state) if not _may_agree(context, r)]
    waiting = [r for r in waiting if not _is_about_reader(context, r)]
    elsewhere += [context.plan.reads] if context.plan.reads and not _others_wrote(context) else []
    can = [r for r in offered(context.plan, context.state) if may_record(context, r) and r not in elsewhere]
    responsible = responsible_for(context.stored, context.plan, context.staff(uow))
    if responsible and responsible.person.id == person.id:
        can = [r for r in can if r.effect or not r.takes_charge or r not in context.plan.always]
    same = tuple(_same_pupil(uow, context))
    return CaseView(
        context=context,
        lines=tuple(_lines(uow, parts, staff)),
        open=tuple(waiting),
        doable=tuple(can),
        names={str(person_id): name for person_id, name in staff.items()},
        same_pupil=same,
        groups={case.id: uow.cases.contents(case.id).pupil.group for case in same},
        may_see_readers=may(Permission.SEE_READERS, context.relation, context.plan),
        kept_until=term.destroy_at if term else None,
        postponement=postponement(context.plan, context.state),
        newer=tuple(newer_than_weighing(context.plan, context.state, context.entries)),
        owed=tuple(owed(context.plan, context.state)),
        responsible=responsible,
        appointments=tuple(_appointments(uow, context, now)),
        deciding=tuple(r for r in context.plan.always if r.effect in DECIDES and may_record(context, r)),
        excluded=tuple(sorted(uow.staff.get(person).name for person in context.stored.excluded)),
        stand_ins=tuple((uow.staff.get(one.person).name, one.role) for one in context.stored.stand_ins),
    )


def _appointments(uow: UnitOfWork, context: CaseContext, now: datetime) -> Iterable[OpenAppointment]:
    school, today = uow.staff.school(context.school), now.astimezone(AMSTERDAM).date()
    for one in open_ones(context.state.appointments):
        people = keepers(one, context.stored, context.plan, context.staff(uow))
        yield OpenAppointment(one, tuple(people), school_days_late(one.day, today, calendar_of(school)))


def may_record(context: CaseContext, record: ActionSpec) -> bool:
    """Tell whether this person may fill in the form in this case (G1)."""
    return may(Permission.RECORD, context.relation, context.plan, record)


def _may_agree(context: CaseContext, record: ActionSpec) -> bool:
    proposal = context.state.standing[record.agrees_with or ""]
    role = acting_role(record, context.relation, beside=proposal.role)
    is_free = not _is_about_reader(context, record) and not names_stand_in(context.plan, proposal, context.person.id)
    return role is not None and is_free and may_agree(record, proposal, context.person.id, role)


def _is_about_reader(context: CaseContext, record: ActionSpec) -> bool:
    """Whether a colleague proposed to exclude this reader, who reads again because nobody agreed in time (G12)."""
    proposal = context.state.standing.get(record.agrees_with or "")
    return proposal is not None and names_excluded(context.plan, proposal, context.person.id)


def _others_wrote(context: CaseContext) -> bool:
    """Whether a colleague wrote a signal that is not read yet."""
    return any(entry.author != context.person.id for entry in unread(context.plan, context.entries))


def _may_read_joined(context: CaseContext) -> bool:
    return may(Permission.READ_JOINED, context.relation, context.plan)


def read_case(uow: UnitOfWork, person: Person, case: CaseHeader, now: datetime, where: str = "case") -> CaseContext:
    """Open the case for this person, and store that they read it (promise 6)."""
    roles = tuple(sorted(relation_to(person, case).roles))
    contents = uow.cases.read(case.id, Reading(person.id, now, where, roles))
    return case_context(uow, person, case, contents)


def _joined(uow: UnitOfWork, person: Person, case: CaseHeader, now: datetime) -> list[CaseContext]:
    """The cases merged into this one, directly or not. Their entries form one logbook."""
    found: list[CaseContext] = []
    for part in uow.cases.joined(case.id):
        found += [read_case(uow, person, part, now), *_joined(uow, person, part, now)]
    return found


def _lines(uow: UnitOfWork, parts: Iterable[CaseContext], staff: dict[PersonId, str]) -> list[LogbookLine]:
    """The entries of all the cases in order of events (S1.2).

    Notes about a colleague's case of the same pupil are only for readers of that case. A merge is mentioned once, in
    this case.
    """
    lines = []
    for place, part in enumerate(parts):
        hidden = {Effect.JOINS} if place else set()
        hidden |= set() if may(Permission.KNOW_SAME_PUPIL, part.relation, part.plan) else {Effect.JOINS, Effect.DIFFERS}
        for entry in part.entries:
            record = part.plan.records[entry.record]
            if record.effect in hidden or names_excluded(part.plan, entry, part.person.id):
                continue
            author = staff.get(entry.author) or uow.staff.get(entry.author).name
            at = str(entry.answers.get(record.id_of(Meaning.HAPPENED_AT), ""))
            about, day = _appointment_of(part, record, entry), _happened(record, entry)
            lines.append(LogbookLine(entry, day, at, author, record, part.stored.code, about))
    return sorted(lines, key=lambda line: (line.happened, _time(line), line.entry.written_at, line.entry.seq))


def _time(line: LogbookLine) -> str:
    """The time of day of an entry: the one it names, else when it was written that day, else the end of the day."""
    written = line.entry.written_at.astimezone(AMSTERDAM)
    return line.at or (f"{written:%H:%M}" if written.date() == line.happened else "24:00")


def _appointment_of(part: CaseContext, record: ActionSpec, entry: Entry) -> str:
    is_about_one = entry.refers_to and record.effect in ABOUT_ONE
    return part.state.appointments[entry.refers_to - 1].what if is_about_one else ""


def _happened(record: ActionSpec, entry: Entry) -> date:
    """The day an entry is about, or else the day it was written."""
    told = entry.answers.get(record.id_of(Meaning.HAPPENED_ON))
    return date.fromisoformat(str(told)) if told else entry.written_at.astimezone(AMSTERDAM).date()


def _same_pupil(uow: UnitOfWork, context: CaseContext) -> list[CaseHeader]:
    joins = context.plan.record_with(Effect.JOINS)
    if context.state.status is Status.JOINED or not may_record(context, joins):
        return []
    apart, code = told_apart(context), context.stored.code
    candidates = [
        case
        for case in uow.cases.find_by_pupil(context.school, context.pupil)
        if case.id != context.stored.id and case.status is not Status.JOINED and case.code not in apart
        if Status.OPEN in (case.status, context.state.status)
        if reads(context.person, case, plan_of(uow, case))
    ]
    return [case for case in candidates if code not in told_apart(case_context(uow, context.person, case))]
