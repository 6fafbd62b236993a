"""The change of school year (G10), and a teacher who had a case before and reports again (S1.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers.platform import limits
from meldcode.application.actor import actor_of
from meldcode.application.cases.open_form import FormView
from meldcode.application.cases.record_entry import Saved, record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.application.home import overview
from meldcode.application.school_year import MovedUp, PageFilledIn, SchoolYear, fill_in_page, see_school_year
from meldcode.domain.case.header import LISTED
from meldcode.domain.case.school_year import next_group
from meldcode.domain.case.state import Status
from meldcode.domain.errors import Invalid, Refused
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.file import shipped_plans
from meldcode.domain.plan.roles import Role
from tests.meldcode.playing import BEA, DIRK, FATIMA, KARIN, MEHMET, SANNE, TYPED, Actor, Play, new_play

pytestmark = pytest.mark.rule("G10")
SIZE = 10
ILSE = Actor("U51", "Ilse Meijer", (Role.TEACHER,), ("7",))
BOTH = Actor("U52", "Bo Both", (Role.TEACHER, Role.CARE_COORDINATOR), ("8",))
SANNE_5, MEHMET_6 = replace(SANNE, groups=("5",)), replace(MEHMET, groups=("6",))
CHANGED = {Effect.CORRECTS_PUPIL, Effect.SHARES}


@pytest.fixture(params=shipped_plans(), ids=lambda path: path.stem)
def play(request: pytest.FixtureRequest, empty_database: Path, tmp_path: Path) -> Any:
    """Sanne teaches group 5, Mehmet group 6, Ilse group 7, on each of our plans; a case of Sanne's."""
    playing = new_play(empty_database, tmp_path, request.param.read_text(encoding="utf-8"))
    playing.misses(SANNE, MEHMET)
    playing.employs(SANNE_5, MEHMET_6, ILSE, BOTH)
    playing.signal(by=SANNE_5)
    yield playing
    playing.engine.dispose()


def school_of(play: Play) -> str:
    with play.transaction() as uow:
        return str(uow.staff.schools()[0].id)


def sees(play: Play, by: Actor = KARIN, page: int = 0, size: int = SIZE) -> SchoolYear:
    school = school_of(play)
    with play.transaction() as uow:
        return see_school_year(uow, actor_of(uow, by.identity), school, page, size, play.now)


def fills_in(
    play: Play, answers: Mapping[str, Any], *, by: Actor = KARIN, goes_to: int | None = None, size: int = SIZE
) -> SchoolYear | MovedUp:
    school = school_of(play)
    play.now += timedelta(minutes=1)
    command = PageFilledIn(f"Y{play.now}", school, answers, goes_to)
    with play.transaction() as uow:
        return fill_in_page(uow, actor_of(uow, by.identity), command, size, play.now)


def shown(year: SchoolYear) -> dict[str, Any]:
    """What the page holds when nothing is changed in it."""
    found: dict[str, Any] = {"reason": "Nieuw schooljaar"}
    for one in year.cases:
        found |= {f"group {one.named.case.code}": one.group, f"teachers {one.named.case.code}": one.users}
    return found


def applies(play: Play, changed: Mapping[str, Any] | None = None) -> MovedUp:
    done = fills_in(play, shown(sees(play)) | dict(changed or {}))
    assert isinstance(done, MovedUp)
    return done


def group(play: Play, code: str = "") -> str:
    case = play.header(code).id
    with play.transaction() as uow:
        return uow.cases.pupil(case).group


def teachers(play: Play, code: str = "") -> set[str]:
    return {play.actors[one].name for one in play.header(code).teachers}


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("5", "6"),
        ("5a", "6a"),
        ("Kikkers 5", "Kikkers 6"),
        ("8", "8"),
        ("5/6", "5/6"),
        ("Kikkers", "Kikkers"),
        ("", ""),
    ],
)
def test_the_next_group_is_suggested_where_it_is_known(now: str, then: str) -> None:
    assert next_group(now) == then


def test_every_open_case_is_shown_with_old_and_new_group_and_teachers(play: Play) -> None:
    other = play.record("signal", by=MEHMET, case="", first_name="Tim", last_name="Vos", group="6").code
    closed = play.record("signal", by=SANNE, case="", first_name="Dicht", last_name="Al", group="5").code
    play.record("ending", by=KARIN, case=closed, ends_as="mistake", left_on="", left_for="")
    play.record("ending_agreed", by=FATIMA, case=closed)
    found = {
        one.named.case.code: (one.named.pupil.group, one.teachers, one.group, one.users) for one in sees(play).cases
    }
    assert found == {
        play.code: ("5", (SANNE.name,), "6", (MEHMET.user,)),
        other: ("6", (MEHMET.name,), "7", (ILSE.user,)),
    }
    assert [reading.where for reading in play.readings()][-1] == LISTED


