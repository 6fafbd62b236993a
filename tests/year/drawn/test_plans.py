"""Years under plans that no school has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from meldcode.domain.plan.file import load_plan
from tests.year.drawn.plans import any_plan, write_plan
from tests.year.drawn.seeds import PLANS, tiny
from tests.year.judging.oracle import Oracle
from tests.year.judging.plan_file import plan_file
from tests.year.playing import play

SEED = 3


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("seed", range(3))
def test_any_plan_is_a_plan(name: str, seed: int, tmp_path: Path) -> None:
    plan = any_plan(name, seed)
    assert plan["steps"] != plan_file(name)["steps"]
    assert load_plan(write_plan(plan, tmp_path)).version == plan["version"]


@pytest.mark.timeout(120)
def test_the_program_follows_the_plan_that_it_is_given(tmp_path: Path) -> None:
    options = replace(tiny(SEED), is_any_plan=True)
    log = play(options, tmp_path)
    assert Oracle(options.on_paper(), log).judge() == []
    assert Oracle(plan_file(options.plan), log).judge(), "the other days of this plan make no difference"
