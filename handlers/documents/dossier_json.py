"""The dossier as JSON, for another system. `docs/export.md` describes the keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers.i18n.answers import answered
from meldcode.application.cases.exports.exported import Export
from meldcode.application.cases.logbook import LogbookLine
from meldcode.domain.case.state import Status

SCHEMA = "meldwijzer-dossier/1"


def dossier_json(given: Export) -> dict[str, Any]:
    """Return the dossier as plain values."""
    dossier = given.view.context
    case, state, plan = dossier.stored, dossier.state, dossier.plan
    return {
        "schema": SCHEMA,
        "given": {"to": given.to, "why": given.why, "by": given.by, "role": given.role, "at": given.at.isoformat()},
        "code": case.code,
        "school": given.school,
        "plan": {"id": plan.plan, "version": plan.version, "title": plan.title},
        "pupil": {
            "first_name": dossier.pupil.first_name,
            "last_name": dossier.pupil.last_name,
            "group": dossier.pupil.group,
        },
        "opened_at": case.opened_at.isoformat(),
        "status": state.status,
        "step": state.step if state.status is Status.OPEN else None,
        "outcome": state.outcome or None,
        "closed_at": state.closed_at.isoformat() if state.closed_at else None,
        "entries": [_entry(given, line) for line in given.lines],
    }


def _entry(given: Export, line: LogbookLine) -> dict[str, Any]:
    entry = line.entry
    return {
        "case": line.code,
        "number": entry.seq,
        "record": entry.record,
        "title": line.record.title,
        "happened_on": line.happened.isoformat(),
        "written_at": entry.written_at.isoformat(),
        "author": line.author,
        "role": entry.role,
        "corrects": line.corrects or None,
        "denies": line.denies or None,
        "answers": dict(_answers(line)),
        "in_words": [{"question": part.label, "answer": part.words} for part in answered(line, given.view.names)],
    }


def _answers(line: LogbookLine) -> Iterator[tuple[str, Any]]:
    for field, answer in line.entry.answers.items():
        yield field, answer if isinstance(answer, str) else list(answer)
