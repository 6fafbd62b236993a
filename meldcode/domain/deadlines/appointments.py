"""Dated promises made in an entry (S3.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from meldcode.domain.ids import PersonId


@dataclass(frozen=True)
class Appointment:
    """A dated promise made in an entry, and who takes care of it (S3.6)."""

    entry: int
    owner: PersonId
    day: date
