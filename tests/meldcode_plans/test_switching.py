"""A school puts another plan to use: cases that run keep theirs, new ones begin under the new one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot import store as bot_store
from bot.settings import Settings
from bot.store import open_store
from meldcode.domain.case.state import Status
from meldcode.domain.plan.file import PLANS, load_plan, parse_plan
from meldcode.domain.plan.forms import FieldKind
from meldcode.domain.plan.model import Plan
from storage.crypto.vault import new_master_key
from storage.unit_of_work import Store
from tests.meldcode.playing import FATIMA, KARIN, MEHMET, SANNE, Play, new_play

pytestmark = pytest.mark.slow

FILES = {name: PLANS / f"{name}.yaml" for name in ("heutink", "landelijk")}
VERSIONS = {name: load_plan(file).version for name, file in FILES.items()}
OTHER = {"heutink": "landelijk", "landelijk": "heutink"}
OTHER_PUPIL = {"first_name": "Sem", "last_name": "de Wit"}


@dataclass
class School:
    """One database, seen under the plan that was used first and under the one that is used after it."""

    before: Play
    after: Play

    def switches(self) -> None:
        """From now on the program runs with the second plan; forms of the first are still filled in by its words."""
        self.before.store, self.after.now = self.after.store, self.before.now


def school(empty: Path, folder: Path, first: str, second: str) -> School:
    before = new_play(empty, folder, first)
    after = Play(folder / "play.db", (parse_plan(second, "second"), second))
    after._keys = iter(range(10_000, 20_000))  # type: ignore[assignment]
    return School(before, after)


def text_of(name: str) -> str:
    return FILES[name].read_text(encoding="utf-8")


@pytest.mark.parametrize("first", OTHER)
def test_a_case_keeps_its_plan_to_the_end_and_a_new_one_has_the_new_plan(
    empty_database: Path, tmp_path: Path, first: str
) -> None:
    linde = school(empty_database, tmp_path, text_of(first), text_of(OTHER[first]))
    old, new = linde.before, linde.after
    old.reach("consult")
    linde.switches()

    new.signal(by=MEHMET, **OTHER_PUPIL)
    assert (new.header().plan, old.header().plan) == (OTHER[first], first)

    assert old.opens(KARIN).context.plan == old.plan
    assert old.form("consultation", by=KARIN).record == old.plan.records["consultation"]
    old.reach("decide")
    old.decide("no_report")
    old.record("watch_entry", by=SANNE, change="worse")
    assert old.opens(KARIN).context.state.step == "weigh"
    old.reach("decide")
    old.decide("report")
    old.record("reported", by=KARIN)
    old.record("parent_told", by=KARIN, present=[KARIN, FATIMA])
    old.record("vt_answer", by=KARIN)
    old.record("report_end", by=KARIN)
    old.record("report_end_agreed", by=FATIMA)
    assert (old.state().status, old.header().plan) == (Status.CLOSED, first)

    new.reach("watch", decision="no_report")
    assert new.header().plan == OTHER[first]


@pytest.mark.parametrize("first", OTHER)
def test_a_signal_on_the_new_form_reaches_the_case_that_runs_under_the_old_plan(
    empty_database: Path, tmp_path: Path, first: str
) -> None:
    linde = school(empty_database, tmp_path, text_of(first), text_of(OTHER[first]))
    old, new = linde.before, linde.after
    code = old.signal().code
    linde.switches()
    for field in ("kind", "heard_from"):
        asked = new.plan.opening.field(field)
        assert asked is not None
        for choice in asked.choices:
            answer = (choice.id,) if asked.kind is FieldKind.CHOICES else choice.id
            assert new.signal(by=SANNE, **{field: answer}).code == code
    assert {entry.record for entry in old.entries()} == {"signal"}


def test_a_new_version_of_a_plan_is_for_new_cases_only(empty_database: Path, tmp_path: Path) -> None:
    version = VERSIONS["landelijk"]
    changed = text_of("landelijk").replace(f"\nversion: {version}\n", f"\nversion: {version + 1}\n")
    changed = changed.replace("title: Wegen\n", "title: Anders\n").replace('"Wegen": ', '"Anders": ')
    linde = school(empty_database, tmp_path, text_of("landelijk"), changed)
    linde.before.reach("weigh")
    linde.switches()
    assert linde.before.opens(KARIN).context.plan.step("weigh").title == "Wegen"
    linde.after.signal(by=MEHMET, **OTHER_PUPIL)
    linde.after.reach("weigh")
    assert linde.after.opens(KARIN).context.plan.step("weigh").title == "Anders"
    assert (linde.before.header().plan_version, linde.after.header().plan_version) == (version, version + 1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'meldwijzer.db'}")
    monkeypatch.setenv("MELDWIJZER_MASTER_KEY", new_master_key())
    return tmp_path


def opened() -> tuple[Engine, Store]:
    """As the program does at start."""
    return open_store(Settings())


def test_the_setting_takes_the_path_of_a_plan(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = folder / "eigen plan.yaml"
    own.write_text(text_of("landelijk").replace("plan: landelijk", "plan: eigen"), encoding="utf-8")
    monkeypatch.chdir(PLANS.parent.parent)
    for path, plan in (("meldcode/plans/landelijk.yaml", "landelijk"), (str(own), "eigen"), ("", "heutink")):
        if path:
            monkeypatch.setenv("MELDWIJZER_PLAN", path)
        else:
            monkeypatch.delenv("MELDWIJZER_PLAN")
        engine, store = opened()
        with store.transaction() as uow:
            assert uow.plans.current().plan == plan
            assert {uow.plans.get(name, VERSIONS[name]).plan for name in FILES} == set(FILES)
        engine.dispose()
    engine, store = opened()
    with store.transaction() as uow:
        assert uow.plans.get("eigen", VERSIONS["landelijk"]).plan == "eigen", (
            "a plan that was used is kept, also without its file"
        )
    engine.dispose()


def test_a_start_reads_a_shipped_plan_once_and_again_only_if_cases_may_run_under_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def noted(text: str, name: str) -> Plan:
        read.append(name)
        return parse_plan(text, name)

    monkeypatch.setattr(bot_store, "parse_plan", noted)
    assert starts(read) == ["landelijk.yaml"], "nobody stored it yet"
    assert starts(read) == []
    monkeypatch.setenv("MELDWIJZER_PLAN", str(FILES["landelijk"]))
    assert starts(read) == ["heutink.yaml"]
    monkeypatch.delenv("MELDWIJZER_PLAN")
    assert starts(read) == ["landelijk.yaml"], "it was for new cases"


def starts(read: list[str]) -> list[str]:
    """The plans that a start reads beside the one for new cases."""
    read.clear()
    engine, store = opened()
    with store.transaction() as uow:
        uow.plans.choose()
    engine.dispose()
    return read
