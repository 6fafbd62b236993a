"""Use cases that give a dossier along: whole, for Veilig Thuis, or as parents may see it (promise 6).

The entry that says to whom and why is stored in the transaction that decrypts what is given. For parents, other people
are masked first and who reported is left out; a person reads all of it over, page by page, adapts it and leaves out
what must be. What they adapted waits as an encrypted draft. What was written after they began to read is not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from meldcode import hints
from meldcode.access import acting_role
from meldcode.case import Answer, Answers, Entry
from meldcode.dossier import Dossier, dossier_of, known_person, readable_case
from meldcode.errors import Invalid, Problem, Refusal
from meldcode.people import Identity
from meldcode.plan import Effect, FieldKind, FieldSpec, Record, Role, Version
from meldcode.ports import Giving, Transaction
from meldcode.reading import CaseView, Line, open_case
from meldcode.recording import Saved, Submit, add_entry, checked, submit

PART = 2900
"""The longest part of a text that is read over in one field: a field takes 3000, and a person may add some."""
PARTS, LINES = 10, 6
"""The most parts and entries on one page."""
PATIENCE = timedelta(minutes=15)
"""How long making and bringing the file may take; after that something must have come in between."""
READ_OVER = "read_over"
LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Piece:
    """A part of a text to be read over: the id of its field, its question, and the text with other people masked."""

    id: str
    label: str
    text: str


@dataclass(frozen=True)
class ToRead:
    """An entry to be read over; `id` is the case's code and its number."""

    id: str
    line: Line
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Page:
    """A page to read over, of `total`; `roles` says in which role colleagues are named, by the text of their id."""

    case: str
    number: int
    total: int
    entries: tuple[ToRead, ...]
    roles: Mapping[str, Role]


@dataclass(frozen=True)
class Given:
    """What is given: to whom and why, by whom and when; `entry` is the number of the trace.

    `lines` are what is in it. For parents their texts are those that were read over; `left_out` is how many were left
    out, and `roles` stands for the names of colleagues.
    """

    view: CaseView
    version: Version
    to: str
    why: str
    by: str
    role: Role
    at: datetime
    entry: int
    school: str
    lines: tuple[Line, ...]
    left_out: int = 0
    roles: Mapping[str, Role] | None = None


def answers_of(record: Record, version: Version, to: str, why: str) -> dict[str, Answer]:
    """Return the answers to the form with which a dossier is given along."""
    [choice], texts = record.fields_of(FieldKind.CHOICE), record.fields_of(FieldKind.TEXT)
    return {choice.id: version.value, texts[0].id: to, texts[1].id: why}


def begin(tx: Transaction, command: Submit, now: datetime) -> Given | Page | None:
    """Give the dossier; or, for parents, return the first page to read over. None when it was given before.

    Raises Refusal or Invalid.
    """
    command = replace(command, exports=True, reviewed=True)
    person = known_person(tx, command.who)
    if tx.cases.submission(command.key):
        return None
    _, record, command = checked(tx, command, now)
    version, _, _ = _asked(record, command.answers)
    if version is Version.WHOLE:
        return _give(tx, command, now)
    view = open_case(tx, command.who, command.case, now)
    to_read = entries_to_read(tx, view)
    known = {READ_OVER: tuple(entry.id for entry in to_read)}
    tx.drafts.keep(command.key, person.id, {**command.answers, **known}, now, view.dossier.stored.id)
    return pages(tx, view, to_read)[0]


def turn(tx: Transaction, command: Submit, page: int, now: datetime) -> Given | Page | None:
    """Keep what was read over on this page, and return the next one; after the last one the dossier is given."""
    person = known_person(tx, command.who)
    if tx.cases.submission(command.key):
        return None
    draft = tx.drafts.find(command.key, person.id, now)
    if draft is None:
        raise Refusal("draft_gone")
    view = open_case(tx, command.who, command.case, now)
    ids = set(draft[READ_OVER])
    all_pages = pages(tx, view, [entry for entry in entries_to_read(tx, view) if entry.id in ids])
    if not 0 <= page < len(all_pages):
        raise Refusal("unknown_action")
    draft = {**draft, **_read_over(all_pages[page], command.answers)}
    tx.drafts.keep(command.key, person.id, draft, now, view.dossier.stored.id)
    if page + 1 < len(all_pages):
        return all_pages[page + 1]
    return _give(tx, replace(command, answers=draft, exports=True, reviewed=True), now)


