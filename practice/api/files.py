"""The Web API methods with which the app shares a file and deletes it."""

from __future__ import annotations

import mimetypes
from typing import Any

from practice.api.arguments import parsed, required
from practice.errors import ApiError
from practice.model import File, Json
from practice.state.files import FILE_BYTES
from practice.state.workspace import Workspace


def get_upload_url(workspace: Workspace, args: Json) -> Json:
    """`files.getUploadURLExternal`: announce a file, and get the URL to send it to."""
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
    """`files.completeUploadExternal`: share uploaded files in one conversation, below a text."""
    files = [_with_title(workspace, each) for each in _listed(args)]
    for user_id in _recipients(workspace, args):
        workspace.post(user_id, str(args.get("initial_comment") or ""), files=files)
    return {"files": [file_object(workspace, file) for file in files]}


def _listed(args: Json) -> list[Json]:
    files = parsed(required(args, "files"), "invalid_arguments")
    if not isinstance(files, list) or not files or not all(isinstance(each, dict) and each.get("id") for each in files):
        raise ApiError("invalid_arguments", ["[ERROR] must be a list of objects with an id [json-pointer:/files]"])
    return files


def _with_title(workspace: Workspace, listed: Json) -> File:
    file = workspace.files.find(listed["id"])
    if file.is_deleted:
        raise ApiError("file_deleted")
    file.title = str(listed.get("title") or file.name)
    return file


def _recipients(workspace: Workspace, args: Json) -> list[str]:
    """Return who gets the files: nobody without a channel. Slack accepts a conversation here, and no user id."""
    channel: Any = args.get("channel_id")
    if not channel:
        return []
    if not str(channel).startswith(("C", "G", "D", "Z")):
        problem = "[ERROR] input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]"
        raise ApiError("invalid_arguments", [problem])
    return [workspace.person_in(str(channel)).id]


def delete_file(workspace: Workspace, args: Json) -> Json:
    """`files.delete`: delete a file, wherever it was shared."""
    workspace.files.delete(str(required(args, "file")))
    workspace.touch()
    return {}


def file_object(workspace: Workspace, file: File) -> Json:
    """Return a file in the form in which Slack sends it to the app."""
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
