"""The step plan as data: its vocabulary, and what follows from a plan alone.

A plan is a YAML file (see `docs/plan.md` for the vocabulary) that an IB-er can lay beside the source document. It is
read by `meldcode.domain.plan.file`; nothing in the program knows a step or a record of a particular plan by name.
"""

from __future__ import annotations

import json
from functools import cached_property
from hashlib import sha256
from typing import Annotated

from pydantic import Field, PrivateAttr

from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import DENIALS, Effect
from meldcode.domain.plan.forms import (
    Id,
    PlanPart,
    RoleName,
)
from meldcode.domain.plan.parts import Outcome
from meldcode.domain.plan.people import Reader
from meldcode.domain.plan.roles import NEEDED, Role
from meldcode.domain.plan.timing import Appointments, Deadline, EscalationLevel, Urgency


class Step(PlanPart):
    """A step of the plan. Parts of one step of the source share its `number`; `who` is who acts.

    `urgent` says when it cannot wait: then its deadline is the same day.
    """

    id: Id
    number: Annotated[int, Field(ge=1, le=20)]
    title: Annotated[str, Field(min_length=1, max_length=60)]
    who: Annotated[tuple[Role, ...], Field(min_length=1)]
    explain: Annotated[str, Field(max_length=1500)] = ""
    deadline: Deadline | None = None
    remind: tuple[EscalationLevel, ...] = ()
    urgent: Urgency | None = None
    records: tuple[ActionSpec, ...] = ()
    then: Id | None = None


