"""Which form a modal shows, kept in its `private_metadata` without personal data (promise 4)."""

from __future__ import annotations

import json
from dataclasses import dataclass

from handlers.platform.request import Request


@dataclass(frozen=True)
class FormRef:
    """Which form a modal shows. `seen` is the version of the case.

    `refers_to` is the entry that it corrects, or the appointment that it is about. It asks about so many new
    `appointments`. `alarm` is the alarm without a case of which it records what was done, as an `AlarmRef`.
    `same_as` is the answer to which pupil a signal is about: the code of a case, or that it is another. `begun_as` is
    the key of the form or draft that it goes on with.
    """

    record: str
    case: str = ""
    seen: int = 0
    refers_to: int = 0
    school: str = ""
    page: int = 0
    alarm: str = ""
    appointments: int = 0
    same_as: str = ""
    begun_as: str = ""

    def key(self, request: Request) -> str:
        """Return the idempotency key of this form in its view, which may have shown other forms before."""
        return self.begun_as or f"{request.submission_key}/{self.record}/{self.seen}/{self.refers_to}"

    def dumped(self) -> str:
        """Return it as text for `private_metadata`."""
        return json.dumps({name: value for name, value in vars(self).items() if value})

    @classmethod
    def loaded(cls, metadata: str) -> FormRef:
        """Read it from `private_metadata`. Raises ValueError or TypeError when the text is not ours."""
        try:
            ref = cls(**json.loads(metadata))
        except RecursionError as error:
            raise ValueError("too many levels") from error
        if any(type(value) is not type(getattr(EMPTY, name)) for name, value in vars(ref).items()):
            raise TypeError("a part of another kind")
        return ref


EMPTY = FormRef("")
