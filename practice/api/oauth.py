"""Installing the app over OAuth, in this workspace or another one, and removing it.

Slack's page asks for consent; here everybody consents. The browser returns with a code, which the app exchanges once
for a token of that workspace (`oauth.v2.access`).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from practice.api.arguments import required
from practice.errors import ApiError
from practice.model import Json
from practice.state.manifest import bot_scopes, redirect_urls
from practice.state.workspace import Workspace


def address_after_consent(workspaces: Sequence[Workspace], query: dict[str, str]) -> str:
    """Return the redirect after consent in the workspace `team`, or in the first one without a `team`.

    Raises ApiError if the request does not match the app's manifest.
    """
    app = workspaces[0].app
    known = redirect_urls(app.manifest)
    address = query.get("redirect_uri") or (known[0] if known else "")
    if query.get("client_id") != app.client_id:
        raise ApiError("invalid_client_id")
    if address not in known:
        raise ApiError("bad_redirect_uri")
    if not set(query.get("scope", "").split(",")) <= set(bot_scopes(app.manifest)):
        raise ApiError("invalid_scope")
    chosen = next((one for one in workspaces if one.app.team_id == query.get("team")), workspaces[0])
    answer = {"code": workspaces[0].installation_codes.issue(chosen), "state": query.get("state", "")}
    return f"{address}?{urlencode(answer)}"


def exchange(workspace: Workspace, args: Json) -> Json:
    """`oauth.v2.access`: exchange a code for a token of the workspace that it was issued for."""
    app = workspace.app
    if not app.client_id or args.get("client_id") != app.client_id:
        raise ApiError("invalid_client_id")
    if args.get("client_secret") != app.client_secret:
        raise ApiError("bad_client_secret")
    if args.get("redirect_uri", "") not in ("", *redirect_urls(app.manifest)):
        raise ApiError("bad_redirect_uri")
    installed = workspace.installation_codes.redeem(required(args, "code"))
    installed.app = replace(installed.app, bot_token=f"xoxb-{secrets.token_hex(8)}")
    return {
        "app_id": installed.app.app_id,
        "authed_user": {"id": next(iter(installed.people))},
        "scope": ",".join(bot_scopes(app.manifest)),
        "token_type": "bot",
        "access_token": installed.app.bot_token,
        "bot_user_id": installed.app.bot_user_id,
        "team": {"id": installed.app.team_id, "name": installed.app.team_name},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def removal_events(workspace: Workspace) -> list[Json]:
    """Remove the app from the workspace, and return the events that Slack sends about it."""
    workspace.app = replace(workspace.app, bot_token="")
    tokens: Json = {"oauth": [], "bot": [workspace.app.bot_user_id]}
    return [
        {"type": "tokens_revoked", "tokens": tokens, "event_ts": workspace.stamp()},
        {"type": "app_uninstalled", "event_ts": workspace.stamp()},
    ]
