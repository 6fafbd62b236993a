"""Who has which role in a school, and the form that changes roles (`/meldcode rollen`)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from handlers.i18n import texts
from handlers.i18n.days import day
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.platform.forms.form_state import ANSWER
from handlers.views import blocks as b
from handlers.views.actions import GIVE_ROLE, ROLES, ROLES_FORM, ROLES_OF
from handlers.views.paging import listing
from meldcode.application.staff.roles import LONGEST_NAME, Changed, MissingRoles, OneForTwo, RoleForm, RolesView
from meldcode.domain.access.rules import BY_ROLE, Permission
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import RoleChange


def roles_button(school: str = "") -> b.Block:
    """The button that shows who has which role."""
    return b.button(text("roles_button"), ROLES, school or "roles")


def roles_modal(view: RolesView) -> b.View:
    """Return who has which role and what each role may read, with buttons to change roles for administrators."""
    blocks = [
        *_choose_school(view),
        b.section(_own_line(view)),
        *(b.actions([_give_button(view, "")]) if view.may_administer else []),
        b.divider(),
        *(_role_block(view, role) for role in _shown(view)),
        *_changes(view),
        b.context(text("roles_private", roles=_who_see_changes(view.plan))),
    ]
    return b.modal(text("roles_title"), blocks, close=text("close"))


def missing_roles(missing: Iterable[MissingRoles], plan: Plan) -> list[b.Block]:
    """Return the roles that nobody has, with a button to fill each."""
    blocks: list[b.Block] = []
    for one in missing:
        blocks.append(b.section(text("roles_missing", school=b.escape(one.school.name))))
        for role in one.roles:
            words = f"*{texts.role(role, plan)}*: {text(f'roles_does_{role}')}"
            button = _give(text("roles_choose"), str(one.school.id), role)
            blocks.append(b.section(words, accessory=button))
    return blocks


def one_for_two(found: Iterable[OneForTwo], plan: Plan) -> list[b.Block]:
    """Return who has roles for which the plan asks two people, and what to do about that (G12)."""
    blocks = []
    for one in found:
        roles = texts.roles(one.roles, plan, joined_by="and")
        said = text("roles_double", school=b.escape(one.school.name), name=b.escape(one.person.name), roles=roles)
        blocks.append(b.section(said))
    return blocks


def person_modal(school: str, role: str) -> b.View:
    """Return the question whose roles are to change; choosing somebody shows the form."""
    element = {"type": "users_select", "action_id": ROLES_OF, "placeholder": b.plain(text("roles_who"))}
    explain = text("roles_pick_role", role=texts.role(role)) if role else text("roles_pick")
    blocks = [b.section(explain), {"type": "actions", "elements": [element]}]
    metadata = json.dumps({"school": school, "role": role})
    return b.modal(text("roles_change"), blocks, close=text("cancel"), private_metadata=metadata)


def role_form_modal(form: RoleForm, role: str = "", name: str = "", *, is_guest: bool = False) -> b.View:
    """Return the form of a person's roles. `role` is ticked already; `name` is the Slack name of somebody new.

    A guest of the workspace needs a confirmation.
    """
    ticked = form.roles if form.is_self else form.roles | ({Role(role)} if role else set())
    whose = text("roles_form_self") if form.is_self else text("roles_form", name=b.escape(form.name))
    readers = texts.roles(form.plan.reader_roles, form.plan)
    blocks = [
        *([b.section(whose)] if form.name else [_name_input(name)]),
        *([_guest_input()] if is_guest else []),
        _roles_input(form, ticked),
        _groups_input(form),
        b.section(text("roles_warning", readers=readers)),
        b.context(text("roles_told", coordinator=texts.role(Role.CARE_COORDINATOR, form.plan))),
    ]
    return b.modal(
        text("roles_change"),
        blocks,
        close=text("cancel"),
        submit=b.plain(text("save")),
        callback_id=ROLES_FORM,
        private_metadata=json.dumps({"school": str(form.school.id), "user": form.user, "seen": sorted(form.roles)}),
    )


def _who_see_changes(plan: Plan) -> str:
    seeing = [role for role in Role if role in BY_ROLE[Permission.SEE_ROLE_CHANGES]]
    return texts.roles(seeing, plan, joined_by="and")


def _choose_school(view: RolesView) -> list[b.Block]:
    if len(view.schools) == 1:
        return [b.header(view.school.name)]
    options = [b.option(school.name, str(school.id)) for school in view.schools]
    element = b.select(ROLES, options, str(view.school.id))
    return [b.header(view.school.name), {"type": "actions", "elements": [element]}]


def _own_line(view: RolesView) -> str:
    membership = view.person.memberships[view.school.id]
    if not membership.own:
        return text("roles_yours_none")
    roles = texts.roles(sorted(membership.own), view.plan, joined_by="and")
    return text("roles_yours", roles=roles, reads=_reads(view.plan, membership.own))


def _reads(plan: Plan, roles: Iterable[Role]) -> str:
    held = set(roles)
    if reading := [role for role in plan.reader_roles if role in held]:
        steps = [texts.reads_when(plan, role) for role in reading]
        return text("roles_reads_some", steps=steps[0]) if all(steps) else text("roles_reads_all")
    return text("roles_reads_own" if held & set(plan.opening.by) else "roles_reads_nothing")


def _shown(view: RolesView) -> list[Role]:
    """The plan's roles, and any other that somebody still has."""
    return [role for role in Role if role in view.plan.roles or view.holders[role]]


