"""Job: warn the people in charge that a case's term ends, then destroy its key (promise 8).

A transaction handles one case, on a school day in school hours:
1. Claim a case by an indexed column, so that no other worker gets it.
2. Fold its entries again. A case that was reopened or held meanwhile is left alone.
3. Warn the people who may hold the case a month before its end, and again a week before. If the last warning is late,
   after downtime, the end moves: nothing is destroyed without a week's notice.
4. Destroy the key and everything that was written. The bare fact of the case remains, for the yearly counts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from meldcode.application.case_people import acting_as, escalate_to, plan_of, reads
from meldcode.application.jobs.audience import IN_CHARGE
from meldcode.application.messages.cases import CaseEnding
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.retention import RetentionJob
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.fold import fold
from meldcode.domain.case.state import State
from meldcode.domain.deadlines.schedule import open_moment
from meldcode.domain.plan.model import Plan
from meldcode.domain.retention import WARNED_BEFORE, asks_whether_left, term_of
from meldcode.domain.staff import School

AGAIN = timedelta(days=1)
"""When to look again at a case that could not be read, or about which nobody could be warned."""


def end_next_case(uow: UnitOfWork, now: datetime, trouble: Callable[[Exception], object]) -> bool:
    """Warn about the next case whose term ends, or destroy it. Return whether there was one.

    A case that cannot be read does not stop the others: its error goes to `trouble`, and it is tried again tomorrow.
    """
    for school in uow.staff.schools():
        ending = uow.retention.claim(school.id, now) if open_moment(school, now) <= now else None
        if ending is None:
            continue
        try:
            _end(uow, ending, school, now)
        except Exception as error:
            trouble(error)
            uow.retention.check_again(ending.case.id, now + AGAIN)
        return True
    return False


def _end(uow: UnitOfWork, ending: RetentionJob, school: School, now: datetime) -> None:
    case = ending.case
    plan = plan_of(uow, case)
    state = fold(plan, uow.cases.contents(case.id).entries)
    term = term_of(plan, state, school)
    if term is None:
        uow.retention.check_again(case.id, now + AGAIN)
    elif ending.destroy_at is None or term.destroy_at > ending.destroy_at:
        uow.retention.set_term(case.id, term)
    elif ending.warnings == len(WARNED_BEFORE):
        uow.retention.destroy(case.id, now)
    else:
        _warn(uow, ending, plan, state, now)


def _warn(uow: UnitOfWork, ending: RetentionJob, plan: Plan, state: State, now: datetime) -> None:
    case = ending.case
    people = acting_as(uow, case, plan, plan.hold.by if plan.hold else IN_CHARGE)
    people = [person for person in people if reads(person, case, plan)] or people
    escalate_to(uow, case, plan, people)
    if not people or ending.destroy_at is None or state.closed_at is None:
        uow.retention.check_again(case.id, now + AGAIN)
        return
    warnings = sum(ending.destroy_at - before <= now for before in WARNED_BEFORE)
    is_last = warnings == len(WARNED_BEFORE)
    destroy_at = max(ending.destroy_at, now + WARNED_BEFORE[-1]) if is_last else ending.destroy_at
    day = destroy_at.astimezone(AMSTERDAM).date()
    moment = f"{state.closed_at:%Y-%m-%dT%H:%M:%SZ}/{day}/{warnings}"
    held_by, left_by = plan.hold.id if plan.hold else "", plan.leaves.id if plan.leaves else ""
    asks = left_by if asks_whether_left(plan, state) else ""
    payload = CaseEnding(case.code, day, plan.plan, plan.version, held_by, asks)
    for person in people:
        uow.outbox.put(OutboxMessage(person.id, case.id, moment, payload), now)
    uow.retention.set_warned(case.id, warnings, destroy_at)
