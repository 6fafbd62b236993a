"""What people are told of an entry: new messages, and what their earlier ones become."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from meldcode.application.about_people import AboutPeople, case_for
from meldcode.application.case_context import CaseContext
from meldcode.application.case_people import reads
from meldcode.application.cases.telling.recipients import Recipients
from meldcode.application.cases.telling.tasks import (
    APPOINTMENTS,
    TaskChanges,
    appointments_key,
    decided_in,
    new_appointments,
)
from meldcode.application.messages.alarms import AlarmInCase
from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import AppointmentsMade, CallSchool, Recorded, SignalRead, TakenOver, TaskEnded
from meldcode.application.ports.outbox import OutboxMessage, Placing
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import keepers, may_hand_over
from meldcode.domain.case.appointments import Appointment
from meldcode.domain.case.asked import needed, whose
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.newer import unread
from meldcode.domain.case.state import TIMES_TO_POSTPONE, Entry, State
from meldcode.domain.case.urgency import is_urgent
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import DECIDES, Effect
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Person


@dataclass(frozen=True)
class Notified:
    """Who was notified; nobody in the school has the `missing_roles`, which should have been notified too."""

    state: State
    people: tuple[Person, ...] = ()
    missing_roles: tuple[Role, ...] = ()


def notify(uow: UnitOfWork, context: CaseContext, after: State, entry: Entry, to_notify: Recipients) -> Notified:
    """Put a message in the outbox for everybody concerned but its author, one for each person; return who they are.

    What earlier messages ask is updated in their place, which notifies nobody, also in the author's.
    """
    staff, rules = to_notify.staff, to_notify.rules
    said = _Said(context, after, entry, to_notify.missing_roles, to_notify.changes)
    former = _former(context, after)
    written, about = _signals_read(uow, context, after, entry), said.about
    promised = _promised(context, after, entry, staff)
    people = tuple(p for p in staff if p.id in {*rules, *written, *promised, former} or about.concerns(p))
    uow.outbox.put_all(
        [
            *(message for person in staff for message in said.in_place(person)),
            *said.decided(uow, staff),
            *(said.taken_over(person) for person in people if person.id == former),
            *(said.new(p, rules[p.id], staff) for p in people if p.id != former and p.id in rules),
            *(said.signal_read(p, written[p.id]) for p in people if p.id in written and p.id not in {former, *rules}),
            *(said.promised(p, promised[p.id]) for p in people if p.id in promised),
            *(about.message(p) for p in people if about.concerns(p) and p.id not in {*rules, *written, former}),
            *about.denied(uow),
        ],
        entry.written_at,
    )
    return Notified(after, people, to_notify.missing_roles)


def _former(context: CaseContext, after: State) -> PersonId | None:
    """Who was responsible until now, if somebody took over from them (G5)."""
    was = context.state.responsible
    return was if was and after.responsible not in (None, was) else None


@dataclass(frozen=True)
class _Said:
    """What messages say of an entry."""

    context: CaseContext
    after: State
    entry: Entry
    missing: tuple[Role, ...]
    changes: TaskChanges

    @cached_property
    def about(self) -> AboutPeople:
        """What the entry says of colleagues of its author."""
        return AboutPeople(self.context, self.entry)

    @cached_property
    def waiting(self) -> list[ActionSpec]:
        """What the case waits for after the entry."""
        return needed(self.context.plan, self.after)

    def new(self, person: Person, rule: int | None, staff: Sequence[Person]) -> OutboxMessage:
        """A message of which the reader is notified."""
        payload: Payload = self._recorded(person, rule)
        key = self.changes.key_for(person) if self.changes.asked(person) else ""
        if self.context.plan.records[self.entry.record].effect is Effect.ALARMS:
            alarm = AlarmInCase(**vars(self._recorded(person, rule)), **self._raised())
            return self._message(person, alarm, alarm.key(), Placing.NEW)
        if not self._may_open(person) and rule is not None:
            payload = self._call_school(rule, staff)
        return self._message(person, payload, key, Placing.NEW)

    def taken_over(self, person: Person) -> OutboxMessage:
        """To who was responsible until now."""
        return self._message(person, TakenOver(self.context.stored.code, self.entry.author), "", Placing.NEW)

    def signal_read(self, person: Person, case: CaseHeader) -> OutboxMessage:
        """To who wrote a signal, in their own case, that was read."""
        plan = self.context.plan
        may_open = reads(person, case, plan)
        read = SignalRead(case.code, plan.plan, plan.version, self.entry.role, may_open)
        return self._message(person, read, "", Placing.NEW)

    def in_place(self, person: Person) -> Iterator[OutboxMessage]:
        """What their earlier messages become, if what they ask is done now, or is asked no more or by another day."""
        if ended := self.changes.ended(person):
            by = self.entry.author if self.changes.is_done(ended) else None
            later, case = self.changes.comes_later(person, ended), case_for(self.context, person)
            payload = TaskEnded(**case, asked=ended.record, asked_as=ended.role, by=by, comes_later=later)
            yield self._message(person, payload, self.changes.keys[person.id], Placing.ONLY_IN_PLACE)
        elif self.changes.changed(person):
            plan = self.context.plan
            placing = Placing.ONLY_IN_PLACE if person.id == self.entry.author else Placing.IN_PLACE
            goes_on = replace(
                self._recorded(person, None),
                named_in=0,  # who is asked nothing new is told that apart
                may_postpone=not is_urgent(plan, self.after) and len(self.after.postponed) < TIMES_TO_POSTPONE,
                may_hand_over=may_hand_over(person, self.context.stored, plan),
            )
            changed = self._message(person, goes_on, self.changes.keys[person.id], placing)
            yield replace(changed, moment=f"{changed.moment} in place")

    def decided(self, uow: UnitOfWork, staff: Sequence[Person]) -> Iterator[OutboxMessage]:
        """What earlier reminders of appointments become, if they are about none that still waits (S3.6).

        Not of who may not read the case any more: what becomes of an appointment is not for them (G3).
        """
        if self.context.plan.records[self.entry.record].effect not in DECIDES:
            return
        people = {person.id: person for person in staff if self._may_open(person)}
        for id_, key in uow.outbox.keys_of(self.context.stored.id, APPOINTMENTS):
            if id_ in people and decided_in(key, self.entry, self.after):
                case, entry = case_for(self.context, people[id_]), self.entry
                ended = TaskEnded(**case, asked=entry.record, asked_as=entry.role, by=entry.author)
                message = self._message(people[id_], ended, key, Placing.ONLY_IN_PLACE)
                yield replace(message, moment=f"{message.moment} {key}")

    def promised(self, person: Person, made: Sequence[Appointment]) -> OutboxMessage:
        """To who sees to new appointments; updated with the reminders of them."""
        days = tuple(one.day for one in made)
        payload = AppointmentsMade(self.context.stored.code, days, self.entry.author)
        return self._message(person, payload, appointments_key(made), Placing.NEW)

    def _message(
        self, person: Person, payload: Payload, key: str, placing: Placing = Placing.IN_PLACE
    ) -> OutboxMessage:
        return OutboxMessage(person.id, self.context.stored.id, f"entry {self.entry.seq}", payload, key, placing)

    def _recorded(self, person: Person, rule: int | None) -> Recorded:
        task, waiting = self.changes.asked(person), self.waiting
        return Recorded(
            **case_for(self.context, person),
            record=self.entry.record,
            step=self.after.step,
            status=self.after.status,
            assignees=whose(waiting[0], self.after) if waiting else (),
            rule=rule,
            missing_roles=self.missing,
            needed=waiting[0].id if waiting else "",
            asked=task.record if task else "",
            asked_as=task.role if task else None,
            due=task.due if task else None,
            outcome=self.after.outcome,
            named_in=self.entry.seq if str(person.id) in self.about.named else 0,
        )

    def _call_school(self, rule: int, staff: Sequence[Person]) -> CallSchool:
        school, record = self.context.school, self.context.plan.records[self.entry.record]
        contacts = tuple(person.id for person in staff if person.roles_in(school) & set(record.by) - {Role.TEACHER})
        case = {name: said for name, said in case_for(self.context, self.context.person).items() if name != "may_open"}
        return CallSchool(**case, record=record.id, rule=rule, school=school, contacts=contacts)

    def _may_open(self, person: Person) -> bool:
        return reads(person, self.context.stored, self.context.plan)

    def _raised(self) -> dict[str, Any]:
        return {"raised_by": self.entry.author, "raised_at": self.entry.written_at}


def _promised(
    context: CaseContext, after: State, entry: Entry, staff: Sequence[Person]
) -> dict[PersonId, list[Appointment]]:
    """Who sees to appointments that a colleague made or moved, the earliest first (S3.6)."""
    found: dict[PersonId, list[Appointment]] = {}
    for one in sorted(new_appointments(context.state, after), key=lambda one: (one.day, one.number)):
        for person in keepers(one, context.stored, context.plan, staff):
            if person.id != entry.author:
                found.setdefault(person.id, []).append(one)
    return found


def _signals_read(uow: UnitOfWork, context: CaseContext, after: State, entry: Entry) -> dict[PersonId, CaseHeader]:
    """Who wrote the signals that this entry says were read, each with their own case (S1.1).

    A signal from a merged case came from the teachers of that case.
    """
    if not context.plan.reads or after.standing.get(context.plan.reads.id) is not entry:
        return {}
    found: dict[PersonId, CaseHeader] = {}
    for signal in unread(context.plan, context.entries):
        merged = uow.cases.find(str(signal.answers.get("case", "")), [context.school])
        found |= dict.fromkeys(merged.teachers, merged) if merged else {signal.author: context.stored}
    return {writer: case for writer, case in found.items() if writer != entry.author}
