"""Preparing a talk: on screen, and as a PDF in a direct message."""

from __future__ import annotations

import asyncio

from handlers.documents import talk_pdf
from handlers.i18n.catalogues import language, use_language
from handlers.i18n.texts import text
from handlers.platform.request import Request
from handlers.platform.services import Services
from handlers.platform.upload import send_up, share
from handlers.views.blocks import notice_modal
from handlers.views.talks import preparation_modal
from meldcode.application.cases.preparation import Preparation, prepare


async def show_preparation(services: Services, request: Request) -> None:
    """Show what comes up in a talk, who holds it and what is not said."""
    await services.open_beside(request, preparation_modal(await _prepared(services, request)))


async def print_preparation(services: Services, request: Request) -> None:
    """Send the same as a PDF, after the acknowledgement."""
    services.later(_send(services, request, await _prepared(services, request), language()))


async def _prepared(services: Services, request: Request) -> Preparation:
    asked = request.values()
    code, record = str(asked.get("case", "")), str(asked.get("record", ""))
    return await services.execute_once(prepare, request, code, record)


async def _send(services: Services, request: Request, prepared: Preparation, spoken: str) -> None:
    name = talk_pdf.file_name(prepared.code)
    with use_language(spoken):
        words, done, failed = text("prepare_message"), text("prepare_sent"), text("prepare_failed")
        try:
            content = await asyncio.to_thread(talk_pdf.pdf, prepared)
            file = await send_up(services, request.identity.workspace, name, content)
            await services.execute(prepare, request, prepared.code, prepared.record.id)  # if they still may
            await share(services, request.identity.user, words, name, file)
        except Exception:
            await services.client.views_update(view_id=request.view["id"], view=notice_modal(failed))
            raise
    await services.client.views_update(view_id=request.view["id"], view=notice_modal(done))