class Plan(PlanPart):
    """A whole step plan. `opens` is the record that opens a case; `readers` say which roles read one, and when (G3).

    `role_names` are what the school calls its roles; one that is left out has the name of the catalogues.
    `translations` are the texts of the plan in other languages, by language and by the text itself.
    """

    plan: Id
    version: Annotated[int, Field(ge=1)]
    title: str
    source: str
    opens: Id
    readers: tuple[Reader, ...]
    role_names: dict[Role, RoleName] = {}
    outcomes: tuple[Outcome, ...]
    always: tuple[ActionSpec, ...]
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    appointments: Appointments = Appointments()
    translations: dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], dict[str, str]] = {}

    _written: Plan | None = PrivateAttr(default=None)

    @property
    def written(self) -> Plan:
        """The plan without what the program adds to it (`plan.appointments`)."""
        return self._written or self

    @cached_property
    def fingerprint(self) -> bytes:
        """A digest of the plan as it is in force, with what the program adds to it and in its language."""
        return sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).digest()

    @cached_property
    def records(self) -> dict[str, ActionSpec]:
        """All records by id, those that are possible at any time first."""
        return {record.id: record for record in (*self.always, *(r for step in self.steps for r in step.records))}

    @cached_property
    def opening(self) -> ActionSpec:
        """The record that opens a case."""
        return self.records[self.opens]

    @cached_property
    def asked_first(self) -> ActionSpec:
        """The form that opens a case, as it is asked first, while there is no case yet."""
        return self.asked_of_others.without_teachers()

    @cached_property
    def asked_of_others(self) -> ActionSpec:
        """The form that opens a case, as it is asked of somebody who does not teach the pupil's group (S1.6)."""
        return self.opening.asked_in(self.steps[0].id)

    @cached_property
    def full_names(self) -> dict[str, str]:
        """What the plan calls its roles in sentences."""
        return {role: named.name for role, named in self.role_names.items()}

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """The roles that a school on this plan gives: those that every school needs, and the plan's readers."""
        return tuple(role for role in Role if role in NEEDED or role in self.reader_roles)

    @cached_property
    def reader_roles(self) -> tuple[Role, ...]:
        """The roles that read cases at some step. The cluster director never does, whatever the plan says."""
        return tuple(reader.role for reader in self.readers if reader.role is not Role.CLUSTER_DIRECTOR)

    def readers_at(self, step_id: str) -> tuple[Role, ...]:
        """Return the roles that read a case at this step (G3)."""
        return self._readers[step_id]

    @cached_property
    def _readers(self) -> dict[str, tuple[Role, ...]]:
        reads = [one for one in self.readers if one.role in self.reader_roles]
        return {
            step.id: tuple(
                one.role
                for one in reads
                if (one.first is None or self.place(one.first) <= place)
                and (one.last is None or place <= self.place(one.last))
            )
            for place, step in enumerate(self.steps)
        }

    def record_with(self, effect: Effect) -> ActionSpec:
        """Return the record with this effect. A checked plan has exactly one."""
        return self._by_effect[effect]

    def find_record(self, effect: Effect) -> ActionSpec | None:
        """Return the record with this effect, if the plan has one. A checked plan has no more."""
        return self._by_effect.get(effect)

    @cached_property
    def cannot_wait(self) -> tuple[ActionSpec, ...]:
        """The records of any time that are asked as soon as something calls for them (G8)."""
        return tuple(record for record in self.always if record.urgent and not record.agrees_with)

    def agreeing_beside(self, step_id: str) -> tuple[ActionSpec, ...]:
        """Return the records that agree with another, beside what this step asks."""
        return self._agreeing_beside[step_id]

    @cached_property
    def _agreeing_beside(self) -> dict[str, tuple[ActionSpec, ...]]:
        beside = {step.id: (*self.always, *(r for r in step.records if r.optional)) for step in self.steps}
        return {step: tuple(record for record in records if record.agrees_with) for step, records in beside.items()}

    def agreeing_with(self, record_id: str) -> frozenset[str]:
        """Return the records that agree with this one."""
        return self._agreeing.get(record_id, frozenset())

    @cached_property
    def _agreeing(self) -> dict[str, frozenset[str]]:
        proposals = {record.agrees_with for record in self.records.values() if record.agrees_with}
        return {
            id_: frozenset(record.id for record in self.records.values() if record.agrees_with == id_)
            for id_ in proposals
        }

    @cached_property
    def taking_charge(self) -> tuple[ActionSpec, ...]:
        """The records that make their author responsible for the case."""
        return tuple(record for record in self.records.values() if record.takes_charge)

    @cached_property
    def hold(self) -> ActionSpec | None:
        """The record that keeps a closed case for longer, if the plan has one."""
        return self.find_record(Effect.HOLDS)

    @cached_property
    def leaves(self) -> ActionSpec | None:
        """The record that the pupil of a closed case left the school, if the plan has one (G9)."""
        return self.find_record(Effect.LEAVES)

    @cached_property
    def fast_lane(self) -> ActionSpec | None:
        """The record that 112 or Veilig Thuis was called, if the plan has one (G8)."""
        return self.find_record(Effect.FAST_LANE)

    @cached_property
    def fast_lane_with_pupil(self) -> ActionSpec:
        """The form of the fast lane where there is no case yet: it asks whom it is about first. Raises LookupError."""
        if self.fast_lane is None:
            raise LookupError("this plan has no fast lane")
        pupil = tuple(field for field in self.opening.fields if field.pupil)
        return self.fast_lane.model_copy(update={"fields": (*pupil, *self.fast_lane.fields)})

    @cached_property
    def take_over(self) -> ActionSpec | None:
        """The record that somebody takes over a role in a case, if the plan has one (G12)."""
        return self.find_record(Effect.TAKES_OVER)

    @cached_property
    def reads(self) -> ActionSpec | None:
        """The record that the signals were read, if the plan has one (S1.1)."""
        return self.find_record(Effect.READS)

    def denials_of(self, record: ActionSpec) -> list[ActionSpec]:
        """Return what somebody who is named in this can say of it: disagreement only where that outdates it (S3.1)."""
        offered = [one for effect in DENIALS if (one := self.find_record(effect))]
        return [one for one in offered if one.effect is Effect.DENIES or one.id in record.outdated_by]

    def step(self, step_id: str) -> Step:
        """Return the step with this id (KeyError if there is none)."""
        return self._steps[step_id]

    def place(self, step_id: str) -> int:
        """Return the place of the step in the plan, counted from 0."""
        return list(self._steps).index(step_id)

    def step_of(self, record_id: str) -> Step | None:
        """Return the step that the record belongs to; None for one that is possible at any time."""
        return next((step for step in self.steps if any(r.id == record_id for r in step.records)), None)

    def after(self, step: Step) -> Step | None:
        """Return where a completed step leads: its `then`, else the next in the file, else nowhere."""
        if step.then:
            return self.step(step.then)
        return next(iter(self.steps[self.place(step.id) + 1 :]), None)

    def is_mark(self, record: ActionSpec) -> bool:
        """Tell whether only other records stand as this one: it asks nothing, and nobody fills it in."""
        return record.id in self._marks

    @cached_property
    def _marks(self) -> frozenset[str]:
        named = {one.record for record in self.records.values() for one in record.stands_as}
        found = [self.records[name] for name in named if name in self.records]
        return frozenset(record.id for record in found if not record.fields and not record.effect)

    def outcome(self, outcome_id: str) -> Outcome | None:
        """Return the outcome with this id, if the plan has it."""
        return next((outcome for outcome in self.outcomes if outcome.id == outcome_id), None)

    @cached_property
    def _by_effect(self) -> dict[Effect, ActionSpec]:
        return {record.effect: record for record in self.always if record.effect}

    @cached_property
    def _steps(self) -> dict[str, Step]:
        return {step.id: step for step in self.steps}
