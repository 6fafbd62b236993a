"""The dossier as a PDF: tagged and accessible (PDF/UA-1), with its font embedded, and reproducible.

Typst makes it in memory from data, so typed text is never read as markup and nothing is written to disk unencrypted.
Typst fails on characters that its font lacks, so those are named instead. Its errors quote typed text, so they are
replaced by PaperFailed.
"""

from __future__ import annotations

import io
import json
import re
import secrets
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typst
from pypdf import PdfReader, PdfWriter
from pypdf.constants import UserAccessPermissions

from handlers.i18n.answers import answered
from handlers.i18n.catalogues import DUTCH, use_language
from handlers.i18n.days import day
from handlers.i18n.texts import counted, role, text
from meldcode.application.cases.export import Export
from meldcode.application.cases.view_case import LogbookLine
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.state import Status
from meldcode.domain.plan.model import Version

_SHOWN = (
    r"\n\x20-\x7e\xa0-\xac\xae-\u024f\u0391-\u03a1\u03a3-\u03c9\u0400-\u045f\u1e00-\u1eff\u2010-\u2027\u2030-\u2037"
    r"\u2039-\u203e\u20ac\u2190-\u2193\u2212"
)
"""What the font has: Latin with all accents, Greek, Cyrillic and punctuation."""
_NOT_SHOWN = re.compile(f"[^{_SHOWN}]+")
WORDS, LETTERS = 4, "23456789BCDFGHJKMNPQRSTVWXYZ"
ALLOWED = UserAccessPermissions.PRINT | UserAccessPermissions.EXTRACT | UserAccessPermissions.EXTRACT_TEXT_AND_GRAPHICS


class PaperFailed(Exception):
    """The PDF could not be made. The message says nothing about its content."""


def pdf(given: Export) -> bytes:
    """Return the dossier as a PDF. Raises PaperFailed."""
    with use_language(DUTCH):
        content = json.dumps(_shown(_paper(given)), ensure_ascii=False)
    try:
        made = typst.compile(
            _template(), format="pdf", sys_inputs={"paper": content}, pdf_standards="ua-1", ignore_system_fonts=True
        )
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # an internal error of Typst is not an Exception
        raise PaperFailed(type(error).__name__) from None
    assert isinstance(made, bytes)  # noqa: S101 - asked for one file
    return made


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
    yield text("paper_pupil"), text("case_pupil", first=pupil.first_name, last=pupil.last_name, group=pupil.group)
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
    parts = [{"label": part.label, "words": part.words} for part in answered(line, names)]
    other = text("line_other", number=str(line.entry.seq), code=line.code)
    number = f"{line.entry.seq}. " if line.code == given.view.context.stored.code else ""
    head = text("line_head", number=number, title=line.record.title, day=day(line.happened))
    notes = [_written(given, line), *([] if number else [other])]
    if line.corrects:
        notes.append(_corrects(given, line))
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


def _shown(part: Any) -> Any:
    """Return the same values, with characters that the font lacks named in brackets."""
    if isinstance(part, dict):
        return {name: _shown(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_shown(value) for value in part]
    plain = unicodedata.normalize("NFC", part).replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _NOT_SHOWN.sub(lambda match: _named(match[0]), plain)


def _named(characters: str) -> str:
    seen = [c for c in characters if unicodedata.category(c) not in ("Cf", "Cc", "Mn")]
    if not seen:
        return ""
    if len(seen) > 2:  # noqa: PLR2004 - a word in a script that the font lacks
        return text("paper_not_shown", count=str(len(seen)))
    return "".join(f"[{unicodedata.name(c, f'U+{ord(c):04X}').lower()}]" for c in seen)
