"""The form with which somebody arranges who stands in for them (G5), and who left the workspace."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers import blocks as b
from handlers.forms import ANSWER, answers_of
from handlers.logbook import day
from handlers.request import Request, Services, once
from handlers.texts import text
from meldcode import staffing
from meldcode.ports import Transaction
from meldcode.staffing import Appoint, Appointed, appoint_deputy

DEPUTY_FORM = "deputy"
_FIELDS = {"person": "users_select", "deputy": "users_select", "first_day": "datepicker", "last_day": "datepicker"}


def deputy_modal() -> b.View:
    """The form: who is away, who stands in, from when to when."""
    return b.modal(
        text("deputy_title"),
        [b.section(text("deputy_explain")), *(_input(name, kind) for name, kind in _FIELDS.items())],
        close=text("cancel"),
        submit=b.plain(text("save")),
        callback_id=DEPUTY_FORM,
    )


async def appoint(services: Services, request: Request) -> dict[str, Any]:
    """Store who stands in for whom, and say so."""
    answers = answers_of((request.view.get("state") or {}).get("values") or {})
    given = {name: str(answers.get(name, "")) for name in _FIELDS}
    command = Appoint(who=request.identity, key=request.submission_key, **given)
    appointed = await services.office.run(lambda tx, now: appoint_deputy(tx, command, now))
    services.wake()
    return {"response_action": "update", "view": _appointed_modal(appointed)}


async def leave_or_return(services: Services, request: Request) -> None:
    """Somebody's language may be another, or their account closed or open again: no case waits for who is gone (G5)."""
    user, who = request.event.get("user"), request.identity
    if not isinstance(user, dict):
        return

    def change(tx: Transaction, now: datetime) -> None:
        if "deleted" in user:
            staffing.leave_or_return(tx, who, is_gone=bool(user["deleted"]), now=now)

    await services.office.run(once(request, change))  # an event that is played again ends here
    await services.languages.keep(who, str(user.get("locale") or ""))
    services.wake()


def _input(name: str, kind: str) -> b.Block:
    block: b.Block = {
        "type": "input",
        "block_id": name,
        "label": b.plain(text(f"deputy_{name}")),
        "element": {"type": kind, "action_id": ANSWER},
        "optional": name == "person",
    }
    return block | {"hint": b.plain(text("deputy_person_hint"))} if name == "person" else block


def _appointed_modal(appointed: Appointed) -> b.View:
    words = text(
        "deputy_saved",
        deputy=b.escape(appointed.deputy.name),
        person=b.escape(appointed.person.name),
        first=day(appointed.first_day),
        last=day(appointed.last_day),
    )
    return b.modal(text("deputy_title"), [b.section(words)], close=text("close"), clear_on_close=True)
