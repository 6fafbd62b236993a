"""Use cases that export a dossier: whole, for Veilig Thuis, or in the version for parents (promise 6).

The entry that says for whom and why is stored in the transaction that decrypts the contents. In the version for parents
other people are masked, and who reported is left out. A person reviews it page by page, changes texts and leaves out
entries. Those changes wait as an encrypted draft. Entries written after the review began are not included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from meldcode import hints
from meldcode.application.actor import Actor
from meldcode.application.case_context import CaseContext, case_context, read_case, readable_case
from meldcode.application.cases.append_entry import append_entry
from meldcode.application.cases.record_entry import store_form
from meldcode.application.cases.submission import FilledForm, RecordEntry, check_form
from meldcode.application.cases.view_case import CaseView, LogbookLine, build_case_view
from meldcode.application.ports.files import PendingExport
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access import acting_role
from meldcode.domain.case.state import Answer, Answers, Entry
from meldcode.domain.errors import Invalid, Problem, Refused
from meldcode.domain.plan.forms import FieldKind, FieldSpec, Meaning
from meldcode.domain.plan.model import ActionSpec, Effect, Plan, Version
from meldcode.domain.plan.roles import Role
from meldcode.domain.withheld import is_withheld

EXPORT_TIME = timedelta(minutes=15)
"""How long an export may take. After that it was probably interrupted."""
READ_OVER, LEFT_OUT = "read_over", "left_out"


@dataclass(frozen=True)
class ReviewPageSize:
    """How much a page of the review holds: entries, parts of texts, and characters.

    A part begins with at most `part` characters, and may have `longest` after the review.
    """

    entries: int
    parts: int
    part: int
    longest: int


@dataclass(frozen=True)
class TextPart:
    """A part of a text to review, with other people masked; `number` is its place in its field, from 0."""

    id: str
    field: str
    number: int
    label: str
    text: str


@dataclass(frozen=True)
class EntryToRead:
    """An entry to review; `id` is the case's code and the entry's number."""

    id: str
    line: LogbookLine
    pieces: tuple[TextPart, ...]


@dataclass(frozen=True)
class ExportPage:
    """A page to review, of `total`; `roles` replace the `names` of colleagues, by the text of their id."""

    case: str
    number: int
    total: int
    entries: tuple[EntryToRead, ...]
    roles: Mapping[str, Role]
    plan: Plan
    names: Mapping[str, str]


@dataclass(frozen=True)
class Export:
    """An exported dossier: for whom and why, by whom and when. `entry` is the number of its entry in the logbook.

    `lines` are its contents. In the version for parents they have the reviewed texts, `left_out` is the number of
    entries left out, and `roles` replace the names of colleagues.
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
    lines: tuple[LogbookLine, ...]
    left_out: int = 0
    roles: Mapping[str, Role] | None = None


def answers_of(record: ActionSpec, version: Version, to: str, why: str) -> dict[str, Answer]:
    """Return the answers of the form with which a dossier is exported."""
    said = {Meaning.VERSION: version.value, Meaning.RECIPIENT: to, Meaning.REASON: why}
    return {record.id_of(meaning): answer for meaning, answer in said.items()}


def begin_export(
    uow: UnitOfWork, actor: Actor, command: RecordEntry, size: ReviewPageSize, now: datetime
) -> Export | ExportPage | None:
    """Export the dossier, or return the first page to review. None if this submission was exported before.

    The trace of reading is stored first (promise 6). Raises Refused or Invalid; then nothing is stored.
    """
    if uow.cases.find_submission(command.key):
        return None
    command = replace(command, exports=True, reviewed=True)
    context = _case_to_export(uow, actor, command, now)
    form = check_form(uow, actor, context, command, now)
    version, _, _ = _asked(form.spec, form.answers)
    if version is Version.WHOLE:
        context, trace = _store_trace(uow, context, form, command, now)
        return _export(uow, actor, build_case_view(uow, context, now), form, trace, now)
    view = build_case_view(uow, context, now)
    to_read = entries_to_read(uow, view, size.part)
    draft = {**form.typed, READ_OVER: tuple(entry.id for entry in to_read)}
    uow.drafts.save(command.key, actor.person.id, draft, now, context.stored.id)
    return pages(uow, view, to_read, size)[0]


