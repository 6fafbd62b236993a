"""The pages on which a dossier is read over before it is exported, and its password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from handlers.i18n import texts
from handlers.i18n.answers import answered, happened
from handlers.i18n.days import day
from handlers.i18n.texts import text
from handlers.platform.forms.form_reference import FormRef
from handlers.platform.forms.form_state import ANSWER
from handlers.platform.upload import KEPT_IN_SLACK
from handlers.views import blocks as b
from handlers.views.actions import READ_OVER
from meldcode.application.cases.exports import read_over
from meldcode.application.cases.exports.exported import LEFT_OUT, Export, ExportPage
from meldcode.application.cases.exports.read_over import EntryToRead
from meldcode.domain.access.withheld import is_withheld


def page_modal(page: ExportPage, ref: FormRef) -> b.View:
    """Return a page to read over and change; the last one asks to confirm that everything was read."""
    number, total = str(page.number + 1), str(page.total)
    blocks = [b.context(text("read_over_page", number=number, total=total))]
    if page.number == 0:
        blocks.append(b.section(text("read_over_explain")))
    for entry in page.entries:
        blocks += _entry(entry, {id_: texts.role(role, page.plan) for id_, role in page.roles.items()}, page.names)
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


def _entry(entry: EntryToRead, names: dict[str, str], reporters: Mapping[str, str]) -> list[b.Block]:
    line = entry.line
    head = text("line_head", number="", title=line.record.title, day=happened(line))
    typed = {piece.field for piece in entry.pieces} | {
        f.id for f in line.record.fields if is_withheld(f, line.entry.answers)
    }
    kept = {id_: answer for id_, answer in line.entry.answers.items() if id_ not in typed}
    short = replace(line, entry=replace(line.entry, answers=kept))
    rows = [(answer.label, answer.words) for answer in answered(short, names, reporters)]
    return [b.divider(), b.section(f"*{b.escape(head)}*"), *b.pairs(rows), *(_input(piece) for piece in entry.pieces)]


def _input(piece: read_over.TextPart) -> b.Block:
    element = {"type": "plain_text_input", "action_id": ANSWER, "multiline": True, "initial_value": piece.text}
    if not piece.text:
        del element["initial_value"]
    label = text("read_over_more", label=piece.label) if piece.number else piece.label
    block: b.Block = {"type": "input", "block_id": piece.id, "label": b.plain(label), "element": element}
    return block | {"optional": True}


def _leave_out(page: ExportPage) -> b.Block:
    options = [b.option(f"{entry.line.record.title} · {day(entry.line.happened)}", entry.id) for entry in page.entries]
    element = {"type": "checkboxes", "action_id": ANSWER, "options": options}
    if chosen := [option for option in options if option["value"] in page.left_out]:
        element["initial_options"] = chosen
    label = b.plain(text("read_over_leave_out"))
    return {"type": "input", "block_id": LEFT_OUT, "label": label, "element": element, "optional": True}


def _confirmed() -> b.Block:
    options = [b.option(text("read_over_all_read"), "yes")]
    element = {"type": "checkboxes", "action_id": ANSWER, "options": options}
    return {"type": "input", "block_id": "confirmed", "label": b.plain(text("read_over_confirm")), "element": element}


def password_modal(given: Export, password: str) -> b.View:
    """Return the password of the file, which is shown once."""
    code = given.view.context.stored.code
    blocks = [
        b.section(text("export_password", code=code, day=day(given.at + KEPT_IN_SLACK))),
        {"type": "section", "text": b.verbatim(password)},
        b.context(text("export_password_once")),
    ]
    return b.modal(text("export_title"), blocks, close=text("close"), clear_on_close=True)


def status_modal(code: str) -> b.View:
    """Return one sentence about the export; `code` is its code in the catalogues."""
    return b.modal(text("export_title"), [b.section(text(code))], close=text("close"), clear_on_close=True)
