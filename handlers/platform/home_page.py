"""The page of the Home tab that somebody is on."""

from __future__ import annotations

from datetime import datetime

from handlers.platform import limits
from meldcode.application.home import Overview, overview
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.staff import Identity


def home_page(uow: UnitOfWork, who: Identity, now: datetime, turn_to: int | None = None) -> Overview:
    """Return the page that this person is on, after turning to `turn_to` (counted from 0) if given.

    Raises Refused for an unknown identity.
    """
    if turn_to is not None:
        uow.identities.set_home_page(who, turn_to)
    return overview(uow, who, now, limits.HOME, uow.identities.home_page(who))