def test_all_of_them_change_at_once_each_with_a_trace_and_new_teachers_hear(play: Play) -> None:
    other = play.record("signal", by=MEHMET, case="", first_name="Tim", last_name="Vos", group="6").code
    before = len(play.messages())
    assert applies(play).changed == 2
    assert (group(play), teachers(play)) == ("6", {MEHMET.name})
    assert (group(play, other), teachers(play, other)) == ("7", {ILSE.name})
    for code in (play.code, other):
        made = [play.plan.records[entry.record] for entry in play.entries(code)[-2:]]
        assert {record.effect for record in made} == CHANGED
        assert {play.actors[entry.author] for entry in play.entries(code)[-2:]} == {KARIN}
        assert all("Nieuw schooljaar" in entry.answers.values() for entry in play.entries(code)[-2:])
    told = [(play.actors[row.recipient].name, row.kind) for row in play.messages()[before:] if row.kind != "task_ended"]
    assert sorted(told) == [
        (ILSE.name, "recorded"),
        (MEHMET.name, "no_longer_teacher"),
        (MEHMET.name, "recorded"),
        (SANNE.name, "no_longer_teacher"),
    ]


def test_what_stays_as_it_is_leaves_no_trace(play: Play) -> None:
    before = play.entries()
    done = applies(play, {f"group {play.code}": "5", f"teachers {play.code}": (SANNE.user,)})
    assert (done.changed, done.total) == (0, 1)
    assert play.entries() == before


def test_somebody_who_stays_down_only_keeps_the_group(play: Play) -> None:
    applies(play, {f"group {play.code}": "5"})
    assert (group(play), teachers(play)) == ("5", {MEHMET.name})


