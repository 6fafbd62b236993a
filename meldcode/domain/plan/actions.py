"""Something that a plan lets people do: a form with its rules, and what it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from pydantic import BeforeValidator, Field
from typing_extensions import override

from meldcode.domain.plan.effects import Effect, TakesCharge
from meldcode.domain.plan.forms import (
    Check,
    Condition,
    FieldKind,
    FieldSpec,
    FollowUp,
    Id,
    Meaning,
    PlanPart,
    Presence,
    StandsAs,
    TookPart,
    generated_follow_ups,
)
from meldcode.domain.plan.parts import Ask, Lead, Need, Offer, Tell, asks_of_all
from meldcode.domain.plan.roles import Role
from meldcode.domain.plan.timing import Urgency


class ActionSpec(PlanPart):
    """Something that is done and recorded: a form with its rules.

    `ask`: how messages ask for it, the first that is for the reader's role; one text is for everybody.
    `prepare`: what is said where it is prepared, which is offered before it is done. `took_part`: who records it was
    there. `by`: roles that may make it (G1). `when`: it only applies then. `optional`: the step does not wait for it.
    `agrees_with`: another person than that record's author, and together they fill all the roles of `by` (S4.3), or
    with `any_two` any of them (G12). `logbook`: the logbook is shown above the questions, for it is weighed here
    (S4.1). `shows`: records whose last entry is shown above the questions. `appointments` can be made in it, or one by
    its own questions (`follow_up`). `undone`: with this answer the step goes on, but it is still owed. `lapses`: stands
    no longer once the case comes back to an earlier step. `outdated_by`: stands no longer once one of these is made
    later (S3.1). `owed`: still to be done after the fast lane skipped it (G8). `urgent`: how its agreement is reminded
    of, or when it is called for at any step. `takes_charge`: its author becomes responsible. `offers`: asked after it.
    """

    id: Id
    title: Annotated[str, Field(min_length=1, max_length=60)]
    button: Annotated[str, Field(min_length=1, max_length=24)]
    explain: Annotated[str, Field(max_length=1500)] = ""
    prepare: Annotated[str, Field(max_length=1500)] = ""
    by: Annotated[tuple[Role, ...], Field(min_length=1)]
    ask: Annotated[tuple[Ask, ...], BeforeValidator(asks_of_all)] = ()
    fields: tuple[FieldSpec, ...] = ()
    when: Condition = {}
    optional: bool = False
    needs: tuple[Need, ...] = ()
    present: tuple[Presence, ...] = ()
    took_part: TookPart | None = None
    checks: tuple[Check, ...] = ()
    leads: tuple[Lead, ...] = ()
    tell: tuple[Tell, ...] = ()
    agrees_with: Id | None = None
    any_two: bool = False
    logbook: bool = False
    shows: tuple[Id, ...] = ()
    appointments: bool = False
    follow_up: FollowUp | None = None
    effect: Effect | None = None
    stands_as: tuple[StandsAs, ...] = ()
    lapses: bool = False
    outdated_by: tuple[Id, ...] = ()
    owed: bool = False
    undone: Condition = {}
    urgent: Urgency | None = None
    takes_charge: TakesCharge | None = None
    offers: Offer | None = None
    rules: tuple[str, ...] = ()

    @property
    def is_one_click(self) -> bool:
        """Whether it is recorded by its button alone: it asks nothing, and there is nothing to read first."""
        return not (self.fields or self.logbook or self.shows or self.agrees_with)

    def field(self, field_id: str) -> FieldSpec | None:
        """Return the field with this id, if the record has it."""
        return next((field for field in self.fields if field.id == field_id), None)

    def fields_of(self, kind: FieldKind) -> list[FieldSpec]:
        """Return the fields that take this kind of answer, in order."""
        return [field for field in self.fields if field.kind is kind]

    def id_of(self, meaning: Meaning) -> str:
        """Return the id of the field with this meaning, or nothing."""
        return self._by_meaning.get(meaning, "")

    @cached_property
    def _by_meaning(self) -> dict[Meaning, str]:
        return {field.meaning: field.id for field in reversed(self.fields) if field.meaning}

    @cached_property
    def people_fields(self) -> tuple[FieldSpec, ...]:
        """The fields that name colleagues."""
        return tuple(field for field in self.fields if field.kind in (FieldKind.PEOPLE, FieldKind.PERSON))

    @property
    def follow_ups(self) -> tuple[FollowUp, ...]:
        """The appointments that can be made in it: that of its own questions, and those of the generated ones."""
        return (*([self.follow_up] if self.follow_up else []), *(generated_follow_ups() if self.appointments else ()))

    def ask_of(self, role: Role | None) -> str:
        """Return the sentence that asks somebody in this role for it; empty when the plan has none."""
        return next((ask.text for ask in self.ask if role in ask.roles or not ask.roles), "")

    def without_pupil(self) -> ActionSpec:
        """Return the form as it is asked within a case, where the pupil is known."""
        kept = tuple(f for f in self.fields if not f.pupil and f.meaning is not Meaning.PUPIL_TEACHERS)
        return self.model_copy(update={"fields": kept})

    def without_teachers(self) -> ActionSpec:
        """Return the form as it is asked of the pupil's own teacher (S1.6)."""
        kept = tuple(field for field in self.fields if field.meaning is not Meaning.PUPIL_TEACHERS)
        return self if kept == self.fields else self.model_copy(update={"fields": kept})

    def asked_in(self, step: str) -> ActionSpec:
        """Return the form as it is asked while a case is at this step."""
        fields = tuple(field for field in self.fields if not field.asked_in or step in field.asked_in)
        return self if fields == self.fields else self.model_copy(update={"fields": fields})

    def answered_before(self, asked: ActionSpec, answers: Mapping[str, object]) -> ActionSpec:
        """Return the form as it is `asked` now, with the questions of other steps that somebody has answered."""
        fields = tuple(field for field in self._of_some_steps if answers.get(field.id) and field not in asked.fields)
        return asked.model_copy(update={"fields": (*asked.fields, *fields)}) if fields else asked

    def without_effect(self, answers: Mapping[str, object], step: str) -> frozenset[str]:
        """Return which of these questions are not asked at this step, so that their answers lead nowhere."""
        found = (field.id for field in self._of_some_steps if step not in field.asked_in)
        return frozenset(id_ for id_ in found if id_ in answers)

    @cached_property
    def _of_some_steps(self) -> tuple[FieldSpec, ...]:
        return tuple(field for field in self.fields if field.asked_in)

    @override
    def __eq__(self, other: object) -> bool:
        """As of other parts, but only two of one id are compared in full: they are looked for in many lists."""
        return isinstance(other, ActionSpec) and self.id == other.id and super().__eq__(other)

    @override
    def __hash__(self) -> int:
        return hash(self.id)

    @cached_property
    def deciding(self) -> frozenset[str]:
        """The fields whose answer decides whether another one is asked."""
        own = {field.id for field in self.fields}
        return frozenset(path for field in self.fields for path in field.when if path in own)
