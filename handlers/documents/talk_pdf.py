"""The preparation of a talk as a PDF: no names, so it can lie on a table."""

from __future__ import annotations

from pathlib import Path

from handlers.documents.typst_pdf import compiled
from handlers.i18n.catalogues import language
from handlers.i18n.texts import text
from handlers.views.talks import contents, points
from meldcode.application.cases.preparation import Preparation

TEMPLATE = Path(__file__).parent / "talk.typ"


def pdf(preparation: Preparation) -> bytes:
    """Return the preparation as a PDF in the reader's language. Raises PaperFailed."""
    record = preparation.record
    parts = [{"head": text(head), "lines": lines} for head, lines in contents(preparation)]
    return compiled(
        TEMPLATE.read_bytes(),
        {
            "title": record.title,
            "school": preparation.school,
            "language": language(),
            "footer": text("prepare_footer", code=preparation.code, school=preparation.school),
            "parts": parts,
            "points_head": text("prepare_points"),
            "points": points(preparation),
        },
    )


def file_name(code: str) -> str:
    """Return the name of the file."""
    return f"gesprek-{code}.pdf"
