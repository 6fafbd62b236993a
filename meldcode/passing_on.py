"""Use case: a message could not be delivered, and somebody else must know (G2, G4, G5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from meldcode.case import CaseId, PersonId
from meldcode.ports import URGENT, Message, Transaction
from meldcode.reminding import IN_CHARGE


@dataclass(frozen=True)
class Undelivered:
    """The message that did not arrive with `to`. `moment` is the same for all that comes of one such message."""

    kind: str
    to: PersonId
    case: CaseId | None
    words: Mapping[str, str]
    moment: str


def pass_on(tx: Transaction, lost: Undelivered, now: datetime) -> None:
    """Tell the others in charge of the case; when it was an alarm, whoever raised it too (G4), once for each alarm.

    When that reaches one of them neither, the rest hears of it under the same `moment`: each once, and no more.
    """
    if lost.case is not None:
        _tell_in_charge(tx, lost.case, lost, now)
    raised_by = lost.words.get("raised_by")
    if lost.kind in URGENT and raised_by:
        tx.outbox.put(Message("alarm_undelivered", UUID(raised_by), lost.case, lost.words["raised_at"]), now)


def _tell_in_charge(tx: Transaction, case: CaseId, lost: Undelivered, now: datetime) -> None:
    header = tx.cases.get(case)
    words = {"code": header.code, "moment": lost.moment}
    for person in tx.people.of_school(header.school):
        if person.id != lost.to and person.roles_in(header.school) & {*IN_CHARGE}:
            tx.outbox.put(Message("undelivered", person.id, case, lost.moment, words), now)
