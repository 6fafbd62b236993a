"""A file with the open modals and what is typed in them, so that they are still open after a restart.

Slack's own client closes them. Here everything in the workspace is invented, and the file is not encrypted.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from practice.model import View

Stacks = dict[str, list[View]]


class ModalFile:
    """The file, if there is one to keep."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._written = ""

    def read(self) -> Stacks:
        """Return the modals that were open; none if the file is missing or of another version."""
        try:
            stacks = json.loads(self._path.read_text(encoding="utf-8")) if self._path else {}
            return {user_id: [View(**view) for view in stack] for user_id, stack in stacks.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def write(self, stacks: Stacks) -> None:
        """Replace what the file holds, where that changed. The folder may be gone: somebody starts over."""
        if self._path is None or not self._path.parent.exists():
            return
        content = json.dumps({user_id: [asdict(view) for view in stack] for user_id, stack in stacks.items() if stack})
        if content != self._written:
            self._written = content
            self._path.touch(mode=0o600)
            self._path.write_text(content, encoding="utf-8")
