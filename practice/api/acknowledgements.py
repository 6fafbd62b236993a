"""Carries out what the app says in an acknowledgement, as Slack does."""

from __future__ import annotations

from collections.abc import Callable

from practice.api.messages import content
from practice.blocks.elements import state_values
from practice.errors import ApiError
from practice.model import Json, Outcome, View
from practice.state.workspace import Workspace


def apply_to_command(workspace: Workspace, user_id: str, answer: Json) -> Outcome:
    """Post the answer to a command. Only that person sees it, unless it says `in_channel`."""
    if not answer:
        return Outcome()
    text, blocks = content(answer)
    workspace.post(user_id, text, blocks, is_ephemeral=answer.get("response_type") != "in_channel")
    return Outcome(text=text)


def apply_to_submission(workspace: Workspace, view: View, answer: Json) -> Outcome:
    """Carry out the answer to a submission: close the modal, show errors, or show another view."""
    if not answer:
        workspace.views.close(view)
        workspace.touch()
        return Outcome()
    action = _ACTIONS.get(answer.get("response_action", ""))
    if action is None:
        raise ApiError("invalid_response_action", [f"[ERROR] unknown properties or action: {', '.join(answer)}"])
    outcome = action(workspace, view, answer)
    workspace.touch()
    return outcome


def _errors(_: Workspace, view: View, answer: Json) -> Outcome:
    errors = answer.get("errors")
    inputs = {block["block_id"] for block in view.payload["blocks"] if block["type"] == "input"}
    if not errors or not isinstance(errors, dict) or not set(errors) <= inputs:
        raise ApiError("invalid_errors", [f"[ERROR] errors must name input blocks of the view: {errors}"])
    if not all(isinstance(text, str) and text for text in errors.values()):
        raise ApiError("invalid_errors", ["[ERROR] each error must be a text"])
    view.errors = dict(errors)
    return Outcome(errors=view.errors)


def _update(workspace: Workspace, view: View, answer: Json) -> Outcome:
    workspace.views.update(view.id, answer.get("view") or {})
    return Outcome()


def _push(workspace: Workspace, view: View, answer: Json) -> Outcome:
    workspace.views.push(view.user_id, answer.get("view") or {})
    return Outcome()


def _clear(workspace: Workspace, view: View, _: Json) -> Outcome:
    workspace.views.clear(view.user_id)
    return Outcome()


_ACTIONS: dict[str, Callable[[Workspace, View, Json], Outcome]] = {
    "errors": _errors,
    "update": _update,
    "push": _push,
    "clear": _clear,
}


def typed_state(view: View, values: Json) -> Json:
    """Return the state of a view after these values were typed or chosen in it."""
    typed = {block_id: dict(actions) for block_id, actions in view.payload["state"]["values"].items()}
    for block_id, actions in values.items():
        typed.setdefault(block_id, {}).update(actions)
    return state_values(view.payload["blocks"], typed)
