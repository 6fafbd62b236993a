"""The Web API methods for messages, and the checks on their content."""

from __future__ import annotations

from practice.api.arguments import parsed, required
from practice.api.files import file_object
from practice.blocks.elements import with_ids
from practice.blocks.surfaces import is_too_long, message_problems
from practice.errors import ApiError
from practice.model import Json, Message, Person
from practice.state.workspace import Workspace

TEXT_LIMIT, UPDATE_TEXT_LIMIT = 40_000, 4_000


def content(args: Json, limit: int = TEXT_LIMIT) -> tuple[str, list[Json]]:
    """Return the text and blocks of a message. Raises ApiError if Slack would refuse them."""
    text = str(args.get("text") or "")
    blocks = parsed(args.get("blocks") or [], "invalid_blocks_format")
    if not text and not blocks:
        raise ApiError("no_text")
    if len(text) > limit:
        raise ApiError("msg_too_long")
    if problems := message_problems(blocks):
        plain = [problem.removeprefix("[ERROR] ") for problem in problems]
        raise ApiError("invalid_blocks", problems, errors=plain)
    if is_too_long(blocks):
        raise ApiError("msg_blocks_too_long")
    return text, with_ids(blocks)


def message_object(workspace: Workspace, message: Message) -> Json:
    """Return a message in the form in which Slack sends it to the app."""
    app = workspace.app
    if not message.from_app:
        return {"type": "message", "user": message.user_id, "ts": message.ts, "text": message.text}
    files = {"files": [file_object(workspace, file) for file in message.files]} if message.files else {}
    return {
        "user": app.bot_user_id,
        "type": "message",
        "ts": message.ts,
        "bot_id": app.bot_id,
        "app_id": app.app_id,
        "text": message.text,
        "team": app.team_id,
        "blocks": message.blocks,
        **files,
    }


def _recipient(workspace: Workspace, channel: str) -> Person:
    """Return the person in a DM. The DM of a deactivated person still exists, and Slack still posts to it."""
    return workspace.people.get(channel) or workspace.person_in(channel)


def post_message(workspace: Workspace, args: Json) -> Json:
    """`chat.postMessage`: post a message in a DM. Naming the person opens the DM."""
    person = _recipient(workspace, required(args, "channel"))
    message = workspace.post(person.id, *content(args))
    return {"channel": message.channel, "ts": message.ts, "message": message_object(workspace, message)}


def respond(workspace: Workspace, name: str, answer: Json) -> None:
    """Carry out what the app posts to a response URL; Bolt does so when the app is not installed."""
    url = workspace.response_urls.use(name)
    if url.message_ts and answer.get("delete_original"):
        workspace.delete(workspace.message(url.user_id, url.message_ts))
        return
    text, blocks = content(answer)
    if url.message_ts and answer.get("replace_original"):
        original = workspace.message(url.user_id, url.message_ts)
        original.text, original.blocks = text, blocks
        workspace.touch()
        return
    workspace.post(url.user_id, text, blocks, is_ephemeral=answer.get("response_type") != "in_channel")


def update_message(workspace: Workspace, args: Json) -> Json:
    """`chat.update`: change one of the app's own messages, unless it is ephemeral. Nobody is notified of it."""
    message = _own_message(workspace, args, "cant_update_message")
    message.text, message.blocks = content(args, UPDATE_TEXT_LIMIT)
    workspace.touch()
    shown = message_object(workspace, message)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shown}


def delete_message(workspace: Workspace, args: Json) -> Json:
    """`chat.delete`: delete one of the app's own messages, unless it is ephemeral."""
    message = _own_message(workspace, args, "cant_delete_message")
    workspace.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def _own_message(workspace: Workspace, args: Json, refusal: str) -> Message:
    person = workspace.person_in(required(args, "channel"))
    message = workspace.message(person.id, required(args, "ts"))
    if message.is_ephemeral:
        raise ApiError("message_not_found")
    if not message.from_app:
        raise ApiError(refusal)
    return message
