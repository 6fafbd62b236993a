"""Use cases that export a dossier: whole, for Veilig Thuis, or in the version for parents (promise 6).

The entry that says for whom and why is stored in the transaction that decrypts the contents. In the version for parents
other people are masked, and who reported is left out. A person reviews it page by page, changes texts and leaves out
entries. Those changes wait as an encrypted draft. Entries written after the review began are not included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from meldcode.application.actor import Actor
from meldcode.application.case_context import CaseContext, case_context, read_case, readable_case
from meldcode.application.case_people import plan_of
from meldcode.application.cases.append_entry import append_entry
from meldcode.application.cases.exports.exported import READ_OVER, Export, ExportPage
from meldcode.application.cases.exports.parents_copy import for_parents
from meldcode.application.cases.exports.read_over import ReviewPageSize
from meldcode.application.cases.exports.review import Review
from meldcode.application.cases.store_form import store_form
from meldcode.application.cases.submission import FilledForm, RecordEntry, check_form, form_of
from meldcode.application.cases.view_case import CaseView, build_case_view
from meldcode.application.ports.files import PendingExport
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import Permission, acting_role, may, relation_to
from meldcode.domain.case.state import Answer, Answers, Entry
from meldcode.domain.errors import Refused
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import Effect, Version
from meldcode.domain.plan.forms import Meaning

EXPORT_TIME = timedelta(minutes=15)
"""How long an export may take. After that it was probably interrupted."""


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
    reviewed = uow.drafts.find(command.key, actor.person.id, now) or {}  # when it was closed halfway
    review = Review.begin(build_case_view(uow, context, now), size, {**reviewed, **form.typed})
    return _show(uow, actor, command, review, 0, now)


def read_over_page(
    uow: UnitOfWork, actor: Actor, command: RecordEntry, page: int, size: ReviewPageSize, now: datetime
) -> Export | ExportPage | None:
    """Store the review of this page and return the next page; after the last one export the dossier."""
    if uow.cases.find_submission(command.key):
        return None
    draft = uow.drafts.find(command.key, actor.person.id, now)
    if draft is None or READ_OVER not in draft:
        raise Refused("draft_gone")
    context = _case_to_export(uow, actor, command, now)
    review = Review(build_case_view(uow, context, now), size, dict(draft))
    last = len(review.pages) - 1
    if not 0 <= page <= last:
        raise Refused("unknown_action")
    review.keep(page, command.answers)
    if page < last:
        return _show(uow, actor, command, review, page + 1, now)
    command = replace(command, answers=review.draft, exports=True, reviewed=True)
    return _export_for_parents(uow, actor, review.view, command, now)


def _show(uow: UnitOfWork, actor: Actor, command: RecordEntry, review: Review, page: int, now: datetime) -> ExportPage:
    """Return a page to review; the draft keeps it, and what was reviewed before."""
    shown, case = review.page(uow, page), review.view.context.stored.id
    uow.drafts.save(command.key, actor.person.id, review.draft, now, case, form_of(command))
    return shown


def refuse_unless_allowed(uow: UnitOfWork, actor: Actor, code: str) -> None:
    """Raise Refused if this person may not export the dossier any more: making the file takes a while (promise 5)."""
    case = readable_case(uow, actor.person, code)
    plan = plan_of(uow, case)
    record = plan.find_record(Effect.EXPORTS)
    if record is None or not may(Permission.RECORD, relation_to(actor.person, case), plan, record):
        raise Refused("no_such_case")


def note_failure(uow: UnitOfWork, exported: PendingExport, words: str, now: datetime) -> None:
    """Record in the logbook that the file of this export did not arrive, whatever its author may read by now."""
    uow.files.finish_export(exported.case, exported.entry)
    context = case_context(uow, uow.staff.get(exported.by), uow.cases.get(exported.case))
    _correct(uow, context, exported.entry, words, now)


def note_unfinished(uow: UnitOfWork, words: str, now: datetime, failed: Callable[[Exception], object]) -> None:
    """Record in the logbooks of interrupted exports that their files may not have arrived."""
    for exported in uow.files.interrupted_exports(now):
        try:
            note_failure(uow, exported, words, now)
        except Exception as error:  # one case that cannot be decrypted must not stop the others
            failed(error)


def _correct(uow: UnitOfWork, context: CaseContext, seq: int, words: str, now: datetime) -> None:
    record = context.plan.record_with(Effect.CORRECTS)
    role = acting_role(record, context.relation) or next(e.role for e in context.entries if e.seq == seq)
    field = record.id_of(Meaning.CORRECTION)
    author, number = context.person.id, context.stored.version + 1
    entry = Entry(number, record.id, author, role, now, {field: words} if field else {}, refers_to=seq)
    append_entry(uow, context, entry, f"{context.stored.code}/{seq}/failed")


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
    return for_parents(uow, given, draft)


def _asked(record: ActionSpec, answers: Answers) -> tuple[Version, str, str]:
    version, to, why = (
        str(answers[record.id_of(meaning)]) for meaning in (Meaning.VERSION, Meaning.RECIPIENT, Meaning.REASON)
    )
    return Version(version), to, why
