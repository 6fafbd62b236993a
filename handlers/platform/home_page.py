"""The page of the Home tab that somebody is on."""

from __future__ import annotations

from datetime import datetime

from handlers.platform import limits
from meldcode.application.actor import Actor
from meldcode.application.home import Overview, overview
from meldcode.application.ports.unit_of_work import UnitOfWork


def home_page(uow: UnitOfWork, actor: Actor, now: datetime) -> Overview:
    """Return the page that the actor turned to last."""
    return overview(uow, actor, limits.HOME, now, uow.identities.home_page(actor.identity))


def turn_home_page(uow: UnitOfWork, actor: Actor, page: int, now: datetime) -> Overview:
    """Return this page (counted from 0), and remember that the actor turned to it."""
    uow.identities.set_home_page(actor.identity, page)
    return overview(uow, actor, limits.HOME, now, page)
