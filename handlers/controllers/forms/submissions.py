"""Submitted forms. The answer is the acknowledgement, so it follows the commit (promise 1)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from handlers.controllers import export, finding, roles, school_year
from handlers.controllers.alarm import say_where
from handlers.controllers.commands import in_words
from handlers.controllers.deputies import submit_deputy, submit_period
from handlers.controllers.forms.drafts import inputs_of, keep_and_ask, keep_refused
from handlers.controllers.working_days import submit_working_days
from handlers.i18n import texts
from handlers.platform.forms.form_reference import FormRef
from handlers.platform.forms.form_state import first_input, read_form
from handlers.platform.request import Request
from handlers.platform.services import Replayed, Services
from handlers.views.actions import (
    ALARM_PLACE,
    CHOOSE_CASE,
    DEPUTY_FORM,
    DEPUTY_PERIOD,
    EXPORT,
    FIND_OTHER,
    FORM,
    READ_OVER,
    REVIEW,
    ROLES_FORM,
    SCHOOL_YEAR_FORM,
    SEARCH,
    WHICH_PUPIL,
    WORKING_DAYS_FORM,
)
from handlers.views.blocks import notice_modal
from handlers.views.exports.review import review_modal
from handlers.views.forms import form_modal
from handlers.views.pupils.which_pupil import which_pupil_modal
from handlers.views.saved import saved_modal
from meldcode.application.cases.open_form import FormView
from meldcode.application.cases.pupils.same_pupil import WhichPupil
from meldcode.application.cases.record_entry import Saved, record_draft, record_entry, record_for_pupil
from meldcode.domain.errors import Invalid, Refused

Answer = dict[str, Any]


async def submit_form(services: Services, request: Request) -> Answer:
    """Store a form, or the draft that was reviewed, and show the outcome."""
    callback = request.view.get("callback_id", "")
    if callback in OTHERS:
        return await OTHERS[callback](services, request)
    store = {FORM: record_entry, REVIEW: record_draft, WHICH_PUPIL: record_for_pupil}.get(callback)
    if store is None:
        raise Refused("unknown_action")
    ref, command = read_form(request)
    outcome = await services.execute(store, request, command)
    if isinstance(outcome, Saved):
        services.wake()
        if ref.begun_as:
            services.home_tabs.changed(request.identity)
        return {"response_action": "update", "view": saved_modal(outcome)}
    if isinstance(outcome, FormView):
        here = ref if outcome.is_asked_whose else FormRef(outcome.record.id, outcome.case, outcome.seen)
        return {"response_action": "update", "view": form_modal(outcome, replace(here, begun_as=command.key))}
    if isinstance(outcome, WhichPupil):
        return {"response_action": "update", "view": which_pupil_modal(outcome, ref)}
    return {"response_action": "update", "view": review_modal(outcome, ref)}


async def show_form_problem(services: Services, request: Request, problem: Refused | Invalid | str) -> Answer:
    """Show problems at their fields; a problem of the whole form is shown at its text. What was typed stays.

    A question that is not in the form yet, because the answer that leads to it was just given, is asked now.
    """
    if isinstance(problem, Invalid):
        errors = {found.field: texts.problem(found) for found in reversed(problem.problems)}
    else:
        errors = {first_input(request.view): in_words(problem, services.administrator, "trouble_form")}
    callback, shown = request.view.get("callback_id"), inputs_of(request.view)
    if here := {field: words for field, words in errors.items() if field in shown}:
        if callback in (FORM, EXPORT) and not isinstance(problem, str):
            await keep_refused(services, request)
        return {"response_action": "errors", "errors": here}
    if isinstance(problem, Invalid) and callback == FORM:
        with suppress(Replayed):
            again = await keep_and_ask(services, request)
            if again and errors.keys() <= inputs_of(again):
                return {"response_action": "update", "view": again}
    how = "update" if request.is_third else "push"
    return {"response_action": how, "view": notice_modal(" ".join(errors.values()))}


OTHERS = {
    ALARM_PLACE: say_where,
    DEPUTY_FORM: submit_deputy,
    DEPUTY_PERIOD: submit_period,
    WORKING_DAYS_FORM: submit_working_days,
    ROLES_FORM: roles.submit_roles,
    EXPORT: export.begin_export,
    READ_OVER: export.turn_export_page,
    SCHOOL_YEAR_FORM: school_year.submit_school_year,
    SEARCH: finding.submit_search,
    FIND_OTHER: finding.submit_other_case,
    CHOOSE_CASE: finding.submit_two_cases,
}
"""The callbacks of forms that other controllers answer."""
