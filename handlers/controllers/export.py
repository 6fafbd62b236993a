"""Exporting a dossier: the pages to review, and an encrypted file in a direct message.

The form is acknowledged with a modal that waits. After that the file is made and uploaded; then its password is shown,
once, and the file is shared. If anything fails, nothing is shared and the logbook says so.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers.documents import dossier_pdf
from handlers.i18n.catalogues import DUTCH, use_language
from handlers.i18n.days import day
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.platform.errors import log_error
from handlers.platform.forms.form_reference import FormRef
from handlers.platform.forms.form_state import read_form
from handlers.platform.request import Request
from handlers.platform.services import Replayed, Services
from handlers.platform.upload import KEPT_IN_SLACK, send_up, share
from handlers.views.exports.export import page_modal, password_modal, status_modal
from meldcode.application.cases.exports import export
from meldcode.application.cases.exports.exported import Export, ExportPage
from meldcode.application.ports.files import PendingExport
from meldcode.application.ports.unit_of_work import UnitOfWork

Answer = dict[str, Any]
PAPER_LANGUAGE = DUTCH
"""Whatever the language of the person who asked for it."""


async def begin_export(services: Services, request: Request) -> Answer:
    """Export the dossier, or show what must be reviewed first. A request that is played again shows nothing of it."""
    ref, command = read_form(request)
    outcome: Export | ExportPage | None = None
    with suppress(Replayed):
        outcome = await services.execute_once(
            export.begin_export, request, command, limits.READ_OVER, language=PAPER_LANGUAGE
        )
    return _answer(services, request, ref, outcome)


async def turn_export_page(services: Services, request: Request) -> Answer:
    """Store the review of a page and show the next one; after the last one export the dossier."""
    ref, command = read_form(request)
    turned = request, command, ref.page, limits.READ_OVER
    outcome: Export | ExportPage | None = None
    with suppress(Replayed):
        outcome = await services.execute_once(export.read_over_page, *turned, language=PAPER_LANGUAGE)
    return _answer(services, request, ref, outcome)


def _answer(services: Services, request: Request, ref: FormRef, outcome: Export | ExportPage | None) -> Answer:
    if isinstance(outcome, ExportPage):
        return {"response_action": "update", "view": page_modal(outcome, replace(ref, page=outcome.number))}
    if outcome is not None:
        services.wake()
        services.later(_deliver(services, request, outcome))
    return {"response_action": "update", "view": status_modal("export_waiting")}


async def _deliver(services: Services, request: Request, given: Export) -> None:
    view, password = str(request.view["id"]), dossier_pdf.new_password()
    try:
        name, content = dossier_pdf.file_name(given.view.context.stored.code), await _sealed(given, password)
        file = await send_up(services, request.identity.workspace, name, content)
        await services.query(export.refuse_unless_allowed, request, given.view.context.stored.code)
        await services.update_view(password_modal(given, password), view_id=view)
        words = text("export_message", code=given.view.context.stored.code, day=day(given.at + KEPT_IN_SLACK))
        await share(services, request.identity.user, words, name, file)
        await services.executor.execute(_finish, given)
    except Exception as error:
        log_error(error, "export")
        await _note_failure(services, given)
        await services.update_view(status_modal("export_failed"), view_id=view)


async def _sealed(given: Export, password: str) -> bytes:
    return await asyncio.to_thread(lambda: dossier_pdf.sealed(dossier_pdf.pdf(given), password))


def _finish(uow: UnitOfWork, given: Export, _now: datetime) -> None:
    uow.files.finish_export(given.view.context.stored.id, given.entry)


async def _note_failure(services: Services, given: Export) -> None:
    with use_language(DUTCH):
        words = text("export_failed_entry")
    exported = PendingExport(given.view.context.stored.id, given.entry, given.view.context.person.id)
    await services.executor.execute(export.note_failure, exported, words)


def note_unfinished(uow: UnitOfWork, now: datetime) -> None:
    """Record in the logbooks which exports were interrupted when the program stopped."""
    with use_language(DUTCH):
        words = text("export_unsure_entry")
    export.note_unfinished(uow, words, now, lambda error: log_error(error, "unfinished export"))