def _role_block(view: RolesView, role: Role) -> b.Block:
    people = [b.escape(person.name) for person in view.holders[role]]
    shown = listing(people, joined=", ", room=limits.LISTING // 2) or text("roles_nobody")
    deputies = listing(_deputies(view, role), most=limits.ROLE_CHANGES, room=limits.LISTING // 2)
    lines = [f"*{texts.role(role, view.plan)}*: {shown}", text(f"roles_does_{role}"), deputies]
    return b.section(
        "\n".join(filter(None, lines)), accessory=_give_button(view, role) if view.may_administer else None
    )


def _deputies(view: RolesView, role: Role) -> list[str]:
    """Who stands in for the holders of the role, today or later."""
    holders = {person.id for person in view.holders[role]}
    return [
        b.escape(
            text(
                "roles_deputy",
                person=view.names[one.deputy],
                replaced=view.names[one.person],
                first=day(one.first_day),
                last=day(one.last_day),
            )
        )
        for one in view.deputies
        if one.person in holders
    ]


def _give_button(view: RolesView, role: str) -> b.Block:
    return _give(text("roles_choose" if role else "roles_change"), str(view.school.id), role)


def _give(label: str, school: str, role: str) -> b.Block:
    action = f"{GIVE_ROLE}.{role}{school}"
    return b.button(label, action, json.dumps({"school": school, "role": role}))


def _changes(view: RolesView) -> list[b.Block]:
    if not view.changes:
        return []
    lines = [_change_line(view, change) for change in view.changes]
    return [b.divider(), b.section(f"*{text('roles_latest')}*\n" + listing(lines))]


def _change_line(view: RolesView, change: RoleChange) -> str:
    if change.stands_in_for:
        code = "roles_was_lent" if change.is_given else "roles_was_lent_no_more"
    else:
        code = "roles_was_given" if change.is_given else "roles_was_taken"
    by = view.names[change.by] if change.by else text("roles_by_file")
    words = text(
        code,
        person=view.names[change.person],
        role=texts.role(change.role, view.plan),
        by=by,
        day=day(change.at),
        replaced=view.names[change.stands_in_for] if change.stands_in_for else "",
        first=day(change.first_day) if change.first_day else "",
        last=day(change.last_day) if change.last_day else "",
    )
    return b.escape(words)


def _name_input(name: str) -> b.Block:
    element = {"type": "plain_text_input", "action_id": ANSWER, "max_length": LONGEST_NAME}
    element |= {"initial_value": name[:LONGEST_NAME]} if name else {}
    label, hint = b.plain(text("roles_name")), b.plain(text("roles_name_hint"))
    return {"type": "input", "block_id": "name", "label": label, "hint": hint, "element": element}


def _guest_input() -> b.Block:
    element = {"type": "checkboxes", "action_id": ANSWER, "options": [b.option(text("roles_guest_sure"), "sure")]}
    label, hint = b.plain(text("roles_guest")), b.plain(text("roles_guest_hint"))
    return {"type": "input", "block_id": "guest", "label": label, "hint": hint, "element": element}


def _roles_input(form: RoleForm, ticked: Iterable[Role]) -> b.Block:
    offered = [role for role in Role if role in form.plan.roles or role in form.roles]
    options = {role: _role_option(form.plan, role) for role in offered}
    element: b.Block = {"type": "checkboxes", "action_id": ANSWER, "options": list(options.values())}
    if initial := [options[role] for role in offered if role in set(ticked)]:
        element["initial_options"] = initial
    label = b.plain(text("roles_label"))
    return {"type": "input", "block_id": "roles", "label": label, "element": element, "optional": True}


def _role_option(plan: Plan, role: Role) -> b.Block:
    also = f", {text('roles_administers')}" if role in BY_ROLE[Permission.ADMINISTER] else ""
    return b.option(texts.role(role, plan), role) | {
        "description": b.plain(f"{_reads(plan, [role])}{also}"[: limits.OPTION])
    }


def _groups_input(form: RoleForm) -> b.Block:
    element: b.Block = {"type": "plain_text_input", "action_id": ANSWER, "max_length": 200}
    element |= {"initial_value": ", ".join(form.groups)} if form.groups else {}
    label, hint = b.plain(text("roles_groups")), b.plain(text("roles_groups_hint"))
    block = {"type": "input", "block_id": "groups", "label": label, "hint": hint, "element": element}
    return block | {"optional": True}


def changed_modal(changed: Changed) -> b.View:
    """Return the confirmation: which roles were given and taken, and who was notified."""
    name = b.escape(changed.person.name)
    lines = []
    if changed.given:
        lines.append(_role_change("roles_given", name, changed.given, changed.plan))
    if changed.taken:
        lines.append(_role_change("roles_taken", name, changed.taken, changed.plan))
    if changed.notified:
        lines.append(text("saved_told", people=b.escape(texts.listed([person.name for person in changed.notified]))))
    blocks = [b.section("\n".join(lines or [text("roles_same", name=name)]))]
    return b.modal(text("roles_change"), blocks, close=text("close"))


def _role_change(code: str, name: str, changed: Collection[Role], plan: Plan) -> str:
    return texts.counted(code, len(changed), name=name, roles=texts.roles(changed, plan, joined_by="and"))
