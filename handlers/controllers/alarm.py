"""Acute danger (G4): raise the alarm, say where, answer it, take it back. 112 is shown whatever fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from handlers.i18n.texts import text
from handlers.platform.errors import log_error
from handlers.platform.forms.alarm_reference import AlarmRef
from handlers.platform.forms.form_state import answers_of
from handlers.platform.reply import reply
from handlers.platform.request import Request
from handlers.platform.services import Services
from handlers.views import actions
from handlers.views.alarm import acute_blocks, acute_modal, alarm_modal
from handlers.views.forms import form_modal
from meldcode.application.cases.alarms import alarm as use_cases
from meldcode.application.cases.alarms.alarm import RaiseAlarm
from meldcode.application.cases.alarms.form import alarm_form, call_form
from meldcode.application.cases.alarms.view import AlarmView
from meldcode.domain.alarm import Response
from meldcode.domain.errors import Refused

Answer = dict[str, Any]


async def press_acute(services: Services, request: Request) -> None:
    """Alert at once, then show what to do now; when Slack opens no modal, say it in a message."""
    view = await _raised(services, request, "" if request.value == actions.ACUTE else request.value)
    try:
        await services.open_beside(request, acute_modal(view))
    except Exception as error:
        log_error(error, "alarm")
        await reply(services, request, {"text": text("alarm_numbers"), "blocks": acute_blocks(view)})


async def acute_command(services: Services, request: Request, _rest: str) -> Answer | None:
    """Do the same for `/meldcode acuut`; when Slack opens no modal, the answer of the command says it."""
    view = await _raised(services, request, "")
    try:
        await services.client.views_open(trigger_id=request.trigger_id, view=acute_modal(view))
    except Exception as error:
        log_error(error, "alarm")
        return {"text": text("alarm_numbers"), "blocks": acute_blocks(view)}
    return None


async def _raised(services: Services, request: Request, case: str) -> AlarmView | None:
    """Raise the alarm. One that cannot be raised in the case is raised without it; None when that fails too."""
    for code in dict.fromkeys((case, "")):
        command = RaiseAlarm(request.id, code)
        try:
            view = await services.execute(use_cases.raise_alarm, request, command)
        except Refused as refused:
            log_error(refused, "alarm")
            continue
        except Exception as error:
            log_error(error, "alarm")
            return None
        services.wake()
        return view
    return None


async def say_where(services: Services, request: Request) -> Answer:
    """Tell who were alerted where to go."""
    ref = _ref(request.view.get("private_metadata", ""))
    answers = answers_of((request.view.get("state") or {}).get("values") or {})
    place = str(answers.get("place", ""))
    view = await services.execute_once(use_cases.say_where, request, ref, place)
    services.wake()
    return {"response_action": "update", "view": acute_modal(view)}


async def end(services: Services, request: Request) -> None:
    """Take back a false alarm. Messages show it by themselves; a modal is brought up to date."""
    ref = _ref(request.value)
    view = await services.execute(use_cases.end_alarm, request, ref)
    services.wake()
    if request.is_in_modal:
        await services.client.views_update(view_id=request.view["id"], view=acute_modal(view))


def answer(response: Response) -> Callable[[Services, Request], Awaitable[None]]:
    """Return what a button does with which somebody who was alerted says what they do."""

    async def answered(services: Services, request: Request) -> None:
        ref = _ref(request.value)
        await services.execute_once(use_cases.answer_alarm, request, ref, response)
        services.wake()

    return answered


async def record(services: Services, request: Request) -> None:
    """Open the form that records what was done about an alarm, and whom it is about."""
    form = await services.execute_once(alarm_form, request, _ref(request.value))
    await services.open_beside(request, form_modal(form))


async def record_call(services: Services, request: Request) -> None:
    """Open the form that records that 112 or Veilig Thuis was called, and whom it is about."""
    form = await services.execute_once(call_form, request)
    await services.client.views_open(trigger_id=request.trigger_id, view=form_modal(form))


async def show_who(services: Services, request: Request) -> None:
    """Show who raised the alarm, to those who were alerted."""
    ref = _ref(request.value)
    person = await services.query(use_cases.who_raised, request, ref.raised_by)
    await services.open_beside(request, alarm_modal(person, ref.raised_at))


def _ref(value: str) -> AlarmRef:
    try:
        return AlarmRef.loaded(value)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused("unknown_action") from error
