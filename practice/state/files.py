"""The files that the app uploads: announced, sent to an upload URL, then shared in a conversation."""

from __future__ import annotations

import secrets

from practice.errors import ApiError
from practice.model import File

FILE_BYTES = 20_000_000


class Files:
    """All files of the workspace, by id. An upload URL accepts its file once."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}
        self._addresses: dict[str, File] = {}

    def announce(self, name: str, size: int) -> tuple[File, str]:
        """Register a file of `size` bytes that will be sent, and return it with the last part of its upload URL."""
        if size > FILE_BYTES:
            raise ApiError("file_upload_size_restricted")
        file = File(f"F0{secrets.token_hex(5).upper()}", name, name, size)
        address = secrets.token_urlsafe(18)
        self._files[file.id] = self._addresses[address] = file
        return file, address

    def announced(self, address: str) -> File:
        """Return the file that is expected at this upload URL. Raises ApiError if there is none."""
        if address not in self._addresses:
            raise ApiError("file_not_found")
        return self._addresses[address]

    def receive(self, address: str, content: bytes) -> None:
        """Store the content of a file. Raises ApiError if its size differs from the announced size."""
        file = self.announced(address)
        if len(content) != file.size:
            raise ApiError("file_size_mismatch", [f"[ERROR] {file.size} bytes announced, {len(content)} sent"])
        del self._addresses[address]
        file.content = content

    def find(self, file_id: str) -> File:
        """Return a file that was uploaded completely. Raises ApiError if there is none."""
        file = self._files.get(file_id)
        if file is None or file_id in {waiting.id for waiting in self._addresses.values()}:
            raise ApiError("file_not_found")
        return file

    def delete(self, file_id: str) -> None:
        """Delete the content of a file. The people it was shared with see that it was deleted."""
        file = self.find(file_id)
        if file.is_deleted:
            raise ApiError("file_deleted")
        file.content = None
