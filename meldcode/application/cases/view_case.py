"""Use case: show a case. Each view leaves a trace (G3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from meldcode.application.actor import Actor
from meldcode.application.case_context import CaseContext, may_read, read_case, readable_case
from meldcode.application.cases.parts import names_excluded, names_stand_in
from meldcode.application.cases.pupils.same_pupil import other_cases
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.responsible import responsible_for
from meldcode.domain.access.rules import Permission, acting_role, keepers, may
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.appointments import Appointment, open_ones
from meldcode.domain.case.asked import needed, offered, owed, waived
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.names import pupil_in, same_name
from meldcode.domain.case.newer import newer_than_weighing, unread
from meldcode.domain.case.state import Entry, Status
from meldcode.domain.deadlines.appointments import school_days_late
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.domain.forms.appointment_rules import ABOUT_ONE
from meldcode.domain.forms.form_rules import may_agree, was_there
from meldcode.domain.forms.named import denied_by, may_deny, people_in
from meldcode.domain.ids import CaseId, PersonId
from meldcode.domain.plan.effects import DECIDES, Effect
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.model import ActionSpec
from meldcode.domain.plan.roles import Role
from meldcode.domain.retention import term_of
from meldcode.domain.staff import Person, WithDeputies, paired
from meldcode.domain.worklist import postponement

OTHER_CASE = (Effect.MOVES_SIGNAL, Effect.RECEIVES, Effect.JOINS, Effect.DIFFERS, Effect.SEPARATES, Effect.LINKS)
"""Effects of entries that name another case."""


@dataclass(frozen=True)
class LogbookLine:
    """One entry of the logbook: the day and, if known, the time it is about, its author, and the code of its case.

    `appointment` says which appointment it decided on, if any. `other` is the code of the other case that it mentions,
    for who may know of that (G3). `denied` are the names of who says that they did not take part, and with `may_deny`
    this reader can say so.
    """

    entry: Entry
    happened: date
    at: str
    author: str
    record: ActionSpec
    code: str
    appointment: str = ""
    other: str = ""
    denied: tuple[str, ...] = ()
    may_deny: bool = False

    @property
    def denies(self) -> int:
        """The number of the entry in which its author did not take part, or 0."""
        return self.entry.refers_to if self.record.effect is Effect.DENIES else 0

    @property
    def corrects(self) -> int:
        """The number of the entry that it corrects, or 0."""
        return self.entry.refers_to if self.record.effect is Effect.CORRECTS else 0


@dataclass(frozen=True)
class OpenAppointment:
    """An open appointment; `keepers` see to it today, and it was `late` school days ago."""

    appointment: Appointment
    keepers: tuple[WithDeputies, ...]
    late: int


@dataclass(frozen=True)
class CaseView:
    """A case on screen. `doable` is what this reader can record now, `open` everything that the step waits for.

    `same_pupil` are cases that may be about the same pupil, shown only to who may join them. `kept_until` is from
    when on a closed one may be destroyed. `may_see_readers` says that this reader may see who read it. What last
    put off the reminders of this step is `postponement`. `newer` are signals after the weighing (S4.1). Of earlier
    steps, `owed` is still to be done, and what the fast lane came instead of is `waived` (G8). `responsible` is who is
    responsible for an open case, if anybody is. `appointments` are those that are open, and `deciding` is what this
    reader can do about one (S3.6).
    `excluded` are the names of colleagues who have no part in it, and `stand_ins` those with a role in this case alone
    (G12). With `moves` this reader can move a signal to another pupil's case (G10). `siblings` are the cases of
    brothers and sisters, and `has_history` says that this pupil has other cases (G11).
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
    waived: tuple[ActionSpec, ...] = ()
    responsible: WithDeputies | None = None
    appointments: tuple[OpenAppointment, ...] = ()
    deciding: tuple[ActionSpec, ...] = ()
    excluded: tuple[str, ...] = ()
    stand_ins: tuple[tuple[str, Role], ...] = ()
    moves: ActionSpec | None = None
    siblings: tuple[CaseHeader, ...] = ()
    has_history: bool = False


def open_case(uow: UnitOfWork, actor: Actor, code: str, now: datetime) -> CaseView:
    """Return the case to show. Raises Refused if it does not exist for this actor."""
    case = readable_case(uow, actor.person, code)
    return build_case_view(uow, read_case(uow, actor.person, case, now), now)


