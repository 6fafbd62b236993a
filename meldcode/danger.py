"""Use cases of immediate danger (G4): one click alerts the care coordinators and the school leader, holidays or not.

The alert names no pupil and nobody else. From a case it is an entry of its logbook, and whoever may read it opens it.
From elsewhere it says only that somebody raised it; who that was is shown after an access check.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from meldcode.access import ALERTED, Action, acting_role, in_school, may
from meldcode.case import Entry
from meldcode.dossier import dossier_of, known_person, readable_case
from meldcode.errors import Refusal
from meldcode.people import Identity, Person
from meldcode.plan import Effect
from meldcode.ports import Message, Transaction
from meldcode.recording import add_entry


@dataclass(frozen=True)
class Alarm:
    """Somebody clicked "Acuut gevaar", in a case (`case`) or elsewhere. `key` is where, `request` this one click."""

    who: Identity
    key: str
    request: str
    case: str = ""


@dataclass(frozen=True)
class Raised:
    """Who were alerted; nobody when the school has given nobody the roles."""

    people: tuple[Person, ...]


def raise_alarm(tx: Transaction, alarm: Alarm, now: datetime) -> Raised:
    """Alert at once (G4). The same click twice is one alarm. Raises Refusal for somebody nobody knows.

    A message or Home tab stays where it is for weeks, so the same button after a minute is another alarm.
    """
    person = known_person(tx, alarm.who)
    alarm = replace(alarm, key=f"{alarm.key}/{now:%Y%m%d%H%M}")
    is_new = tx.handled.take(alarm.request, now)
    if alarm.case:
        return _in_case(tx, person, alarm, now, is_new=is_new)
    plan = tx.plans.current()
    schools = [school for school in person.memberships if may(Action.RAISE_ALARM, in_school(person, school), plan)]
    people = [colleague for school in schools for colleague in _alerted(tx, school, person)]
    for colleague in people if is_new else ():
        words = {"raised_by": str(person.id), "raised_at": now.isoformat()}
        tx.outbox.put(Message("alarm", colleague.id, None, alarm.key[-100:], words), now)
    return Raised(tuple(people))


def who_raised(tx: Transaction, who: Identity, raised_by: str) -> Person:
    """Return who raised an alarm, to those who were alerted. Raises Refusal to anybody else (G3)."""
    reader = known_person(tx, who)
    try:
        raiser = tx.people.get(UUID(raised_by))
    except (KeyError, ValueError) as error:
        raise Refusal("unknown_action") from error
    shared = reader.memberships.keys() & raiser.memberships.keys()
    plan = tx.plans.current()
    if not any(may(Action.SEE_ALARM, in_school(reader, school), plan) for school in shared):
        raise Refusal("unknown_action")
    return raiser


def _in_case(tx: Transaction, person: Person, alarm: Alarm, now: datetime, *, is_new: bool) -> Raised:
    dossier = dossier_of(tx, person, readable_case(tx, person, alarm.case))
    people = tuple(_alerted(tx, dossier.school, person))
    if not is_new or tx.cases.submission(alarm.key):
        return Raised(people)
    record = dossier.plan.record_with(Effect.ALARMS)
    role = acting_role(record, dossier.relation)
    if role is None:
        raise Refusal("role_may_not", roles=" ".join(record.by), rule="G1")
    entry = Entry(dossier.stored.version + 1, record.id, person.id, role, now)
    add_entry(tx, dossier, entry, alarm.key, "")
    return Raised(people)


def _alerted(tx: Transaction, school: UUID, person: Person) -> list[Person]:
    staff = tx.people.of_school(school)
    return [other for other in staff if other.roles_in(school) & set(ALERTED) and other.id != person.id]
