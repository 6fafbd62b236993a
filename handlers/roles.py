"""Who has which role in a school, and the form that gives and takes roles (`/meldcode rollen`)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from slack_sdk.errors import SlackApiError

from handlers import blocks as b
from handlers import texts
from handlers.forms import ANSWER, answers_of
from handlers.logbook import day
from handlers.request import Request, Services
from handlers.texts import text
from meldcode.access import BY_ROLE, Action
from meldcode.errors import Refusal
from meldcode.people import RoleChange
from meldcode.plan import Plan, Role
from meldcode.roles import Changed, ChangeRoles, Gap, RoleForm, RolesView, change_roles, role_form, see_roles

ROLES, GIVE_ROLE, ROLES_OF, ROLES_FORM = "roles", "give-role", "roles-of", "roles"
MOST_NAMES, MOST_CHANGES = 60, 10


def roles_button(school: str = "") -> b.Block:
    """The button that shows who has which role."""
    return b.button(text("roles_button"), ROLES, school or "roles")


def roles_modal(view: RolesView) -> b.View:
    """Who has which role, what each may read, and for whoever administers them the buttons to change that."""
    blocks = [
        *_choose_school(view),
        b.section(_own_line(view)),
        *(b.actions([_give_button(view, "")]) if view.may_administer else []),
        b.divider(),
        *(_role_block(view, role) for role in Role),
        *_changes(view),
        b.context(text("roles_private")),
    ]
    return b.modal(text("roles_title"), blocks, close=text("close"))


def missing_roles(gaps: Iterable[Gap]) -> list[b.Block]:
    """What the first school leader is led through: the roles that nobody has, and one button for each."""
    blocks: list[b.Block] = []
    for gap in gaps:
        blocks.append(b.section(text("roles_missing", school=b.escape(gap.school.name))))
        for role in gap.roles:
            words = f"*{texts.role(role)}*: {text(f'roles_does_{role}')}"
            button = _give(text("roles_choose"), str(gap.school.id), role)
            blocks.append(b.section(words, accessory=button))
    return blocks[:40]


def person_modal(school: str, role: str) -> b.View:
    """Whose roles are to change; choosing somebody shows the form."""
    element = {"type": "users_select", "action_id": ROLES_OF, "placeholder": b.plain(text("roles_who"))}
    explain = text("roles_pick_role", role=texts.role(role)) if role else text("roles_pick")
    blocks = [b.section(explain), {"type": "actions", "elements": [element]}]
    metadata = json.dumps({"school": school, "role": role})
    return b.modal(text("roles_change"), blocks, close=text("cancel"), private_metadata=metadata)


def form_modal(form: RoleForm, role: str = "", name: str = "") -> b.View:
    """The form of somebody's roles; `role` is ticked already, and `name` is what Slack calls somebody new."""
    ticked = form.roles if form.is_self else form.roles | ({Role(role)} if role else set())
    whose = text("roles_form_self") if form.is_self else text("roles_form", name=b.escape(form.name))
    seen = " ".join(sorted(form.roles))
    readers = texts.roles(form.plan.readers)
    blocks = [
        *([b.section(whose)] if form.name else [_name_input(name)]),
        _roles_input(form, ticked),
        _groups_input(form),
        b.section(text("roles_warning", readers=readers)),
        b.context(text("roles_told")),
    ]
    return b.modal(
        text("roles_change"),
        blocks,
        close=text("cancel"),
        submit=b.plain(text("save")),
        callback_id=ROLES_FORM,
        private_metadata=json.dumps({"school": str(form.school.id), "user": form.user, "seen": seen}),
    )


async def show(services: Services, request: Request) -> None:
    """Show who has which role: from a message or Home tab in a modal, in a modal in its place."""
    school = "" if request.value == ROLES else request.value
    view = await services.office.run(lambda tx, _now: see_roles(tx, request.identity, school))
    if request.is_in_modal:
        await services.client.views_update(view_id=request.view["id"], view=roles_modal(view))
    else:
        await services.client.views_open(trigger_id=request.trigger_id, view=roles_modal(view))


