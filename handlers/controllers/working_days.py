"""The form "Mijn werkdagen" (G2)."""

from __future__ import annotations

from typing import Any

from handlers.platform.forms.form_state import answers_of
from handlers.platform.request import Request
from handlers.platform.services import Services
from handlers.views.staff.working_days import working_days_modal, working_days_saved
from meldcode.application.staff.working_days import SetWorkingDays, see_working_days, set_working_days
from meldcode.domain.errors import Refused


async def show_working_days(services: Services, request: Request) -> None:
    """Show the form with the days as they are."""
    person = await services.query(see_working_days, request)
    if request.is_in_modal and request.value.isdecimal():
        view = working_days_modal(person, int(request.value[:6]))
        await services.client.views_update(view_id=request.view["id"], view=view)
        return
    await services.client.views_open(trigger_id=request.trigger_id, view=working_days_modal(person))


async def submit_working_days(services: Services, request: Request) -> dict[str, Any]:
    """Store the days, and confirm them."""
    answers = answers_of((request.view.get("state") or {}).get("values") or {})
    try:
        days = {school: frozenset(map(int, chosen)) for school, chosen in answers.items()}
    except ValueError as error:
        raise Refused("unknown_action") from error
    person = await services.execute_once(set_working_days, request, SetWorkingDays(days))
    return {"response_action": "update", "view": working_days_saved(person)}
