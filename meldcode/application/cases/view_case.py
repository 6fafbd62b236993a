"""Use case: show a case. Each view leaves a trace (G3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from meldcode.application.actor import Actor
from meldcode.application.case_context import CaseContext, may_read, read_case, readable_case
from meldcode.application.cases.logbook import LogbookLine, OlderLine, logbook_of
from meldcode.application.cases.parts import names_excluded, names_stand_in
from meldcode.application.cases.pupils.same_pupil import other_cases
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.responsible import responsible_for
from meldcode.domain.access.rules import Permission, acting_role, keepers, may
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.appointments import Appointment, open_ones
from meldcode.domain.case.asked import needed, offered, owed, waived
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.names import same_name
from meldcode.domain.case.newer import newer_than_weighing, unread
from meldcode.domain.case.outline import Head, Outline
from meldcode.domain.case.state import Entry, Status
from meldcode.domain.deadlines.appointments import school_days_late
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.domain.forms.form_rules import may_agree, was_there
from meldcode.domain.forms.named import people_in
from meldcode.domain.ids import CaseId, PersonId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import DECIDES, Effect
from meldcode.domain.plan.roles import Role
from meldcode.domain.retention import term_of
from meldcode.domain.staff import Person, WithDeputies, paired
from meldcode.domain.worklist import postponement

Part = tuple[CaseContext, Outline]
"""A case, or one that was merged into it, and what was read of it."""


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
    brothers and sisters, and `has_history` says that this pupil has other cases (G11). Of a long case `older` lines may
    come before `lines`, of which the texts were not read.
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
    newer: tuple[Head, ...] = ()
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
    older: tuple[OlderLine, ...] = ()


def open_case(uow: UnitOfWork, actor: Actor, code: str, now: datetime) -> CaseView:
    """Return the case to show. Raises Refused if it does not exist for this actor."""
    case = readable_case(uow, actor.person, code)
    return build_case_view(uow, read_case(uow, actor.person, case, now), now)


def open_newest(uow: UnitOfWork, actor: Actor, code: str, lines: int, now: datetime) -> CaseView:
    """As `open_case`, but of a long case only so many lines are read, the newest."""
    case = readable_case(uow, actor.person, code)
    return build_case_view(uow, read_case(uow, actor.person, case, now), now, lines)


def build_case_view(uow: UnitOfWork, context: CaseContext, now: datetime, newest: int | None = None) -> CaseView:
    """Return what this reader sees of the case, including the cases merged into it; all lines, or the newest."""
    parts = [(part, part.outline if newest else Outline(tuple(part.entries))) for part in _parts(uow, context, now)]
    heads, part_takers = parts[0][1].heads, context.staff(uow)
    staff = _names(uow, parts, part_takers)
    responsible = responsible_for(context.stored, context.plan, part_takers)
    logbook = logbook_of(uow, parts, staff, newest)
    view = CaseView(
        context=context,
        lines=logbook.lines,
        open=tuple(r for r in needed(context.plan, context.state) if not _is_about_reader(context, r)),
        doable=tuple(_doable(context, responsible, heads)),
        names={str(person_id): name for person_id, name in staff.items()},
        may_see_readers=may(Permission.SEE_READERS, context.relation, context.plan),
        kept_until=_kept_until(uow, context),
        postponement=postponement(context.plan, context.state),
        newer=tuple(newer_than_weighing(context.plan, context.state, heads)),
        owed=tuple(owed(context.plan, context.state)),
        waived=tuple(waived(context.plan, context.state)),
        responsible=responsible,
        appointments=tuple(_appointments(uow, context, now)),
        deciding=tuple(r for r in context.plan.always if r.effect in DECIDES and may_record(context, r)),
        excluded=tuple(sorted(uow.staff.get(person).name for person in context.stored.excluded)),
        stand_ins=tuple((uow.staff.get(one.person).name, one.role) for one in context.stored.stand_ins),
        moves=_moves(context, heads),
        older=logbook.older,
    )
    return _with_other_cases(uow, view)


def _with_other_cases(uow: UnitOfWork, view: CaseView) -> CaseView:
    """The case with those of the same pupil and of siblings that this reader may know of."""
    context, others = view.context, other_cases(uow, view.context)
    same = tuple(_same_pupil(context, others))
    return replace(
        view,
        same_pupil=same,
        groups={case.id: uow.cases.pupil(case.id).group for case in same},
        siblings=tuple(_siblings(uow, context)),
        has_history=any(same_name(context.pupil, uow.cases.pupil(other.id)) for other in others),
    )


def _doable(context: CaseContext, responsible: WithDeputies | None, heads: Sequence[Head]) -> list[ActionSpec]:
    """What this reader can record now: nobody agrees with themselves, or takes over what is theirs."""
    plan, possible = context.plan, offered(context.plan, context.state)
    elsewhere = [r for r in possible if r.agrees_with in context.state.standing and not _may_agree(context, r)]
    elsewhere += [plan.reads] if plan.reads and not _others_wrote(context, heads) else []
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


def _moves(context: CaseContext, heads: Iterable[Head]) -> ActionSpec | None:
    moves = context.plan.find_record(Effect.MOVES_SIGNAL)
    signals = [head for head in heads if head.record == context.plan.opens]
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
    return proposal is not None and names_excluded(context, proposal)


def _others_wrote(context: CaseContext, heads: Sequence[Head]) -> bool:
    """Whether a colleague wrote a signal that is not read yet."""
    return any(head.author != context.person.id for head in unread(context.plan, heads))


def _parts(uow: UnitOfWork, context: CaseContext, now: datetime) -> list[CaseContext]:
    reads_joined = may(Permission.READ_JOINED, context.relation, context.plan)
    return [context, *(_joined(uow, context.person, context.stored, now) if reads_joined else ())]


def _joined(uow: UnitOfWork, person: Person, case: CaseHeader, now: datetime) -> list[CaseContext]:
    """The cases merged into this one, directly or not. Their entries form one logbook."""
    found: list[CaseContext] = []
    for part in uow.cases.joined(case.id):
        found += [read_case(uow, person, part, now), *_joined(uow, person, part, now)]
    return found


def _kept_until(uow: UnitOfWork, context: CaseContext) -> datetime | None:
    term = term_of(context.plan, context.state, uow.staff.school(context.school))
    return term.destroy_at if term else None


def _names(uow: UnitOfWork, parts: Sequence[Part], part_takers: Iterable[Person]) -> dict[PersonId, str]:
    """The names of the school's staff, and of everybody else who has a part in the case."""
    names = {one.id: one.name for one in (*uow.staff.of_school(parts[0][0].school), *part_takers)}
    return names | {one.id: one.name for one in _from_elsewhere(uow, parts, names)}


