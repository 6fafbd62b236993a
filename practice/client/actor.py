"""What a person in the workspace does. The browser pages and the tests both act through this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from practice.api.acknowledgements import answer_command, answer_submission, typed_state
from practice.blocks.elements import find_element
from practice.client import payloads
from practice.client.delivery import Kind, Undelivered, deliver, deliver_event
from practice.client.fields import element_state, field_errors, input_with_label
from practice.model import Json, Message, Outcome, Person, View
from practice.refusal import ApiError
from practice.state import manifest
from practice.state.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"
BUTTON_PARTS = ("value", "text", "style", "url")

INACTIVE = Outcome(failure="account_inactive")

Follow = Callable[[Json], Outcome]


class Actor:
    """One person acting. Each act returns what that person sees of it."""

    def __init__(self, workspace: Workspace, user_id: str) -> None:
        self.workspace = workspace
        self.user_id = user_id

    @property
    def person(self) -> Person:
        """The person as the workspace knows them now."""
        return self.workspace.people[self.user_id]

    async def command(self, command: str, text: str = "") -> Outcome:
        """Type a slash command."""
        if not manifest.has_command(self.workspace.app.manifest, command):
            return Outcome(text=f"{command} is not a valid command.", failure="unknown_command")
        payload = payloads.command(self.workspace, self.person, command, text)
        words = '{command} failed with the error "{failure}"'
        return await self._send(
            "slash_commands",
            command,
            payload,
            lambda answer: answer_command(self.workspace, self.user_id, answer),
            lambda failure: words.format(command=command, failure=failure),
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
        """An admin closes or opens their account; the app hears of it, if it listens."""
        self.workspace.change(replace(self.person, is_active=not is_gone))
        if manifest.hears(self.workspace.app.manifest, "user_change"):
            event = payloads.user_changed(self.workspace, self.person)
            await deliver_event(self.workspace, event, self.person.team_id)

    async def say(self, text: str) -> Outcome:
        """Type a message to the app."""
        if not manifest.can_be_written_to(self.workspace.app.manifest):
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
        """Use an element of a message or view; LookupError when it is not there.

        `value` is the element's state when it has one. `state` is what else was typed in the view so far, and
        is kept with it.
        """
        blocks = source.payload["blocks"] if isinstance(source, View) else source.blocks
        block, element = find_element(blocks, action_id, block_id)
        if isinstance(source, View):
            if self.workspace.views.find(source.id) is None:
                return Outcome(failure="not_found")
            self._keep(source, _with_value(state or {}, block, element, value))
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Outcome()
        action = _action(block, element, value or {})
        payload = payloads.block_actions(self.workspace, self.person, source, action)
        return await self._interact(f"block_actions {action_id}", payload)

    async def submit(self, view: View, values: dict[str, dict[str, Json]]) -> Outcome:
        """Submit a modal with these element states laid over what was there."""
        if self.workspace.views.find(view.id) is None:
            return Outcome(failure="not_found")
        self._keep(view, values)
        view.errors = field_errors(view)
        self.workspace.touch()
        if view.errors:
            return Outcome(errors=view.errors)
        payload = payloads.view_submission(self.workspace, self.person, view)
        return await self._interact(
            f"view_submission {view.payload['callback_id']}",
            payload,
            lambda answer: answer_submission(self.workspace, view, answer),
        )

    async def fill(self, view: View, **by_label: Any) -> Outcome:
        """Submit a modal by the labels of its fields: text, the text of an option (or several), an ISO date or time."""
        values: dict[str, dict[str, Json]] = {}
        for label, value in by_label.items():
            block = input_with_label(view, label)
            element = block["element"]
            values[block["block_id"]] = {element["action_id"]: element_state(element, value)}
        return await self.submit(view, values)

    async def close(self, view: View) -> Outcome:
        """Close a modal, and those below it if it says so; the app hears of it only when it asked to."""
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

    def _keep(self, view: View, values: Json) -> None:
        # A new dict: the traffic still shows the payload as it was sent.
        view.payload = {**view.payload, "state": {"values": typed_state(view, values)}}

    async def _interact(self, what: str, payload: Json, follow: Follow = lambda _: Outcome()) -> Outcome:
        if not manifest.is_interactive(self.workspace.app.manifest):
            return Outcome(
                text="This app is not configured to handle interactive responses.", failure="not_interactive"
            )
        return await self._send("interactive", what, payload, follow, lambda _: TROUBLE)

    async def _send(self, kind: Kind, what: str, payload: Json, follow: Follow, words: Callable[[str], str]) -> Outcome:
        if not self.person.is_active:
            return INACTIVE
        try:
            return follow(await deliver(self.workspace, kind, what, payload))
        except Undelivered as undelivered:
            return Outcome(text=words(undelivered.failure), failure=undelivered.failure)
        except ApiError as refusal:
            self.workspace.record("to_app", f"{what}: answer", {}, refusal.as_answer(), fault=str(refusal))
            return Outcome(text=words("dispatch_failed"), failure="dispatch_failed")

    async def _event(self, name: str, event: Json) -> Outcome:
        """Tell the app, if it listens. Whatever it answers, Slack shows the person nothing."""
        if not self.person.is_active:
            return INACTIVE
        if manifest.hears(self.workspace.app.manifest, name):
            await deliver_event(self.workspace, event, self.person.team_id)
        return Outcome()


def _with_value(state: Json, block: Json, element: Json, value: Json | None) -> Json:
    if value is None:
        return state
    own = {"type": element["type"], **value}
    return {**state, block["block_id"]: {**state.get(block["block_id"], {}), element["action_id"]: own}}


def _action(block: Json, element: Json, value: Json) -> Json:
    """Return the entry under `actions`: what the element says of itself and what was chosen."""
    own = {name: element[name] for name in BUTTON_PARTS if name in element and element["type"] == "button"}
    ids = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    return {**own, **value, **ids}
