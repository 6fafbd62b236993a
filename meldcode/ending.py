"""Use case of the clock: those in charge are warned of a case whose term ends; then its key is destroyed (promise 8).

One case in each transaction, on a school day in school hours:

1. a case is claimed from an indexed column; no other worker gets it;
2. it is folded anew: what was reopened or held meanwhile is let be;
3. the IB-er and school leader are warned a month before, and once more a week before. Who was warned late, after
   downtime, still has that week: nothing is destroyed that nobody was warned of;
4. then the key and all that was written are destroyed. The bare fact of the case remains, for the yearly counts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from meldcode.case import fold
from meldcode.people import AMSTERDAM, Person, School
from meldcode.plan import Plan
from meldcode.ports import Ending, Message, Transaction
from meldcode.reminding import IN_CHARGE
from meldcode.retention import WARNED_BEFORE, Term, term_of
from meldcode.schedule import open_moment

AGAIN = timedelta(days=1)
"""When a case is looked at again that could not be read, or of which nobody could be warned."""


def end_next(tx: Transaction, now: datetime, trouble: Callable[[Exception], object]) -> bool:
    """Warn of the next case whose term ends, or destroy it; tell whether there was one.

    A case that cannot be read holds up no other: `trouble` hears of it, and it is looked at again tomorrow.
    """
    for school in tx.people.schools():
        ending = tx.endings.claim(school.id, now) if open_moment(school, now) <= now else None
        if ending is None:
            continue
        try:
            _end(tx, ending, school, now)
        except Exception as error:
            trouble(error)
            tx.endings.look_again(ending.case.id, now + AGAIN)
        return True
    return False


def _end(tx: Transaction, ending: Ending, school: School, now: datetime) -> None:
    case = ending.case
    plan = tx.plans.get(case.plan, case.plan_version)
    term = term_of(plan, fold(plan, tx.cases.contents(case.id).entries), school)
    if term is None:
        tx.endings.look_again(case.id, now + AGAIN)
    elif ending.destroy_at is None or term.destroy_at > ending.destroy_at:
        tx.endings.keep_term(case.id, term)
    elif ending.warnings == len(WARNED_BEFORE):
        tx.endings.destroy(case.id, now)
    else:
        _warn(tx, ending, plan, term, now)


def _warn(tx: Transaction, ending: Ending, plan: Plan, term: Term, now: datetime) -> None:
    case = ending.case
    people = _in_charge(tx, ending, plan)
    if not people or ending.destroy_at is None:
        tx.endings.look_again(case.id, now + AGAIN)
        return
    warnings = sum(ending.destroy_at - before <= now for before in WARNED_BEFORE)
    is_last = warnings == len(WARNED_BEFORE)
    destroy_at = max(ending.destroy_at, now + WARNED_BEFORE[-1]) if is_last else ending.destroy_at
    words = _words(ending, plan, destroy_at)
    moment = f"{term.closed_at:%Y-%m-%dT%H:%M:%SZ}/{words['day']}/{warnings}"
    for person in people:
        tx.outbox.put(Message("ending", person.id, case.id, moment, words), now)
    tx.endings.keep_warned(case.id, warnings, destroy_at)


def _in_charge(tx: Transaction, ending: Ending, plan: Plan) -> list[Person]:
    """Those who may keep the case for longer."""
    roles = set(plan.hold.by if plan.hold else IN_CHARGE)
    school = ending.case.school
    return [person for person in tx.people.of_school(school) if person.roles_in(school) & roles]


def _words(ending: Ending, plan: Plan, destroy_at: datetime) -> dict[str, str]:
    return {
        "code": ending.case.code,
        "day": destroy_at.astimezone(AMSTERDAM).date().isoformat(),
        "plan": plan.plan,
        "version": str(plan.version),
        "record": plan.hold.id if plan.hold else "",
    }
