"""The forms that appoint, change and end a deputy (G5), and Slack's events about people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.i18n.texts import refusal
from handlers.platform.forms.form_state import answers_of
from handlers.platform.jobs import LEFT_BEHIND
from handlers.platform.members import is_nobody
from handlers.platform.request import Request
from handlers.platform.services import Services, idempotent
from handlers.views.blocks import notice_modal
from handlers.views.staff.deputies import DEPUTY_FIELDS, appointed_modal, change_deputy_modal
from meldcode.application.executor import JOB_SECONDS
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.application.staff import accounts
from meldcode.application.staff.deputies import Appoint, appoint_deputy, change_deputy, end_deputy, see_deputy
from meldcode.domain.errors import Refused


async def submit_deputy(services: Services, request: Request) -> dict[str, Any]:
    """Appoint a deputy, and confirm it."""
    answers = answers_of((request.view.get("state") or {}).get("values") or {})
    given = {name: str(answers.get(name, "")) for name in DEPUTY_FIELDS}
    command = Appoint(key=request.submission_key, **given)
    appointed = await services.execute(appoint_deputy, request, command)
    services.wake()
    return {"response_action": "update", "view": appointed_modal(appointed)}


async def show_deputy(services: Services, request: Request) -> None:
    """Show an arrangement, to change or end it."""
    found = await services.execute(see_deputy, request, request.value)
    await services.client.views_open(trigger_id=request.trigger_id, view=change_deputy_modal(found))


async def submit_period(services: Services, request: Request) -> dict[str, Any]:
    """Store another period of an arrangement, and confirm it."""
    answers = answers_of((request.view.get("state") or {}).get("values") or {})
    first, last = str(answers.get("first_day", "")), str(answers.get("last_day", ""))
    which = str(request.view.get("private_metadata", ""))
    changed = await services.execute_once(change_deputy, request, which, first, last)
    services.wake()
    return {"response_action": "update", "view": appointed_modal(changed)}


async def stop_deputy(services: Services, request: Request) -> None:
    """End an arrangement at once, and confirm it; a refusal takes the place of what was shown when it was clicked."""
    try:
        shown = appointed_modal(await services.execute_once(end_deputy, request, request.value))
    except Refused as refused:
        if not request.is_in_modal:
            raise
        shown = notice_modal(refusal(refused))
    services.wake()
    await services.client.views_update(view_id=request.view["id"], hash=request.view.get("hash"), view=shown)


async def leave_or_return(services: Services, request: Request) -> None:
    """Slack reports a change of somebody's language, or that their account was closed or opened again (G5).

    Slack may deliver an event late: one of before a change that is known already changes nothing (promise 9).
    """
    user, who, moment = request.event.get("user"), request.identity, request.body.get("event_time")
    if not isinstance(user, dict) or not isinstance(moment, int):
        return
    locale, at = str(user.get("locale") or ""), datetime.fromtimestamp(moment, UTC)

    def change(uow: UnitOfWork, now: datetime) -> bool:
        is_news = uow.identities.is_news(who, at)
        if locale and uow.identities.set_locale(who, locale, at):
            services.languages.told(who, locale)
        if is_news and "deleted" in user:
            accounts.leave_or_return(uow, who, is_gone=is_nobody(user, services.unconfirmed), now=now)
        return is_news

    if await services.executor.execute(idempotent(request, change)):  # a replayed event stops here
        services.wake()
        if "deleted" in user:
            services.later(_notice_left_behind(services))


async def _notice_left_behind(services: Services) -> None:
    await services.executor.execute_in_parts(LEFT_BEHIND, JOB_SECONDS)
    services.wake()
