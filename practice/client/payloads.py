"""The payloads that Slack sends to the app when a person does something."""

from __future__ import annotations

from typing import Any

from practice.api.messages import message_object
from practice.api.people import user_object, username
from practice.blocks.elements import state_values
from practice.model import Json, Message, Person, View
from practice.state.workspace import Workspace

TOKEN = "practice-verification-token"  # noqa: S105 (Slack still sends it, but apps must not rely on it)


def command(workspace: Workspace, person: Person, name: str, text: str) -> Json:
    """Return the form of a slash command."""
    return {
        "token": TOKEN,
        "team_id": workspace.app.team_id if workspace.app.enterprise_id else person.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": workspace.channel_of(person.id),
        "channel_name": "directmessage",
        "user_id": person.id,
        "user_name": username(person),
        "command": name,
        "text": text,
        "api_app_id": workspace.app.app_id,
        **({"enterprise_id": workspace.app.enterprise_id} if workspace.app.enterprise_id else {}),
        "is_enterprise_install": "false",
        "response_url": _response_url(workspace, person),
        "trigger_id": workspace.triggers.issue(person.id),
    }


def _response_url(workspace: Workspace, person: Person, message_ts: str | None = None) -> str:
    return f"{workspace.base_url}/response/{workspace.response_urls.issue(person.id, message_ts)}"


def _interaction(workspace: Workspace, person: Person, kind: str) -> Json:
    name, app = username(person), workspace.app
    grid = {"id": app.enterprise_id, "name": "Bestuur"} if app.enterprise_id else None
    return {
        "type": kind,
        "token": TOKEN,
        # In an Enterprise Grid the person's own workspace, or the organisation, stands with the user only.
        "team": {"id": app.team_id if grid else person.team_id, "domain": workspace.team_domain},
        "user": {"id": person.id, "username": name, "name": name, "team_id": person.team_id},
        "api_app_id": workspace.app.app_id,
        "enterprise": grid,
        "is_enterprise_install": False,
    }


def shortcut(workspace: Workspace, person: Person, callback_id: str) -> Json:
    """Return the payload of a global shortcut."""
    return {
        **_interaction(workspace, person, "shortcut"),
        "callback_id": callback_id,
        "action_ts": workspace.stamp(),
        "trigger_id": workspace.triggers.issue(person.id),
    }


def block_actions(workspace: Workspace, person: Person, source: Message | View, action: Json) -> Json:
    """Return the payload of a click or choice in a message or view."""
    where = _in_view(source) if isinstance(source, View) else _in_message(workspace, person, source, action)
    return {
        **_interaction(workspace, person, "block_actions"),
        "trigger_id": workspace.triggers.issue(person.id),
        **where,
        "actions": [{**action, "action_ts": workspace.stamp()}],
    }


def _in_view(view: View) -> Json:
    return {"container": {"type": "view", "view_id": view.id}, "view": view.payload}


def _in_message(workspace: Workspace, person: Person, message: Message, action: Json) -> Json:
    """Return the place of the message. Slack leaves out the content of an ephemeral one."""
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.is_ephemeral,
    }
    content = {} if message.is_ephemeral else {"message": message_object(workspace, message)}
    return {
        "container": container,
        "channel": {"id": message.channel, "name": "directmessage"},
        **content,
        "state": {"values": state_values(message.blocks, {action["block_id"]: {action["action_id"]: action}})},
        "response_url": _response_url(workspace, person, message.ts),
    }


def view_submission(workspace: Workspace, person: Person, view: View) -> Json:
    """Return the payload of a submitted modal."""
    return {
        **_interaction(workspace, person, "view_submission"),
        "trigger_id": workspace.triggers.issue(person.id),
        "view": view.payload,
        "response_urls": [],
    }


def view_closed(workspace: Workspace, person: Person, view: View) -> Json:
    """Return the payload of a modal that a person closed. As with Slack, nothing that was typed is in it."""
    return {
        **_interaction(workspace, person, "view_closed"),
        "view": {**view.payload, "state": {"values": {}}},
        "is_cleared": view.payload["clear_on_close"],
    }


def user_changed(workspace: Workspace, person: Person) -> Json:
    """Return the event of a person whose account has changed."""
    return {"type": "user_change", "user": user_object(person, with_locale=True), "event_ts": workspace.stamp()}


def home_opened(workspace: Workspace, person: Person) -> Json:
    """Return the event of a person who opens the Home tab."""
    home = workspace.home_of(person.id)
    shown: dict[str, Any] = {"view": home.payload} if home else {}
    return {
        "type": "app_home_opened",
        "user": person.id,
        "channel": workspace.channel_of(person.id),
        "tab": "home",
        "event_ts": workspace.stamp(),
        **shown,
    }


def direct_message(message: Message) -> Json:
    """Return the event of a message that a person sent to the app."""
    return {
        "type": "message",
        "channel_type": "im",
        "channel": message.channel,
        "user": message.user_id,
        "text": message.text,
        "ts": message.ts,
        "event_ts": message.ts,
    }
