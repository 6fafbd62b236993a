"""The form that asks on which days of the week somebody works, and its confirmation (G2)."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.i18n import texts
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.platform.forms.form_state import ANSWER
from handlers.views import blocks as b
from handlers.views.actions import WORKING_DAYS, WORKING_DAYS_FORM
from handlers.views.paging import listing, turned
from meldcode.domain.paging import page_of
from meldcode.domain.staff import SCHOOL_WEEK, Membership, Person


def working_days(person: Person) -> b.Block:
    """Return the line of the Home tab, with the button that opens the form."""
    lines = [_line(person, membership) for membership in _memberships(person)]
    button = b.button(text("working_days"), WORKING_DAYS, "working-days")
    return b.section(b.escape(listing(lines)), accessory=button)


def working_days_modal(person: Person, page: int = 0) -> b.View:
    """Return the form: the days of the week for each school, with a page of its own for so many schools."""
    shown = page_of(_memberships(person), page, limits.WORKING_DAYS)
    turn = turned(WORKING_DAYS, shown.number, shown.pages)
    return b.modal(
        text("working_days"),
        [b.section(text("working_days_explain")), *map(_input, shown.items), *turn],
        close=text("cancel"),
        submit=b.plain(text("save")),
        callback_id=WORKING_DAYS_FORM,
    )


def working_days_saved(person: Person) -> b.View:
    """Return the confirmation: on which days reminders come."""
    lines = [_line(person, membership) for membership in _memberships(person)]
    return b.modal(text("working_days"), [b.section(b.escape(listing(lines)))], close=text("close"))


def _memberships(person: Person) -> list[Membership]:
    return [membership for membership in person.memberships.values() if membership.roles]


def _line(person: Person, membership: Membership) -> str:
    works_always = membership.works.issuperset(SCHOOL_WEEK)
    days = text("working_days_all") if works_always else texts.listed(_names(sorted(membership.works)))
    one = len(_memberships(person)) == 1
    return text("working_days_now" if one else "working_days_at", days=days, school=membership.school.name)


def _names(days: Iterable[int]) -> list[str]:
    names = text("weekdays").split()
    return [names[day] for day in days]


def _input(membership: Membership) -> b.Block:
    options = [b.option(name, str(day)) for day, name in zip(SCHOOL_WEEK, _names(SCHOOL_WEEK), strict=True)]
    chosen = [options[day] for day in SCHOOL_WEEK if day in membership.works]
    element: b.Block = {"type": "checkboxes", "action_id": ANSWER, "options": options}
    element |= {"initial_options": chosen} if chosen else {}
    label = b.plain(text("working_days_label", school=membership.school.name))
    return {"type": "input", "block_id": str(membership.school.id), "label": label, "element": element}
