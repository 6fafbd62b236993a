"""Buttons, and the Home tab that holds them."""

from __future__ import annotations

from handlers import screens
from handlers.blocks import View
from handlers.commands import in_words, open_signal_form
from handlers.forms import FormRef, form_modal
from handlers.logbook import CORRECT, TURN_PAGE
from handlers.request import Request, Services
from meldcode import joining, reading
from meldcode.errors import Invalid, Refusal
from meldcode.recording import find_draft


async def answer(services: Services, request: Request) -> None:
    """Do what the clicked button says."""
    known = BUTTONS.get(request.action)
    if known is None:
        raise Refusal("unknown_action")
    await known(services, request)


async def show_problem(services: Services, request: Request, problem: Refusal | Invalid | str) -> None:
    """Say in a modal why it did not work."""
    view = screens.message_modal(in_words(problem))
    if request.is_in_modal:
        await services.client.views_push(trigger_id=request.trigger_id, view=view)
    else:
        await services.client.views_open(trigger_id=request.trigger_id, view=view)


async def show_home(services: Services, request: Request) -> None:
    """Show the Home tab to whoever opened it."""
    if request.event.get("tab", "home") == "home":
        await publish_home(services, request)


async def show_home_problem(services: Services, request: Request, problem: Refusal | Invalid | str) -> None:
    """Show on the Home tab why there is nothing to show."""
    view = screens.problem_home(in_words(problem))
    await services.client.views_publish(user_id=request.identity.user, view=view)


async def publish_home(services: Services, request: Request) -> None:
    """Bring this person's Home tab up to date."""
    overview = await services.office.run(lambda tx, _now: reading.overview(tx, request.identity))
    await services.client.views_publish(user_id=request.identity.user, view=screens.home_view(overview))


async def _open_case(services: Services, request: Request) -> None:
    view = await services.office.run(lambda tx, now: reading.open_case(tx, request.identity, request.value, now))
    await _show(services, request, screens.case_modal(view))


async def _turn_page(services: Services, request: Request) -> None:
    asked = request.values()
    code, page = str(asked.get("case", "")), int(asked.get("page", 0))
    view = await services.office.run(lambda tx, now: reading.open_case(tx, request.identity, code, now))
    await _show(services, request, screens.case_modal(view, page))


async def _show(services: Services, request: Request, view: View) -> None:
    """In a modal in place of what it shows, elsewhere in a new one."""
    if request.is_in_modal:
        await services.client.views_update(view_id=request.view["id"], hash=request.view.get("hash"), view=view)
    else:
        await services.client.views_open(trigger_id=request.trigger_id, view=view)


async def _new_signal(services: Services, request: Request) -> None:
    await open_signal_form(services, request)


async def _make_record(services: Services, request: Request) -> None:
    asked = request.values()
    await _push_form(services, request, str(asked.get("case", "")), str(asked.get("record", "")), 0)


async def _correct(services: Services, request: Request) -> None:
    asked = request.values()
    await _push_form(services, request, str(asked.get("case", "")), "", int(asked.get("refers_to", 0)))


async def _push_form(services: Services, request: Request, code: str, record: str, refers_to: int) -> None:
    form = await services.office.run(
        lambda tx, now: reading.record_form(tx, request.identity, code, record, refers_to, now)
    )
    open_view = services.client.views_push if request.is_in_modal else services.client.views_open
    await open_view(trigger_id=request.trigger_id, view=form_modal(form))


async def _adjust(services: Services, request: Request) -> None:
    """Back to the form, with everything in it ("Aanpassen")."""
    ref = FormRef.loaded(request.view.get("private_metadata", ""))
    form = await services.office.run(
        lambda tx, now: find_draft(tx, request.identity, request.submission_key, ref.record, ref.case, now)
    )
    await _show(services, request, form_modal(form, ref))


async def _acute(services: Services, request: Request) -> None:
    open_view = services.client.views_push if request.is_in_modal else services.client.views_open
    await open_view(trigger_id=request.trigger_id, view=screens.acute_modal())


async def _join(services: Services, request: Request) -> None:
    two = _two_cases(request)
    code = await services.office.run(lambda tx, now: joining.join(tx, two, now))
    await _show_joined(services, request, code)


async def _tell_apart(services: Services, request: Request) -> None:
    two = _two_cases(request)
    code = await services.office.run(lambda tx, now: joining.tell_apart(tx, two, now))
    await _show_joined(services, request, code)


async def _show_joined(services: Services, request: Request, code: str) -> None:
    services.wake()
    view = await services.office.run(lambda tx, now: reading.open_case(tx, request.identity, code, now))
    await _show(services, request, screens.case_modal(view))


def _two_cases(request: Request) -> joining.TwoCases:
    asked = request.values()
    return joining.TwoCases(
        request.identity, request.submission_key, str(asked.get("case", "")), str(asked.get("other", ""))
    )


BUTTONS = {
    screens.OPEN_CASE: _open_case,
    screens.NEW_SIGNAL: _new_signal,
    screens.MAKE_RECORD: _make_record,
    screens.ADJUST: _adjust,
    screens.ACUTE: _acute,
    screens.JOIN: _join,
    screens.TELL_APART: _tell_apart,
    CORRECT: _correct,
    TURN_PAGE: _turn_page,
}
