"""Giving a dossier along: the pages to read over, and a file with a password in one's own messages.

The form is acknowledged with a window that waits. Only then is the file made and sent up; when it stands there the
password is shown, once, and the file shared. What fails on the way shares nothing, and is noted in the logbook.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from handlers import blocks as b
from handlers import papers, texts
from handlers.catalogues import DUTCH, speaking
from handlers.forms import ANSWER, FormRef, read_form
from handlers.logbook import answered, day
from handlers.request import Request, Services
from handlers.texts import text
from handlers.trouble import note
from meldcode import exporting
from meldcode.exporting import LEFT_OUT, Given, Page, ToRead
from meldcode.ports import Transaction

Answer = dict[str, Any]
READ_OVER = "read-over"
KEPT_IN_SLACK = timedelta(days=1)


async def begin(services: Services, request: Request) -> Answer:
    """Give the dossier along, or show what is to be read over first."""
    ref, command = read_form(request)
    with speaking(DUTCH):  # the paper is in Dutch, whoever asks for it
        outcome = await services.office.run(lambda tx, now: exporting.begin(tx, command, now))
    return _answer(services, request, ref, outcome)


async def turn(services: Services, request: Request) -> Answer:
    """Keep what was read over, and show the next page; after the last one the dossier is given along."""
    ref, command = read_form(request)
    with speaking(DUTCH):
        outcome = await services.office.run(lambda tx, now: exporting.turn(tx, command, ref.page, now))
    return _answer(services, request, ref, outcome)


def _answer(services: Services, request: Request, ref: FormRef, outcome: Given | Page | None) -> Answer:
    if isinstance(outcome, Page):
        return {"response_action": "update", "view": page_modal(outcome, replace(ref, page=outcome.number))}
    if outcome is not None:
        services.wake()
        services.later(_deliver(services, request, outcome))
    return {"response_action": "update", "view": _says("export_waiting")}


async def _deliver(services: Services, request: Request, given: Given) -> None:
    view, password = str(request.view["id"]), papers.new_password()
    try:
        file = await _send_up(services, request.identity.workspace, given, password)
        await services.client.views_update(view_id=view, view=_password_modal(given, password))
        await _share(services, request.identity.user, given, file)
        await services.office.run(lambda tx, _now: tx.files.finish(given.view.dossier.stored.id, given.entry))
    except Exception as error:
        note(error, "export")
        await _note_failure(services, request, given)
        await services.client.views_update(view_id=view, view=_says("export_failed"))


async def _send_up(services: Services, workspace: str, given: Given, password: str) -> str:
    """Make the file and send it up, and return its id. When to remove it is kept before it is there."""
    code, client = given.view.dossier.stored.code, services.client
    content = await asyncio.to_thread(lambda: papers.sealed(papers.pdf(given), password))
    link = await client.files_getUploadURLExternal(filename=papers.file_name(code), length=len(content))
    file = str(link["file_id"])
    await services.office.run(lambda tx, now: tx.files.keep(file, workspace, now + KEPT_IN_SLACK))
    assert client.session is not None  # noqa: S101 - made at start-up
    async with client.session.post(str(link["upload_url"]), data=content) as sent:
        sent.raise_for_status()
    return file


async def _share(services: Services, user: str, given: Given, file: str) -> None:
    code = given.view.dossier.stored.code
    words = text("export_message", code=code, day=day(given.at + KEPT_IN_SLACK))
    posted = await services.client.chat_postMessage(channel=user, text=words)
    shared: list[dict[str, str | None]] = [{"id": file, "title": papers.file_name(code)}]
    try:
        await services.client.files_completeUploadExternal(files=shared, channel_id=str(posted["channel"]))
    except Exception:
        await services.client.chat_delete(channel=str(posted["channel"]), ts=str(posted["ts"]))
        raise


async def _note_failure(services: Services, request: Request, given: Given) -> None:
    code = given.view.dossier.stored.code
    with speaking(DUTCH):
        words = text("export_failed_entry")
    await services.office.run(
        lambda tx, now: exporting.note_failure(tx, request.identity, code, given.entry, words, now)
    )


def note_unfinished(tx: Transaction, now: datetime) -> None:
    """Say in the logbooks of what was being given along when the program was stopped."""
    with speaking(DUTCH):
        words = text("export_unsure_entry")
    exporting.note_unfinished(tx, words, now, lambda error: note(error, "unfinished export"))


def page_modal(page: Page, ref: FormRef) -> b.View:
    """A page to read over and adapt; the last one asks to confirm that all was read."""
    number, total = str(page.number + 1), str(page.total)
    blocks = [b.context(text("read_over_page", number=number, total=total))]
    if page.number == 0:
        blocks.append(b.section(text("read_over_explain")))
    for entry in page.entries:
        blocks += _entry(entry, {id_: texts.role(role) for id_, role in page.roles.items()})
    is_last = page.number + 1 == page.total
    blocks += [_leave_out(page)] if page.entries else []
    blocks += [_confirmed()] if is_last else []
    return b.modal(
        text("read_over_title"),
        blocks,
        close=text("cancel"),
        submit=b.plain(text("read_over_give" if is_last else "read_over_next")),
        callback_id=READ_OVER,
        private_metadata=ref.dumped(),
    )


def _entry(entry: ToRead, names: dict[str, str]) -> list[b.Block]:
    line = entry.line
    head = text("line_head", number="", title=line.record.title, day=day(line.happened))
    typed = {piece.id.split("/")[2] for piece in entry.pieces} | {f.id for f in line.record.fields if f.withheld}
    kept = {id_: answer for id_, answer in line.entry.answers.items() if id_ not in typed}
    short = replace(line, entry=replace(line.entry, answers=kept))
    rows = [(answer.label, answer.words) for answer in answered(short, names)]
    return [b.divider(), b.section(f"*{b.escape(head)}*"), *b.pairs(rows), *(_input(piece) for piece in entry.pieces)]


def _input(piece: exporting.Piece) -> b.Block:
    element = {"type": "plain_text_input", "action_id": ANSWER, "multiline": True, "initial_value": piece.text}
    if not piece.text:
        del element["initial_value"]
    is_first = piece.id.endswith("/0")
    label = piece.label if is_first else text("read_over_more", label=piece.label)
    block: b.Block = {"type": "input", "block_id": piece.id, "label": b.plain(label), "element": element}
    return block | {"optional": True}


def _leave_out(page: Page) -> b.Block:
    options = [b.option(f"{entry.line.record.title} · {day(entry.line.happened)}", entry.id) for entry in page.entries]
    element = {"type": "checkboxes", "action_id": ANSWER, "options": options}
    label = b.plain(text("read_over_leave_out"))
    return {"type": "input", "block_id": LEFT_OUT, "label": label, "element": element, "optional": True}


def _confirmed() -> b.Block:
    options = [b.option(text("read_over_all_read"), "yes")]
    element = {"type": "checkboxes", "action_id": ANSWER, "options": options}
    return {"type": "input", "block_id": "confirmed", "label": b.plain(text("read_over_confirm")), "element": element}


def _password_modal(given: Given, password: str) -> b.View:
    code = given.view.dossier.stored.code
    blocks = [
        b.section(text("export_password", code=code, day=day(given.at + KEPT_IN_SLACK))),
        {"type": "section", "text": b.plain(password)},
        b.context(text("export_password_once")),
    ]
    return b.modal(text("export_title"), blocks, close=text("close"), clear_on_close=True)


def _says(code: str) -> b.View:
    return b.modal(text("export_title"), [b.section(text(code))], close=text("close"), clear_on_close=True)
