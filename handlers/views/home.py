"""The Home tab: a person's worklist, with only case codes, steps and buttons (promise 4).

What waits for this person comes first. Names of colleagues may be shown, after the access check; names of pupils never.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby

from handlers.i18n import texts
from handlers.i18n.days import day, in_full, last_day, on_day
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.views import blocks as b
from handlers.views.actions import (
    DEPUTY,
    DEPUTY_OF,
    HOME_PAGE,
    MY_NAMES,
    SEARCH_FORM,
    acute_button,
    call_button,
    drafts_button,
    open_button,
    signal_button,
)
from handlers.views.paging import listing, turn_buttons
from handlers.views.pupils.school_year import school_year_menu
from handlers.views.school import figures
from handlers.views.staff.roles import missing_roles, one_for_two
from handlers.views.staff.working_days import working_days
from meldcode.application.home import CaseRow, Overview
from meldcode.application.worklists import Promise, Week
from meldcode.domain.calendar import DAY
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Deputy, Person
from meldcode.domain.worklist import Section

NEEDS_READER = (Section.URGENT, Section.WAITS)
DONE, TO_DO = "●", "○"
TITLES = {
    Section.URGENT: "home_urgent",
    Section.WAITS: "home_waiting",
    Section.WATCHES: "home_watching",
    Section.FOLLOWS: "home_following",
    Section.JOINED: "home_joined",
}
EMPTY = {
    Role.SCHOOL_LEADER: "home_empty_leader",
    Role.CARE_COORDINATOR: "home_empty_reader",
    Role.CONFIDANT: "home_empty_reader",
    Role.SAFEGUARDING_OFFICER: "home_empty_reader",
    Role.TEACHER: "home_empty_teacher",
    Role.CLUSTER_DIRECTOR: "home_empty_director",
}
"""What an empty tab explains, by role; the first role that somebody has counts."""


def home_view(overview: Overview) -> b.View:
    """Return the Home tab."""
    report = [signal_button()] if overview.may_report else []
    begun = [drafts_button()] if overview.has_drafts else []
    call = [call_button(overview.fast_lane)] if overview.fast_lane else []
    blocks = [*b.actions([*report, *begun, acute_button(), *call]), b.context(text("alarm_numbers"))]
    if overview.page == 0:
        blocks += [b.header(text("home_title", name=overview.person.name)), b.context(_own_roles(overview))]
    blocks += missing_roles(overview.missing_roles, overview.plan)
    blocks += one_for_two(overview.one_for_two, overview.plan)
    if overview.page == 0:
        blocks += b.actions(_find_buttons(overview))
    blocks += [*chain(*case_list(overview)), *_page_buttons(overview), *_away(overview)]
    names = [b.context(text("home_private"))] if overview.may_find else []
    return {"type": "home", "blocks": [*blocks, *names]}


def _find_buttons(overview: Overview) -> list[b.Block]:
    """The buttons to search and to list cases with names; those are shown in a modal only (promise 4)."""
    if not overview.may_find:
        return []
    return [
        b.button(text("search_button"), SEARCH_FORM, "search"),
        b.button(text("my_names_button"), MY_NAMES, "names"),
        *school_year_menu(overview.moving_up),
    ]


def problem_home(words: str) -> b.View:
    """Return a Home tab with the reason why it cannot be shown."""
    return {
        "type": "home",
        "blocks": [*b.actions([acute_button()]), b.context(text("alarm_numbers")), b.section(words)],
    }


def case_list(overview: Overview) -> Iterator[list[b.Block]]:
    """Yield a page of cases in groups of blocks: those that wait for this person, this week, then the others."""
    waiting = [row for row in overview.rows if row.section in NEEDS_READER]
    if not overview.counts:
        yield [b.section(_empty(overview))]
    elif not waiting and overview.page == 0 and not overview.late:
        yield [b.section(text("home_nothing_waits"))]
    yield from _rows(waiting, overview)
    yield from ([block] for block in _late(overview.late, overview.all_late))
    yield _week(overview)
    yield from figures(overview.schools, overview.plan)
    yield from _rows((row for row in overview.rows if row.section not in NEEDS_READER), overview)


def waiting_list(overview: Overview) -> list[b.Block]:
    """Return the first cases that wait for this person, or the sentence that none do."""
    if not overview.counts:
        return [b.section(_empty(overview))]
    waiting = [row for row in overview.rows if row.section in NEEDS_READER][: limits.WAITING]
    blocks = [*chain(*_rows(waiting, overview)), *_late(overview.late[: limits.WAITING], overview.all_late)]
    return blocks or [b.section(text("home_nothing_waits"))]


def _own_roles(overview: Overview) -> str:
    """What the reader is at which schools; schools where they are the same stand together."""
    places: dict[tuple[Role, ...], list[str]] = {}
    for membership in overview.person.memberships.values():
        if membership.roles:
            places.setdefault(tuple(sorted(membership.roles)), []).append(membership.school.name)
    said = [
        text("home_you", roles=texts.roles(roles, overview.plan, joined_by="and"), school=_some_of(names))
        for roles, names in places.items()
    ]
    return b.escape(listing(said, joined=" "))


def _some_of(names: list[str]) -> str:
    return texts.listed(names) if len(names) <= limits.NAMES else listing(names, joined=", ", most=limits.NAMES)


def _empty(overview: Overview) -> str:
    if any(school.steps for school in overview.schools):
        return text("home_empty_leader_counts")
    held = {role for membership in overview.person.memberships.values() for role in membership.roles}
    return text(next(words for role, words in EMPTY.items() if role in held))


def _rows(rows: Iterable[CaseRow], overview: Overview) -> Iterator[list[b.Block]]:
    for place, alike in groupby(rows, key=lambda row: row.section):
        shown = list(alike)
        is_others = place is Section.WATCHES and not all(row.is_own for row in shown)
        title = "home_watching_others" if is_others else TITLES[place]
        head = [b.header(text(title, count=str(overview.counts[place])))]
        for row in shown:
            yield [*head, b.section("\n".join(_row(row, overview)), accessory=open_button(row.case.code))]
            head = []


def _row(row: CaseRow, overview: Overview) -> Iterator[str]:
    """The lines of a case: its code, its step, and what is needed by when."""
    own = f" · {text('home_row_own')}" if row.is_own else ""
    yield text("home_row", code=row.case.code) + own + _responsible(row, overview.person)
    if row.section is Section.JOINED:
        yield text("case_joined", who=texts.roles(row.plan.record_with(Effect.JOINS).by, row.plan))
        return
    yield _bar(row.plan, row.case.step)
    if row.postponed and row.postponed.until > overview.today:
        day_ = in_full(row.postponed.until)
        yield b.escape(text("home_postponed", until=day_, author=row.postponed_by))
    needed = text("home_needed", record=row.record.title) if row.record else ""
    needed = text("home_others") if row.section is Section.FOLLOWS and row.due else needed
    until = last_day(row.due, overview.today) if row.due else ""
    if words := _needed_by(needed, until):
        yield b.escape(words)


def _responsible(row: CaseRow, reader: Person) -> str:
    if row.responsible is None:
        return ""
    is_reader = reader.id in {person.id for person in row.responsible.acting}
    names = b.escape(texts.people([row.responsible]))
    return f" · {text('home_row_you') if is_reader else text('home_row_responsible', names=names)}"


def _needed_by(needed: str, until: str) -> str:
    """What is needed and by when: one sentence, or two when the first is a question."""
    if needed and until and not needed.endswith("?"):
        return f"{needed}, {until}"
    return " ".join([needed, until[:1].upper() + until[1:]]).strip()


def _bar(plan: Plan, step_id: str) -> str:
    step, total = plan.step(step_id), max(step.number for step in plan.steps)
    bar = DONE * step.number + TO_DO * (total - step.number)
    return b.escape(text("home_bar", bar=bar, number=str(step.number), total=str(total), title=step.title))


def _week(overview: Overview) -> list[b.Block]:
    """What must be done this week, with a line for each day."""
    week = overview.week
    if week is None or not (week.due or week.promises):
        return []
    lines = [*_deadlines(week), *_promises(week), *([] if week.is_all else [text("home_week_more")])]
    return [b.header(text("home_week")), b.section(listing(lines))] if lines else []


def _late(late: Sequence[Promise], total: int) -> list[b.Block]:
    """These of all the appointments that are late, the longest first, each with the button to its case (S3.6)."""
    if not late:
        return []
    shown = [b.section(_late_line(one), accessory=open_button(one.code)) for one in late]
    return [b.header(text("home_late_title", count=str(total))), *shown]


def _late_line(one: Promise) -> str:
    said = {"code": one.code, "day": in_full(one.day), "late": texts.counted("late", one.late)}
    if one.owner is None:
        return text("home_late", **said)
    return text("home_late_other", **said, owner=b.escape(texts.people([one.owner])))


def _deadlines(week: Week) -> Iterator[str]:
    for due, alike in groupby(week.due, key=lambda one: max(one.due or week.today, week.today - DAY)):
        codes = ", ".join(one.code for one in alike)
        if due < week.today:
            yield text("home_week_overdue", codes=codes)
        else:
            words = last_day(due, week.today)
            yield text("home_week_due", day=words[0].upper() + words[1:], codes=codes)


def _promises(week: Week) -> Iterator[str]:
    """Those that are not late; the day of one is over if there was no school on it or since."""
    ahead = [one for one in week.promises if not one.late]
    for promised, alike in groupby(ahead, key=lambda one: one.day):
        codes = ", ".join(f"{code} ({count})" if count > 1 else code for code, count in _counted(alike))
        past = promised < week.today
        when = in_full(promised) if past else on_day(promised, week.today)
        yield text("home_week_promise_over" if past else "home_week_promise", day=when, codes=codes)


def _counted(promises: Iterable[Promise]) -> Iterator[tuple[str, int]]:
    """Each case once, with the number of its appointments."""
    yield from Counter(one.code for one in promises).items()


def _page_buttons(overview: Overview) -> list[b.Block]:
    """The buttons to the previous and the next page."""
    if overview.pages == 1:
        return []
    where = text("home_page", page=str(overview.page + 1), pages=str(overview.pages))
    return [*b.actions([*turn_buttons(HOME_PAGE, overview.page, overview.pages)]), b.context(where)]


def _away(overview: Overview) -> list[b.Block]:
    """Who stands in for whom, on which days the reader works, and the buttons to arrange it (G2, G5)."""
    button = b.button(text("home_deputy"), DEPUTY, "deputy")
    deputies = [
        b.section(b.escape(_stands_in(deputy, overview)), accessory=_change(deputy)) for deputy in overview.deputies
    ]
    if overview.page:
        return deputies
    return [b.divider(), b.section(text("home_away"), accessory=button), *deputies, working_days(overview.person)]


def _change(deputy: Deputy) -> b.Block:
    return b.button(text("deputy_edit"), f"{DEPUTY_OF}.{deputy.id}", str(deputy.id))


def _stands_in(deputy: Deputy, overview: Overview) -> str:
    return text(
        "home_stands_in",
        deputy=overview.names[deputy.deputy],
        person=overview.names[deputy.person],
        first=day(deputy.first_day),
        last=day(deputy.last_day),
    )