def read_over_page(
    uow: UnitOfWork, actor: Actor, command: RecordEntry, page: int, size: ReviewPageSize, now: datetime
) -> Export | ExportPage | None:
    """Store the review of this page and return the next page; after the last one export the dossier."""
    if uow.cases.find_submission(command.key):
        return None
    draft = uow.drafts.find(command.key, actor.person.id, now)
    if draft is None:
        raise Refused("draft_gone")
    context = _case_to_export(uow, actor, command, now)
    view = build_case_view(uow, context, now)
    ids = set(draft[READ_OVER])
    to_read = [entry for entry in entries_to_read(uow, view, size.part) if entry.id in ids]
    all_pages = pages(uow, view, to_read, size)
    if not 0 <= page < len(all_pages):
        raise Refused("unknown_action")
    draft = {**draft, **_read_over(all_pages[page], command.answers, size.longest)}
    uow.drafts.save(command.key, actor.person.id, draft, now, context.stored.id)
    if page + 1 < len(all_pages):
        return all_pages[page + 1]
    return _export_for_parents(uow, actor, view, replace(command, answers=draft, exports=True, reviewed=True), now)


def note_failure(uow: UnitOfWork, actor: Actor, code: str, seq: int, words: str, now: datetime) -> None:
    """Record in the logbook that the file of this export did not arrive."""
    case = readable_case(uow, actor.person, code)
    uow.files.finish_export(case.id, seq)
    _correct(uow, case_context(uow, actor.person, case), seq, words, now)


def note_unfinished(uow: UnitOfWork, words: str, now: datetime, failed: Callable[[Exception], object]) -> None:
    """Record in the logbooks of interrupted exports that their files may not have arrived."""
    for giving in uow.files.interrupted_exports(now):
        uow.files.finish_export(giving.case, giving.entry)
        try:
            context = case_context(uow, uow.staff.get(giving.by), uow.cases.get(giving.case))
            _correct(uow, context, giving.entry, words, now)
        except Exception as error:  # one case that cannot be decrypted must not stop the others
            failed(error)


def _correct(uow: UnitOfWork, context: CaseContext, seq: int, words: str, now: datetime) -> None:
    record = context.plan.record_with(Effect.CORRECTS)
    role = acting_role(record, context.relation) or next(e.role for e in context.entries if e.seq == seq)
    field = record.id_of(Meaning.CORRECTION)
    author, number = context.person.id, context.stored.version + 1
    entry = Entry(number, record.id, author, role, now, {field: words} if field else {}, refers_to=seq)
    append_entry(uow, context, entry, f"{context.stored.code}/{seq}/failed")


def entries_to_read(uow: UnitOfWork, view: CaseView, longest_part: int) -> list[EntryToRead]:
    """Return the entries for parents, to be reviewed; entries about exports are left out."""
    masks, names = hints.Masks(), [person.name for person in uow.staff.of_school(view.context.school)]
    pupil = (view.context.pupil.first_name, view.context.pupil.last_name)

    def pieces(line: LogbookLine) -> Iterator[TextPart]:
        for field in _texts(line):
            typed = str(line.entry.answers[field.id])
            neutral = hints.masked_others(typed, pupil=pupil, known_names=names, words=masks)
            for place, part in enumerate(_parts(neutral, longest_part)):
                yield TextPart(f"{_id(line)}/{field.id}/{place}", field.id, place, field.label, part)

    shown = [line for line in view.lines if line.record.effect is not Effect.EXPORTS]
    return [EntryToRead(_id(line), line, tuple(pieces(line))) for line in shown]