def build_case_view(uow: UnitOfWork, context: CaseContext, now: datetime) -> CaseView:
    """Return what this reader sees of the case, including the cases merged into it."""
    reads_joined = may(Permission.READ_JOINED, context.relation, context.plan)
    parts = [context, *(_joined(uow, context.person, context.stored, now) if reads_joined else ())]
    part_takers = context.staff(uow)
    staff = {colleague.id: colleague.name for colleague in (*uow.staff.of_school(context.school), *part_takers)}
    staff |= {one.id: one.name for one in _from_elsewhere(uow, parts, staff)}
    others = other_cases(uow, context)
    term = term_of(context.plan, context.state, uow.staff.school(context.school))
    responsible = responsible_for(context.stored, context.plan, part_takers)
    same = tuple(_same_pupil(context, others))
    return CaseView(
        context=context,
        lines=tuple(_lines(uow, parts, staff)),
        open=tuple(r for r in needed(context.plan, context.state) if not _is_about_reader(context, r)),
        doable=tuple(_doable(context, responsible)),
        names={str(person_id): name for person_id, name in staff.items()},
        same_pupil=same,
        groups={case.id: uow.cases.contents(case.id).pupil.group for case in same},
        siblings=tuple(_siblings(uow, context)),
        has_history=any(same_name(context.pupil, uow.cases.pupil(other.id)) for other in others),
        may_see_readers=may(Permission.SEE_READERS, context.relation, context.plan),
        kept_until=term.destroy_at if term else None,
        postponement=postponement(context.plan, context.state),
        newer=tuple(newer_than_weighing(context.plan, context.state, context.entries)),
        owed=tuple(owed(context.plan, context.state)),
        waived=tuple(waived(context.plan, context.state)),
        responsible=responsible,
        appointments=tuple(_appointments(uow, context, now)),
        deciding=tuple(r for r in context.plan.always if r.effect in DECIDES and may_record(context, r)),
        excluded=tuple(sorted(uow.staff.get(person).name for person in context.stored.excluded)),
        stand_ins=tuple((uow.staff.get(one.person).name, one.role) for one in context.stored.stand_ins),
        moves=_moves(context),
    )


def _doable(context: CaseContext, responsible: WithDeputies | None) -> list[ActionSpec]:
    """What this reader can record now: nobody agrees with themselves, or takes over what is theirs."""
    plan, possible = context.plan, offered(context.plan, context.state)
    elsewhere = [r for r in possible if r.agrees_with in context.state.standing and not _may_agree(context, r)]
    elsewhere += [plan.reads] if plan.reads and not _others_wrote(context) else []
    if responsible and responsible.person.id == context.person.id:
        elsewhere += [r for r in plan.always if r.takes_charge and not r.effect]
    return [r for r in possible if may_record(context, r) and r not in elsewhere]


def _appointments(uow: UnitOfWork, context: CaseContext, now: datetime) -> Iterable[OpenAppointment]:
    school, today = uow.staff.school(context.school), now.astimezone(AMSTERDAM).date()
    for one in open_ones(context.state.appointments):
        people = keepers(one, context.stored, context.plan, context.staff(uow))
        yield OpenAppointment(
            one, tuple(paired(people, context.school)), school_days_late(one.day, today, calendar_of(school))
        )


def may_record(context: CaseContext, record: ActionSpec) -> bool:
    """Tell whether this person may fill in the form in this case (G1)."""
    return may(Permission.RECORD, context.relation, context.plan, record)


def _moves(context: CaseContext) -> ActionSpec | None:
    moves, signals = context.plan.moves_signal, [e for e in context.entries if e.record == context.plan.opens]
    return moves if moves and len(signals) > 1 and may_record(context, moves) else None


def _may_agree(context: CaseContext, record: ActionSpec) -> bool:
    proposal = context.state.standing[record.agrees_with or ""]
    role = acting_role(record, context.relation, beside=proposal.role)
    is_free = not _is_about_reader(context, record) and not names_stand_in(context.plan, proposal, context.person.id)
    is_free = is_free and was_there(record, context.state, context.person.id, {})
    return role is not None and is_free and may_agree(record, proposal, context.person.id, role)


def _is_about_reader(context: CaseContext, record: ActionSpec) -> bool:
    """Whether a colleague proposed to exclude this reader, who reads again because nobody agreed in time (G12)."""
    proposal = context.state.standing.get(record.agrees_with or "")
    return proposal is not None and names_excluded(context.plan, proposal, context.person.id)


def _others_wrote(context: CaseContext) -> bool:
    """Whether a colleague wrote a signal that is not read yet."""
    return any(entry.author != context.person.id for entry in unread(context.plan, context.entries))


def _joined(uow: UnitOfWork, person: Person, case: CaseHeader, now: datetime) -> list[CaseContext]:
    """The cases merged into this one, directly or not. Their entries form one logbook."""
    found: list[CaseContext] = []
    for part in uow.cases.joined(case.id):
        found += [read_case(uow, person, part, now), *_joined(uow, person, part, now)]
    return found


