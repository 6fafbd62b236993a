"""The Slack app manifest: the fewest scopes that work, the commands, the shortcut and the Home tab."""

from __future__ import annotations

from typing import Any

from handlers.controllers.install import REDIRECT

WORDS = "help, dossiers, dossier CODE, rollen, vervanging, acuut"
SCOPES = ["chat:write", "commands", "files:write", "users:read"]
"""`chat:write` also opens a conversation, and the Home tab needs no scope. `users:read` tells that somebody's account
was closed (G5); `files:write` is for sharing an exported dossier and deleting it again.
"""
EVENTS = ["app_home_opened", "user_change"]
REMOVAL_EVENTS = ["app_uninstalled", "tokens_revoked"]
"""Where the app can be installed in several workspaces, it must learn when one removes it."""
TYPING_SCOPES, TYPING_EVENTS = ["im:history"], ["message.im"]


def manifest(request_url: str = "", *, typing: bool = False) -> dict[str, Any]:
    """Return the manifest: for Socket Mode, or for HTTP when the bot's public URL is given.

    With `typing` people can type messages to the bot, which Slack then stores; it answers where to report instead.
    """
    at = request_url.rstrip("/")
    url = f"{at}/slack/events" if at else ""
    scopes, events = [*SCOPES, *TYPING_SCOPES] if typing else SCOPES, [*EVENTS, *TYPING_EVENTS] if typing else EVENTS
    events = [*events, *REMOVAL_EVENTS] if at else events
    return {
        "display_information": {
            "name": "Meldwijzer",
            "description": "Leidt je door het stappenplan van de meldcode",
            "background_color": "#234e52",
        },
        "features": _features(url, typing=typing),
        "oauth_config": {"scopes": {"bot": scopes}} | ({"redirect_urls": [f"{at}{REDIRECT}"]} if at else {}),
        "settings": {
            "event_subscriptions": {"bot_events": events} | ({"request_url": url} if url else {}),
            "interactivity": {"is_enabled": True} | ({"request_url": url} if url else {}),
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def _features(url: str, *, typing: bool) -> dict[str, Any]:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": not typing,
        },
        "bot_user": {"display_name": "Meldwijzer", "always_online": True},
        "shortcuts": [_shortcut()],
        "slash_commands": [
            _command("/signaal", "Geef door wat je zag of hoorde", "", url),
            _command("/meldcode", "Je dossiers en hulp", WORDS, url),
        ],
    }


def _shortcut() -> dict[str, str]:
    return {
        "name": "Signaal doorgeven",
        "type": "global",
        "callback_id": "signaal_melden",
        "description": "Geef door wat je zag of hoorde",
    }


def _command(command: str, description: str, hint: str, url: str) -> dict[str, Any]:
    found = {"command": command, "description": description, "should_escape": False}
    return found | ({"usage_hint": hint} if hint else {}) | ({"url": url} if url else {})
