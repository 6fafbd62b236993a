"""Requests about roles: `/meldcode rollen`, its buttons and its form."""

from __future__ import annotations

import json
from typing import Any

from slack_sdk.errors import SlackApiError

from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.platform.forms.form_state import answers_of
from handlers.platform.members import Member, member_of
from handlers.platform.request import Request
from handlers.platform.services import Services
from handlers.platform.slack_errors import Meaning, meaning_of
from handlers.views import blocks as b
from handlers.views.actions import ROLES
from handlers.views.staff.roles import changed_modal, person_modal, role_form_modal, roles_modal
from meldcode.application.staff.roles import ChangeRoles, RoleForm, change_roles, role_form, see_roles
from meldcode.domain.errors import Refused
from meldcode.domain.plan.roles import Role
from meldcode.domain.typed_text import without_group_word


async def show_roles(services: Services, request: Request) -> None:
    """Show who has which role: in place of the open modal, or from a message or Home tab in a new one."""
    school = "" if request.value == ROLES else request.value
    view = await services.execute(see_roles, request, school, limits.ROLE_CHANGES)
    await services.open_in_place(request, roles_modal(view))


async def show_roles_for_command(services: Services, request: Request, _rest: str) -> None:
    """Answer `/meldcode rollen`."""
    view = await services.execute(see_roles, request, "", limits.ROLE_CHANGES)
    await services.client.views_open(trigger_id=request.trigger_id, view=roles_modal(view))


async def choose_person(services: Services, request: Request) -> None:
    """Ask whose roles to change."""
    asked = request.values()
    view = person_modal(str(asked.get("school", "")), str(asked.get("role", "")))
    await services.open_beside(request, view)


async def show_role_form(services: Services, request: Request) -> None:
    """Show the form of the chosen person. Somebody unknown is looked up in Slack after the acknowledgement."""
    asked = _metadata(request)
    school, role, user = asked.get("school", ""), asked.get("role", ""), request.value
    form = await services.query(role_form, request, school, user)
    if form.name:
        await services.client.views_update(view_id=request.view["id"], view=role_form_modal(form, role))
        return
    waiting = b.modal(text("roles_change"), [b.section(text("roles_loading"))], close=text("cancel"))
    await services.client.views_update(view_id=request.view["id"], view=waiting)
    services.show_later(request.view["id"], _form_of_newcomer(services, form, role), _why_not("roles_not_found"))


async def submit_roles(services: Services, request: Request) -> dict[str, Any]:
    """Store the roles; confirm what changed and who was notified."""
    asked, answers = _metadata(request), answers_of((request.view.get("state") or {}).get("values") or {})
    try:
        command = ChangeRoles(
            asked["school"],
            asked["user"],
            frozenset(map(Role, answers.get("roles", ()))),
            _seen(request),
            tuple(filter(None, map(without_group_word, str(answers.get("groups", "")).split(",")))),
            str(answers.get("name", "")),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise Refused("unknown_action") from error
    changed = await services.execute_once(change_roles, request, command)
    services.wake()
    services.later(_refresh_below(services, request, command.school))
    return {"response_action": "update", "view": changed_modal(changed)}


async def _form_of_newcomer(services: Services, form: RoleForm, role: str) -> b.View:
    said = await _asked_of_slack(services, form.user)
    member = member_of(said)
    if member is Member.NOBODY:
        return _why_not("roles_no_person")
    return role_form_modal(form, role, str(said.get("real_name") or ""), is_guest=member is Member.GUEST)


def _why_not(why: str) -> b.View:
    return b.modal(text("roles_change"), [b.section(text(why))], close=text("close"))


async def _asked_of_slack(services: Services, user: str) -> dict[str, Any]:
    """What Slack says of the account; nothing of one that it does not know."""
    try:
        said: dict[str, Any] = (await services.client.users_info(user=user))["user"]
    except SlackApiError as error:
        if meaning_of(error) is Meaning.NOBODY:
            return {}
        raise
    return said


async def _refresh_below(services: Services, request: Request, school: str) -> None:
    """Update the overview below the form. Somebody who laid down their last role no longer sees it."""
    if request.below:
        view = await services.execute(see_roles, request, school, limits.ROLE_CHANGES)
        await services.client.views_update(view_id=request.below, view=roles_modal(view))


def _seen(request: Request) -> frozenset[Role]:
    """The roles that the form showed as theirs. A form opened before an update of the program has them in one text."""
    seen = json.loads(request.view["private_metadata"]).get("seen", [])
    return frozenset(map(Role, seen.split() if isinstance(seen, str) else seen))


def _metadata(request: Request) -> dict[str, str]:
    try:
        found = json.loads(request.view.get("private_metadata", ""))
        return {str(name): str(value) for name, value in found.items()}
    except (ValueError, AttributeError) as error:
        raise Refused("unknown_action") from error
