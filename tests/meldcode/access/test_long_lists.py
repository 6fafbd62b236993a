"""Every list on a screen, ten times as long as it may be: Slack takes the screen, and what is left out is said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from handlers.platform import limits
from handlers.platform.forms.form_reference import FormRef
from handlers.views import blocks as b
from handlers.views.alarm import acute_modal, render_alarm
from handlers.views.case import case_modal
from handlers.views.drafts import drafts_modal
from handlers.views.forms import form_modal
from handlers.views.home import home_view
from handlers.views.logbook import logbook
from handlers.views.messages.reminders import render_reminders
from handlers.views.pupils.history import history_modal
from handlers.views.pupils.which_pupil import which_pupil_modal
from handlers.views.readers import readers_modal, unusual_modal
from handlers.views.saved import saved_modal
from handlers.views.staff.roles import changed_modal, role_form_modal, roles_modal
from handlers.views.staff.working_days import working_days, working_days_modal
from meldcode.application.actor import actor_of
from meldcode.application.cases.alarms.view import AlarmView
from meldcode.application.cases.drafts import OwnDraft
from meldcode.application.cases.open_form import FormView
from meldcode.application.cases.pupils.same_pupil import WhichPupil
from meldcode.application.cases.readers import ReadersView, ReadKind, ReadLine, Unusual, UnusualView
from meldcode.application.cases.record_entry import Saved
from meldcode.application.cases.view_case import CaseView, OpenAppointment
from meldcode.application.finding.history import PupilHistory
from meldcode.application.home import overview
from meldcode.application.jobs.current import CurrentReminder
from meldcode.application.messages.alarms import AlarmInCase
from meldcode.application.messages.reminders import StepReminder, Waiting
from meldcode.application.staff.roles import Changed, MissingRoles, OneForTwo, RoleForm
from meldcode.domain.alarm import Alarm, Answer, Response
from meldcode.domain.case.appointments import Appointment
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Deputy, Membership, Person, School, WithDeputies
from practice.blocks.surfaces import is_too_large, is_too_long, message_problems, view_problems
from tests.meldcode.playing import FATIMA, KARIN, Play
from tests.on_screen import read
from tests.payloads import RECORDED

NAME = "é" * 80
WHEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SPAN = re.compile(r"(\d+) tot (\d+) van")
pytestmark = pytest.mark.rule("G2")


def numbered(count: int, words: str = NAME) -> list[str]:
    return [f"{number}{words}"[:80] for number in range(count)]


def people(count: int) -> list[Person]:
    return [Person(uuid4(), name) for name in numbered(count)]


def schools(count: int) -> list[School]:
    return [School(uuid4(), f"Basisschool {number}", "noord") for number in range(count)]


def words(view: object) -> str:
    return read(json.dumps(view, ensure_ascii=False))


def taken(view: b.View) -> b.View:
    """The view, which Slack takes."""
    assert view_problems(view, "home" if view["type"] == "home" else "modal") == []
    assert not is_too_large(view)
    return view


def delivered(blocks: list[b.Block]) -> list[b.Block]:
    assert message_problems(blocks) == []
    assert not is_too_long(blocks)
    return blocks


@pytest.fixture
def case(play: Play) -> CaseView:
    play.signal(what="é" * 3000)
    play.reach("watch", decision="no_report")
    return play.opens(KARIN)


def many(items: Iterable[Any], count: int = 80) -> tuple[Any, ...]:
    return tuple(items) * count


def test_a_case_with_all_its_lists(case: CaseView) -> None:
    header, keeper = case.context.stored, WithDeputies(people(1)[0], tuple(people(3)))
    appointments = [
        OpenAppointment(Appointment(n, 1, keeper.person.id, date(2026, 3, 2), NAME), (keeper,), 3) for n in range(80)
    ]
    full = replace(
        case,
        lines=many(case.lines),
        appointments=tuple(appointments),
        same_pupil=many([header]),
        groups={header.id: "é" * 20},
        siblings=many([header]),
        newer=many(line.entry for line in case.lines),
        excluded=tuple(numbered(80)),
        stand_ins=many([(NAME, Role.CONFIDANT)]),
        owed=case.doable,
    )
    assert "Er zijn nog 75 dossiers met deze naam" in words(taken(case_modal(full)))
    seen = [words(taken(case_modal(full, None, page))) for page in range(10)]
    assert "Pagina 1 van 10" in seen[0] and "Pagina 10 van 10" in seen[9]
    assert case_modal(full)["blocks"][-1]["type"] == "context", "the foot is not cut off"


def test_each_entry_of_a_logbook_is_on_one_of_its_pages(case: CaseView) -> None:
    full = replace(case, lines=many(case.lines, 20))
    pages = [words(logbook(full, page)) for page in range(1 + len(full.lines))]
    spans = dict.fromkeys(SPAN.findall(page)[0] for page in pages)
    shown = [number for first, last in spans for number in range(int(first), int(last) + 1)]
    assert shown == [*range(1, len(full.lines) + 1)] and len(spans) > 1


@pytest.mark.rule("S4.1")
def test_every_form_below_a_long_logbook(play: Play, case: CaseView) -> None:
    full = replace(case, lines=many(case.lines))
    for record in play.plan.records.values():
        alone = FormView(record, play.plan, {}, "26-2222", schools=tuple(schools(1000)))
        owed = tuple(play.plan.records.values())
        shown = taken(form_modal(replace(alone, logbook=full, shown=full, newer=full, owed=owed)))
        assert asked(shown) == asked(taken(form_modal(alone))), "no question is cut off"
        assert shown["blocks"][-1]["type"] == "context", "nor is the foot"


def asked(form: b.View) -> list[str]:
    return [block["block_id"] for block in form["blocks"] if block["type"] == "input"]


def test_a_pupil_with_many_cases(case: CaseView) -> None:
    found = PupilHistory(many([case]), replace(case, lines=many(case.lines)), {})
    assert "Er zijn nog 72 dossiers met deze naam" in words(taken(history_modal(found)))
    question = WhichPupil(case.context.plan.opening, many([case.context]))
    [chosen] = [
        block for block in taken(which_pupil_modal(question, FormRef("signal")))["blocks"] if "element" in block
    ]
    assert len(chosen["element"]["options"]) == 81


def test_a_home_tab_with_all_its_lists(play: Play) -> None:
    for _ in range(12):
        play.signal()
    with play.transaction() as uow:
        seen = overview(uow, actor_of(uow, KARIN.identity), limits.HOME, play.now)
    [school] = schools(1)
    holder = people(1)[0]
    full = replace(
        seen,
        person=in_schools(seen.person, 200),
        missing_roles=tuple(
            MissingRoles(school, (Role.CARE_COORDINATOR, Role.CONFIDANT, Role.SCHOOL_LEADER))
            for _ in range(limits.HOME.missing)
        ),
        one_for_two=(OneForTwo(school, holder, (Role.CARE_COORDINATOR, Role.SCHOOL_LEADER)),) * limits.HOME.doubles,
        deputies=tuple(
            Deputy(school.id, holder.id, holder.id, date(2026, 3, 2), date(2026, 3, 3), at)
            for at in range(limits.HOME.deputies)
        ),
        names={holder.id: NAME},
    )
    shown = words(taken(home_view(full)))
    assert "en nog" in shown


def in_schools(person: Person, count: int) -> Person:
    roles = frozenset(Role)
    places = {school.id: Membership(school, roles, own=roles) for school in schools(count)}
    return replace(person, memberships=places)


def test_working_days_in_many_schools() -> None:
    person = in_schools(people(1)[0], 10 * limits.WORKING_DAYS)
    seen = [taken(working_days_modal(person, page)) for page in range(10)]
    assert [id_ for view in seen for id_ in asked(view)] == [str(school) for school in person.memberships]
    assert "en nog" in words(working_days(person))
    delivered([working_days(person)])


def test_roles_in_a_large_school(play: Play) -> None:
    view = play.sees_roles(FATIMA)
    some = schools(1000)
    member = next(iter(view.person.memberships.values()))
    holders = {role: tuple(people(600)) for role in Role}
    names = {person.id: person.name for persons in holders.values() for person in persons}
    deputies = tuple(Deputy(view.school.id, person, person, date(2026, 3, 2), date(2026, 3, 3)) for person in names)
    full = replace(
        view, schools=(*some, view.school), holders=holders, names={**view.names, **names}, deputies=deputies
    )
    shown = taken(roles_modal(full))
    assert "en nog" in words(shown)
    menu = next(one for block in shown["blocks"] for one in block.get("elements", []) if one["type"] == "static_select")
    offered = [option["value"] for group in menu["option_groups"] for option in group["options"]]
    assert offered == [str(school.id) for school in full.schools]
    assert menu["initial_option"]["value"] == str(member.school.id)
    taken(role_form_modal(RoleForm(view.plan, view.school, "U1", NAME, frozenset(Role), (), is_self=False)))
    taken(changed_modal(Changed(people(1)[0], view.school, tuple(Role), tuple(Role), tuple(people(600)), view.plan)))


def test_who_read_and_unusual_reading(play: Play, case: CaseView) -> None:
    plan, header = case.context.plan, case.context.stored
    cases = tuple(replace(header, code=f"26-{number:04}") for number in range(80))
    lines = (ReadLine(NAME, tuple(Role), WHEN, "case", "26-XXXX"),) * limits.READERS
    taken(readers_modal(ReadersView("26-2222", lines, 3, True, plan)))
    readers = people(200)
    found = tuple(Unusual(reader.id, ReadKind.MANY, cases) for reader in readers)
    by_id, readable = {reader.id: reader for reader in readers}, frozenset({header.id})
    view = UnusualView(date(2026, 3, 2), found, by_id, plan, case.context.school, readable)
    seen = [words(taken(unusual_modal(view, page))) for page in range(10)]
    assert "Pagina 10 van 10" in seen[9] and "en nog 60" in seen[0]
    assert all(any(reader.name in shown for shown in seen) for reader in readers)


def test_what_was_saved_names_as_many_as_fit(case: CaseView) -> None:
    record, context = case.context.plan.opening, case.context
    saved = Saved(context.stored.code, context.plan, record, context.state, tuple(people(600)), tuple(Role))
    taken(saved_modal(saved))


def test_many_drafts(play: Play) -> None:
    drafts = [OwnDraft(f"key {number}", play.plan.opening, "26-2222", WHEN) for number in range(200)]
    assert "en nog 180" in words(taken(drafts_modal(drafts)))


@pytest.mark.rule("G4")
def test_an_alarm_for_a_large_school(play: Play) -> None:
    raiser, alerted = people(1)[0], tuple(people(600))
    names = {person.id: person.name for person in (raiser, *alerted)}
    answers = tuple(Answer(person.id, Response.GOING, WHEN) for person in alerted)
    view = AlarmView(Alarm(raiser.id, WHEN, answers=answers), raiser, play.plan, tuple(schools(80)), alerted, names)
    taken(acute_modal(view))
    delivered(render_alarm(AlarmInCase(**vars(RECORDED), raised_by=raiser.id, raised_at=WHEN), view)[1])


@pytest.mark.rule("G6")
def test_the_reminders_of_hundreds_of_cases(play: Play) -> None:
    step, minder = play.plan.steps[0], WithDeputies(people(1)[0], tuple(people(2)))
    cases = [
        CurrentReminder(
            StepReminder(f"26-{n:04}", False, Waiting("signals", WHEN, 1)),
            play.plan,
            step,
            "",
            (Role.TEACHER,),
            WHEN,
            date(2026, 3, 2),
            responsible=minder,
        )
        for n in range(400)
    ]
    shown = words(delivered(render_reminders(cases)[1]))
    assert "26-0000" in shown and "Er zijn nog" in shown
