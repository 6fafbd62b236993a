"""Which alarm a button or form is about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from meldcode.domain.alarm import AlarmId
from meldcode.domain.ids import PersonId


@dataclass(frozen=True)
class AlarmRef(AlarmId):
    """Which alarm a button or form is about."""

    def dumped(self) -> str:
        """Return it as the value of a button."""
        return json.dumps({"raised_by": str(self.raised_by), "raised_at": self.raised_at.isoformat()})

    @classmethod
    def loaded(cls, value: str) -> AlarmRef:
        """Read it from the value of a button. Raises ValueError or KeyError when the value is not ours.

        Buttons that were sent before version 0017 of the tables hold the person and the time with a space between them.
        """
        raised_by, _, raised_at = value.partition(" ")
        found = json.loads(value) if value.startswith("{") else {"raised_by": raised_by, "raised_at": raised_at}
        return cls(PersonId(str(found["raised_by"])), datetime.fromisoformat(str(found["raised_at"])))
