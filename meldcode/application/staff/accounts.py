"""Use cases about accounts and the roles that they leave behind (G5): somebody left or is back, a role is vacant."""

from __future__ import annotations

from datetime import datetime

from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.staff.roles import notice_vacant
from meldcode.domain.events import StaffChanged
from meldcode.domain.staff import Identity


def leave_or_return(uow: UnitOfWork, who: Identity, *, is_gone: bool, now: datetime) -> None:
    """Register that somebody left the platform or is back, and report the roles left behind.

    Their cases can be many: `notice_left_behind` reports those, in units of work of its own.
    """
    person = uow.staff.by_identity(who)
    if person is None:
        return
    held = {school: membership.own for school, membership in person.memberships.items()}
    uow.staff.set_left(person.id, now if is_gone else None)
    for school, roles in held.items():
        uow.emit(StaffChanged(school, frozenset({person.id})))
        notice_vacant(uow, school, roles, now)


def accounts(uow: UnitOfWork, _now: datetime) -> dict[Identity, bool]:
    """Return the accounts of everybody with a role, and whether they are known to have left."""
    return uow.identities.with_roles()