async def show_for_command(services: Services, request: Request, _rest: str) -> None:
    """Answer `/meldcode rollen`."""
    view = await services.office.run(lambda tx, _now: see_roles(tx, request.identity))
    await services.client.views_open(trigger_id=request.trigger_id, view=roles_modal(view))


async def give(services: Services, request: Request) -> None:
    """Ask whose roles are to change."""
    asked = request.values()
    open_view = services.client.views_push if request.is_in_modal else services.client.views_open
    view = person_modal(str(asked.get("school", "")), str(asked.get("role", "")))
    await open_view(trigger_id=request.trigger_id, view=view)


async def ask(services: Services, request: Request) -> None:
    """Show the form of whoever was chosen; somebody new is looked up in Slack after the acknowledgement."""
    asked = _metadata(request)
    school, role, user = asked.get("school", ""), asked.get("role", ""), request.value
    form = await services.office.run(lambda tx, _now: role_form(tx, request.identity, school, user))
    if form.name:
        await services.client.views_update(view_id=request.view["id"], view=form_modal(form, role))
        return
    waiting = b.modal(text("roles_change"), [b.section(text("roles_loading"))], close=text("cancel"))
    await services.client.views_update(view_id=request.view["id"], view=waiting)
    services.later(_show_form_of_newcomer(services, request.view["id"], form, role))


async def change(services: Services, request: Request) -> dict[str, Any]:
    """Store the roles, and say what changed and who was told."""
    asked, answers = _metadata(request), answers_of((request.view.get("state") or {}).get("values") or {})
    try:
        command = ChangeRoles(
            request.identity,
            asked["school"],
            asked["user"],
            frozenset(map(Role, answers.get("roles", ()))),
            frozenset(map(Role, asked.get("seen", "").split())),
            tuple(part.strip() for part in str(answers.get("groups", "")).split(",") if part.strip()),
            str(answers.get("name", "")),
        )
    except (KeyError, ValueError) as error:
        raise Refusal("unknown_action") from error
    changed = await services.office.run(lambda tx, now: change_roles(tx, command, now))
    services.wake()
    services.later(_refresh_below(services, request, command.school))
    return {"response_action": "update", "view": _changed_modal(changed)}


async def _show_form_of_newcomer(services: Services, view: str, form: RoleForm, role: str) -> None:
    try:
        said = (await services.client.users_info(user=form.user))["user"]
    except SlackApiError:
        said = {}
    if said.get("is_bot") or said.get("deleted"):
        shown = b.modal(text("roles_change"), [b.section(text("roles_no_person"))], close=text("close"))
    else:
        shown = form_modal(form, role, str(said.get("real_name") or ""))
    await services.client.views_update(view_id=view, view=shown)


async def _refresh_below(services: Services, request: Request, school: str) -> None:
    """Bring the overview under the form up to date; whoever laid down their last role sees none any more."""
    if request.below:
        view = await services.office.run(lambda tx, _now: see_roles(tx, request.identity, school))
        await services.client.views_update(view_id=request.below, view=roles_modal(view))


def _metadata(request: Request) -> dict[str, str]:
    try:
        found = json.loads(request.view.get("private_metadata", ""))
        return {str(name): str(value) for name, value in found.items()}
    except (ValueError, AttributeError) as error:
        raise Refusal("unknown_action") from error


def _choose_school(view: RolesView) -> list[b.Block]:
    if len(view.schools) == 1:
        return [b.header(view.school.name)]
    options = [b.option(school.name, str(school.id)) for school in view.schools[:100]]
    now = b.option(view.school.name, str(view.school.id))
    element = {"type": "static_select", "action_id": ROLES, "options": options, "initial_option": now}
    return [b.header(view.school.name), {"type": "actions", "elements": [element]}]


def _own_line(view: RolesView) -> str:
    membership = view.person.memberships[view.school.id]
    if not membership.own:
        return text("roles_yours_none")
    roles = texts.roles(sorted(membership.own), joined_by="and")
    return text("roles_yours", roles=roles, reads=_reads(view.plan, membership.own))


