"""What the app says in its acknowledgement, done as Slack does it."""

from __future__ import annotations

from collections.abc import Callable

from practice.api.methods import content
from practice.blocks.elements import state_values
from practice.model import Json, Outcome, View
from practice.refusal import ApiError
from practice.state.workspace import Workspace


def answer_command(workspace: Workspace, user_id: str, answer: Json) -> Outcome:
    """Show the answer to a command: to that person only, unless it says `in_channel`."""
    if not answer:
        return Outcome()
    text, blocks = content(answer)
    workspace.post(user_id, text, blocks, is_ephemeral=answer.get("response_type") != "in_channel")
    return Outcome(text=text)


def answer_submission(workspace: Workspace, view: View, answer: Json) -> Outcome:
    """Do what the answer to a submission says: close, show errors, or show another view."""
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
    workspace.views.update(view.id, None, answer.get("view") or {})
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


def respond(workspace: Workspace, name: str, answer: Json) -> None:
    """Do what the app posts to a response url."""
    ticket = workspace.tickets.use_response_url(name)
    if ticket.message_ts and answer.get("delete_original"):
        workspace.delete(workspace.message(ticket.user_id, ticket.message_ts))
        return
    text, blocks = content(answer)
    if ticket.message_ts and answer.get("replace_original"):
        original = workspace.message(ticket.user_id, ticket.message_ts)
        original.text, original.blocks = text, blocks
        workspace.touch()
        return
    workspace.post(ticket.user_id, text, blocks, is_ephemeral=answer.get("response_type") != "in_channel")


def typed_state(view: View, values: Json) -> Json:
    """Return the state of a view with these values laid over what was there."""
    typed = {block_id: dict(actions) for block_id, actions in view.payload["state"]["values"].items()}
    for block_id, actions in values.items():
        typed.setdefault(block_id, {}).update(actions)
    return state_values(view.payload["blocks"], typed)
