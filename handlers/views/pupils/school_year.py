"""The screen on which all open cases of a school get their new groups and teachers (G10)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from handlers.i18n import texts
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.platform.forms.form_state import ANSWER
from handlers.views import blocks as b
from handlers.views.actions import SCHOOL_YEAR, SCHOOL_YEAR_FORM, SCHOOL_YEAR_PAGE
from handlers.views.pupils.names import pupil_name
from meldcode.application.school_year import REASON, MovedUp, MovingCase, SchoolYear, fields_of
from meldcode.domain.case.school_year import is_last_group
from meldcode.domain.staff import School


def school_year_menu(schools: Sequence[School]) -> list[b.Block]:
    """Return the button that opens the list; of who may do this in several schools, the menu to choose one."""
    if len(schools) < 2:  # noqa: PLR2004 - one school is not chosen
        return [b.button(text("school_year"), SCHOOL_YEAR, str(school.id)) for school in schools]
    options = [b.option(school.name, str(school.id)) for school in schools[: limits.OPTIONS]]
    menu = {"type": "static_select", "action_id": SCHOOL_YEAR, "placeholder": b.plain(text("school_year"))}
    return [menu | {"options": options}]


def school_year_modal(year: SchoolYear) -> b.View:
    """Return a page of the list. Only the last one applies it all."""
    if not year.cases:
        return b.modal(text("school_year"), [b.section(text("school_year_none"))], close=text("close"))
    is_last = year.page + 1 == year.pages
    blocks = [b.section(b.escape(text("school_year_explain", school=year.school.name, count=str(year.total))))]
    blocks += [] if year.page else [_reason(year)]
    blocks += [block for one in year.cases for block in _case(one)]
    return b.modal(
        text("school_year"),
        [*blocks, *_pages(year), b.context(text("search_private"))],
        close=text("cancel"),
        submit=b.plain(text("school_year_apply" if is_last else "school_year_next")),
        callback_id=SCHOOL_YEAR_FORM,
        private_metadata=json.dumps({"school": str(year.school.id), "page": year.page, "is_last": is_last}),
    )


def waiting_modal() -> b.View:
    """Return what is shown while the cases are changed."""
    return b.modal(text("school_year"), [b.section(text("answer_waiting"))], close=text("close"), clear_on_close=True)


def moved_up_modal(moved: MovedUp) -> b.View:
    """Return the confirmation."""
    lines = [text("school_year_done", count=str(moved.changed), total=str(moved.total))]
    lines += [text("school_year_told")] if moved.changed else []
    return b.modal(text("school_year"), [b.section("\n".join(lines))], close=text("close"), clear_on_close=True)


def _reason(year: SchoolYear) -> b.Block:
    element = _text(year.reason or text("school_year_reason_first"), 300)
    return _input(REASON, "school_year_reason", element)


def _case(one: MovingCase) -> Iterator[b.Block]:
    """The pupil with the group and teachers until now, and the questions what they become."""
    pupil, group, teachers = one.named.pupil, *fields_of(one.named.case.code)
    lines = [
        f"{pupil_name(pupil)} · {text('case', code=one.named.case.code)}",
        text("school_year_now", group=b.isolated(pupil.group), teachers=texts.listed(list(one.teachers))),
        *([text("school_year_last")] if is_last_group(pupil.group) else []),
    ]
    yield {"type": "section", "text": b.plain("\n".join(lines))}
    yield _input(group, "school_year_group", _text(one.group, 12))
    chosen = {"initial_users": list(one.users)} if one.users else {}
    yield _input(teachers, "school_year_teachers", {"type": "multi_users_select", "action_id": ANSWER, **chosen})


def _text(given: str, most: int) -> b.Block:
    return {"type": "plain_text_input", "action_id": ANSWER, "max_length": most, "initial_value": given}


def _input(name: str, label: str, element: b.Block) -> b.Block:
    return {"type": "input", "block_id": name, "label": b.plain(text(label)), "element": element}


def _pages(year: SchoolYear) -> list[b.Block]:
    if year.pages == 1:
        return []
    back = [b.button(text("home_previous"), SCHOOL_YEAR_PAGE, str(year.page - 1))] if year.page else []
    return [*b.actions(back), b.context(text("search_page", page=str(year.page + 1), pages=str(year.pages)))]
