"""The Web API methods with which the app sends a file and takes it away again."""

from __future__ import annotations

import mimetypes
from typing import Any

from practice.api.arguments import parsed, required
from practice.model import File, Json
from practice.refusal import ApiError
from practice.state.files import FILE_BYTES
from practice.state.workspace import Workspace


def get_upload_url(workspace: Workspace, args: Json) -> Json:
    """`files.getUploadURLExternal`: announce a file."""
    name = str(required(args, "filename"))
    file, address = workspace.files.announce(name, _length(args))
    return {"upload_url": f"{workspace.base_url}/upload/v1/{address}", "file_id": file.id}


def _length(args: Json) -> int:
    length = str(required(args, "length"))
    if not length.isdigit():
        raise ApiError("invalid_arguments", ["[ERROR] must be an integer [json-pointer:/length]"])
    if int(length) == 0:
        raise ApiError("missing_argument")
    return min(int(length), FILE_BYTES + 1)


def complete_upload(workspace: Workspace, args: Json) -> Json:
    """`files.completeUploadExternal`: share files that were sent, in one conversation, with a text above them."""
    files = [_titled(workspace, each) for each in _listed(args)]
    for user_id in _sharers(workspace, args):
        workspace.post(user_id, str(args.get("initial_comment") or ""), files=files)
    return {"files": [file_object(workspace, file) for file in files]}


def _listed(args: Json) -> list[Json]:
    files = parsed(required(args, "files"), "invalid_arguments")
    if not isinstance(files, list) or not files or not all(isinstance(each, dict) and each.get("id") for each in files):
        raise ApiError("invalid_arguments", ["[ERROR] must be a list of objects with an id [json-pointer:/files]"])
    return files


def _titled(workspace: Workspace, listed: Json) -> File:
    file = workspace.files.find(listed["id"])
    if file.is_deleted:
        raise ApiError("file_deleted")
    file.title = str(listed.get("title") or file.name)
    return file


def _sharers(workspace: Workspace, args: Json) -> list[str]:
    """Whose conversation it goes to: nobody's when none is named. Slack takes a conversation here, not a person."""
    channel: Any = args.get("channel_id")
    if not channel:
        return []
    if not str(channel).startswith(("C", "G", "D", "Z")):
        problem = "[ERROR] input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]"
        raise ApiError("invalid_arguments", [problem])
    return [workspace.person_in(str(channel)).id]


def delete_file(workspace: Workspace, args: Json) -> Json:
    """`files.delete`: take a file away, wherever it was shared."""
    workspace.files.delete(str(required(args, "file")))
    workspace.touch()
    return {}


def file_object(workspace: Workspace, file: File) -> Json:
    """Return a file as Slack shows it to the app."""
    if file.is_deleted:
        return {"id": file.id, "mode": "tombstone"}
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "size": file.size,
        "mimetype": mimetypes.guess_type(file.name)[0] or "application/octet-stream",
        "filetype": file.name.rpartition(".")[2].lower(),
        "user": workspace.app.bot_user_id,
        "mode": "hosted",
        "is_external": False,
        "channels": [],
        "groups": [],
        "ims": [],
    }
