"""The forms of a plan: fields, choices, and who must be present."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from typing_extensions import override

from meldcode.domain.plan.roles import Role


def _as_tuple(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


Values = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
GIVEN = "given"
Condition = dict[str, Values]
"""All must hold. `field` is an answer of the form itself, `record.field` one of a record that stands (a choice's id,
or `given` for any answer at all), and `record` alone is `done` or `missing`."""
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class PlanPart(BaseModel):
    """A part of a plan: immutable, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @override
    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy without the cached properties of this part, which pydantic would copy too."""
        copied = super().model_copy(update=update, deep=deep)
        for cached in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[cached]
        return copied


class RoleName(PlanPart):
    """What a plan calls a role: the name alone, or with a short one for lists of steps and lines of the logbook."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    short: Annotated[str, Field(max_length=20)] = ""

    @model_validator(mode="before")
    @classmethod
    def _of_text(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class Choice(PlanPart):
    """One answer that can be chosen. `description` carries on where the choice's text is too long for one line.

    `older` is what it means in a case whose plan does not know this choice yet: a signal is added there too.
    """

    id: Id
    text: Annotated[str, Field(min_length=1, max_length=75)]
    description: Annotated[str, Field(max_length=75)] = ""
    older: Id | None = None


class FieldKind(StrEnum):
    """What kind of answer a field takes."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    TIME = "time"
    PEOPLE = "people"
    PERSON = "person"


class Meaning(StrEnum):
    """What the program does with an answer. A field without a meaning is only stored and shown.

    Of the opening form: who the pupil is, `what_happened`, which takes the text typed after the command, and the
    `pupil_teachers`, asked only of somebody who does not teach the pupil's group (S1.6). Of any form: `happened_on` and
    `happened_at`, the day and the time under which the logbook shows the entry, and who is `excluded` from the case at
    once. What effects need: the text of a `correction`, the `new_teacher` of a case, the day `until` which it is
    postponed or held, which `version` of the dossier is exported, for which `recipient`, and the `reason`; whether
    somebody is excluded or comes back (`exclusion`), and which `role` the `stand_in` takes over; the `new_day` and the
    `new_owner` of an appointment. `left_on` is the day on which the pupil leaves the school (G9). `agreement` says
    whether a second person agrees with an exclusion or a take-over. Who reported is the `reporter`, whom the parents'
    copy names (S4.7). Of a talk: the `points` that come up, shown where it is prepared; why some were
    `points_left_out` is said (S3.6).
    """

    PUPIL_FIRST_NAME = "pupil_first_name"
    PUPIL_LAST_NAME = "pupil_last_name"
    PUPIL_GROUP = "pupil_group"
    WHAT_HAPPENED = "what_happened"
    HAPPENED_ON = "happened_on"
    HAPPENED_AT = "happened_at"
    CORRECTION = "correction"
    NEW_TEACHER = "new_teacher"
    UNTIL = "until"
    LEFT_ON = "left_on"
    VERSION = "version"
    RECIPIENT = "recipient"
    REASON = "reason"
    NEW_DAY = "new_day"
    NEW_OWNER = "new_owner"
    PUPIL_TEACHERS = "pupil_teachers"
    TEACHERS = "teachers"
    EXCLUDED = "excluded"
    EXCLUSION = "exclusion"
    ROLE = "role"
    STAND_IN = "stand_in"
    AGREEMENT = "agreement"
    REPORTER = "reporter"
    POINTS = "points"
    POINTS_LEFT_OUT = "points_left_out"


PUPIL_MEANINGS = (Meaning.PUPIL_FIRST_NAME, Meaning.PUPIL_LAST_NAME, Meaning.PUPIL_GROUP)
KINDS_WITH_MEANING = {
    **dict.fromkeys((*PUPIL_MEANINGS, Meaning.RECIPIENT), (FieldKind.TEXT,)),
    **dict.fromkeys((Meaning.HAPPENED_ON, Meaning.UNTIL, Meaning.LEFT_ON, Meaning.NEW_DAY), (FieldKind.DATE,)),
    **dict.fromkeys(
        (Meaning.CORRECTION, Meaning.REASON, Meaning.POINTS_LEFT_OUT), (FieldKind.TEXT, FieldKind.LONG_TEXT)
    ),
    Meaning.POINTS: (FieldKind.CHOICES,),
    Meaning.REPORTER: (FieldKind.PERSON,),
    Meaning.HAPPENED_AT: (FieldKind.TIME,),
    Meaning.WHAT_HAPPENED: (FieldKind.LONG_TEXT,),
    **dict.fromkeys((Meaning.NEW_TEACHER, Meaning.NEW_OWNER, Meaning.STAND_IN), (FieldKind.PERSON,)),
    **dict.fromkeys((Meaning.PUPIL_TEACHERS, Meaning.TEACHERS), (FieldKind.PEOPLE,)),
    Meaning.EXCLUDED: (FieldKind.PEOPLE, FieldKind.PERSON),
    **dict.fromkeys((Meaning.VERSION, Meaning.EXCLUSION, Meaning.ROLE, Meaning.AGREEMENT), (FieldKind.CHOICE,)),
}


class FieldSpec(PlanPart):
    """One question of a form.

    `hints` names what is looked for before saving (S1.4 facts, S1.5 names). `future` lets a date lie ahead.
    `default` is what a question left unanswered means. `pupil` marks what identifies the pupil instead of the case.
    `missing` is said when a required answer is not given. `anonymous` is when the answer may not name the pupil (S2.2).
    `draft` prefills the answer, and `ahead` a day with one so many school days ahead. `withheld` leaves it out of what
    parents are given, perhaps only when a condition on the form's own answers holds: it says who reported or told.
    `asked_in` are the steps of the case in which it is asked; empty: always. `when` is when it is asked: the form
    changes with the answers that decide it. `safety` marks a question about the pupil's safety, which has no default:
    somebody must answer it (S4.1).
    """

    id: Id
    kind: FieldKind
    meaning: Meaning | None = None
    label: Annotated[str, Field(min_length=1, max_length=150)]
    hint: Annotated[str, Field(max_length=500)] = ""
    required: bool = True
    missing: Annotated[str, Field(max_length=150)] = ""
    max_length: Annotated[int, Field(ge=1, le=3000)] = 3000
    choices: tuple[Choice, ...] = ()
    default: str = ""
    future: bool = False
    hints: tuple[Literal["facts", "names"], ...] = ()
    pupil: bool = False
    anonymous: Condition | None = None
    draft: Literal["anonymous_summary"] | None = None
    withheld: bool | Condition = False
    ahead: Annotated[int, Field(ge=0, le=100)] = 0
    asked_in: tuple[Id, ...] = ()
    when: Condition = {}
    safety: bool = False

    @model_validator(mode="after")
    def _choices_fit_the_kind(self) -> FieldSpec:
        has_choices = self.kind in (FieldKind.CHOICE, FieldKind.CHOICES)
        if has_choices != bool(self.choices):
            raise ValueError("choices belong to the kinds choice and choices, and only there")
        ids = [choice.id for choice in self.choices]
        if len(set(ids)) != len(ids) or GIVEN in ids:
            raise ValueError(f"every choice has an id of its own, and none is {GIVEN!r}: that is any answer")
        if self.default and self.default not in ids:
            raise ValueError(f"default {self.default!r} is none of the choices")
        if {choice.older for choice in self.choices} - {None, *ids}:
            raise ValueError("older names another choice of this question")
        if self.safety and (self.default or not has_choices or not self.required):
            raise ValueError("a question about safety is a required choice without a default")
        return self

    @model_validator(mode="after")
    def _kind_fits_the_meaning(self) -> FieldSpec:
        if self.meaning and self.kind not in KINDS_WITH_MEANING[self.meaning]:
            kinds = " or ".join(KINDS_WITH_MEANING[self.meaning])
            raise ValueError(f"a field with the meaning {self.meaning} is of the kind {kinds}")
        return self

    def choice(self, choice_id: str) -> Choice | None:
        """Return the choice with this id, if the field has it."""
        return next((choice for choice in self.choices if choice.id == choice_id), None)


class Presence(PlanPart):
    """Who must take part (`field` holds the people): everyone of `all_of`, somebody of `one_of`, nobody of `none_of`.

    `when` is when the rule holds, and `unless` lifts it, for example where another person was chosen for the pupil's
    sake (S3.3). `at_least` is how many people of the school there must be (S3.1).
    """

    field: Id
    all_of: tuple[Role, ...] = ()
    one_of: tuple[Role, ...] = ()
    none_of: tuple[Role, ...] = ()
    at_least: Annotated[int, Field(ge=0, le=10)] = 0
    when: Condition = {}
    unless: Condition | None = None
    reason: str
    none_of_reason: str = ""
    rule: str = ""


class TookPart(PlanPart):
    """When `when` holds, who records it is one of these `people`: an own field, or that of a record that stands (S3.7).

    Otherwise the form is refused at the field `at` with `reason`.
    """

    people: str
    when: Condition = {}
    at: Id
    reason: str
    rule: str = ""


class Check(PlanPart):
    """When `when` holds, `needs` must hold too; otherwise the form is refused at the field `at` with `reason`."""

    when: Condition = {}
    needs: Condition
    at: Id
    reason: str
    rule: str = ""


class StandsAs(PlanPart):
    """When `when` holds, the entry stands as this record too: a signal can be a disclosure (S3.4).

    `at` are the steps of the case in which it does; empty: in all of them.
    """

    when: Condition = {}
    at: tuple[Id, ...] = ()
    record: Id


class FollowUp(PlanPart):
    """An appointment made in a record: the fields that say what, on which day, and who takes care of it (S3.6).

    `other` is who does it, if that is nobody of the school. With a `title` it is called that, whatever was typed.
    """

    what: Id
    day: Id
    owner: Id
    other: Id | None = None
    title: Annotated[str, Field(max_length=100)] = ""


ASKED = ("what", "day", "owner", "other")
"""The questions about an appointment."""
MOST_APPOINTMENTS = 5
"""How many appointments can be made in one form."""
DECISION = ("decision", "line")
"""The questions about an appointment that is open when a form closes the case."""


def generated_follow_ups() -> tuple[FollowUp, ...]:
    """Return the appointments that the program's own questions ask about, in their order in a form."""
    blocks = range(1, MOST_APPOINTMENTS + 1)
    return tuple(FollowUp(**{name: f"appointment_{n}_{name}" for name in ASKED}) for n in blocks)