def note_failure(tx: Transaction, who: Identity, code: str, seq: int, words: str, now: datetime) -> None:
    """Keep in the logbook that what was given at this entry did not arrive."""
    person = known_person(tx, who)
    case = readable_case(tx, person, code)
    tx.files.finish(case.id, seq)
    _correct(tx, dossier_of(tx, person, case), seq, words, now)


def note_unfinished(tx: Transaction, words: str, now: datetime, failed: Callable[[Exception], object]) -> None:
    """Keep in their logbooks that it is not certain that these arrived: the program was stopped halfway."""
    for giving in tx.files.unfinished(now):
        tx.files.finish(giving.case, giving.entry)
        try:
            dossier = dossier_of(tx, tx.people.get(giving.by), tx.cases.get(giving.case))
            _correct(tx, dossier, giving.entry, words, now)
        except Exception as error:  # one case that does not open must not hold up the others
            failed(error)


def _correct(tx: Transaction, dossier: Dossier, seq: int, words: str, now: datetime) -> None:
    record = dossier.plan.record_with(Effect.CORRECTS)
    role = acting_role(record, dossier.relation) or dossier.entries[seq - 1].role
    field = next(field.id for field in record.fields if field.kind is FieldKind.LONG_TEXT)
    author, number = dossier.person.id, dossier.stored.version + 1
    entry = Entry(number, record.id, author, role, now, {field: words}, refers_to=seq)
    add_entry(tx, dossier, entry, f"{dossier.stored.code}/{seq}/failed", "")


def entries_to_read(tx: Transaction, view: CaseView) -> list[ToRead]:
    """Return the entries as parents may see them, to be read over, but for those about giving the dossier along."""
    masks, names = hints.Masks(), [person.name for person in tx.people.of_school(view.dossier.school)]
    pupil = (view.dossier.pupil.first_name, view.dossier.pupil.last_name)

    def pieces(line: Line) -> Iterator[Piece]:
        for field in _texts(line):
            typed = str(line.entry.answers[field.id])
            neutral = hints.masked_others(typed, pupil=pupil, known_names=names, words=masks)
            for place, part in enumerate(_parts(neutral)):
                yield Piece(f"{_id(line)}/{field.id}/{place}", field.label, part)

    shown = [line for line in view.lines if line.record.effect is not Effect.EXPORTS]
    return [ToRead(_id(line), line, tuple(pieces(line))) for line in shown]


def pages(tx: Transaction, view: CaseView, entries: Sequence[ToRead]) -> list[Page]:
    """Return the entries in pages that fit a modal; there is always one."""
    found: list[list[ToRead]] = [[]]
    for entry in entries:
        parts = sum(len(one.pieces) for one in found[-1]) + len(entry.pieces)
        if found[-1] and (parts > PARTS or len(found[-1]) == LINES):
            found.append([])
        found[-1].append(entry)
    roles, code = _roles(tx, view.dossier), view.dossier.stored.code
    return [Page(code, number, len(found), tuple(page), roles) for number, page in enumerate(found)]


