"""What an alarm of immediate danger leads to (G4): who can act hears of it at once, and more do until somebody goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.year.judging.log import Event, moment
from tests.year.judging.staff import Staff

LEVELS = (
    (timedelta(), ("care_coordinator", "school_leader")),
    (timedelta(minutes=3), ("confidant", "safeguarding_officer")),
    (timedelta(minutes=10), ("cluster_director",)),
)
"""Who hears of an alarm that nobody has answered, and after what time; nights and days off make no difference."""
AT_ONCE = timedelta(minutes=1)
OF_ALARM = ("Acuut gevaar: ", "Acuut gevaar op ", "Acute danger: ", "Acute danger at ")
"""How such a message begins, as the list of messages shows it."""


def is_alarm(event: Event) -> bool:
    return bool(event["words"]) and event["words"][0].startswith(OF_ALARM)


@dataclass
class Alarm:
    """One alarm: who raised it and when, and when the first one said that they go."""

    who: str
    at: datetime
    answered: datetime | None = None

    def findings(self, staff: Staff, messages: list[Event], last: datetime) -> Iterator[tuple[datetime, str, str]]:
        """Who did not hear of it in time, and who heard of it though somebody went."""
        told = [one for one in messages if is_alarm(one)]
        for after, roles in LEVELS:
            due, wanted = self.at + after, staff.with_roles(roles, self.who, self.at) - {self.who}
            until = staff.calm_after(due + AT_ONCE)
            heard = {one["who"] for one in told if self.at <= moment(one) <= until}
            is_answered = self.answered is not None and self.answered < due
            if until > last:
                return
            if not is_answered and wanted - heard:
                yield until, "an alarm that is not heard", f"by {sorted(wanted - heard)}"
            again = {one["who"] for one in told if due <= moment(one) <= until} & wanted
            if is_answered and not staff.was_trouble(self.at, due) and again:
                yield due, "an alarm that was answered goes on", f"to {sorted(again)}"
