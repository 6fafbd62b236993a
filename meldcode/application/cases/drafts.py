"""Use cases: what somebody typed in a form is kept while it is open, and they can go on with it later (promise 10)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from meldcode.application.actor import Actor
from meldcode.application.case_context import case_context, recordable_case, schools_to_report_in
from meldcode.application.case_people import plan_of, reads
from meldcode.application.cases.alarms.alarm import alarm_of
from meldcode.application.cases.alarms.form import alarm_draft, call_form, schools_to_call_in
from meldcode.application.cases.open_form import Begun, FormView, find_draft, form_asked, refilled, signal_form
from meldcode.application.cases.submission import RecordEntry, form_of
from meldcode.application.ports.drafts import Draft, DraftForm
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.access.rules import Permission, may, relation_to
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.errors import Refused
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.staff import Identity


@dataclass(frozen=True)
class OwnDraft:
    """A form that its author can go on with; without a `case`, it opens one. It is kept `until` then."""

    key: str
    record: ActionSpec
    case: str
    until: datetime


def keep_typed(uow: UnitOfWork, actor: Actor, command: RecordEntry, now: datetime) -> frozenset[str]:
    """Keep what an open form holds. Return the questions whose answers decide what else it asks.

    What comes in after the form was stored is not kept again. Raises Refused when they may not record this form.
    """
    case, record = _recorded_in(uow, actor, form_of(command))
    if uow.cases.find_submission(command.key) is None:
        author, about = actor.person.id, case.id if case else None
        uow.drafts.save(command.key, author, command.answers, now, about, form_of(command))
    return record.deciding if case else frozenset()


def keep_and_refill(
    uow: UnitOfWork, actor: Actor, command: RecordEntry, shown: Collection[str], answered: str, now: datetime
) -> FormView | None:
    """Keep what an open form holds. Return the form with the questions that these answers lead to.

    Returns None when the question that was just `answered` decides nothing. The fields that were not `shown` yet hold
    what they hold at first.
    """
    deciding = keep_typed(uow, actor, command, now)
    if answered and answered not in deciding:
        return None
    return refilled(uow, actor, Begun(command.record, command.case, command.refers_to, command.answers), shown, now)


def own_drafts(uow: UnitOfWork, actor: Actor, now: datetime) -> list[OwnDraft]:
    """The forms that the actor was filling in and may still save, the newest first."""
    found = [(draft, _form_of(uow, actor, draft)) for draft in uow.drafts.of(actor.person.id, now)]
    return [OwnDraft(draft.key, record, draft.form.case, draft.until) for draft, record in found if record]


def with_drafts(uow: UnitOfWork, identities: Collection[Identity], now: datetime) -> list[Identity]:
    """Return those of them who were filling in a form."""
    authors = uow.drafts.authors(now)
    return [one for one in identities if (person := uow.staff.by_identity(one)) and person.id in authors]


def go_on(uow: UnitOfWork, actor: Actor, key: str, now: datetime) -> tuple[Draft, FormView]:
    """Return one of those forms with what was typed in it. Raises Refused when it is gone or not theirs any more."""
    draft = next((one for one in uow.drafts.of(actor.person.id, now) if one.key == key), None)
    if draft is None or _form_of(uow, actor, draft) is None:
        raise Refused("draft_gone")
    form = draft.form
    if form.alarm:
        return draft, alarm_draft(uow, actor, key, form.alarm, now)
    if form.case:
        return draft, find_draft(uow, actor, key, form.record, form.case, form.refers_to, now)
    empty = call_form(uow, actor, now) if _is_call(uow, form) else signal_form(uow, actor, "", now)
    return draft, replace(empty, initial=draft.answers, has_draft=False)


def _is_call(uow: UnitOfWork, form: DraftForm) -> bool:
    lane = uow.plans.current().fast_lane
    return lane is not None and form.record == lane.id


def throw_away(uow: UnitOfWork, actor: Actor, key: str, now: datetime) -> list[OwnDraft]:
    """Delete one of those forms and its key. Return the others."""
    uow.drafts.delete(key, actor.person.id)
    return own_drafts(uow, actor, now)


def _form_of(uow: UnitOfWork, actor: Actor, draft: Draft) -> ActionSpec | None:
    """The form of the draft, if the actor may still record it (G1, G3, G12) and it was not stored meanwhile."""
    form = draft.form
    if uow.cases.find_submission(draft.key):
        return None
    try:
        case, record = _recorded_in(uow, actor, form)
        if case and reads(actor.person, case, plan_of(uow, case)):
            return form_asked(case_context(uow, actor.person, case), Begun(form.record, form.case, form.refers_to))
    except Refused:
        return None
    return record


def _recorded_in(uow: UnitOfWork, actor: Actor, form: DraftForm) -> tuple[CaseHeader | None, ActionSpec]:
    """The case of the form, if it has one, and what it records. Raises Refused when the actor may not record that."""
    person, plan = actor.person, uow.plans.current()
    if form.case:
        case = recordable_case(uow, person, form.case, form.record)
        plan = plan_of(uow, case)
        record = plan.records.get(form.record)
        if record and may(Permission.RECORD, relation_to(person, case), plan, record):
            return case, record
    elif form.alarm and plan.fast_lane:
        alarm_of(uow, actor, form.alarm)
        return None, plan.fast_lane
    elif _is_call(uow, form) and plan.fast_lane:
        schools_to_call_in(actor, plan)
        return None, plan.fast_lane
    elif schools_to_report_in(person, plan):
        return None, plan.opening
    raise Refused("unknown_action")
