"""S1.6: the teacher in the plan is the pupil's teacher, not the person who typed the signal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from handlers.views.forms import form_modal
from handlers.views.saved import saved_modal
from meldcode.application.actor import actor_of
from meldcode.application.cases.open_form import FormView
from meldcode.application.cases.record_entry import Saved, record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.domain.plan.file import shipped_plans
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.roles import Role
from tests.meldcode.playing import BEA, FATIMA, KARIN, MEHMET, SANNE, Actor, Play, new_play

pytestmark = pytest.mark.rule("S1.6")
NO_SUCH_CASE = {"": "no_such_case"}
GYM = Actor("U50", "Gijs Sport", (Role.TEACHER,))
ILSE = Actor("U51", "Ilse Meijer", (Role.TEACHER,), ("Groep 5",))


@pytest.fixture(params=shipped_plans(), ids=lambda path: path.stem)
def school(request: Any, empty_database: Path, tmp_path: Path) -> Any:
    """Sanne teaches group 5, Mehmet group 6, and the gym teacher none, on each of our plans."""
    play = new_play(empty_database, tmp_path, request.param.read_text(encoding="utf-8"))
    play.misses(SANNE, MEHMET)
    play.employs(replace(SANNE, groups=("5",)), replace(MEHMET, groups=("6",)), GYM)
    yield play
    play.engine.dispose()


def reports(play: Play, by: Actor, key: str = "W1", **answers: Any) -> Saved | FormView:
    form = {**play.filled("signal", by=by, first_name="Noor", last_name="Jansen", group="5"), **answers}
    with play.transaction() as uow:
        command = RecordEntry(key, "signal", form, reviewed=True)
        outcome = record_entry(uow, actor_of(uow, by.identity), command, play.now)
    assert isinstance(outcome, Saved | FormView)
    return outcome


def question(play: Play) -> str:
    return play.plan.opening.id_of(Meaning.PUPIL_TEACHERS)


def pupil_of(play: Play, teacher: Actor) -> dict[str, Any]:
    """The answer to whose pupil it is."""
    return {question(play): (teacher.user,)}


def teachers(play: Play, code: str) -> set[str]:
    return {play.actors[one].name for one in play.header(code).teachers}


def test_the_teacher_of_the_group_is_asked_nothing_and_owns_the_case(school: Play) -> None:
    saved = reports(school, SANNE)
    assert isinstance(saved, Saved) and saved.may_open
    assert teachers(school, saved.code) == {SANNE.name}


@pytest.mark.parametrize("by", [GYM, MEHMET, KARIN, BEA, FATIMA])
def test_anybody_else_is_asked_whose_pupil_it_is_with_the_teacher_of_the_group_filled_in(
    school: Play, by: Actor
) -> None:
    asked = reports(school, by)
    assert isinstance(asked, FormView) and asked.is_asked_whose
    assert asked.record.fields[0].id == question(school)
    assert asked.initial[question(school)] == (SANNE.user,)
    assert asked.initial["what"] == "Wat iemand typte.", "nothing typed is lost"
    assert "Van wie is deze leerling?" in str(form_modal(asked)["blocks"])
    assert school.everything()["entries"] == []


@pytest.mark.parametrize("by", [GYM, MEHMET, KARIN])
def test_that_teacher_is_told_and_owns_the_case(school: Play, by: Actor) -> None:
    saved = reports(school, by, **pupil_of(school, SANNE))
    assert isinstance(saved, Saved)
    assert teachers(school, saved.code) == {SANNE.name}
    assert SANNE.name in {person.name for person in saved.notified}
    assert school.opens(SANNE, saved.code).lines
    assert saved.may_open is (by is KARIN)


def test_who_reports_and_does_not_read_the_case_sees_no_code(school: Play) -> None:
    saved = reports(school, GYM, **pupil_of(school, SANNE))
    assert isinstance(saved, Saved)
    shown = str(saved_modal(saved))
    assert saved.code not in shown and "doorgegeven" in shown
    assert school.refused_to(lambda: school.opens(GYM, saved.code)) == NO_SUCH_CASE
    again = reports(school, GYM, **pupil_of(school, SANNE))
    assert isinstance(again, Saved) and again.is_repeat and not again.may_open


def test_teachers_who_share_a_group_share_its_cases(school: Play) -> None:
    school.employs(ILSE)
    saved = reports(school, SANNE)
    assert isinstance(saved, Saved)
    assert teachers(school, saved.code) == {SANNE.name, ILSE.name}
    assert school.opens(ILSE, saved.code).lines
    more = reports(school, ILSE, key="W2")
    assert isinstance(more, Saved) and more.code == saved.code
    asked = reports(school, GYM, key="W3")
    assert isinstance(asked, FormView)
    assert set(asked.initial[question(school)]) == {SANNE.user, ILSE.user}


def test_only_teachers_of_the_school_can_be_named(school: Play) -> None:
    with pytest.raises(Exception, match="only_teachers"):
        reports(school, GYM, **pupil_of(school, KARIN))


def test_a_teacher_without_groups_keeps_a_pupil_of_whom_no_teacher_is_known(school: Play) -> None:
    saved = reports(school, GYM, group="8")
    assert isinstance(saved, Saved)
    assert teachers(school, saved.code) == {GYM.name}


def test_a_group_is_known_however_it_is_written(school: Play) -> None:
    for number, group in enumerate(("groep 5", " Groep5 ", "5")):
        saved = reports(school, SANNE, key=f"K{number}", group=group, first_name=["Anna", "Bram", "Cato"][number])
        assert isinstance(saved, Saved), group


def test_a_care_coordinator_who_reports_adds_to_the_case_that_the_teacher_has(school: Play) -> None:
    first = reports(school, SANNE)
    second = reports(school, KARIN, key="W2", **pupil_of(school, SANNE))
    assert isinstance(first, Saved) and isinstance(second, Saved)
    assert first.code == second.code


def test_a_colleague_who_reports_learns_of_no_case_that_there_is(school: Play) -> None:
    first = reports(school, SANNE)
    second = reports(school, GYM, key="W2", **pupil_of(school, SANNE))
    assert isinstance(first, Saved) and isinstance(second, Saved)
    assert first.code != second.code and first.code not in str(saved_modal(second))


def test_a_care_coordinator_adds_and_removes_a_teacher_who_are_told(school: Play) -> None:
    school.employs(ILSE)
    school.code = str(getattr(reports(school, SANNE), "code", ""))
    told = school.record("shared", by=KARIN, case_teachers=[ILSE, MEHMET]).told
    assert {actor.name for actor in told} >= {SANNE.name, MEHMET.name}
    assert teachers(school, school.code) == {ILSE.name, MEHMET.name}
    assert school.refused_to(lambda: school.opens(SANNE)) == NO_SUCH_CASE
    assert school.opens(MEHMET).lines[-1].record.id == "shared"
    assert [m.kind for m in school.messages() if school.actors[m.recipient].name == SANNE.name][
        -1
    ] == "no_longer_teacher"


@pytest.mark.parametrize("by", [BEA, FATIMA, SANNE])
def test_nobody_else_changes_the_teachers(school: Play, by: Actor) -> None:
    school.code = str(getattr(reports(school, SANNE), "code", ""))
    school.calls_in(FATIMA)
    assert set(school.refused("shared", by=by, case_teachers=[MEHMET])) == {""}


def test_a_case_has_teachers_and_no_others(school: Play) -> None:
    school.code = str(getattr(reports(school, SANNE), "code", ""))
    assert school.refused("shared", by=KARIN, case_teachers=[KARIN]) == {"case_teachers": "only_teachers"}
    assert school.refused("shared", by=KARIN, case_teachers=[]) == {"case_teachers": "required"}


def test_the_form_shows_the_teachers_of_now(school: Play) -> None:
    school.code = str(getattr(reports(school, SANNE), "code", ""))
    assert school.form("shared", by=KARIN).initial["case_teachers"] == (SANNE.user,)
