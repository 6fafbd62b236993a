"""The Web API methods of Slack that the app may call, with Slack's answers and errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from practice.api.arguments import parsed, required
from practice.api.file_methods import complete_upload, delete_file, file_object, get_upload_url
from practice.api.oauth import exchange
from practice.api.people_methods import list_users, open_conversation, user_info
from practice.blocks.elements import with_ids
from practice.blocks.limits import message_problems, validated
from practice.model import Json, Message, Person, View
from practice.refusal import ApiError
from practice.state.manifest import bot_scopes, display_name, has_home_tab
from practice.state.workspace import Workspace

TEXT_LIMIT = 40_000
UPDATE_TEXT_LIMIT = 4_000

Handler = Callable[[Workspace, Json], Json]


@dataclass(frozen=True)
class Method:
    """A method: what it does, the scope and the kind of token that it needs."""

    run: Handler
    scope: str = ""
    token: Literal["bot", "app", "none"] = "bot"  # noqa: S105 (a kind, no secret)


def call(workspace: Workspace, name: str, token: str, args: Json) -> Json:
    """Run one method for whoever holds this token; Refusal when Slack would not."""
    method = METHODS.get(name)
    if method is None:
        raise ApiError("unknown_method", req_method=name)
    _authorize(workspace, method, token)
    return {"ok": True, **method.run(workspace, args)}


def _authorize(workspace: Workspace, method: Method, token: str) -> None:
    if method.token == "none":  # noqa: S105
        return
    if not token:
        raise ApiError("not_authed")
    known = {workspace.app.bot_token: "bot", workspace.app.app_token: "app"}
    if token not in known:
        raise ApiError("invalid_auth")
    if known[token] != method.token:
        raise ApiError("not_allowed_token_type")
    scopes = bot_scopes(workspace.app.manifest)
    if method.scope and method.scope not in scopes:
        raise ApiError("missing_scope", needed=method.scope, provided=",".join(scopes))


# Messages and blocks.
def content(args: Json, text_limit: int = TEXT_LIMIT) -> tuple[str, list[Json]]:
    """Return the text and blocks of a message, when Slack would take them."""
    text = str(args.get("text") or "")
    blocks = parsed(args.get("blocks") or [], "invalid_blocks_format")
    if not text and not blocks:
        raise ApiError("no_text")
    if len(text) > text_limit:
        raise ApiError("msg_too_long")
    if problems := message_problems(blocks):
        plain = [problem.removeprefix("[ERROR] ") for problem in problems]
        raise ApiError("invalid_blocks", problems, errors=plain)
    return text, with_ids(blocks)


# Methods about the app.
def _auth_test(workspace: Workspace, _: Json) -> Json:
    app = workspace.app
    return {
        "url": f"https://{team_domain(workspace)}.slack.com/",
        "team": app.team_name,
        "user": display_name(app.manifest).lower(),
        "team_id": app.team_id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def _api_test(_: Workspace, args: Json) -> Json:
    if "error" in args:
        raise ApiError(args["error"], args=args)
    return {"args": args}


def _connections_open(workspace: Workspace, _: Json) -> Json:
    address = workspace.base_url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={workspace.links.new_ticket()}&app_id={workspace.app.app_id}"}


def team_domain(workspace: Workspace) -> str:
    """Return the part before .slack.com."""
    return workspace.app.team_name.lower().replace(" ", "-")


def _team_info(workspace: Workspace, _: Json) -> Json:
    app = workspace.app
    return {"team": {"id": app.team_id, "name": app.team_name, "domain": team_domain(workspace)}}


def message_object(workspace: Workspace, message: Message) -> Json:
    """Return a message as Slack shows it to the app."""
    app = workspace.app
    if not message.from_app:
        return {"type": "message", "user": message.user_id, "ts": message.ts, "text": message.text}
    files = {"files": [file_object(workspace, file) for file in message.files]} if message.files else {}
    return {
        "user": app.bot_user_id,
        "type": "message",
        "ts": message.ts,
        "bot_id": app.bot_id,
        "app_id": app.app_id,
        "text": message.text,
        "team": app.team_id,
        "blocks": message.blocks,
        **files,
    }


def _conversation(workspace: Workspace, channel: str) -> Person:
    """Return whose DM it is. A deactivated person's still exists, and Slack keeps posting to it."""
    return workspace.people.get(channel) or workspace.person_in(channel)


def _post_message(workspace: Workspace, args: Json) -> Json:
    person = _conversation(workspace, required(args, "channel"))
    message = workspace.post(person.id, *content(args))
    return {"channel": message.channel, "ts": message.ts, "message": message_object(workspace, message)}


