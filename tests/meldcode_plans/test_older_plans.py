"""Plans from before fields had a meaning keep working: those of a database, and a school's own."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from handlers.platform import limits
from meldcode.application.actor import actor_of
from meldcode.application.cases.exports.export import answers_of, begin_export
from meldcode.application.cases.exports.exported import Export
from meldcode.application.cases.submission import RecordEntry
from meldcode.domain.case.state import Status
from meldcode.domain.plan.effects import Version
from meldcode.domain.plan.file import PLANS, load_plan, parse_plan
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.model import Plan
from tests.meldcode.playing import FATIMA, KARIN, MEHMET, SANNE, Play
from tests.meldcode_plans.test_switching import school

pytestmark = pytest.mark.slow

NAMES = ("heutink", "landelijk")
BEFORE = Path(__file__).parent / "version_6"
"""The last plans without meanings, as they were shipped."""
ADDED = (Meaning.POINTS, Meaning.REPORTER)
"""What an older plan does not get: it has no page to prepare a talk, and its parents' copy withholds who reported."""
OTHER_DAY = "      - {id: other_day, meaning: happened_on, kind: date, label: Wanneer}\n"


def text_before(name: str) -> str:
    return (BEFORE / f"{name}.yaml").read_text(encoding="utf-8")


def fields_of(plan: Plan) -> set[str]:
    return {f"{record.id}.{field.id}" for record in plan.records.values() for field in record.fields}


def meanings(plan: Plan) -> dict[str, Meaning]:
    fields = [(record.id, field) for record in plan.records.values() for field in record.fields]
    return {f"{record}.{field.id}": field.meaning for record, field in fields if field.meaning}


@pytest.mark.parametrize("name", NAMES)
def test_an_older_plan_gets_the_meanings_that_the_plan_declares_now(name: str) -> None:
    old, new = parse_plan(text_before(name), name), load_plan(PLANS / f"{name}.yaml")
    assert "meaning:" not in text_before(name)
    assert (old.version, set(meanings(new).values())) == (6, set(Meaning))
    of_both = fields_of(old) & fields_of(new)
    then, now = ({name: found for name, found in meanings(plan).items() if name in of_both} for plan in (old, new))
    assert then == {name: found for name, found in now.items() if found not in ADDED}


@pytest.mark.parametrize("name", NAMES)
def test_a_case_goes_on_across_the_upgrade_to_its_end(empty_database: Path, tmp_path: Path, name: str) -> None:
    new_text = (PLANS / f"{name}.yaml").read_text(encoding="utf-8")
    linde = school(empty_database, tmp_path, text_before(name), new_text)
    play = linde.before
    play.reach("consult")
    linde.switches()

    linde.after.signal(by=SANNE, happened_on=date(2026, 3, 1))
    play.record("correction", by=SANNE, refers_to=1)
    until = play.now.date() + timedelta(days=2)
    play.record("postponed", by=KARIN, until=until)
    play.record("handed_over", by=SANNE, new_teacher=MEHMET)
    view = play.opens(MEHMET)
    assert view.context.plan.version == 6
    assert view.context.state.postponed == (str(until),)
    assert {line.happened for line in view.lines if line.record.id == "signal"} >= {date(2026, 3, 1)}

    exported = export(play)
    assert (exported.version, exported.to, exported.why) == (Version.WHOLE, "Veilig Thuis", "Zij vroegen erom.")

    play.reach("watch", decision="no_report")
    play.record("watch_entry", by=MEHMET, change="same")
    play.record("watch_end", by=FATIMA)
    assert (play.state().status, play.header().plan_version) == (Status.CLOSED, 6)
    play.comes(date(2027, 12, 1))
    play.record("kept_longer", by=KARIN, keep_until=date(2029, 6, 1))
    assert play.state().held_until == "2029-06-01"


def export(play: Play) -> Export:
    answers = answers_of(play.plan.records["given"], Version.WHOLE, "Veilig Thuis", "Zij vroegen erom.")
    with play.transaction() as uow:
        karin, command = actor_of(uow, KARIN.identity), RecordEntry("key", "given", answers, play.code)
        given = begin_export(uow, karin, command, limits.READ_OVER, play.now)
    assert isinstance(given, Export)
    return given


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("meaning: new_teacher, ", "", "a record that hands over asks for one person, who is required"),
        ("meaning: until, ", "", "a record that postpones asks for one date, which is required"),
        ("meaning: recipient, ", "", "a record that exports asks what"),
        ("meaning: pupil_group", "meaning: pupil_last_name", "with the meanings pupil_first_name, pupil_last_name"),
        ("meaning: pupil_group", "meaning: new_teacher", "a field with the meaning new_teacher is of the kind person"),
        (
            "      - {id: happened_on, ",
            f"{OTHER_DAY}      - {{id: happened_on, ",
            "a second field with the meaning",
        ),
    ],
)
def test_a_plan_with_meanings_declares_all_that_are_needed_once(before: str, after: str, said: str) -> None:
    text = (PLANS / "landelijk.yaml").read_text(encoding="utf-8")
    assert before in text
    with pytest.raises(ValueError, match=said):
        parse_plan(text.replace(before, after, 1), "p.yaml")