@pytest.mark.parametrize(
    ("what", "said", "why"),
    [("group", "", "required"), ("group", "x" * 13, "too_long"), ("teachers", (), "required")],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_changes(play: Play, what: str, said: Any, why: str) -> None:
    other = play.record("signal", by=MEHMET, case="", first_name="Tim", last_name="Vos", group="6").code
    everything = play.everything()["entries"]
    with pytest.raises(Invalid) as refused:
        applies(play, {f"{what} {play.code}": said})
    assert [(one.field, one.code) for one in refused.value.problems] == [(f"{what} {play.code}", why)]
    assert play.everything()["entries"] == everything
    assert group(play, other) == "6"


def test_only_teachers_become_teachers(play: Play) -> None:
    with pytest.raises(Invalid) as refused:
        applies(play, {f"teachers {play.code}": (BEA.user,)})
    assert refused.value.problems[0].code == "only_teachers"


@pytest.mark.parametrize("by", [SANNE, MEHMET, BEA, FATIMA, DIRK])
def test_nobody_else_sees_it_or_does_it(play: Play, by: Actor) -> None:
    code = play.code
    with pytest.raises(Refused, match="role_may_not"):
        sees(play, by)
    with pytest.raises(Refused, match="role_may_not"):
        fills_in(play, {f"group {code}": "6"}, by=by)
    with play.transaction() as uow:
        seen = overview(uow, actor_of(uow, by.identity), limits.HOME, play.now)
    assert seen.moving_up == ()


def test_the_care_coordinator_has_the_button_and_no_school_of_another(play: Play) -> None:
    with play.transaction() as uow:
        actor = actor_of(uow, KARIN.identity)
        seen = overview(uow, actor, limits.HOME, play.now)
        assert [school.name for school in seen.moving_up] == ["De Linde"]
        with pytest.raises(Refused, match="not_your_school"):
            see_school_year(uow, actor, "another", 0, SIZE, play.now)


@pytest.mark.rule("G12")
def test_who_is_excluded_neither_sees_nor_changes_a_case(play: Play) -> None:
    play.record("excluded", by=SANNE, exclusion="out", excluded_person=BOTH)
    assert sees(play, BOTH).cases == ()
    fills_in(play, {f"group {play.code}": "6", f"teachers {play.code}": (MEHMET.user,), "reason": "x"}, by=BOTH)
    assert group(play) == "5"
    assert len(sees(play).cases) == 1


# a school with many cases


def test_many_cases_are_shown_in_pages_and_changed_together(play: Play) -> None:
    codes = [
        play.record("signal", by=SANNE, case="", first_name=f"{name}oor", last_name=f"{name}akker", group="5").code
        for name in ("Tj", "Br", "Kl")
    ]
    first = sees(play, size=2)
    assert (first.page, first.pages, first.total) == (0, 2, 4)
    second = fills_in(play, shown(first) | {f"group {first.cases[0].named.case.code}": "6b"}, goes_to=1, size=2)
    assert isinstance(second, SchoolYear)
    assert {group(play, code) for code in codes} == {"5"}, "nothing changed yet"
    again = fills_in(play, shown(second), goes_to=0, size=2)
    assert isinstance(again, SchoolYear) and again.cases[0].group == "6b", "what was filled in stays"
    assert again.reason == "Nieuw schooljaar"
    later = play.record("signal", by=SANNE, case="", first_name="Laat", last_name="Zwart", group="5").code
    done = fills_in(play, shown(second), size=2)
    assert isinstance(done, MovedUp) and done.changed == done.total == 4
    assert group(play, first.cases[0].named.case.code) == "6b"
    assert group(play, later) == "5", "nobody saw it in the list"
    assert sees(play, size=2).reason == "", "the draft is gone"


def test_what_was_filled_in_is_the_authors_alone(play: Play) -> None:
    fills_in(play, shown(sees(play)) | {f"group {play.code}": "6b"}, goes_to=0)
    assert sees(play, KARIN).cases[0].group == "6b"
    assert sees(play, BOTH).cases[0].group == "6"


def test_a_page_is_checked_before_the_next_one_is_shown(play: Play) -> None:
    with pytest.raises(Invalid):
        fills_in(play, shown(sees(play)) | {f"group {play.code}": ""}, goes_to=0)


# a teacher who had the case before


def reports(play: Play, by: Actor, **answers: Any) -> Saved | FormView:
    form = play.filled("signal", by=by, **{"first_name": "Noor", "last_name": "Jansen", "group": "5", **answers})
    command = RecordEntry(f"S{play.now}", "signal", form, reviewed=True)
    with play.transaction() as uow:
        outcome = record_entry(uow, actor_of(uow, by.identity), command, play.now)
    assert isinstance(outcome, Saved | FormView)
    return outcome


@pytest.mark.rule("S1.6")
@pytest.mark.parametrize("typed", ["5", "groep 6"])
@pytest.mark.parametrize("way", ["school_year", "handed_over", "shared"])
def test_a_former_teacher_who_reports_again_adds_to_the_case(play: Play, way: str, typed: str) -> None:
    if way == "school_year":
        applies(play)
    else:
        name: Any = {"correct_first_name": "Noor", "correct_last_name": "Jansen", "correct_group": "6"}
        play.record("pupil_corrected", by=KARIN, **name)
        named = {"new_teacher": MEHMET} if way == "handed_over" else {"case_teachers": [MEHMET]}
        asked: Any = named
        play.record(way, by=SANNE if way == "handed_over" else KARIN, **asked)
    before = len(play.entries())
    saved = reports(play, SANNE, group=typed)
    assert isinstance(saved, Saved)
    assert (saved.code, saved.may_open) == (play.code, False)
    added = play.entries()[before]
    assert (added.record, play.actors[added.author].name, added.role) == ("signal", SANNE.name, Role.TEACHER)
    assert MEHMET.name in {person.name for person in saved.notified}
    assert teachers(play) == {MEHMET.name}
    assert play.refused_to(lambda: play.opens(SANNE)) == {"": "no_such_case"}
    assert play.refused("note", by=SANNE) == {"": "no_such_case"}


@pytest.mark.rule("S1.6")
def test_a_pupil_of_another_group_with_that_name_is_another(play: Play) -> None:
    applies(play)
    shown_ = reports(play, SANNE, group="3")
    assert isinstance(shown_, FormView) or shown_.code != play.code


@pytest.mark.rule("S1.6")
def test_a_teacher_who_never_had_the_case_does_not_get_at_it(play: Play) -> None:
    applies(play)
    saved = reports(play, ILSE, group="7", first_name="Noor")
    assert isinstance(saved, Saved) and saved.code != play.code
    assert play.refused("signal", by=ILSE, case=play.code)[""] == "no_such_case"


@pytest.mark.rule("G12")
def test_a_former_teacher_who_is_excluded_does_not_get_at_it(play: Play) -> None:
    applies(play)
    play.record("excluded", by=KARIN, exclusion="out", excluded_person=SANNE)
    saved = reports(play, SANNE)
    assert isinstance(saved, Saved) and saved.code != play.code


@pytest.mark.rule("S4.6")
def test_in_a_watched_case_the_former_teacher_is_asked_whether_it_got_worse(play: Play) -> None:
    play.reach("watch", decision="no_report")
    applies(play)
    asked = reports(play, SANNE)
    assert isinstance(asked, FormView) and asked.case == play.code
    form = {f.id: play.filled("signal", by=SANNE).get(f.id, TYPED) for f in asked.record.fields}
    form |= {"worse": "yes", **{name: said for name, said in asked.initial.items() if name in form}}
    with play.transaction() as uow:
        bound = RecordEntry("S9", "signal", form, asked.case, seen=asked.seen, reviewed=True)
        saved = record_entry(uow, actor_of(uow, SANNE.identity), bound, play.now)
    assert isinstance(saved, Saved) and saved.code == play.code
    assert (play.state().status, play.state().step) == (Status.OPEN, "weigh")
