"""The actor: who makes a request, looked up once at the start of a unit of work and passed to the use case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, TypeVarTuple

from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.errors import Refused
from meldcode.domain.staff import Identity, Person

T = TypeVar("T")
Args = TypeVarTuple("Args")


@dataclass(frozen=True)
class Actor:
    """A member of staff with a role somewhere, and the identity under which they act.

    Only `actor_of` makes one, so no use case that takes an Actor runs for a stranger or without a role (promise 5).
    """

    person: Person
    identity: Identity

    def colleague(self, user: str) -> Identity:
        """Return the identity of another user of the actor's own workspace."""
        return Identity(self.identity.platform, self.identity.workspace, user)


def actor_of(uow: UnitOfWork, identity: Identity) -> Actor:
    """Return the person with this identity. Raises Refused if they have no role in any school."""
    person = uow.staff.by_identity(identity)
    if person is None or not any(membership.roles for membership in person.memberships.values()):
        raise Refused("unknown_person")
    return Actor(person, identity)


def changing_staff(uow: UnitOfWork, actor: Actor) -> Actor:
    """Return the actor as they are once nobody else changes roles or deputies, or two could undo what each checked."""
    uow.staff.lock()
    return actor_of(uow, actor.identity)


def on_behalf_of(
    identity: Identity, use_case: Callable[[UnitOfWork, Actor, *Args, datetime], T], *args: *Args
) -> Callable[[UnitOfWork, datetime], T]:
    """Return the use case in the form that the executor runs; it looks up the actor when the unit of work begins."""

    def run(uow: UnitOfWork, now: datetime) -> T:
        return use_case(uow, actor_of(uow, identity), *args, now)

    return run


def query_of(
    identity: Identity, query: Callable[[UnitOfWork, Actor, *Args], T], *args: *Args
) -> Callable[[UnitOfWork, datetime], T]:
    """Return a use case that does not depend on the time, in the same form as `on_behalf_of` does."""

    def run(uow: UnitOfWork, _now: datetime) -> T:
        return query(uow, actor_of(uow, identity), *args)

    return run