def _from_elsewhere(uow: UnitOfWork, parts: Sequence[CaseContext], known: Collection[PersonId]) -> list[Person]:
    """The colleagues of other schools whom the logbook names: they took over a role, or may."""
    named = {id_ for part in parts for e in part.entries for id_ in people_in(part.plan.records[e.record], e.answers)}
    people = [uow.staff.get(id_) for id_ in map(UUID, named) if id_ not in known]
    return [person for person in people if person.has_role]


def _lines(uow: UnitOfWork, parts: Iterable[CaseContext], staff: dict[PersonId, str]) -> list[LogbookLine]:
    """The entries of all the cases in order of events (S1.2).

    Notes about a colleague's case of the same pupil are only for readers of that case. A merge is mentioned once, in
    this case.
    """
    lines = []
    for place, part in enumerate(parts):
        may_know = may(Permission.KNOW_SAME_PUPIL, part.relation, part.plan)
        hidden = {Effect.JOINS} if place else set()
        hidden |= set() if may_know else {Effect.JOINS, Effect.DIFFERS, Effect.SEPARATES, Effect.LINKS}
        denials = [entry for entry in part.entries if part.plan.records[entry.record].effect is Effect.DENIES]
        for entry in part.entries:
            record = part.plan.records[entry.record]
            if record.effect in hidden or names_excluded(part.plan, entry, part.person.id):
                continue
            author, *denied = (
                staff.get(one) or uow.staff.get(one).name
                for one in (entry.author, *denied_by(part.plan, denials, entry.seq))
            )
            at = str(entry.answers.get(record.id_of(Meaning.HAPPENED_AT), ""))
            about, day = _appointment_of(part, record, entry), _happened(record, entry)
            shown = _without_known_pupil(part, record, entry)
            other = str(entry.answers.get("case", "")) if may_know and record.effect in OTHER_CASE else ""
            can_deny = may_deny(part.plan, denials, entry, part.person.id)
            line = LogbookLine(shown, day, at, author, record, part.stored.code, about, other, tuple(denied), can_deny)
            lines.append(line)
    return in_order_of_events(lines)


def in_order_of_events(lines: Iterable[LogbookLine]) -> list[LogbookLine]:
    """The order of a logbook: by day, then by the time of day, then as they were written (S1.2)."""
    return sorted(lines, key=lambda line: (line.happened, _time(line), line.entry.written_at, line.entry.seq))


def _time(line: LogbookLine) -> str:
    """The time of day of an entry: the one it names, else when it was written that day, else the end of the day."""
    written = line.entry.written_at.astimezone(AMSTERDAM)
    return line.at or (f"{written:%H:%M}" if written.date() == line.happened else "24:00")


def _appointment_of(part: CaseContext, record: ActionSpec, entry: Entry) -> str:
    is_about_one = entry.refers_to and record.effect in ABOUT_ONE
    return part.state.appointments[entry.refers_to - 1].what if is_about_one else ""


def _without_known_pupil(part: CaseContext, record: ActionSpec, entry: Entry) -> Entry:
    """The entry; without the pupil that was typed, unless that is another name or group than the case's (G10)."""
    if record.id != part.plan.opens or pupil_in(record, entry.answers) != part.pupil:
        return entry
    pupil = {field.id for field in record.fields if field.pupil}
    return replace(entry, answers={id_: answer for id_, answer in entry.answers.items() if id_ not in pupil})


def _happened(record: ActionSpec, entry: Entry) -> date:
    """The day an entry is about, or else the day it was written."""
    told = entry.answers.get(record.id_of(Meaning.HAPPENED_ON))
    return date.fromisoformat(str(told)) if told else entry.written_at.astimezone(AMSTERDAM).date()


def _same_pupil(context: CaseContext, others: Iterable[CaseHeader]) -> Iterator[CaseHeader]:
    """The other cases that this reader may join to this one: one of the two must be open."""
    if context.state.status is Status.JOINED or not may_record(context, context.plan.record_with(Effect.JOINS)):
        return
    for case in others:
        if case.status is not Status.JOINED and Status.OPEN in (case.status, context.state.status):
            yield case


def _siblings(uow: UnitOfWork, context: CaseContext) -> Iterator[CaseHeader]:
    """The cases of siblings, for who may know of them and read them; noted twice, they are none after all (G11)."""
    noted = [e.answers["case"] for e in context.entries if context.plan.records[e.record].effect is Effect.LINKS]
    if not may(Permission.KNOW_SAME_PUPIL, context.relation, context.plan):
        return
    for code in dict.fromkeys(map(str, noted)):
        case = uow.cases.find(code, [context.school]) if noted.count(code) % 2 else None
        if case and case.status is not Status.DESTROYED and may_read(uow, context.person, case):
            yield case