def _from_elsewhere(uow: UnitOfWork, parts: Sequence[Part], known: Collection[PersonId]) -> list[Person]:
    """The colleagues of other schools whom the logbook names: they took over a role, or may."""
    entries = ((part.plan.records[entry.record], entry.answers) for part, outline in parts for entry in outline.entries)
    named = {id_ for record, answers in entries for id_ in people_in(record, answers)}
    named |= {id_ for _, outline in parts for heading in outline.headings for id_ in heading.named.split()}
    people = [uow.staff.get(id_) for id_ in map(UUID, named) if id_ not in known]
    return [person for person in people if person.has_role]


def _same_pupil(context: CaseContext, others: Iterable[CaseHeader]) -> Iterator[CaseHeader]:
    """The other cases that this reader may join to this one: one of the two must be open."""
    if context.state.status is Status.JOINED or not may_record(context, context.plan.record_with(Effect.JOINS)):
        return
    for case in others:
        if case.status is not Status.JOINED and Status.OPEN in (case.status, context.state.status):
            yield case


def _siblings(uow: UnitOfWork, context: CaseContext) -> Iterator[CaseHeader]:
    """The cases of siblings, for who may know of them and read them; noted twice, they are none after all (G11)."""
    noted = [
        e.answers["case"] for e in context.outline.entries if context.plan.records[e.record].effect is Effect.LINKS
    ]
    if not may(Permission.KNOW_SAME_PUPIL, context.relation, context.plan):
        return
    for code in dict.fromkeys(map(str, noted)):
        case = uow.cases.find(code, [context.school]) if noted.count(code) % 2 else None
        if case and case.status is not Status.DESTROYED and may_read(uow, context.person, case):
            yield case
