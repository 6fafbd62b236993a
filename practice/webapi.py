"""The Web API methods of Slack that the app may call, with Slack's answers and errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from practice.elements import with_ids
from practice.limits import message_problems
from practice.manifest import bot_scopes, display_name, has_home_tab
from practice.model import Json, Message, Person, View
from practice.refusal import Refusal
from practice.workspace import Workspace

TEXT_LIMIT = 40_000
UPDATE_TEXT_LIMIT = 4_000
TIME_ZONE = {"tz": "Europe/Amsterdam", "tz_label": "Central European Time", "tz_offset": 3600}

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
        raise Refusal("unknown_method", req_method=name)
    _authorize(workspace, method, token)
    return {"ok": True, **method.run(workspace, args)}


def _authorize(workspace: Workspace, method: Method, token: str) -> None:
    if method.token == "none":  # noqa: S105
        return
    if not token:
        raise Refusal("not_authed")
    known = {workspace.app.bot_token: "bot", workspace.app.app_token: "app"}
    if token not in known:
        raise Refusal("invalid_auth")
    if known[token] != method.token:
        raise Refusal("not_allowed_token_type")
    scopes = bot_scopes(workspace.app.manifest)
    if method.scope and method.scope not in scopes:
        raise Refusal("missing_scope", needed=method.scope, provided=",".join(scopes))


# Arguments.
def _required(args: Json, name: str) -> Any:
    value = args.get(name)
    if value in (None, ""):
        raise Refusal("invalid_arguments", [f"[ERROR] missing required field: {name} [json-pointer:/{name}]"])
    return value


def _is_true(value: Any) -> bool:
    return value in (True, "true", "1", 1)


def parsed(value: Any, error: str) -> Any:
    """Return a value that may have come as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise Refusal(error) from None


def content(args: Json, text_limit: int = TEXT_LIMIT) -> tuple[str, list[Json]]:
    """Return the text and blocks of a message, when Slack would take them."""
    text = str(args.get("text") or "")
    blocks = parsed(args.get("blocks") or [], "invalid_blocks_format")
    if not text and not blocks:
        raise Refusal("no_text")
    if len(text) > text_limit:
        raise Refusal("msg_too_long")
    if problems := message_problems(blocks):
        plain = [problem.removeprefix("[ERROR] ") for problem in problems]
        raise Refusal("invalid_blocks", problems, errors=plain)
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
        raise Refusal(args["error"], args=args)
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


# Messages.
def message_object(workspace: Workspace, message: Message) -> Json:
    """Return a message as Slack shows it to the app."""
    app = workspace.app
    if not message.from_app:
        return {"type": "message", "user": message.user_id, "ts": message.ts, "text": message.text}
    return {
        "user": app.bot_user_id,
        "type": "message",
        "ts": message.ts,
        "bot_id": app.bot_id,
        "app_id": app.app_id,
        "text": message.text,
        "team": app.team_id,
        "blocks": message.blocks,
    }


def _conversation(workspace: Workspace, channel: str) -> Person:
    """Return whose DM it is. A deactivated person's still exists, and Slack keeps posting to it."""
    return workspace.people.get(channel) or workspace.person_in(channel)


def _post_message(workspace: Workspace, args: Json) -> Json:
    person = _conversation(workspace, _required(args, "channel"))
    message = workspace.post(person.id, *content(args))
    return {"channel": message.channel, "ts": message.ts, "message": message_object(workspace, message)}


def _post_ephemeral(workspace: Workspace, args: Json) -> Json:
    person = workspace.person_in(_required(args, "channel"))
    if _required(args, "user") != person.id:
        raise Refusal("user_not_in_channel")
    return {"message_ts": workspace.post(person.id, *content(args), is_ephemeral=True).ts}


def _own_message(workspace: Workspace, args: Json, error: str) -> Message:
    person = workspace.person_in(_required(args, "channel"))
    message = workspace.message(person.id, _required(args, "ts"))
    if message.is_ephemeral:
        raise Refusal("message_not_found")
    if not message.from_app:
        raise Refusal(error)
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


def _open_conversation(workspace: Workspace, args: Json) -> Json:
    if args.get("channel"):
        return {"channel": {"id": workspace.channel_of(workspace.person_in(args["channel"]).id)}}
    users = str(args.get("users") or "").split(",")
    if users == [""]:
        raise Refusal("users_list_not_supplied")
    if len(users) > 1:
        raise Refusal("missing_scope", needed="mpim:write", provided=",".join(bot_scopes(workspace.app.manifest)))
    person = _person(workspace, users[0])
    if not person.is_active:
        raise Refusal("user_disabled")
    return {"channel": {"id": workspace.channel_of(person.id)}}