def _post_ephemeral(workspace: Workspace, args: Json) -> Json:
    person = workspace.person_in(required(args, "channel"))
    if required(args, "user") != person.id:
        raise ApiError("user_not_in_channel")
    return {"message_ts": workspace.post(person.id, *content(args), is_ephemeral=True).ts}


def _own_message(workspace: Workspace, args: Json, error: str) -> Message:
    person = workspace.person_in(required(args, "channel"))
    message = workspace.message(person.id, required(args, "ts"))
    if message.is_ephemeral:
        raise ApiError("message_not_found")
    if not message.from_app:
        raise ApiError(error)
    return message


def _update(workspace: Workspace, args: Json) -> Json:
    message = _own_message(workspace, args, "cant_update_message")
    message.text, message.blocks = content(args, UPDATE_TEXT_LIMIT)
    workspace.touch()
    shown = message_object(workspace, message)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shown}


def _delete(workspace: Workspace, args: Json) -> Json:
    message = _own_message(workspace, args, "cant_delete_message")
    workspace.delete(message)
    return {"channel": message.channel, "ts": message.ts}


_VALIDATED: dict[str, Literal["blocks", "message", "view"]] = {"blocks": "blocks", "message": "message", "view": "view"}


def _validate_blocks(_: Workspace, args: Json) -> Json:
    given = [kind for kind in _VALIDATED if args.get(kind)]
    if len(given) != 1:
        raise ApiError("invalid_arguments", ["[ERROR] provide exactly one of: blocks, message, view"])
    kind = _VALIDATED[given[0]]
    if errors := validated(kind, parsed(args[kind], "invalid_json")):
        raise ApiError(f"invalid_{kind}", errors=errors)
    return {}


# Views.
def _view(args: Json) -> Json:
    view = parsed(required(args, "view"), "invalid_arguments")
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments", ["[ERROR] must be an object [json-pointer:/view]"])
    return view


def _shown(workspace: Workspace, view: View) -> Json:
    workspace.touch()
    return {"view": view.payload}


def _exchange(workspace: Workspace, args: Json, show: Callable[[str, Json], View]) -> Json:
    """Give a trigger id for a modal. A view that is refused leaves the trigger id unused."""
    view = _view(args)
    ticket = workspace.tickets.trigger(required(args, "trigger_id"))
    shown = show(ticket.user_id, view)
    ticket.uses_left -= 1
    return _shown(workspace, shown)


def _open_view(workspace: Workspace, args: Json) -> Json:
    return _exchange(workspace, args, workspace.views.open)


def _push_view(workspace: Workspace, args: Json) -> Json:
    return _exchange(workspace, args, workspace.views.push)


def _update_view(workspace: Workspace, args: Json) -> Json:
    view = _view(args)
    changed = workspace.views.update(args.get("view_id"), args.get("external_id"), view, args.get("hash"))
    return _shown(workspace, changed)


def _publish_view(workspace: Workspace, args: Json) -> Json:
    if not has_home_tab(workspace.app.manifest):
        raise ApiError("not_enabled")
    person = workspace.people.get(required(args, "user_id"))
    if person is None or not person.is_active:
        raise ApiError("invalid_arguments", ["[ERROR] invalid `user_id` [json-pointer:/user_id]"])
    return _shown(workspace, workspace.views.publish(person.id, _view(args), args.get("hash")))


METHODS: dict[str, Method] = {
    "api.test": Method(_api_test, token="none"),  # noqa: S106
    "apps.connections.open": Method(_connections_open, token="app"),  # noqa: S106
    "auth.test": Method(_auth_test),
    "blocks.validate": Method(_validate_blocks),
    "chat.delete": Method(_delete, "chat:write"),
    "chat.postEphemeral": Method(_post_ephemeral, "chat:write"),
    "chat.postMessage": Method(_post_message, "chat:write"),
    "chat.update": Method(_update, "chat:write"),
    "conversations.open": Method(open_conversation, "im:write"),
    "files.completeUploadExternal": Method(complete_upload, "files:write"),
    "files.delete": Method(delete_file, "files:write"),
    "files.getUploadURLExternal": Method(get_upload_url, "files:write"),
    "oauth.v2.access": Method(exchange, token="none"),  # noqa: S106
    "team.info": Method(_team_info, "team:read"),
    "users.info": Method(user_info, "users:read"),
    "users.list": Method(list_users, "users:read"),
    "views.open": Method(_open_view),
    "views.publish": Method(_publish_view),
    "views.push": Method(_push_view),
    "views.update": Method(_update_view),
}
