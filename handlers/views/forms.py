"""The forms of the plan as modals.

The id of a field is its `block_id`, and its `action_id` is `ANSWER`. `private_metadata` holds ids and the case code,
never what somebody typed (promise 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from handlers.i18n import texts
from handlers.i18n.days import in_full
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.platform.forms.alarm_reference import AlarmRef
from handlers.platform.forms.form_reference import FormRef
from handlers.platform.forms.form_state import ANSWER, SCHOOL
from handlers.views import blocks as b
from handlers.views.actions import EXPORT, FORM, MORE_APPOINTMENTS, drafts_button
from handlers.views.logbook import logbook_above, owed_words
from meldcode.application.cases.open_form import Consequence, FormView
from meldcode.domain.case.state import Answer
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.appointments import block_of
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import MOST_APPOINTMENTS, Choice, FieldKind, FieldSpec
from meldcode.domain.staff import School

TELLS = {"dispatch_action": True}
"""Slack sends what an open form holds whenever an answer changes: what is typed is kept (promise 10)."""


def form_modal(form: FormView, ref: FormRef | None = None, *, is_typed_before: bool = False) -> b.View:
    """Return the form with its initial answers; `ref` is that of the draft it continues.

    `is_typed_before` says that somebody typed after the command, where it is not private.
    """
    alarm = AlarmRef(form.alarm.raised_by, form.alarm.raised_at).dumped() if form.alarm else ""
    ref = ref or FormRef(form.record.id, form.case, form.seen, form.refers_to, alarm=alarm)
    head = [
        *([b.section(text("form_typed"))] if is_typed_before else []),
        *([b.section(text("form_draft"), accessory=drafts_button())] if form.has_draft else []),
        *_head(form),
    ]
    asked = [*_school(form.schools, ref.school), *_questions(form, ref), *_foot(form)]
    return b.modal(
        _title(form.record),
        [*head, *_above(form, [*head, *asked]), *asked],
        close=text("cancel"),
        submit=b.plain(text("save")),
        callback_id=EXPORT if form.record.effect is Effect.EXPORTS else FORM,
        private_metadata=ref.dumped(),
        notify_on_close=True,
    )


def _questions(form: FormView, ref: FormRef) -> Iterator[b.Block]:
    """The questions; of those about appointments as many as were asked for or answered, and a button for one more."""
    shown = min(max(1, ref.appointments, *map(block_of, form.initial)), MOST_APPOINTMENTS)
    for is_next, fields in groupby(form.record.fields, key=lambda field: block_of(field.id) > shown):
        if is_next:
            yield from b.actions([b.button(text("more_appointments"), MORE_APPOINTMENTS, str(shown + 1))])
        else:
            yield from (_input(field, form.initial.get(field.id, "")) for field in fields)


def _title(record: ActionSpec) -> str:
    """The action's title; for an export, and when the title is too long, the text of its button."""
    is_short = len(record.title) <= limits.TITLE
    return record.title if is_short and record.effect is not Effect.EXPORTS else record.button


def _head(form: FormView) -> list[b.Block]:
    lines = [b.context(text("form_case", code=form.case))] if form.case else []
    if form.appointment:
        lines += b.typed(f"{form.appointment.what}\n{in_full(form.appointment.day)}")
    if form.is_asked_whose:
        lines.append(b.section(text("form_whose")))
    if form.is_asked_further:
        lines.append(b.section(text("form_further")))
    if form.record.id == form.plan.opens:
        lines.append(b.section(text("form_staff")))
    if form.record.explain:
        lines.append(b.section(form.record.explain))
    if form.consequences:
        lines.append(b.context("\n".join(_consequences(form.consequences))))
    return lines


def _consequences(found: Iterable[Consequence]) -> Iterator[str]:
    """What the answers lead to, with one sentence for answers that lead to the same."""
    for (step, outcome, stays), same in groupby(found, key=lambda one: (one.step, one.outcome, one.stays)):
        choices = [f"“{consequence.choice}”" for consequence in same if consequence.choice]
        always = "" if choices else "_always"
        choice = texts.listed(choices, joined_by="or")
        if step:
            words = {"choice": choice, "number": str(step.number), "title": step.title}
            yield text(f"lead_stays{always}", **words) if stays else text(f"lead_to{always}", **words)
        else:
            yield text(f"lead_close{always}", choice=choice, title=outcome.title if outcome else "")


