"""What people do in the workspace. Both the browser pages and the tests act through this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from practice.api.acknowledgements import apply_to_command, apply_to_submission, typed_state
from practice.blocks.elements import find_element
from practice.client import payloads
from practice.client.delivery import Kind, Undelivered, deliver, deliver_event
from practice.client.fields import element_state, field_errors, input_with_label
from practice.errors import ApiError
from practice.i18n import language_for, use_language
from practice.model import Json, Message, Outcome, Person, View
from practice.state import manifest
from practice.state.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"
BUTTON_PARTS = ("value", "text", "style")
INACTIVE = Outcome(failure="account_inactive")

Apply = Callable[[Json], Outcome]


class Actor:
    """One person who acts. Each act returns what that person sees as a result."""

    def __init__(self, workspace: Workspace, user_id: str) -> None:
        self.workspace = workspace
        self.user_id = user_id

    @property
    def person(self) -> Person:
        """The person, as the workspace knows them now."""
        return self.workspace.people[self.user_id]

    async def command(self, command: str, text: str = "") -> Outcome:
        """Type a slash command."""
        if not manifest.has_command(self.workspace.app.manifest, command):
            return Outcome(text=f"{command} is not a valid command.", failure="unknown_command")
        payload = payloads.command(self.workspace, self.person, command, text)
        return await self._send(
            "slash_commands",
            command,
            payload,
            lambda answer: apply_to_command(self.workspace, self.user_id, answer),
            lambda failure: f'{command} failed with the error "{failure}"',
        )

    async def shortcut(self, callback_id: str) -> Outcome:
        """Choose a global shortcut."""
        if not manifest.has_shortcut(self.workspace.app.manifest, callback_id):
            return Outcome(failure="unknown_shortcut")
        payload = payloads.shortcut(self.workspace, self.person, callback_id)
        return await self._interact(f"shortcut {callback_id}", payload)

    async def open_home(self) -> Outcome:
        """Open the Home tab of the app."""
        if not manifest.has_home_tab(self.workspace.app.manifest):
            return Outcome(failure="not_enabled")
        return await self._event("app_home_opened", payloads.home_opened(self.workspace, self.person))

    async def leave_or_return(self, *, is_gone: bool) -> None:
        """Have an administrator close or reopen the person's account; a subscribed app gets the event."""
        self.workspace.update_person(replace(self.person, is_active=not is_gone))
        if manifest.receives(self.workspace.app.manifest, "user_change"):
            event = payloads.user_changed(self.workspace, self.person)
            await deliver_event(self.workspace, event, self.person.team_id)

    async def say(self, text: str) -> Outcome:
        """Send a message to the app."""
        if not manifest.accepts_messages(self.workspace.app.manifest):
            return Outcome(text="Sending messages to this app has been turned off.", failure="messages_tab_disabled")
        if not self.person.is_active:
            return INACTIVE
        message = self.workspace.post(self.user_id, text, from_app=False)
        return await self._event("message.im", payloads.direct_message(message))

    async def click(
        self,
        source: Message | View,
        action_id: str,
        value: Json | None = None,
        *,
        block_id: str | None = None,
        state: Json | None = None,
    ) -> Outcome:
        """Use an element of a message or view. Raises LookupError if it is not there.

        `value` is the element's new state, if it has one. `state` is what was typed in the view's other fields so far;
        the view keeps it.
        """
        blocks = source.payload["blocks"] if isinstance(source, View) else source.blocks
        block, element = find_element(blocks, action_id, block_id)
        if isinstance(source, View):
            if self.workspace.views.find(source.id) is None:
                return Outcome(failure="not_found")
            self._store_typed(source, _with_value(state or {}, block, element, value))
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Outcome()
        action = _action(block, element, value or {})
        payload = payloads.block_actions(self.workspace, self.person, source, action)
        return await self._interact(f"block_actions {action_id}", payload)

    async def submit(self, view: View, values: dict[str, dict[str, Json]]) -> Outcome:
        """Submit a modal, after these elements got these states."""
        if self.workspace.views.find(view.id) is None:
            return Outcome(failure="not_found")
        self._store_typed(view, values)
        with use_language(language_for(self.person.locale)):
            view.errors = field_errors(view)
        self.workspace.touch()
        if view.errors:
            return Outcome(errors=view.errors)
        payload = payloads.view_submission(self.workspace, self.person, view)
        return await self._interact(
            f"view_submission {view.payload['callback_id']}",
            payload,
            lambda answer: apply_to_submission(self.workspace, view, answer),
        )

    async def fill(self, view: View, **by_label: Any) -> Outcome:
        """Fill in a modal and submit it."""
        return await self.submit(view, await self.type_in(view, **by_label))

    async def type_in(self, view: View, **by_label: Any) -> dict[str, dict[str, Json]]:
        """Fill in a modal by the labels of its fields: with text, the text of an option (or several) or an ISO date.

        They are filled in one after another, so a field that appears after an answer comes after it. Returns the state
        of these fields.
        """
        values: dict[str, dict[str, Json]] = {}
        for label, value in by_label.items():
            block = input_with_label(view, label)
            element, state = block["element"], element_state(block["element"], value)
            values[block["block_id"]] = {element["action_id"]: state}
            if block.get("dispatch_action"):
                await self.click(view, element["action_id"], state, block_id=block["block_id"], state=values)
        return values

    async def close(self, view: View) -> Outcome:
        """Close a modal, and those below it with `clear_on_close`. The app gets it only with `notify_on_close`."""
        if self.workspace.views.find(view.id) is None:
            return Outcome(failure="not_found")
        if view.payload["clear_on_close"]:
            self.workspace.views.clear(view.user_id)
        else:
            self.workspace.views.close(view)
        self.workspace.touch()
        if not view.payload["notify_on_close"]:
            return Outcome()
        payload = payloads.view_closed(self.workspace, self.person, view)
        return await self._interact(f"view_closed {view.payload['callback_id']}", payload)

    def _store_typed(self, view: View, values: Json) -> None:
        # A new dict: the traffic must still show the payload that was sent.
        view.payload = {**view.payload, "state": {"values": typed_state(view, values)}}

    async def _interact(self, what: str, payload: Json, apply: Apply = lambda _: Outcome()) -> Outcome:
        if not manifest.is_interactive(self.workspace.app.manifest):
            return Outcome(
                text="This app is not configured to handle interactive responses.", failure="not_interactive"
            )
        return await self._send("interactive", what, payload, apply, lambda _: TROUBLE)

    async def _send(self, kind: Kind, what: str, payload: Json, apply: Apply, message: Callable[[str], str]) -> Outcome:
        if not self.person.is_active:
            return INACTIVE
        try:
            return apply(await deliver(self.workspace, kind, what, payload))
        except Undelivered as undelivered:
            return Outcome(text=message(undelivered.failure), failure=undelivered.failure)
        except ApiError as error:
            self.workspace.record("to_app", f"{what}: answer", {}, error.as_answer(), fault=str(error))
            return Outcome(text=message("dispatch_failed"), failure="dispatch_failed")

    async def _event(self, name: str, event: Json) -> Outcome:
        """Send an event to a subscribed app. Slack shows the person nothing of the answer."""
        if not self.person.is_active:
            return INACTIVE
        if manifest.receives(self.workspace.app.manifest, name):
            await deliver_event(self.workspace, event, self.person.team_id)
        return Outcome()


def _with_value(state: Json, block: Json, element: Json, value: Json | None) -> Json:
    if value is None:
        return state
    own = {"type": element["type"], **value}
    return {**state, block["block_id"]: {**state.get(block["block_id"], {}), element["action_id"]: own}}


def _action(block: Json, element: Json, value: Json) -> Json:
    """Return the entry for `actions`: the element's own properties and what was chosen."""
    own = {name: element[name] for name in BUTTON_PARTS if name in element and element["type"] == "button"}
    ids = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    return {**own, **value, **ids}
