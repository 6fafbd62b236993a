"""Buttons, and the Home tab that holds them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from handlers.controllers import alarm, finding, readers, roles, school_year, talks
from handlers.controllers.commands import explain, in_words, last_page, open_signal_form
from handlers.controllers.deputies import show_deputy, stop_deputy
from handlers.controllers.forms import drafts
from handlers.controllers.working_days import show_working_days
from handlers.i18n.texts import text
from handlers.platform.forms.alarm_reference import AlarmRef
from handlers.platform.forms.form_reference import FormRef
from handlers.platform.forms.form_state import ANSWER, read_form
from handlers.platform.home_page import publish_tab, turn_home_page
from handlers.platform.request import Request
from handlers.platform.services import Services
from handlers.views import actions
from handlers.views.blocks import View, notice_modal
from handlers.views.case import case_modal
from handlers.views.forms import form_modal
from handlers.views.home import home_view, problem_home
from handlers.views.saved import saved_modal
from handlers.views.staff.deputies import deputy_modal
from meldcode.application.cases import open_form, view_case
from meldcode.application.cases.alarms.form import alarm_draft
from meldcode.application.cases.deny_presence import DenyPresence, deny_presence
from meldcode.application.cases.joining import merge
from meldcode.application.cases.record_entry import Saved, record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.domain.alarm import Response
from meldcode.domain.errors import Invalid, Refused


async def press_button(services: Services, request: Request) -> None:
    """Do what the clicked button says."""
    known = BUTTONS.get(request.action)
    if known is None:
        raise Refused("unknown_action")
    await known(services, request)


async def show_button_problem(services: Services, request: Request, problem: Refused | Invalid | str) -> None:
    """Say why it did not work; of an alarm, also whom to call.

    Nobody is disturbed while they fill in a form because that could not be kept: saving it tells them.
    """
    if request.is_typing or (request.action == ANSWER and isinstance(problem, str)):
        return
    numbers = ["\n" + text("alarm_numbers")] if request.action in ALARMS else []
    await explain(services, request, "".join([in_words(problem, services.administrator), *numbers]))


async def show_home(services: Services, request: Request) -> None:
    """Show the Home tab to the person who opened it."""
    if request.event.get("tab", "home") == "home":
        _publish(services, request, home_view(await services.execute(turn_home_page, request, 0)))


async def show_home_problem(services: Services, request: Request, problem: Refused | Invalid | str) -> None:
    """Show on the Home tab why there is nothing to show."""
    _publish(services, request, problem_home(in_words(problem, services.administrator)))


def _publish(services: Services, request: Request, view: View) -> None:
    """Publish after the acknowledgement, which waits for no call to Slack but those that open a modal."""
    services.later(_published(services, request, view))


async def _published(services: Services, request: Request, view: View) -> None:
    """Publish it; while Slack is away or busy, the publisher tries it again."""
    services.home_tabs.published(request.identity)
    try:
        await publish_tab(services.client, request.identity.user, view, problem_home(text("home_refused")))
    except Exception as error:
        services.home_tabs.failed(request.identity, error)
        raise


async def _open_case(services: Services, request: Request) -> None:
    await _show_case(services, request, await last_page(services, request, request.value))


async def _turn_page(services: Services, request: Request) -> None:
    asked = request.values()
    code, appointments = str(asked.get("case", "")), request.number("appointments")
    if "page" in asked:
        view = await services.execute_once(view_case.open_case, request, code)
        case = case_modal(view, request.number("page"), appointments)
    else:
        case = await last_page(services, request, code, appointments)
    await _show_case(services, request, case)


async def _show_case(services: Services, request: Request, case: View) -> None:
    """As `open_in_place`; an outdated view of the case below it is updated too."""
    await services.open_in_place(request, case)
    if request.is_in_modal and request.below:
        await services.client.views_update(view_id=request.below, view=case)


def _showing(view_of: Callable[[Services, Request], Awaitable[View]]) -> Callable[[Services, Request], Awaitable[None]]:
    """Show the view that this returns."""

    async def show(services: Services, request: Request) -> None:
        await services.open_in_place(request, await view_of(services, request))

    return show


async def _turn_home(services: Services, request: Request) -> None:
    if not request.value.isdecimal():
        raise Refused("unknown_action")
    seen = await services.execute_once(turn_home_page, request, int(request.value[:6]))
    _publish(services, request, home_view(seen))


async def _new_signal(services: Services, request: Request) -> None:
    await open_signal_form(services, request)


async def _make_record(services: Services, request: Request) -> None:
    asked = request.values()
    code, record = str(asked.get("case", "")), str(asked.get("record", ""))
    number = request.number("appointment") or request.number("refers_to")
    form = await services.execute_once(open_form.record_form, request, code, record, number)
    if form.record.is_one_click:
        await _record_at_once(services, request, form)
    else:
        await services.open_beside(request, form_modal(form))


async def _record_at_once(services: Services, request: Request, form: open_form.FormView) -> None:
    """Store what asks nothing, and show the outcome."""
    shown = request.view.get("hash") or form.seen
    key = f"{request.source}/{shown}/{form.record.id}/{form.case}"
    command = RecordEntry(key, form.record.id, {}, form.case, seen=form.seen)
    saved = await services.execute(record_entry, request, command)
    services.wake()
    if isinstance(saved, Saved):  # a form without questions has nothing to review
        await services.open_in_place(request, saved_modal(saved))


async def _correct(services: Services, request: Request) -> None:
    asked = request.values()
    number = request.number("refers_to")
    form = await services.execute_once(open_form.record_form, request, str(asked.get("case", "")), "", number)
    await services.open_beside(request, form_modal(form))


async def _deny(services: Services, request: Request) -> None:
    """Say that one did not take part in what an entry names one in, or does not agree with it."""
    asked = request.values()
    command = DenyPresence(str(asked.get("case", "")), request.number("entry"), str(asked.get("says", "")))
    code, said = await services.execute(deny_presence, request, command)
    services.wake()
    if request.is_in_modal:
        await _show_case(services, request, await last_page(services, request, code))
    else:
        await services.open_beside(request, notice_modal(text(f"said_{said.effect}", code=code)))


async def _more_appointments(services: Services, request: Request) -> None:
    """Ask about one more appointment in the form that is open; what was typed stays ("Nog een afspraak")."""
    ref, command = read_form(request)
    if not request.value.isdecimal():
        raise Refused("unknown_action")
    begun = open_form.Begun(command.record, command.case, command.refers_to, command.answers)
    form = await services.execute_once(open_form.refilled, request, begun, drafts.inputs_of(request.view))
    await services.open_in_place(request, form_modal(form, replace(ref, appointments=int(request.value[:2]))))


async def _adjust(services: Services, request: Request) -> None:
    """Show the draft as a form again ("Aanpassen")."""
    ref, _ = read_form(request)
    await services.open_in_place(request, form_modal(await _draft(services, request, ref), replace(ref, same_as="")))


async def _draft(services: Services, request: Request, ref: FormRef) -> open_form.FormView:
    if ref.alarm:
        return await services.execute_once(alarm_draft, request, ref.key(request), AlarmRef.loaded(ref.alarm))
    wanted = ref.key(request), ref.record, ref.case, ref.refers_to
    return await services.execute_once(open_form.find_draft, request, *wanted)


async def _answer(services: Services, request: Request) -> None:
    """Keep what the form holds, and show the questions that the answer that was just given leads to."""
    if view := await drafts.keep_and_ask(services, request, request.field):
        await services.client.views_update(view_id=request.view["id"], hash=request.view.get("hash"), view=view)


async def _deputy(services: Services, request: Request) -> None:
    await services.open_beside(request, deputy_modal())


async def _join(services: Services, request: Request) -> None:
    code = await services.execute(merge.merge_cases, request, _two_cases(request))
    await _show_joined(services, request, code)


async def _tell_apart(services: Services, request: Request) -> None:
    code = await services.execute(merge.mark_as_different_pupils, request, _two_cases(request))
    await _show_joined(services, request, code)


async def _show_joined(services: Services, request: Request, code: str) -> None:
    services.wake()
    await _show_case(services, request, await last_page(services, request, code))


def _two_cases(request: Request) -> merge.TwoCases:
    asked = request.values()
    case, other = str(asked.get("case", "")), str(asked.get("other", ""))
    return merge.TwoCases(f"{request.submission_key}/{case}/{other}", case, other)


ALARMS = (actions.GOING, actions.CALLING, actions.FALSE_ALARM, actions.ALARM, actions.RECORD_ALARM)
BUTTONS = {
    actions.OPEN_CASE: _open_case,
    actions.NEW_SIGNAL: _new_signal,
    actions.MAKE_RECORD: _make_record,
    actions.ADJUST: _adjust,
    actions.MORE_APPOINTMENTS: _more_appointments,
    ANSWER: _answer,
    actions.DRAFTS: _showing(drafts.list_drafts),
    actions.GO_ON: _showing(drafts.go_on),
    actions.THROW_AWAY: _showing(drafts.throw_away),
    actions.ACUTE: alarm.press_acute,
    actions.GOING: alarm.answer(Response.GOING),
    actions.CALLING: alarm.answer(Response.CALLING),
    actions.FALSE_ALARM: alarm.end,
    actions.RECORD_ALARM: alarm.record,
    actions.RECORD_CALL: alarm.record_call,
    actions.DEPUTY: _deputy,
    actions.DEPUTY_OF: show_deputy,
    actions.DEPUTY_STOP: stop_deputy,
    actions.WORKING_DAYS: show_working_days,
    actions.ALARM: alarm.show_who,
    actions.PREPARE: talks.show_preparation,
    actions.PRINT: talks.print_preparation,
    actions.JOIN: _join,
    actions.TELL_APART: _tell_apart,
    actions.CORRECT: _correct,
    actions.DENY: _deny,
    actions.TURN_PAGE: _turn_page,
    actions.READERS: readers.show_readers,
    actions.UNUSUAL: readers.show_unusual_readers,
    actions.ROLES: roles.show_roles,
    actions.GIVE_ROLE: roles.choose_person,
    actions.ROLES_OF: roles.show_role_form,
    actions.HOME_PAGE: _turn_home,
    actions.SEARCH_FORM: finding.open_search,
    actions.MY_NAMES: finding.list_own,
    actions.SEARCH_PAGE: finding.turn_search_page,
    actions.OPEN_FOUND: finding.open_found,
    actions.SCHOOL_YEAR: school_year.open_school_year,
    actions.SCHOOL_YEAR_PAGE: school_year.turn_school_year_page,
    actions.HISTORY: finding.open_history,
    actions.HISTORY_PAGE: finding.turn_history_page,
    actions.PARENTS_COPY: finding.open_parents_copy,
    actions.OTHER_CASE: finding.ask_other_case,
}