def _above(form: FormView, beside: list[b.Block]) -> list[b.Block]:
    """What is to be read before the questions; what the form shows has its place before what is long."""
    blocks: list[b.Block] = [b.section(owed_words(form.owed))] if form.owed else []
    shown = logbook_above(form.shown, text("form_shown"), [*beside, *blocks]) if form.shown else []
    newer = form.newer
    blocks += logbook_above(newer, text("form_since_weighing"), [*beside, *blocks, *shown]) if newer else []
    blocks += shown
    blocks += logbook_above(form.logbook, text("case_log"), [*beside, *blocks]) if form.logbook else []
    return [*blocks, b.divider()] if blocks else []


def _foot(form: FormView) -> list[b.Block]:
    readers = texts.readers(form.plan, joined_by="and")
    lines = [text("form_private_case" if form.case or form.alarm else "form_private", readers=readers)]
    if told := _notified(form, is_certain=True):
        lines.append(text("form_next", told=told))
    if told := _notified(form, is_certain=False):
        lines.append(text("form_next_perhaps", told=told))
    if form.record.id != form.plan.opens and form.plan.step_of(form.record.id):
        lines.append(text("form_next_step"))
    if form.record.id == form.plan.opens:
        lines.append(text("form_acute"))
    lines.append(text("form_kept"))
    return [b.context("\n".join(lines))]


def _notified(form: FormView, *, is_certain: bool) -> str:
    """The roles that get a message: with any answers if `is_certain`, else only with some answers."""
    roles = [role for tell in form.record.tell if is_certain is not bool(tell.when) for role in tell.roles]
    return texts.roles(dict.fromkeys(roles), form.plan, joined_by="and")


def _school(schools: Iterable[School], chosen: str) -> list[b.Block]:
    options = [b.option(school.name, str(school.id)) for school in schools]
    if len(options) < 2:  # noqa: PLR2004 - with one school there is nothing to choose
        return []
    element = b.select(ANSWER, options, chosen)
    return [{"type": "input", "block_id": SCHOOL, "label": b.plain(text("school")), "element": element, **TELLS}]


def _input(field: FieldSpec, initial: Answer) -> b.Block:
    block: b.Block = {
        "type": "input",
        "block_id": field.id,
        "label": b.plain(field.label),
        "element": {"action_id": ANSWER, **_element(field, initial)},
        "optional": not field.required,
        **TELLS,
    }
    return block | ({"hint": b.plain(field.hint)} if field.hint else {})


def _element(field: FieldSpec, initial: Answer) -> b.Block:
    element: b.Block = _ELEMENTS[field.kind](field)
    if initial:
        name, value = _INITIAL[element["type"]](field, initial)
        element[name] = value
    return element


def _text_element(field: FieldSpec) -> b.Block:
    is_long = field.kind is FieldKind.LONG_TEXT
    return {
        "type": "plain_text_input",
        "multiline": is_long,
        "max_length": field.max_length,
        "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
    }


def _choice_element(field: FieldSpec) -> b.Block:
    kind = "radio_buttons" if len(field.choices) <= limits.RADIO_BUTTONS else "static_select"
    return {"type": kind, "options": [_option(choice) for choice in field.choices]}


def _choices_element(field: FieldSpec) -> b.Block:
    return {"type": "checkboxes", "options": [_option(choice) for choice in field.choices]}


def _option(choice: Choice) -> b.Block:
    option: b.Block = {"text": b.plain(choice.text), "value": choice.id}
    return option | {"description": b.plain(choice.description)} if choice.description else option


_ELEMENTS: Any = {
    FieldKind.TEXT: _text_element,
    FieldKind.LONG_TEXT: _text_element,
    FieldKind.CHOICE: _choice_element,
    FieldKind.CHOICES: _choices_element,
    FieldKind.DATE: lambda _: {"type": "datepicker"},
    FieldKind.TIME: lambda _: {"type": "timepicker"},
    FieldKind.PEOPLE: lambda _: {"type": "multi_users_select"},
    FieldKind.PERSON: lambda _: {"type": "users_select"},
}


def _initial_option(field: FieldSpec, initial: Answer) -> tuple[str, b.Block]:
    return "initial_option", _option(next(choice for choice in field.choices if choice.id == initial))


def _initial_options(field: FieldSpec, initial: Answer) -> tuple[str, list[b.Block]]:
    return "initial_options", [_option(choice) for choice in field.choices if choice.id in initial]


_INITIAL: Any = {
    "plain_text_input": lambda _, initial: ("initial_value", initial),
    "radio_buttons": _initial_option,
    "static_select": _initial_option,
    "checkboxes": _initial_options,
    "datepicker": lambda _, initial: ("initial_date", initial),
    "timepicker": lambda _, initial: ("initial_time", initial),
    "multi_users_select": lambda _, initial: ("initial_users", list(initial)),
    "users_select": lambda _, initial: ("initial_user", initial),
}
