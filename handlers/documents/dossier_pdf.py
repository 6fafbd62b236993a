"""The dossier as a PDF, encrypted with a password."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.constants import UserAccessPermissions

from handlers.documents.typst_pdf import compiled
from handlers.i18n.answers import answered, happened
from handlers.i18n.catalogues import DUTCH, use_language
from handlers.i18n.days import day
from handlers.i18n.texts import counted, role, text
from handlers.views.pupils.names import pupil_name
from meldcode.application.cases.exports.exported import Export
from meldcode.application.cases.logbook import LogbookLine
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.state import Status
from meldcode.domain.plan.effects import Version

WORDS, LETTERS = 4, "23456789BCDFGHJKMNPQRSTVWXYZ"
ALLOWED = UserAccessPermissions.PRINT | UserAccessPermissions.EXTRACT | UserAccessPermissions.EXTRACT_TEXT_AND_GRAPHICS


def pdf(given: Export) -> bytes:
    """Return the dossier as a PDF. Raises PaperFailed."""
    with use_language(DUTCH):
        return compiled(_template(), _paper(given))


def sealed(content: bytes, password: str) -> bytes:
    """Return the PDF encrypted with this password (AES-256); screen readers can still read it aloud."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(password, secrets.token_urlsafe(32), permissions_flag=ALLOWED, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def new_password() -> str:
    """Return a password to read out over the phone: four groups of five characters, about 96 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(WORDS))


def file_name(code: str) -> str:
    """Return the name of the file, without personal data."""
    return f"dossier-{code}.pdf"


@cache
def _template() -> bytes:
    return (Path(__file__).parent / "paper.typ").read_bytes()


def _paper(given: Export) -> dict[str, Any]:
    code = given.view.context.stored.code
    made = given.at.astimezone(AMSTERDAM)
    intro = text(f"paper_{given.version}", school=given.school)
    made_by = text(
        "paper_made", by=given.by, role=role(given.role, given.view.context.plan), day=day(made), time=f"{made:%H:%M}"
    )
    left_out = [counted("paper_left_out", given.left_out)] if given.left_out else []
    return {
        "title": text("case", code=code),
        "school": given.school,
        "footer": text("paper_footer", code=code, school=given.school),
        "page": text("paper_page"),
        "of": text("paper_of"),
        "about": text("paper_about"),
        "logbook": text("case_log"),
        "intro": [intro, made_by, *left_out],
        "facts": [{"label": label, "words": words} for label, words in _facts(given)],
        "entries": [_entry(given, line) for line in given.lines],
    }


def _facts(given: Export) -> Iterator[tuple[str, str]]:
    dossier = given.view.context
    pupil, state, plan = dossier.pupil, dossier.state, dossier.plan
    yield text("paper_pupil"), pupil_name(pupil)
    yield text("school"), given.school
    yield text("paper_plan"), f"{plan.title} ({plan.source})"
    if state.status is Status.CLOSED:
        outcome = plan.outcome(state.outcome)
        yield text("paper_state"), text("paper_closed", outcome=outcome.title if outcome else "")
    else:
        step = plan.step(state.step)
        yield text("paper_state"), text("paper_open", number=str(step.number), title=step.title)
    yield text("paper_to"), given.to
    if given.version is Version.WHOLE:
        yield text("paper_why"), given.why


def _entry(given: Export, line: LogbookLine) -> dict[str, Any]:
    plan, names = given.view.context.plan, given.view.names
    if given.roles is not None:
        names = {id_: role(held, plan) for id_, held in given.roles.items()}
    parts = [{"label": part.label, "words": part.words} for part in answered(line, names, given.view.names)]
    other = text("line_other", number=str(line.entry.seq), code=line.code)
    number = f"{line.entry.seq}. " if line.code == given.view.context.stored.code else ""
    head = text("line_head", number=number, title=line.record.title, day=happened(line))
    notes = [_written(given, line), *([] if number else [other])]
    if line.corrects:
        notes.append(_corrects(given, line))
    if line.denies:
        notes.append(text("line_about", number=str(line.denies)))
    if given.version is Version.WHOLE:
        notes += [text(f"line_{effect}", name=name) for effect, name in line.denied]
    return {"head": head, "parts": [part for part in parts if part["words"].strip()], "notes": notes}


def _written(given: Export, line: LogbookLine) -> str:
    written = line.entry.written_at.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H:%M")
    if given.version is Version.FOR_PARENTS:
        return text("paper_written", written=written)
    return text(
        "line_written",
        author=line.author,
        role=role(line.entry.role, given.view.context.plan, is_short=True),
        written=written,
    )


def _corrects(given: Export, line: LogbookLine) -> str:
    number = line.corrects
    what = next((o for o in given.lines if (o.code, o.entry.seq) == (line.code, number)), None)
    said = text("line_corrects", number=str(number))
    return f"{said}: {what.record.title}, {day(what.happened)}" if what else said
