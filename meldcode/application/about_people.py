"""Who hears of an entry because it is about them: who is named in it, and who wrote what it corrects or denies.

So nobody is said to have been somewhere, or has their words corrected, without hearing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from meldcode.application.case_context import CaseContext
from meldcode.application.case_people import reads
from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import Named, OwnEntry, TaskEnded
from meldcode.application.ports.outbox import OutboxMessage, Placing
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.case.state import Entry
from meldcode.domain.forms.named import named_in
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import DENIALS, Effect
from meldcode.domain.staff import Person


@dataclass(frozen=True)
class AboutPeople:
    """What an entry says of colleagues of its author."""

    context: CaseContext
    entry: Entry

    @cached_property
    def named(self) -> frozenset[str]:
        """Whom it names as having taken part."""
        return named_in(self._record, self.entry.answers) - {str(self.entry.author)}

    @cached_property
    def _own(self) -> Entry | None:
        """The entry of a colleague that this one corrects or denies."""
        if self._record.effect not in (Effect.CORRECTS, *DENIALS):
            return None
        about = [one for one in self.context.entries if one.seq == self.entry.refers_to]
        return next((one for one in about if one.author != self.entry.author), None)

    def concerns(self, person: Person) -> bool:
        """Tell whether they hear of it, also where nothing is asked of them."""
        return str(person.id) in self.named or (self._own is not None and self._own.author == person.id)

    def message(self, person: Person) -> OutboxMessage:
        """Return the message to somebody whom it concerns."""
        case, by = case_for(self.context, person), self.entry.author
        if self._own:
            return self._message(person, OwnEntry(**case, own=self._own.record, record=self.entry.record, by=by), "")
        named = Named(**case, record=self.entry.record, entry=self.entry.seq, by=by)
        return self._message(person, named, _key(self.context, self.entry.seq))

    def denied(self, uow: UnitOfWork) -> Iterator[OutboxMessage]:
        """Yield what the message becomes that told the author that they are named."""
        if self._record.effect not in DENIALS:
            return
        author, key = self.context.person, _key(self.context, self.entry.refers_to)
        if (author.id, key) in uow.outbox.keys_of(self.context.stored.id, key):
            case = case_for(self.context, author)
            ended = TaskEnded(**case, asked=self.entry.record, asked_as=self.entry.role, by=author.id)
            yield self._message(author, ended, key, Placing.ONLY_IN_PLACE)

    @property
    def _record(self) -> ActionSpec:
        return self.context.plan.records[self.entry.record]

    def _message(self, to: Person, payload: Payload, key: str, placing: Placing = Placing.NEW) -> OutboxMessage:
        return OutboxMessage(to.id, self.context.stored.id, f"entry {self.entry.seq}", payload, key, placing)


def case_for(context: CaseContext, person: Person) -> dict[str, Any]:
    """Return what a message to this person says of the case."""
    plan, may_open = context.plan, reads(person, context.stored, context.plan)
    return {"code": context.stored.code, "plan": plan.plan, "plan_version": plan.version, "may_open": may_open}


def _key(context: CaseContext, entry: int) -> str:
    """The key of the message to somebody whom this entry names."""
    return f"named {context.stored.code} {entry}"
