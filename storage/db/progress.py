"""How far a command is that may take long. Who starts it can show this."""

from __future__ import annotations


class Progress:
    """What is to be done, in rows or cases, and what is done. This one shows nothing."""

    def expect(self, steps: int) -> None:
        """Add to what is to be done."""

    def advance(self, steps: int) -> None:
        """Add to what is done."""


UNSEEN = Progress()
