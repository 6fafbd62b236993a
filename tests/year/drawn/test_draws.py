"""What a seed draws: few years have everything, and that holds for short ones as for tiny ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.year.drawn.options import FIRST_DAY, Options
from tests.year.drawn.seeds import short, tiny
from tests.year.faults.trouble import FAULTS
from tests.year.people.characters import CHARACTERS


@pytest.mark.parametrize("drawn", [tiny, short])
def test_most_seeds_leave_something_out(drawn: Callable[[int], Options]) -> None:
    years = [drawn(seed) for seed in range(1, 61)]
    assert {len(year.faults) for year in years} == {0, 2, len(FAULTS)}
    assert {len(year.size.characters) for year in years} == {2, len(CHARACTERS)}
    assert ({year.schools for year in years}, {year.is_any_plan for year in years}) == ({1, 2}, {False, True})
    end = FIRST_DAY + timedelta(days=365)
    assert all(year.first_day + timedelta(days=year.size.days) < end for year in years)
