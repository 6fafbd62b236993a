"""The review of a dossier for parents, page by page.

The draft keeps what was reviewed, what the page before somebody shows, and which letter stands for whom so far. So only
the texts of one page are masked at once, and a page of a long dossier takes no longer than one of a short dossier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import count, takewhile

from meldcode import hints
from meldcode.application.cases.exports.exported import LEFT_OUT, READ_OVER, ExportPage, as_id, roles_of
from meldcode.application.cases.exports.read_over import EntryToRead, ReviewPageSize, TextPart
from meldcode.application.cases.logbook import LogbookLine
from meldcode.application.cases.view_case import CaseView
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.withheld import is_withheld
from meldcode.domain.case.state import Answer, Answers
from meldcode.domain.errors import Invalid, Problem
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import FieldKind, FieldSpec

MASKS = "masks"


@dataclass(frozen=True)
class Review:
    """A dossier under review. Entries written after it began are not included."""

    view: CaseView
    size: ReviewPageSize
    draft: dict[str, Answer]

    @classmethod
    def begin(cls, view: CaseView, size: ReviewPageSize, asked: Answers) -> Review:
        """Review what parents may see: everything but the entries about exports."""
        ids = tuple(as_id(line) for line in view.lines if line.record.effect is not Effect.EXPORTS)
        return cls(view, size, {**asked, READ_OVER: ids})

    @cached_property
    def pages(self) -> list[list[LogbookLine]]:
        """The entries of each page; at least one page. Masks make texts longer, so it may show a few parts more."""
        wanted = set(self.draft[READ_OVER])
        found: list[list[LogbookLine]] = [[]]
        held = 0
        for line in (line for line in self.view.lines if as_id(line) in wanted):
            parts = self._parts_of(line)
            if found[-1] and (held + parts > self.size.parts or len(found[-1]) == self.size.entries):
                found.append([])
                held = 0
            found[-1].append(line)
            held += parts
        return found

    def _parts_of(self, line: LogbookLine) -> int:
        return sum(len(_parts(str(line.entry.answers[field.id]), self.size.part)) for field in texts_of(line))

    def page(self, uow: UnitOfWork, number: int) -> ExportPage:
        """Return a page with other people masked, and keep in the draft what it shows."""
        pages, context = self.pages, self.view.context
        masks = hints.Masks.of(tuple(self.draft.get(MASKS, ())))
        names = [person.name for person in uow.staff.of_school(context.school)]
        pupil = (context.pupil.first_name, context.pupil.last_name)
        mask = partial(hints.masked_others, pupil=pupil, known_names=names, words=masks)
        entries = tuple(EntryToRead(as_id(line), line, tuple(self._pieces(line, mask))) for line in pages[number])
        self.draft.update({piece.id: piece.text for entry in entries for piece in entry.pieces})
        self.draft[MASKS] = masks.dumped()
        roles, code = roles_of(uow, context), context.stored.code
        left_out = tuple(self.draft.get(f"{LEFT_OUT}/{number}", ()))
        return ExportPage(code, number, len(pages), entries, roles, context.plan, self.view.names, left_out)

    def _pieces(self, line: LogbookLine, mask: Callable[[str], str]) -> Iterator[TextPart]:
        """The parts of the texts of an entry, as they were reviewed before if they were."""
        for field in texts_of(line):
            parts = reviewed(self.draft, line, field)
            parts = parts or _parts(mask(str(line.entry.answers[field.id])), self.size.part)
            for place, part in enumerate(parts):
                yield TextPart(_part_id(line, field, place), field.id, place, field.label, part)

    def keep(self, number: int, answers: Answers) -> None:
        """Keep what somebody made of a page; an emptied text stays empty. Raises Invalid if a text is too long."""
        ids = {as_id(line) for line in self.pages[number]}
        pieces = [key for key in self.draft if "/".join(key.split("/")[:2]) in ids]
        texts = {id_: str(answers.get(id_, "")) for id_ in pieces}
        if too_long := [id_ for id_, text in texts.items() if len(text) > self.size.longest]:
            limit = {"limit": str(self.size.longest)}
            raise Invalid([Problem(id_, "too_long", words=limit) for id_ in too_long])
        left_out = tuple(id_ for id_ in answers.get(LEFT_OUT, ()) if id_ in ids)
        self.draft.update({**texts, f"{LEFT_OUT}/{number}": left_out})


def reviewed(draft: Answers, line: LogbookLine, field: FieldSpec) -> list[str]:
    """Return the parts of a text that the draft holds."""
    ids = (_part_id(line, field, place) for place in count())
    return [str(draft[id_]) for id_ in takewhile(draft.__contains__, ids)]


def texts_of(line: LogbookLine) -> list[FieldSpec]:
    """Return the fields of an entry that somebody typed in and that parents may see."""
    kinds, said = (FieldKind.TEXT, FieldKind.LONG_TEXT), line.entry.answers
    return [f for f in line.record.fields if f.kind in kinds and f.id in said and not is_withheld(f, said)]


def _part_id(line: LogbookLine, field: FieldSpec, place: int) -> str:
    return f"{as_id(line)}/{field.id}/{place}"


def _parts(text: str, longest: int) -> list[str]:
    """The text in parts of at most this many characters, cut at white space if possible."""
    parts = []
    while len(text) > longest:
        cut = max(text.rfind(white, longest // 2, longest) for white in " \n") + 1 or longest
        parts.append(text[:cut])
        text = text[cut:]
    return [*parts, text]
