"""Which page of the Home tab somebody has open, and how it gets there."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.platform import limits
from handlers.platform.slack_errors import Meaning, code_of, meaning_of
from meldcode.application.actor import Actor
from meldcode.application.home import Overview, overview
from meldcode.application.ports.unit_of_work import UnitOfWork

log = logging.getLogger("meldwijzer.home")


async def publish_tab(client: AsyncWebClient, user: str, view: dict[str, Any], less: dict[str, Any]) -> None:
    """Publish a Home tab, or less of it when Slack refuses what is in it: nothing outdated may stay there (G3)."""
    try:
        await client.views_publish(user_id=user, view=view)
    except SlackApiError as error:
        if meaning_of(error) is Meaning.NOBODY:
            log.info("No Home tab where the account is closed (%s)", code_of(error))
            return
        if meaning_of(error) is not Meaning.REFUSED:
            raise
        log.error("Slack refuses a Home tab (%s): only how to go on is shown there", code_of(error))
        await client.views_publish(user_id=user, view=less)


def home_page(uow: UnitOfWork, actor: Actor, now: datetime) -> Overview:
    """Return the Home tab page that the actor opened last."""
    return overview(uow, actor, limits.HOME, now, uow.identities.home_page(actor.identity))


def turn_home_page(uow: UnitOfWork, actor: Actor, page: int, now: datetime) -> Overview:
    """Return this page (counted from 0), and store that the actor opened it."""
    uow.identities.set_home_page(actor.identity, page)
    return overview(uow, actor, limits.HOME, now, page)
