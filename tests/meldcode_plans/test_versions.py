"""A case that began under an older version of a plan goes on under it to its end, after the upgrade to today's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meldcode.application.actor import actor_of
from meldcode.application.cases.record_entry import record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.domain.case.asked import owed
from meldcode.domain.case.state import Status
from meldcode.domain.case.urgency import is_urgent
from meldcode.domain.plan.file import WrongPlan, load_plan, parse_plan, shipped_plans
from tests.meldcode.playing import FATIMA, KARIN, MEHMET, SANNE
from tests.meldcode_plans.test_switching import School, school

pytestmark = pytest.mark.slow

NAMES = [path.stem for path in shipped_plans()]
BEFORE = (6, 8)
"""The versions whose files are kept, as a database keeps them: before the words for danger, and before appointments."""


def folder_of(version: int) -> Path:
    return Path(__file__).parent / f"version_{version}"


@pytest.fixture(params=[(name, version) for name in NAMES for version in BEFORE], ids=str)
def upgraded(request: pytest.FixtureRequest, empty_database: Path, tmp_path: Path) -> School:
    """A case that is watched under an older version, in a program that has today's version for new cases."""
    name, version = request.param
    folders = (folder_of(version), shipped_plans()[0].parent)
    texts = [(folder / f"{name}.yaml").read_text(encoding="utf-8") for folder in folders]
    linde = school(empty_database, tmp_path, *texts)
    linde.before.reach("watch", decision="no_report")
    linde.switches()
    return linde


def test_the_fixtures_are_the_version_before() -> None:
    for path in shipped_plans():
        for version in BEFORE:
            assert load_plan(folder_of(version) / path.name).version == version < load_plan(path).version


@pytest.mark.rule("S4.6")
def test_a_worsening_under_the_old_version_leads_to_a_report_and_the_end(upgraded: School) -> None:
    case = upgraded.before
    assert {KARIN, FATIMA} <= case.record("watch_entry", by=SANNE, change="worse").told
    if case.plan.version > 6:
        case.reach("decide")
    case.decide("report")
    case.record("reported", by=KARIN)
    case.record("parent_told", by=KARIN, present=[KARIN, FATIMA])
    if case.plan.version > 6:
        case.record("vt_answer", by=KARIN)
        case.record("report_end", by=KARIN)
        case.record("report_end_agreed", by=FATIMA)
    assert (case.state().status, case.header().plan_version) == (Status.CLOSED, case.plan.version)
    assert not is_urgent(case.plan, case.state()) and owed(case.plan, case.state()) == []


@pytest.mark.rule("S3.4")
def test_a_child_that_tells_it_on_the_new_form_is_heard_in_the_old_case(upgraded: School) -> None:
    old, new = upgraded.before, upgraded.after
    signal = new.signal(by=SANNE, heard_from="disclosure")
    assert signal.code == old.code
    assert KARIN in signal.told
    assert old.entries()[-1].answers["heard_from"] == ("child" if old.plan.version == 6 else "disclosure")
    assert old.opens(KARIN).context.plan.version == old.plan.version


@pytest.mark.rule("S1.3")
@pytest.mark.parametrize(("kinds", "kept"), [(("others", "conversation"), "others"), (("other",), "abuse_or_neglect")])
def test_a_signal_of_several_kinds_is_kept_as_the_first_that_the_old_case_knows(
    upgraded: School, kinds: tuple[str, ...], kept: str
) -> None:
    old, new = upgraded.before, upgraded.after
    assert new.signal(by=SANNE, kind=kinds, happened_at="08:30").code == old.code
    assert old.entries()[-1].answers["kind"] == kept


def test_an_old_case_is_played_to_its_end_by_the_forms_of_its_own_version(upgraded: School) -> None:
    case = upgraded.before
    for record in ("note", "read", "talk_agreed"):
        assert record not in case.plan.records
        assert set(case.refused(record, by=KARIN)) == {""}
    assert case.record("watch_end", by=FATIMA).state.status is Status.CLOSED


