"""A failing year becomes small: what is not needed for the finding is left out, and the rest is printed as a test."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.year import shrink
from tests.year.judging.by_hand import SIGNAL, TOLD, a_tuesday
from tests.year.judging.log import Log
from tests.year.judging.oracle import Finding
from tests.year.seeds import played, tiny
from tests.year.world import Options

NEEDED = {3, 17}
FINDING = Finding(datetime(2026, 9, 8, 10, tzinfo=UTC), "lost", "Merk00001")


def _played(options: Options, _broken: str = "") -> tuple[Log, list[Finding]]:
    """A year of 40 acts, of which two together lose a text."""
    log = a_tuesday(SIGNAL, *TOLD)
    log.acts = [number for number in range(40) if options.only is None or number in options.only]
    return log, [FINDING] if set(log.acts) >= NEEDED else []


def test_what_is_not_needed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shrink, "played", _played)
    said = shrink.as_a_test(tiny(7), "tiny")
    assert "_, found = played(replace(tiny(7), only=frozenset([3, 17])))" in said
    assert "2026-09-08T09:00 U0SANNE (teacher): signal of 26-ABCD, saved" in said
    compile(said, "test", "exec")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_one_act_is_left_of_a_year_in_which_nobody_hears_of_an_alarm() -> None:
    """As `--tiny --seed 3 --shrink --broken alarm-forgotten` does with all acts of that year."""
    shrinker = shrink.Shrinker(tiny(3), "an alarm that is not heard", "alarm-forgotten")
    assert shrinker.smallest([4, 5, 6]) == [5]
    assert played(shrinker.only([5]))[1] == [], "the test that it prints passes once the fault is mended"


def test_of_a_year_that_is_well_nothing_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shrink, "played", _played)
    monkeypatch.setitem(globals(), "NEEDED", {41})
    assert shrink.as_a_test(tiny(7), "tiny") == ""
