"""What `meldwijzer doctor` finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A finding, as a sentence. It is no fault if it only says what could not be checked."""

    words: str
    is_fault: bool = True
