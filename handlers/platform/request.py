"""What a controller gets: the request as Slack sent it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from meldcode.domain.errors import Refused
from meldcode.domain.staff import Identity

SLACK = "slack"
LARGEST_NUMBER = 10**9
"""Of an entry, an appointment or a page; databases take no number of any length."""


@dataclass(frozen=True)
class Request:
    """A request from Slack, of any kind."""

    body: dict[str, Any]

    @property
    def kind(self) -> str:
        """The type of request, for the log."""
        return str(self.body.get("type") or ("command" if "command" in self.body else "request"))

    @property
    def identity(self) -> Identity:
        """Who made the request, in the workspace where the app is; a stranger (Slack Connect) in their own.

        In an Enterprise Grid the home of a colleague is another workspace or the organisation, so it tells nothing.
        """
        user = _part(self.body, "user")
        here = self.view.get("app_installed_team_id") or _part(self.body, "team").get("id") or self.body.get("team_id")
        home = user.get("team_id")
        is_stranger = bool(home and here and home != here and not self._is_in_grid)
        team = home if is_stranger else here or home or ""
        return Identity(SLACK, str(team), str(user.get("id") or self.body.get("user_id") or self._event_user))

    @property
    def _is_in_grid(self) -> bool:
        return bool(self.body.get("enterprise") or self.body.get("enterprise_id"))

    @property
    def trigger_id(self) -> str:
        """The id with which one modal can be opened within 3 seconds."""
        return str(self.body.get("trigger_id", ""))

    @property
    def id(self) -> str:
        """An id that Slack uses once: of the event or the trigger; empty if there is neither."""
        given = str(self.body.get("event_id") or self.trigger_id)
        return f"{self.identity.workspace}/{given}" if given else ""

    @property
    def view(self) -> dict[str, Any]:
        """The view that was submitted or clicked in; empty for a message or a command."""
        return _part(self.body, "view")

    @property
    def is_in_modal(self) -> bool:
        """Whether the click was in a modal."""
        return self.view.get("type") == "modal"

    @property
    def below(self) -> str:
        """The id of the modal under this one, or an empty text."""
        return str(self.view.get("previous_view_id") or "")

    @property
    def is_third(self) -> bool:
        """Whether two modals lie under this one: Slack stacks three at most."""
        return self.below not in ("", self.view.get("root_view_id"))

    @property
    def action(self) -> str:
        """What was clicked: the part of the `action_id` before the dot (see `views/actions.py`)."""
        return str(self._action.get("action_id", "")).partition(".")[0]

    @property
    def field(self) -> str:
        """The question of a form that was answered: the `block_id`."""
        return str(self._action.get("block_id", ""))

    @property
    def is_typing(self) -> bool:
        """Whether it tells what was typed so far, and nobody waits for an answer."""
        return self._action.get("type") == "plain_text_input"

    @property
    def value(self) -> str:
        """The value of the button, or the option or person that was chosen in a menu."""
        chosen = _part(self._action, "selected_option")
        return str(self._action.get("value") or self._action.get("selected_user") or chosen.get("value", ""))

    def values(self) -> dict[str, Any]:
        """Return the value of a button as a JSON object. Raises Refused when it is not one of ours."""
        try:
            found = json.loads(self.value)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Refused("unknown_action")
        return found

    def number(self, name: str) -> int:
        """Return a number in the value of a button, 0 if it is not there. Raises Refused when it is not one of ours."""
        found = self.values().get(name) or 0
        if not isinstance(found, int) or abs(found) > LARGEST_NUMBER:
            raise Refused("unknown_action")
        return found

    @property
    def source(self) -> str:
        """The view, message or command that the request came from; the same for a repeated click."""
        who, message = self.identity, _part(self.body, "message").get("ts")
        return f"{who.workspace}/{who.user}/{self.view.get('id') or message or self.trigger_id}"

    @property
    def submission_key(self) -> str:
        """The idempotency key of a submission: the view and the person.

        A view that shows several forms one after another must add which form it is.
        """
        who = self.identity
        return f"{who.workspace}/{who.user}/{self.view.get('id', '')}"

    @property
    def event(self) -> dict[str, Any]:
        """The event, when it is one."""
        return _part(self.body, "event")

    @property
    def _action(self) -> dict[str, Any]:
        clicked = self.body.get("actions")
        first = clicked[0] if isinstance(clicked, list) and clicked else None
        return first if isinstance(first, dict) else {}

    @property
    def _event_user(self) -> str:
        user = self.event.get("user", "")
        return str(user.get("id", "") if isinstance(user, dict) else user)


def _part(whole: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an object in the request; an empty one if it is missing or of another type."""
    found = whole.get(name)
    return found if isinstance(found, dict) else {}
