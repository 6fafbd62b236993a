"""The files that the app uploads: announced, sent to an address of their own, then shared in a conversation."""

from __future__ import annotations

import secrets

from practice.model import File
from practice.refusal import ApiError

FILE_BYTES = 20_000_000


class Files:
    """All files of the workspace, by their id; an upload address takes its file once."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}
        self._addresses: dict[str, File] = {}

    def announce(self, name: str, size: int) -> tuple[File, str]:
        """Return a file that is still to be sent, and the last part of the address to send it to."""
        if size > FILE_BYTES:
            raise ApiError("file_upload_size_restricted")
        file = File(f"F0{secrets.token_hex(5).upper()}", name, name, size)
        address = secrets.token_urlsafe(18)
        self._files[file.id] = self._addresses[address] = file
        return file, address

    def announced(self, address: str) -> File:
        """Return the file that this address waits for; Refusal when it waits for none."""
        if address not in self._addresses:
            raise ApiError("file_not_found")
        return self._addresses[address]

    def receive(self, address: str, content: bytes) -> None:
        """Take in the content of a file; Refusal when it is not of the size that was announced."""
        file = self.announced(address)
        if len(content) != file.size:
            raise ApiError("file_size_mismatch", [f"[ERROR] {file.size} bytes announced, {len(content)} sent"])
        del self._addresses[address]
        file.content = content

    def find(self, file_id: str) -> File:
        """Return a file that was sent in whole; Refusal when there is none."""
        file = self._files.get(file_id)
        if file is None or file_id in {waiting.id for waiting in self._addresses.values()}:
            raise ApiError("file_not_found")
        return file

    def delete(self, file_id: str) -> None:
        """Forget what a file holds; whoever it was shared with sees that it is gone."""
        file = self.find(file_id)
        if file.is_deleted:
            raise ApiError("file_deleted")
        file.content = None
