"""A case that began under version 6 of a plan goes on under it to its end, after the upgrade to today's version."""

from __future__ import annotations

from pathlib import Path

import pytest

from meldcode.domain.case.state import Status, owed
from meldcode.domain.case.urgency import is_urgent
from meldcode.domain.plan.file import WrongPlan, load_plan, parse_plan, shipped_plans
from tests.meldcode.playing import FATIMA, KARIN, SANNE
from tests.meldcode_plans.test_switching import School, school

pytestmark = pytest.mark.slow

NAMES = [path.stem for path in shipped_plans()]
BEFORE = Path(__file__).parent / "version_6"
"""The plans as they were before the words for danger, as a database keeps them."""


@pytest.fixture(params=NAMES)
def upgraded(request: pytest.FixtureRequest, empty_database: Path, tmp_path: Path) -> School:
    """A case that is watched under version 6, in a program that has today's version for new cases."""
    name = str(request.param)
    folders = (BEFORE, shipped_plans()[0].parent)
    texts = [(folder / f"{name}.yaml").read_text(encoding="utf-8") for folder in folders]
    linde = school(empty_database, tmp_path, *texts)
    linde.before.reach("watch", decision="no_report")
    linde.switches()
    return linde


def test_the_fixtures_are_the_version_before() -> None:
    for path in shipped_plans():
        assert load_plan(BEFORE / path.name).version == 6 < load_plan(path).version


@pytest.mark.rule("S4.6")
def test_a_worsening_under_the_old_version_leads_to_a_report_and_the_end(upgraded: School) -> None:
    case = upgraded.before
    assert {KARIN, FATIMA} <= case.record("watch_entry", by=SANNE, change="worse").told
    case.decide("report")
    case.record("reported", by=KARIN)
    case.record("parent_told", by=KARIN, present=[KARIN, FATIMA])
    assert (case.state().status, case.header().plan_version) == (Status.CLOSED, 6)
    assert not is_urgent(case.plan, case.state()) and owed(case.plan, case.state()) == []


@pytest.mark.rule("S3.4")
def test_a_child_that_tells_it_on_the_new_form_is_heard_in_the_old_case(upgraded: School) -> None:
    old, new = upgraded.before, upgraded.after
    signal = new.signal(by=SANNE, heard_from="disclosure")
    assert signal.code == old.code
    assert KARIN in signal.told
    assert old.entries()[-1].answers["heard_from"] == "child"
    assert old.opens(KARIN).context.plan.version == 6


def test_a_closed_case_that_opens_again_goes_on_under_its_own_version(upgraded: School) -> None:
    old, new = upgraded.before, upgraded.after
    old.record("watch_end", by=FATIMA)
    new.signal(by=SANNE)
    assert (old.state().status, old.state().step, old.header().plan_version) == (Status.OPEN, "signals", 6)
    old.reach("report")
    assert set(old.refused("urgent_action", by=KARIN)) == {""}


def test_an_older_word_is_another_choice_of_the_question() -> None:
    text = shipped_plans()[1].read_text(encoding="utf-8")
    with pytest.raises(WrongPlan, match="older names another choice"):
        parse_plan(text.replace("older: child", "older: nobody"), "p.yaml")
