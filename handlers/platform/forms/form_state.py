"""Reads what was filled in from the state of a modal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from handlers.platform.forms.alarm_reference import AlarmRef
from handlers.platform.forms.form_reference import FormRef
from handlers.platform.request import Request
from meldcode.application.cases.submission import RecordEntry
from meldcode.domain.case.state import Answer
from meldcode.domain.errors import Refused
from meldcode.domain.typed_text import is_visible, without_directions

ANSWER = "answer"
SCHOOL, SAME_AS = "school", "same_as"


def answers_of(state: Mapping[str, Any]) -> dict[str, Answer]:
    """Return the answers by field, without empty ones."""
    found: dict[str, Answer] = {}
    for block_id, elements in state.items():
        element = elements.get(ANSWER)
        if element and (answer := _read_answer(element)):
            found[block_id] = answer
    return found


def read_form(request: Request) -> tuple[FormRef, RecordEntry]:
    """Return which form it is and what was filled in. Raises Refused when it is not a form of ours."""
    try:
        ref = FormRef.loaded(request.view.get("private_metadata", ""))
        answers = answers_of((request.view.get("state") or {}).get("values") or {})
        school = str(answers.pop(SCHOOL, "") or ref.school)
        same_as = str(answers.pop(SAME_AS, "") or ref.same_as)
        command = RecordEntry(
            key=ref.key(request),
            record=ref.record,
            answers=answers,
            case=ref.case,
            school=UUID(school) if school else None,
            seen=ref.seen,
            refers_to=ref.refers_to,
            alarm=AlarmRef.loaded(ref.alarm) if ref.alarm else None,
            same_as=same_as,
        )
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise Refused("unknown_action") from error
    return replace(ref, school=school, same_as=same_as), command


def first_input(view: Mapping[str, Any]) -> str:
    """Return the block at which to show a problem of the whole form: a long text, or else the first input."""
    inputs = [block for block in view.get("blocks", []) if block.get("type") == "input"]
    long = [block for block in inputs if block.get("element", {}).get("multiline")]
    return str((long or inputs or [{"block_id": ""}])[0].get("block_id", ""))


def _read_answer(element: Mapping[str, Any]) -> Answer:
    if option := element.get("selected_option"):
        return str(option["value"])
    if options := element.get("selected_options"):
        return tuple(str(option["value"]) for option in options)
    if users := element.get("selected_users"):
        return tuple(map(str, users))
    typed = without_directions(str(element.get("value") or ""))
    kinds = ("selected_date", "selected_time", "selected_user")
    return typed if is_visible(typed) else str(next((element[kind] for kind in kinds if element.get(kind)), ""))