def _reads(plan: Plan, roles: Iterable[Role]) -> str:
    held = set(roles)
    if held & set(plan.readers):
        return text("roles_reads_all")
    return text("roles_reads_own" if held & set(plan.opening.by) else "roles_reads_nothing")


def _role_block(view: RolesView, role: Role) -> b.Block:
    people = [person.name for person in view.holders[role]]
    shown = b.escape(", ".join(people[:MOST_NAMES])) or text("roles_nobody")
    words = f"*{texts.role(role)}*: {shown}\n{text(f'roles_does_{role}')}"
    return b.section(words, accessory=_give_button(view, role) if view.may_administer else None)


def _give_button(view: RolesView, role: str) -> b.Block:
    return _give(text("roles_choose" if role else "roles_change"), str(view.school.id), role)


def _give(label: str, school: str, role: str) -> b.Block:
    action = f"{GIVE_ROLE}.{role}{school}"
    return b.button(label, action, json.dumps({"school": school, "role": role}))


def _changes(view: RolesView) -> list[b.Block]:
    if not view.changes:
        return []
    lines = [_change_line(view, change) for change in view.changes[:MOST_CHANGES]]
    return [b.divider(), b.section(f"*{text('roles_latest')}*\n" + "\n".join(lines))]


def _change_line(view: RolesView, change: RoleChange) -> str:
    code = "roles_was_given" if change.is_given else "roles_was_taken"
    by = view.names[change.by] if change.by else text("roles_by_file")
    words = text(code, person=view.names[change.person], role=texts.role(change.role), by=by, day=day(change.at))
    return b.escape(words)


def _name_input(name: str) -> b.Block:
    element = {"type": "plain_text_input", "action_id": ANSWER, "max_length": 80}
    element |= {"initial_value": name[:80]} if name else {}
    label, hint = b.plain(text("roles_name")), b.plain(text("roles_name_hint"))
    return {"type": "input", "block_id": "name", "label": label, "hint": hint, "element": element}


def _roles_input(form: RoleForm, ticked: Iterable[Role]) -> b.Block:
    options = {role: _role_option(form.plan, role) for role in Role}
    element: b.Block = {"type": "checkboxes", "action_id": ANSWER, "options": list(options.values())}
    if initial := [options[role] for role in Role if role in set(ticked)]:
        element["initial_options"] = initial
    label = b.plain(text("roles_label"))
    return {"type": "input", "block_id": "roles", "label": label, "element": element, "optional": True}


def _role_option(plan: Plan, role: Role) -> b.Block:
    also = f", {text('roles_administers')}" if role in BY_ROLE[Action.ADMINISTER] else ""
    return b.option(texts.role(role), role) | {"description": b.plain(f"{_reads(plan, [role])}{also}"[:75])}


def _groups_input(form: RoleForm) -> b.Block:
    element: b.Block = {"type": "plain_text_input", "action_id": ANSWER, "max_length": 200}
    element |= {"initial_value": ", ".join(form.groups)} if form.groups else {}
    label, hint = b.plain(text("roles_groups")), b.plain(text("roles_groups_hint"))
    block = {"type": "input", "block_id": "groups", "label": label, "hint": hint, "element": element}
    return block | {"optional": True}


def _changed_modal(changed: Changed) -> b.View:
    name = b.escape(changed.person.name)
    lines = []
    if changed.given:
        lines.append(text("roles_given", name=name, roles=texts.roles(changed.given, joined_by="and")))
    if changed.taken:
        lines.append(text("roles_taken", name=name, roles=texts.roles(changed.taken, joined_by="and")))
    if changed.told:
        lines.append(text("saved_told", people=b.escape(texts.listed([person.name for person in changed.told]))))
    blocks = [b.section("\n".join(lines or [text("roles_same", name=name)]))]
    return b.modal(text("roles_change"), blocks, close=text("close"))