def pages(uow: UnitOfWork, view: CaseView, entries: Sequence[EntryToRead], size: ReviewPageSize) -> list[ExportPage]:
    """Return the entries in pages of this size; at least one page."""
    found: list[list[EntryToRead]] = [[]]
    for entry in entries:
        parts = sum(len(one.pieces) for one in found[-1]) + len(entry.pieces)
        if found[-1] and (parts > size.parts or len(found[-1]) == size.entries):
            found.append([])
        found[-1].append(entry)
    roles, code, plan = _roles(uow, view.context), view.context.stored.code, view.context.plan
    return [ExportPage(code, n, len(found), tuple(page), roles, plan, view.names) for n, page in enumerate(found)]


def _case_to_export(uow: UnitOfWork, actor: Actor, command: RecordEntry, now: datetime) -> CaseContext:
    return read_case(uow, actor.person, readable_case(uow, actor.person, command.case), now)


def _store_trace(
    uow: UnitOfWork, context: CaseContext, form: FilledForm, command: RecordEntry, now: datetime
) -> tuple[CaseContext, Entry]:
    """Record for whom and why the dossier is exported, and that its file is pending."""
    context, _ = store_form(uow, context, form, command, now)
    trace = context.entries[-1]
    uow.files.begin_export(PendingExport(context.stored.id, trace.seq, trace.author), now + EXPORT_TIME)
    return context, trace


def _export(uow: UnitOfWork, actor: Actor, view: CaseView, form: FilledForm, trace: Entry, now: datetime) -> Export:
    version, to, why = _asked(form.spec, form.answers)
    school = uow.staff.school(view.context.school).name
    return Export(view, version, to, why, actor.person.name, trace.role, now, trace.seq, school, view.lines)


def _export_for_parents(uow: UnitOfWork, actor: Actor, view: CaseView, command: RecordEntry, now: datetime) -> Export:
    draft = command.answers
    form = check_form(uow, actor, view.context, command, now)
    context, trace = _store_trace(uow, view.context, form, command, now)
    given = _export(uow, actor, replace(view, context=context), form, trace, now)
    return _for_parents(uow, given, draft)


def _for_parents(uow: UnitOfWork, given: Export, draft: Answers) -> Export:
    wanted, left_out = set(draft[READ_OVER]), set(_left_out(draft))
    lines = [line for line in given.view.lines if _id(line) in wanted - left_out]
    adapted = tuple(_adapted(line, draft) for line in lines)
    return replace(given, lines=adapted, left_out=len(left_out), roles=_roles(uow, given.view.context))


def _adapted(line: LogbookLine, draft: Answers) -> LogbookLine:
    """The entry with its reviewed texts, without withheld fields."""
    told = (f for f in line.record.fields if f.id in line.entry.answers and not is_withheld(f, line.entry.answers))
    kept = {field.id: line.entry.answers[field.id] for field in told}
    for field in _texts(line):
        start = f"{_id(line)}/{field.id}/"
        parts = sorted(
            (int(key.removeprefix(start)), str(text)) for key, text in draft.items() if key.startswith(start)
        )
        kept[field.id] = "".join(text for _, text in parts)
    return replace(line, entry=replace(line.entry, answers=kept), appointment="")


def _read_over(page: ExportPage, answers: Answers, longest: int) -> dict[str, Answer]:
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


def _asked(record: ActionSpec, answers: Answers) -> tuple[Version, str, str]:
    version, to, why = (
        str(answers[record.id_of(meaning)]) for meaning in (Meaning.VERSION, Meaning.RECIPIENT, Meaning.REASON)
    )
    return Version(version), to, why


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


def _id(line: LogbookLine) -> str:
    return f"{line.code}/{line.entry.seq}"


def _roles(uow: UnitOfWork, context: CaseContext) -> dict[str, Role]:
    """The first role of each colleague in this case, which replaces their name."""
    staff = context.colleagues(context.staff(uow))
    return {id_: min(c.acts_as, key=list(Role).index) for id_, c in staff.items() if c.acts_as}
