"""The Web API methods for views, and `blocks.validate`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from practice.api.arguments import parsed, required
from practice.blocks.surfaces import validated
from practice.errors import ApiError
from practice.model import Json, View
from practice.state.manifest import has_home_tab
from practice.state.workspace import Workspace

_VALIDATED: dict[str, Literal["blocks", "message", "view"]] = {"blocks": "blocks", "message": "message", "view": "view"}


def validate_blocks(_: Workspace, args: Json) -> Json:
    """`blocks.validate`: check blocks, a message or a view without showing it."""
    given = [kind for kind in _VALIDATED if args.get(kind)]
    if len(given) != 1:
        raise ApiError("invalid_arguments", ["[ERROR] provide exactly one of: blocks, message, view"])
    kind = _VALIDATED[given[0]]
    if errors := validated(kind, parsed(args[kind], "invalid_json")):
        raise ApiError(f"invalid_{kind}", errors=errors)
    return {}


def _view(args: Json) -> Json:
    view = parsed(required(args, "view"), "invalid_arguments")
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments", ["[ERROR] must be an object [json-pointer:/view]"])
    return view


def _shown(workspace: Workspace, view: View) -> Json:
    workspace.touch()
    return {"view": view.payload}


def _use_trigger(workspace: Workspace, args: Json, show: Callable[[str, Json], View]) -> Json:
    """Show a modal for a trigger id. A view that is refused does not use up the trigger id."""
    view = _view(args)
    trigger = workspace.triggers.find(required(args, "trigger_id"))
    shown = show(trigger.user_id, view)
    trigger.is_used = True
    return _shown(workspace, shown)


def open_view(workspace: Workspace, args: Json) -> Json:
    """`views.open`: show a modal, in place of any open ones."""
    return _use_trigger(workspace, args, workspace.views.open)


def push_view(workspace: Workspace, args: Json) -> Json:
    """`views.push`: show a modal on top of the open one."""
    return _use_trigger(workspace, args, workspace.views.push)


def update_view(workspace: Workspace, args: Json) -> Json:
    """`views.update`: replace the content of a view."""
    which = args.get("view_id") or args.get("external_id")
    if not which:
        raise ApiError("invalid_arguments", ["[ERROR] missing required field: view_id or external_id"])
    return _shown(workspace, workspace.views.update(str(which), _view(args), args.get("hash")))


def publish_view(workspace: Workspace, args: Json) -> Json:
    """`views.publish`: show a person's Home tab."""
    if not has_home_tab(workspace.app.manifest):
        raise ApiError("not_enabled")
    person = workspace.people.get(required(args, "user_id"))
    if person is None or not person.is_active:
        raise ApiError("invalid_arguments", ["[ERROR] invalid `user_id` [json-pointer:/user_id]"])
    return _shown(workspace, workspace.views.publish(person.id, _view(args), args.get("hash")))
