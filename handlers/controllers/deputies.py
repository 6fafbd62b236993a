"""The form that appoints a deputy (G5), and Slack's events about people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.platform.form_state import answers_of
from handlers.platform.request import Request, Services, idempotent
from handlers.views.deputies import DEPUTY_FIELDS, appointed_modal
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.staff import deputies
from meldcode.application.staff.deputies import Appoint, appoint_deputy


async def submit_deputy(services: Services, request: Request) -> dict[str, Any]:
    """Appoint a deputy, and confirm it."""
    answers = answers_of((request.view.get("state") or {}).get("values") or {})
    given = {name: str(answers.get(name, "")) for name in DEPUTY_FIELDS}
    command = Appoint(key=request.submission_key, **given)
    appointed = await services.execute(appoint_deputy, request, command)
    services.wake()
    return {"response_action": "update", "view": appointed_modal(appointed)}


async def leave_or_return(services: Services, request: Request) -> None:
    """Slack reports a change of somebody's language, or that their account was closed or opened again (G5).

    Slack may deliver an event late: one of before a change that is known already changes nothing (promise 9).
    """
    user, who, moment = request.event.get("user"), request.identity, request.body.get("event_time")
    if not isinstance(user, dict) or not isinstance(moment, int):
        return

    def change(uow: UnitOfWork, now: datetime) -> bool:
        is_news = uow.identities.is_news(who, datetime.fromtimestamp(moment, UTC))
        if is_news and "deleted" in user:
            deputies.leave_or_return(uow, who, is_gone=bool(user["deleted"]), now=now)
        return is_news

    if await services.executor.execute(idempotent(request, change)):  # a replayed event stops here
        await services.languages.keep(who, str(user.get("locale") or ""))
        services.wake()
