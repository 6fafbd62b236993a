"""What a person can do on the pages. Each action takes the form that the browser sent, and returns what to show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.datastructures import FormData

from practice.blocks.elements import find_pressed, options_of
from practice.client.actor import Actor
from practice.i18n import text, text_if_known
from practice.model import Json, Message, Outcome, View
from practice.state.workspace import Workspace
from practice.web import forms

Action = Callable[[Workspace, str, FormData], Awaitable[Json]]


async def send_text(workspace: Workspace, user_id: str, form: FormData) -> Json:
    """Send the text of the composer: a slash command or a message."""
    line = _value_of(form, "text").replace("\r\n", "\n").strip()
    if not line.startswith("/"):
        return _answer(await Actor(workspace, user_id).say(line))
    command, _, rest = line.partition(" ")
    return _answer(await Actor(workspace, user_id).command(command, rest.strip()), command)


async def use_shortcut(workspace: Workspace, user_id: str, form: FormData) -> Json:
    """Use a global shortcut."""
    return _answer(await Actor(workspace, user_id).shortcut(_value_of(form, "callback_id")))


async def open_home(workspace: Workspace, user_id: str, _form: FormData) -> Json:
    """Open the Home tab; Slack sends the app an event."""
    return _answer(await Actor(workspace, user_id).open_home())


async def mark_read(workspace: Workspace, user_id: str, _form: FormData) -> Json:
    """Mark all messages as read."""
    workspace.mark_read(user_id)
    return _answer(Outcome())


async def click(workspace: Workspace, user_id: str, form: FormData) -> Json:
    """Use an element outside an input block: press a button, or choose something."""
    shown = _find(workspace, user_id, _value_of(form, "source"))
    if shown is None:
        return {"failure": text("failure_not_found")}
    blocks, sent = forms.source_of(shown).blocks, _lists(form)
    try:
        block, element = find_pressed(blocks, *(_value_of(form, name) for name in ("action_id", "block_id", "value")))
    except LookupError:
        return {"failure": text("failure_not_found")}
    outcome = await Actor(workspace, user_id).click(
        shown,
        element["action_id"],
        _state(block, element, sent),
        block_id=block["block_id"],
        state=forms.values_sent(blocks, sent),
    )
    return _answer(outcome)


async def submit(workspace: Workspace, user_id: str, form: FormData) -> Json:
    """Submit the modal."""
    view = _find(workspace, user_id, _value_of(form, "source"))
    if not isinstance(view, View):
        return {"failure": text("failure_not_found")}
    values = forms.values_sent(view.payload["blocks"], _lists(form))
    return _answer(await Actor(workspace, user_id).submit(view, values))


async def close(workspace: Workspace, user_id: str, form: FormData) -> Json:
    """Close the modal without submitting it."""
    view = _find(workspace, user_id, _value_of(form, "source"))
    if isinstance(view, View):
        return _answer(await Actor(workspace, user_id).close(view))
    return _answer(Outcome())


ACTIONS: dict[str, Action] = {
    "zeg": send_text,
    "snelkoppeling": use_shortcut,
    "start": open_home,
    "gelezen": mark_read,
    "klik": click,
    "verstuur": submit,
    "sluit": close,
}


def _find(workspace: Workspace, user_id: str, source_id: str) -> Message | View | None:
    """Return the message or view with this id, if it is still on the person's screen."""
    home = workspace.home_of(user_id)
    shown: list[Message | View] = [
        *workspace.messages_of(user_id),
        *workspace.modals_of(user_id),
        *([home] if home else []),
    ]
    return next((each for each in shown if forms.source_of(each).id == source_id), None)


def _state(block: Json, element: Json, sent: dict[str, list[str]]) -> Json | None:
    """Return what is sent with the action: the state of the element, or the option that was chosen in a menu."""
    if element["type"] == "overflow":
        picked = (option for option in options_of(element) if [option.get("value")] == sent.get("option"))
        return {"selected_option": next(picked, None)}
    if not forms.has_state(element):
        return None
    return forms.state_of(element, sent.get(forms.field_name(block["block_id"], element["action_id"]), []))


def _value_of(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _lists(form: FormData) -> dict[str, list[str]]:
    return {name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form}


def _answer(outcome: Outcome, what: str = "") -> Json:
    return {"errors": outcome.errors, "failure": failure_text(outcome.failure, what)}


def failure_text(code: str, what: str = "") -> str:
    """Return why an action failed. Codes without an explanation are shown as they are."""
    if not code:
        return ""
    why = text_if_known(f"failure_{code}") or f"{text('trouble')} ({code})"
    return text("failed", what=what, why=why) if what else why
