"""Which page of the Home tab somebody has open."""

from __future__ import annotations

from datetime import datetime

from handlers.platform import limits
from meldcode.application.actor import Actor
from meldcode.application.home import Overview, overview
from meldcode.application.ports.unit_of_work import UnitOfWork


def home_page(uow: UnitOfWork, actor: Actor, now: datetime) -> Overview:
    """Return the Home tab page that the actor opened last."""
    return overview(uow, actor, limits.HOME, now, uow.identities.home_page(actor.identity))


def turn_home_page(uow: UnitOfWork, actor: Actor, page: int, now: datetime) -> Overview:
    """Return this page (counted from 0), and store that the actor opened it."""
    uow.identities.set_home_page(actor.identity, page)
    return overview(uow, actor, limits.HOME, now, page)
