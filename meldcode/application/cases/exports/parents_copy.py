"""What parents may see of a dossier: without others, after somebody read it over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from meldcode import hints
from meldcode.application.cases.exports.exported import LEFT_OUT, READ_OVER, Export, ExportPage, as_id, roles_of
from meldcode.application.cases.exports.read_over import EntryToRead, TextPart
from meldcode.application.cases.view_case import CaseView, LogbookLine
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.withheld import is_withheld
from meldcode.domain.case.state import Answer, Answers
from meldcode.domain.errors import Invalid, Problem
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import FieldKind, FieldSpec


def entries_to_read(uow: UnitOfWork, view: CaseView, longest_part: int) -> list[EntryToRead]:
    """Return the entries for parents, to be reviewed; entries about exports are left out."""
    masks, names = hints.Masks(), [person.name for person in uow.staff.of_school(view.context.school)]
    pupil = (view.context.pupil.first_name, view.context.pupil.last_name)

    def pieces(line: LogbookLine) -> Iterator[TextPart]:
        for field in _texts(line):
            typed = str(line.entry.answers[field.id])
            neutral = hints.masked_others(typed, pupil=pupil, known_names=names, words=masks)
            for place, part in enumerate(_parts(neutral, longest_part)):
                yield TextPart(f"{as_id(line)}/{field.id}/{place}", field.id, place, field.label, part)

    shown = [line for line in view.lines if line.record.effect is not Effect.EXPORTS]
    return [EntryToRead(as_id(line), line, tuple(pieces(line))) for line in shown]


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
    for field in _texts(line):
        start = f"{as_id(line)}/{field.id}/"
        parts = sorted(
            (int(key.removeprefix(start)), str(text)) for key, text in draft.items() if key.startswith(start)
        )
        kept[field.id] = "".join(text for _, text in parts)
    return replace(line, entry=replace(line.entry, answers=kept), appointment="")


def read_over(page: ExportPage, answers: Answers, longest: int) -> dict[str, Answer]:
    """The reviewed texts of the page; an emptied text stays empty. Raises Invalid if a text is too long."""
    pieces = [piece for entry in page.entries for piece in entry.pieces]
    if too_long := [piece.id for piece in pieces if len(str(answers.get(piece.id, ""))) > longest]:
        raise Invalid([Problem(id_, "too_long", words={"limit": str(longest)}) for id_ in too_long])
    ids = {entry.id for entry in page.entries}
    left_out = tuple(id_ for id_ in answers.get(LEFT_OUT, ()) if id_ in ids)
    return {**{piece.id: str(answers.get(piece.id, "")) for piece in pieces}, f"{LEFT_OUT}/{page.number}": left_out}


def _left_out(draft: Answers) -> Iterator[str]:
    for key, ids in draft.items():
        if key.startswith(f"{LEFT_OUT}/"):
            yield from ids


def _texts(line: LogbookLine) -> list[FieldSpec]:
    kinds, said = (FieldKind.TEXT, FieldKind.LONG_TEXT), line.entry.answers
    return [f for f in line.record.fields if f.kind in kinds and f.id in said and not is_withheld(f, said)]


def _parts(text: str, longest: int) -> list[str]:
    """The text in parts of at most this many characters, cut at white space if possible."""
    parts = []
    while len(text) > longest:
        cut = max(text.rfind(white, longest // 2, longest) for white in " \n") + 1 or longest
        parts.append(text[:cut])
        text = text[cut:]
    return [*parts, text]