# Views.
def _view(args: Json) -> Json:
    view = parsed(_required(args, "view"), "invalid_arguments")
    if not isinstance(view, dict):
        raise Refusal("invalid_arguments", ["[ERROR] must be an object [json-pointer:/view]"])
    return view


def _shown(workspace: Workspace, view: View) -> Json:
    workspace.touch()
    return {"view": view.payload}


def _exchange(workspace: Workspace, args: Json, show: Callable[[str, Json], View]) -> Json:
    """Give a trigger id for a modal. A view that is refused leaves the trigger id unused."""
    view = _view(args)
    ticket = workspace.tickets.trigger(_required(args, "trigger_id"))
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
        raise Refusal("not_enabled")
    person = workspace.people.get(_required(args, "user_id"))
    if person is None or not person.is_active:
        raise Refusal("invalid_arguments", ["[ERROR] invalid `user_id` [json-pointer:/user_id]"])
    return _shown(workspace, workspace.views.publish(person.id, _view(args), args.get("hash")))


# People.
def _person(workspace: Workspace, user_id: str) -> Person:
    person = workspace.people.get(user_id)
    if person is None:
        raise Refusal("user_not_found")
    return person


def username(person: Person) -> str:
    """Return the handle of a person."""
    return person.name.lower().replace(" ", ".")


def _member(person: Person, with_locale: bool) -> Json:
    member: Json = {
        "id": person.id,
        "team_id": person.team_id,
        "name": username(person),
        "deleted": not person.is_active,
        "is_bot": False,
        "is_app_user": False,
        "updated": 1_700_000_000,
        "profile": {
            "real_name": person.name,
            "real_name_normalized": person.name,
            "display_name": person.name.split()[0],
            "title": person.title,
            "team": person.team_id,
        },
    }
    if person.is_active:
        member |= {"real_name": person.name, "is_restricted": False, "is_ultra_restricted": False, **TIME_ZONE}
    return {**member, "locale": person.locale} if with_locale else member


def _bot_member(workspace: Workspace, with_locale: bool) -> Json:
    app = workspace.app
    bot = Person(app.bot_user_id, display_name(app.manifest), locale="en-US", team_id=app.team_id)
    member = _member(bot, with_locale) | {"is_bot": True}
    member["profile"] |= {"api_app_id": app.app_id, "bot_id": app.bot_id}
    return member


def _user_info(workspace: Workspace, args: Json) -> Json:
    with_locale = _is_true(args.get("include_locale"))
    if args.get("user") == workspace.app.bot_user_id:
        return {"user": _bot_member(workspace, with_locale)}
    return {"user": _member(_person(workspace, args.get("user", "")), with_locale)}


def _list_users(workspace: Workspace, args: Json) -> Json:
    with_locale = _is_true(args.get("include_locale"))
    everyone = [_bot_member(workspace, with_locale), *(_member(p, with_locale) for p in workspace.people.values())]
    start = _cursor_place(str(args.get("cursor") or ""))
    end = start + _page_size(args, len(everyone))
    following = f"user:{end}" if end < len(everyone) else ""
    return {"members": everyone[start:end], "cache_ts": 0, "response_metadata": {"next_cursor": following}}


def _page_size(args: Json, most: int) -> int:
    limit = str(args.get("limit") or most)
    if not limit.isdigit():
        raise Refusal("invalid_limit")
    return int(limit)


def _cursor_place(cursor: str) -> int:
    name, _, place = cursor.partition(":")
    if cursor and (name != "user" or not place.isdigit()):
        raise Refusal("invalid_cursor")
    return int(place or 0)


METHODS: dict[str, Method] = {
    "api.test": Method(_api_test, token="none"),  # noqa: S106
    "apps.connections.open": Method(_connections_open, token="app"),  # noqa: S106
    "auth.test": Method(_auth_test),
    "chat.delete": Method(_delete, "chat:write"),
    "chat.postEphemeral": Method(_post_ephemeral, "chat:write"),
    "chat.postMessage": Method(_post_message, "chat:write"),
    "chat.update": Method(_update, "chat:write"),
    "conversations.open": Method(_open_conversation, "im:write"),
    "team.info": Method(_team_info, "team:read"),
    "users.info": Method(_user_info, "users:read"),
    "users.list": Method(_list_users, "users:read"),
    "views.open": Method(_open_view),
    "views.publish": Method(_publish_view),
    "views.push": Method(_push_view),
    "views.update": Method(_update_view),
}
