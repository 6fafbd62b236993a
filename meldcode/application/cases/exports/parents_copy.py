"""What parents may see of a dossier: without others, after somebody read it over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from meldcode.application.cases.exports.exported import LEFT_OUT, READ_OVER, Export, as_id, roles_of
from meldcode.application.cases.exports.review import reviewed, texts_of
from meldcode.application.cases.logbook import LogbookLine
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.withheld import is_withheld
from meldcode.domain.case.state import Answers


def for_parents(uow: UnitOfWork, given: Export, draft: Answers) -> Export:
    """Return the export with what parents may see: what was read over and not left out."""
    wanted, left_out = set(draft[READ_OVER]), set(_left_out(draft))
    lines = [line for line in given.view.lines if as_id(line) in wanted - left_out]
    adapted = tuple(_adapted(line, draft) for line in lines)
    return replace(given, lines=adapted, left_out=len(left_out), roles=roles_of(uow, given.view.context))


def _adapted(line: LogbookLine, draft: Answers) -> LogbookLine:
    """The entry with its reviewed texts, without withheld fields."""
    told = (f for f in line.record.fields if f.id in line.entry.answers and not is_withheld(f, line.entry.answers))
    kept = {field.id: line.entry.answers[field.id] for field in told}
    for field in texts_of(line):
        kept[field.id] = "".join(reviewed(draft, line, field))
    return replace(line, entry=replace(line.entry, answers=kept), appointment="")


def _left_out(draft: Answers) -> Iterator[str]:
    for key, ids in draft.items():
        if key.startswith(f"{LEFT_OUT}/"):
            yield from ids
