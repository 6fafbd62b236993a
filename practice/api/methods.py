"""The Web API methods that the app uses, with the token and scope that Slack requires for each.

The workspace refuses any other method with `unknown_method`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from practice.api.files import complete_upload, delete_file, get_upload_url
from practice.api.messages import delete_message, post_message, update_message
from practice.api.oauth import exchange
from practice.api.people import user_info
from practice.api.views import open_view, publish_view, push_view, update_view, validate_blocks
from practice.errors import ApiError
from practice.model import Json
from practice.state.manifest import bot_scopes, display_name
from practice.state.workspace import Workspace

Handler = Callable[[Workspace, Json], Json]


@dataclass(frozen=True)
class Method:
    """A method: what it does, and the scope and kind of token that it requires."""

    run: Handler
    scope: str = ""
    token: Literal["bot", "app", "none"] = "bot"  # noqa: S105 (a kind, not a secret)


def call(workspace: Workspace, name: str, token: str, args: Json) -> Json:
    """Run a method for the holder of this token. Raises ApiError if Slack would refuse."""
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


def _test_auth(workspace: Workspace, _: Json) -> Json:
    app = workspace.app
    return {
        "url": f"https://{workspace.team_domain}.slack.com/",
        "team": app.team_name,
        "user": display_name(app.manifest).lower(),
        "team_id": app.team_id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": app.is_org_wide,
    }


def _bot_info(workspace: Workspace, args: Json) -> Json:
    if args.get("bot") != workspace.app.bot_id:
        raise ApiError("bot_not_found")
    return {"bot": {"id": workspace.app.bot_id, "app_id": workspace.app.app_id}}


def _open_connection(workspace: Workspace, _: Json) -> Json:
    address = workspace.base_url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={workspace.sockets.new_ticket()}&app_id={workspace.app.app_id}"}


METHODS: dict[str, Method] = {
    "api.test": Method(lambda _workspace, args: {"args": args}, token="none"),  # noqa: S106
    "apps.connections.open": Method(_open_connection, token="app"),  # noqa: S106
    "auth.test": Method(_test_auth),
    "bots.info": Method(_bot_info, "users:read"),
    "blocks.validate": Method(validate_blocks),
    "chat.delete": Method(delete_message, "chat:write"),
    "chat.postMessage": Method(post_message, "chat:write"),
    "chat.update": Method(update_message, "chat:write"),
    "files.completeUploadExternal": Method(complete_upload, "files:write"),
    "files.delete": Method(delete_file, "files:write"),
    "files.getUploadURLExternal": Method(get_upload_url, "files:write"),
    "oauth.v2.access": Method(exchange, token="none"),  # noqa: S106
    "users.info": Method(user_info, "users:read"),
    "views.open": Method(open_view),
    "views.publish": Method(publish_view),
    "views.push": Method(push_view),
    "views.update": Method(update_view),
}
