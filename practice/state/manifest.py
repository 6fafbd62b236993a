"""What an app's manifest allows."""

from __future__ import annotations

from typing import Any

from practice.model import Json

EVENT_SCOPES = {"message.im": "im:history", "user_change": "users:read"}
"""Events that Slack sends only to apps with this scope."""


def _at(manifest: Json, path: str) -> Any:
    value: Any = manifest
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def bot_scopes(manifest: Json) -> list[str]:
    """Return the scopes of the bot token."""
    return list(_at(manifest, "oauth_config.scopes.bot") or [])


def redirect_urls(manifest: Json) -> list[str]:
    """Return the URLs to which the browser may be redirected after an installation."""
    return list(_at(manifest, "oauth_config.redirect_urls") or [])


def has_command(manifest: Json, command: str) -> bool:
    """Tell whether the app has this slash command."""
    return any(known["command"] == command for known in _at(manifest, "features.slash_commands") or [])


def has_shortcut(manifest: Json, callback_id: str) -> bool:
    """Tell whether the app has this global shortcut."""
    shortcuts = _at(manifest, "features.shortcuts") or []
    return any(known["callback_id"] == callback_id and known["type"] == "global" for known in shortcuts)


def has_home_tab(manifest: Json) -> bool:
    """Tell whether the Home tab is on."""
    return bool(_at(manifest, "features.app_home.home_tab_enabled"))


def accepts_messages(manifest: Json) -> bool:
    """Tell whether people can send messages to the app."""
    is_read_only = _at(manifest, "features.app_home.messages_tab_read_only_enabled")
    return bool(_at(manifest, "features.app_home.messages_tab_enabled")) and not is_read_only


def receives(manifest: Json, event: str) -> bool:
    """Tell whether the app is subscribed to this bot event and has the scope for it."""
    subscribed = _at(manifest, "settings.event_subscriptions.bot_events") or []
    return event in subscribed and EVENT_SCOPES.get(event, "") in ("", *bot_scopes(manifest))


def is_interactive(manifest: Json) -> bool:
    """Tell whether clicks and submissions are sent to the app."""
    return bool(_at(manifest, "settings.interactivity.is_enabled"))


def display_name(manifest: Json) -> str:
    """Return the name under which the bot posts."""
    return str(_at(manifest, "features.bot_user.display_name") or _at(manifest, "display_information.name") or "app")
