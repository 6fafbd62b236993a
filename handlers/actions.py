"""Buttons, and the Home tab that holds them."""

from __future__ import annotations

from handlers import home, readers, roles, screens
from handlers.blocks import View
from handlers.commands import alarmed, in_words, open_signal_form
from handlers.forms import FormRef, form_modal
from handlers.logbook import CORRECT, TURN_PAGE
from handlers.messages import ALARM
from handlers.request import Request, Services, once
from handlers.staff import deputy_modal
from meldcode import joining, reading
from meldcode.danger import who_raised
from meldcode.errors import Invalid, Refusal


async def answer(services: Services, request: Request) -> None:
    """Do what the clicked button says."""
    known = BUTTONS.get(request.action)
    if known is None:
        raise Refusal("unknown_action")
    await known(services, request)


async def show_problem(services: Services, request: Request, problem: Refusal | Invalid | str) -> None:
    """Say in a modal why it did not work."""
    await _open_beside(services, request, screens.message_modal(in_words(problem)))


async def show_home(services: Services, request: Request) -> None:
    """Show the Home tab to whoever opened it."""
    if request.event.get("tab", "home") == "home":
        await publish_home(services, request, 0)


async def show_home_problem(services: Services, request: Request, problem: Refusal | Invalid | str) -> None:
    """Show on the Home tab why there is nothing to show."""
    _publish(services, request, home.problem_home(in_words(problem)))


async def publish_home(services: Services, request: Request, page: int) -> None:
    """Bring this person's Home tab up to date, at this page."""
    seen = await services.office.run(lambda tx, now: reading.home(tx, request.identity, now, page))
    _publish(services, request, home.home_view(seen))


def _publish(services: Services, request: Request, view: View) -> None:
    """After the acknowledgement: no call of Slack's comes before it but those that open a modal."""
    services.later(services.client.views_publish(user_id=request.identity.user, view=view))


async def _open_case(services: Services, request: Request) -> None:
    view = await services.office.run(
        once(request, lambda tx, now: reading.open_case(tx, request.identity, request.value, now))
    )
    await _show_case(services, request, screens.case_modal(view))


async def _turn_page(services: Services, request: Request) -> None:
    asked = request.values()
    code, page = str(asked.get("case", "")), int(asked.get("page", 0))
    view = await services.office.run(once(request, lambda tx, now: reading.open_case(tx, request.identity, code, now)))
    await _show_case(services, request, screens.case_modal(view, page))


async def _show_case(services: Services, request: Request, case: View) -> None:
    """As `_show`; an older picture of the case that lies below is brought up to date too."""
    await _show(services, request, case)
    if request.is_in_modal and request.below:
        await services.client.views_update(view_id=request.below, view=case)


async def _show(services: Services, request: Request, view: View) -> None:
    """In a modal in place of what it shows, elsewhere in a new one."""
    if request.is_in_modal:
        await services.client.views_update(view_id=request.view["id"], hash=request.view.get("hash"), view=view)
    else:
        await services.client.views_open(trigger_id=request.trigger_id, view=view)


async def _turn_home(services: Services, request: Request) -> None:
    if not request.value.isdecimal():
        raise Refusal("unknown_action")
    await publish_home(services, request, int(request.value[:6]))


async def _new_signal(services: Services, request: Request) -> None:
    await open_signal_form(services, request)


async def _make_record(services: Services, request: Request) -> None:
    asked = request.values()
    await _show_form(services, request, str(asked.get("case", "")), str(asked.get("record", "")), 0)


async def _correct(services: Services, request: Request) -> None:
    asked = request.values()
    await _show_form(services, request, str(asked.get("case", "")), "", int(asked.get("refers_to", 0)))


async def _show_form(services: Services, request: Request, code: str, record: str, refers_to: int) -> None:
    form = await services.office.run(
        once(request, lambda tx, now: reading.record_form(tx, request.identity, code, record, refers_to, now))
    )
    if request.is_in_modal and request.below:  # Slack stacks no more than three, and a colleague may go on all day
        await services.client.views_update(view_id=request.view["id"], view=form_modal(form))
    else:
        await _open_beside(services, request, form_modal(form))


async def _adjust(services: Services, request: Request) -> None:
    """Back to the form, with everything in it ("Aanpassen")."""
    ref = FormRef.loaded(request.view.get("private_metadata", ""))
    form = await services.office.run(
        lambda tx, now: reading.find_draft(
            tx, request.identity, ref.key(request), ref.record, ref.case, ref.refers_to, now
        )
    )
    await _show(services, request, form_modal(form, ref))


async def _acute(services: Services, request: Request) -> None:
    case = "" if request.value == screens.ACUTE else request.value
    await _open_beside(services, request, await alarmed(services, request, case))


async def _alarm(services: Services, request: Request) -> None:
    """Show who raised the alarm, to those who were alerted."""
    raised_by, _, raised_at = request.value.partition(" ")
    person = await services.office.run(lambda tx, _now: who_raised(tx, request.identity, raised_by))
    await _open_beside(services, request, screens.alarm_modal(person, raised_at))


async def _deputy(services: Services, request: Request) -> None:
    await _open_beside(services, request, deputy_modal())


async def _open_beside(services: Services, request: Request, view: View) -> None:
    """On top of the modal that is open, or as a modal of its own."""
    open_view = services.client.views_push if request.is_in_modal else services.client.views_open
    await open_view(trigger_id=request.trigger_id, view=view)


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
    view = await services.office.run(once(request, lambda tx, now: reading.open_case(tx, request.identity, code, now)))
    await _show_case(services, request, screens.case_modal(view))


def _two_cases(request: Request) -> joining.TwoCases:
    asked = request.values()
    case, other = str(asked.get("case", "")), str(asked.get("other", ""))
    return joining.TwoCases(request.identity, f"{request.submission_key}/{case}/{other}", case, other)


BUTTONS = {
    screens.OPEN_CASE: _open_case,
    screens.NEW_SIGNAL: _new_signal,
    screens.MAKE_RECORD: _make_record,
    screens.ADJUST: _adjust,
    screens.ACUTE: _acute,
    screens.DEPUTY: _deputy,
    ALARM: _alarm,
    screens.JOIN: _join,
    screens.TELL_APART: _tell_apart,
    CORRECT: _correct,
    TURN_PAGE: _turn_page,
    readers.READERS: readers.show,
    readers.UNUSUAL: readers.show_unusual,
    roles.ROLES: roles.show,
    roles.GIVE_ROLE: roles.give,
    roles.ROLES_OF: roles.ask,
    home.HOME_PAGE: _turn_home,
}