def _give(tx: Transaction, command: Submit, now: datetime) -> Given | None:
    draft, record = command.answers, _record(tx, command)
    asked = {field.id for field in record.fields}
    saved = submit(tx, replace(command, answers={k: v for k, v in draft.items() if k in asked}), now)
    assert isinstance(saved, Saved)  # noqa: S101 - it was reviewed
    view = open_case(tx, command.who, command.case, now)
    version, to, why = _asked(record, draft)
    trace = next(e for e in reversed(view.dossier.entries) if e.record == record.id)
    by = next(line.author for line in view.lines if line.entry == trace)
    school = tx.people.school(view.dossier.school).name
    tx.files.begin(Giving(view.dossier.stored.id, trace.seq, trace.author), now + PATIENCE)
    given = Given(view, version, to, why, by, trace.role, now, trace.seq, school, view.lines)
    return given if version is Version.WHOLE else _for_parents(tx, given, draft)


def _for_parents(tx: Transaction, given: Given, draft: Answers) -> Given:
    wanted, left_out = set(draft[READ_OVER]), set(_left_out(draft))
    lines = [line for line in given.view.lines if _id(line) in wanted - left_out]
    adapted = tuple(_adapted(line, draft) for line in lines)
    return replace(given, lines=adapted, left_out=len(left_out), roles=_roles(tx, given.view.dossier))


def _adapted(line: Line, draft: Answers) -> Line:
    """The entry with its texts as they were read over, without what is withheld."""
    kept = {f.id: line.entry.answers[f.id] for f in line.record.fields if f.id in line.entry.answers and not f.withheld}
    for field in _texts(line):
        start = f"{_id(line)}/{field.id}/"
        parts = sorted(
            (int(key.removeprefix(start)), str(text)) for key, text in draft.items() if key.startswith(start)
        )
        kept[field.id] = "".join(text for _, text in parts)
    return replace(line, entry=replace(line.entry, answers=kept))


def _read_over(page: Page, answers: Answers) -> dict[str, Answer]:
    """What was made of the page's texts; what was emptied stays empty. Raises Invalid when they are too long."""
    pieces = [piece for entry in page.entries for piece in entry.pieces]
    if too_long := [piece.id for piece in pieces if len(str(answers.get(piece.id, ""))) > 3000]:  # noqa: PLR2004
        raise Invalid([Problem(id_, "too_long", words={"limit": "3000"}) for id_ in too_long])
    ids = {entry.id for entry in page.entries}
    left_out = tuple(id_ for id_ in answers.get(LEFT_OUT, ()) if id_ in ids)
    return {**{piece.id: str(answers.get(piece.id, "")) for piece in pieces}, f"{LEFT_OUT}/{page.number}": left_out}


def _left_out(draft: Answers) -> Iterator[str]:
    for key, ids in draft.items():
        if key.startswith(f"{LEFT_OUT}/"):
            yield from ids


def _record(tx: Transaction, command: Submit) -> Record:
    case = readable_case(tx, known_person(tx, command.who), command.case)
    return tx.plans.get(case.plan, case.plan_version).records[command.record]


def _asked(record: Record, answers: Answers) -> tuple[Version, str, str]:
    [choice], texts = record.fields_of(FieldKind.CHOICE), record.fields_of(FieldKind.TEXT)
    return Version(str(answers[choice.id])), str(answers[texts[0].id]), str(answers[texts[1].id])


def _texts(line: Line) -> list[FieldSpec]:
    kinds = (FieldKind.TEXT, FieldKind.LONG_TEXT)
    return [f for f in line.record.fields if f.kind in kinds and not f.withheld and f.id in line.entry.answers]


def _parts(text: str) -> list[str]:
    """The text in parts that fit a field, cut at white space where there is some."""
    parts = []
    while len(text) > PART:
        cut = max(text.rfind(white, PART // 2, PART) for white in " \n") + 1 or PART
        parts.append(text[:cut])
        text = text[cut:]
    return [*parts, text]


def _id(line: Line) -> str:
    return f"{line.code}/{line.entry.seq}"


def _roles(tx: Transaction, dossier: Dossier) -> dict[str, Role]:
    """The first role of each colleague in this case, in place of their name."""
    staff = dossier.colleagues(tx.people.of_school(dossier.school))
    return {id_: min(c.acts_as, key=list(Role).index) for id_, c in staff.items() if c.acts_as}
