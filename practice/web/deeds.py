"""What a person can do on the pages: each takes the form that the browser sent and answers what the page must show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.datastructures import FormData

from practice.blocks.elements import find_element
from practice.client.actor import Actor
from practice.client.fields import options_of
from practice.model import Json, Message, Outcome, View
from practice.state.workspace import Workspace
from practice.web import forms, words

Deed = Callable[[Workspace, str, FormData], Awaitable[Json]]


async def say(workspace: Workspace, user_id: str, form: FormData) -> Json:
    """Send what stands in the composer: a slash command or a message."""
    text = _text(form, "text").replace("\r\n", "\n").strip()
    if not text.startswith("/"):
        return _answer(await Actor(workspace, user_id).say(text))
    command, _, rest = text.partition(" ")
    return _answer(await Actor(workspace, user_id).command(command, rest.strip()), command)


async def use_shortcut(workspace: Workspace, user_id: str, form: FormData) -> Json:
    """Use a global shortcut."""
    return _answer(await Actor(workspace, user_id).shortcut(_text(form, "callback_id")))


async def open_home(workspace: Workspace, user_id: str, _form: FormData) -> Json:
    """Open the Home tab, of which Slack tells the app."""
    return _answer(await Actor(workspace, user_id).open_home())


async def mark_read(workspace: Workspace, user_id: str, _form: FormData) -> Json:
    """The messages were seen."""
    workspace.mark_read(user_id)
    return _answer(Outcome())


async def click(workspace: Workspace, user_id: str, form: FormData) -> Json:
    """Use an element: press a button, or choose or type where the app wants to hear of it at once."""
    shown = _find(workspace, user_id, _text(form, "source"))
    if shown is None:
        return {"failure": words.GONE}
    blocks, sent = forms.source_of(shown).blocks, _lists(form)
    try:
        block, element = find_element(blocks, _text(form, "action_id"), _text(form, "block_id"))
    except LookupError:
        return {"failure": words.GONE}
    outcome = await Actor(workspace, user_id).click(
        shown,
        element["action_id"],
        _value(block, element, sent),
        block_id=block["block_id"],
        state=forms.values_sent(blocks, sent),
    )
    return _answer(outcome)


async def submit(workspace: Workspace, user_id: str, form: FormData) -> Json:
    """Submit the modal."""
    view = _find(workspace, user_id, _text(form, "source"))
    if not isinstance(view, View):
        return {"failure": words.GONE}
    values = forms.values_sent(view.payload["blocks"], _lists(form))
    return _answer(await Actor(workspace, user_id).submit(view, values))


async def close(workspace: Workspace, user_id: str, form: FormData) -> Json:
    """Close the modal without submitting it."""
    view = _find(workspace, user_id, _text(form, "source"))
    if isinstance(view, View):
        return _answer(await Actor(workspace, user_id).close(view))
    return _answer(Outcome())


DEEDS: dict[str, Deed] = {
    "zeg": say,
    "snelkoppeling": use_shortcut,
    "start": open_home,
    "gelezen": mark_read,
    "klik": click,
    "verstuur": submit,
    "sluit": close,
}


def _find(workspace: Workspace, user_id: str, source_id: str) -> Message | View | None:
    """What a person has before them by this id, unless it is gone."""
    home = workspace.home_of(user_id)
    shown: list[Message | View] = [
        *workspace.messages_of(user_id),
        *workspace.modals_of(user_id),
        *([home] if home else []),
    ]
    return next((each for each in shown if forms.source_of(each).id == source_id), None)


def _value(block: Json, element: Json, sent: dict[str, list[str]]) -> Json | None:
    """What goes along with the action: the state of the element, or the option picked from a menu."""
    if element["type"] == "overflow":
        picked = (option for option in options_of(element) if [option.get("value")] == sent.get("option"))
        return {"selected_option": next(picked, None)}
    if not forms.is_shown(element):
        return None
    return forms.state_of(element, sent.get(forms.field_name(block["block_id"], element["action_id"]), []))


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _lists(form: FormData) -> dict[str, list[str]]:
    return {name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form}


def _answer(outcome: Outcome, what: str = "") -> Json:
    return {"errors": words.field_errors(outcome.errors), "failure": words.failure(outcome.failure, what)}