def test_a_closed_case_that_opens_again_goes_on_under_its_own_version(upgraded: School) -> None:
    old, new = upgraded.before, upgraded.after
    old.record("watch_end", by=FATIMA)
    new.signal(by=SANNE, same_as=old.code)
    assert (old.state().status, old.state().step, old.header().plan_version) == (
        Status.OPEN,
        "signals",
        old.plan.version,
    )
    old.reach("report")
    assert ("urgent_action" in old.plan.records) is (old.plan.version > 6)


def test_an_older_word_is_another_choice_of_the_question() -> None:
    text = shipped_plans()[1].read_text(encoding="utf-8")
    with pytest.raises(WrongPlan, match="older names another choice"):
        parse_plan(text.replace("older: child", "older: nobody"), "p.yaml")


@pytest.mark.rule("G10")
def test_a_name_in_a_case_under_the_old_version_is_corrected(upgraded: School) -> None:
    old = upgraded.before
    name = {
        "correct_first_name": "Nora",
        "correct_last_name": "Jansen",
        "correct_group": "5",
        "why_corrected": "Typefout.",
    }
    command = RecordEntry("V", "pupil_corrected", name, old.code, seen=old.header().version, reviewed=True)
    with old.transaction() as uow:
        record_entry(uow, actor_of(uow, KARIN.identity), command, old.now)
    seen = old.opens(KARIN)
    assert (seen.context.plan.version, seen.context.pupil.first_name) == (old.plan.version, "Nora")
    assert "pupil_corrected" in {line.record.id for line in seen.lines}


@pytest.mark.rule("G12")
def test_a_colleague_is_excluded_from_a_case_under_the_old_version_and_somebody_takes_over(upgraded: School) -> None:
    """A parent on the staff could read as much of an older case as of a new one."""
    old = upgraded.before
    old.plan = old.opens(KARIN).context.plan
    assert FATIMA not in old.record("excluded", by=KARIN, excluded_person=FATIMA).told
    old.record("exclusion_agreed", by=SANNE)
    assert old.refused_to(lambda: old.opens(FATIMA)) == {"": "no_such_case"}
    old.record("stood_in", by=KARIN, stand_in=MEHMET, role_taken="school_leader")
    old.record("stood_in_agreed", by=SANNE)
    assert old.opens(MEHMET).lines


@pytest.mark.rule("G9")
@pytest.mark.parametrize("ends_as", ["mistake", "no_suspicion", "left_school"])
def test_a_case_under_the_old_version_ends_otherwise(upgraded: School, ends_as: str) -> None:
    """Not under version 6, which does not know of what its checks ask about: danger could be gone round."""
    old = upgraded.before
    if old.plan.version == 6:
        assert "ending" not in old.opens(KARIN).context.plan.records
        return
    old.plan = old.opens(KARIN).context.plan
    left: Any = {"left_on": "2026-12-18"} if ends_as == "left_school" else {"left_on": "", "left_for": ""}
    old.record("ending", by=KARIN, ends_as=ends_as, **left)
    old.record("ending_agreed", by=FATIMA)
    assert (old.state().status, old.state().outcome) == (Status.CLOSED, ends_as)
    assert old.opens(KARIN).kept_until


@pytest.mark.rule("S4.9")
def test_danger_in_a_case_under_the_old_version_is_not_gone_round(upgraded: School) -> None:
    old = upgraded.before
    if old.plan.version == 6:
        return
    old.plan = old.opens(KARIN).context.plan
    old.record("watch_entry", by=SANNE, change="worse")
    doubt: dict[str, dict[str, Any]] = {"heutink": {"unsafe": "doubt"}, "landelijk": {"doubt": "yes"}}
    old.record("weighing", by=SANNE, **doubt[old.plan.plan])
    for ends_as in ("no_suspicion", "left_school"):
        assert set(old.refused("ending", by=KARIN, ends_as=ends_as, left_on="2026-12-18")) == {"ends_as"}
