"""What people did and saw, line by line: all that the oracle knows of a year."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

Event = dict[str, Any]


class Log:
    """The events of a year, in order. `at` is in UTC, `what` the kind of event."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.events: list[Event] = []
        self.acts: list[int] = []
        """The numbers of what happened; with `Options.only` some of it happens again."""

    def add(self, what: str, **more: Any) -> None:
        at = {} if "at" in more else {"at": self._now().isoformat(timespec="seconds")}
        self.events.append({**at, "what": what, **more})

    def lines(self) -> Iterator[str]:
        """The log as text: the same seed gives the same lines, byte for byte."""
        for event in self.events:
            yield json.dumps(event, ensure_ascii=False, sort_keys=True, default=str)


def moment(event: Event) -> datetime:
    """When it happened."""
    return datetime.fromisoformat(event["at"])


def people_in(events: Iterable[Event]) -> dict[str, Event]:
    """Everybody at a school, each once, with the roles that they have at any."""
    found: dict[str, Event] = {}
    for school in (event for event in events if event["what"] == "school"):
        for one in school["people"]:
            roles = found.get(one["slack"], one)["roles"]
            found[one["slack"]] = {**one, "roles": list(dict.fromkeys([*roles, *one["roles"]]))}
    return found
