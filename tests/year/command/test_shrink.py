"""A failing year becomes small: what is not needed for the finding is left out, and the rest is printed as a test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from unittest.mock import Mock, patch

import pytest

from tests.year.command import shrink
from tests.year.command.printed import not_done, printed
from tests.year.drawn import seeds
from tests.year.drawn.options import Options
from tests.year.drawn.seeds import played, tiny
from tests.year.judging.by_hand import SANNE, SIGNAL, TOLD, TUESDAY, a_tuesday, an_event
from tests.year.judging.log import Log
from tests.year.judging.oracle import Finding

NEEDED = {3, 17}
FINDING = Finding(datetime(2026, 9, 8, 10, tzinfo=UTC), "lost", "Merk00001")
DONE = [SIGNAL]


def _played(options: Options, _broken: str = "") -> tuple[Log, list[Finding]]:
    """A year of 40 acts, of which two together lose a text."""
    log = a_tuesday(*DONE, *TOLD)
    log.acts = [number for number in range(40) if options.only is None or number in options.only]
    if options.only == frozenset():
        raise LookupError
    return log, [FINDING] if set(log.acts) >= NEEDED else []


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (shrink, seeds):
        monkeypatch.setattr(module, "played", _played)


def _printed(text: str) -> Callable[[], None]:
    """The test that this text is when it stands in a file."""
    names: dict[str, Any] = {}
    exec(compile(text, "test", "exec"), names)
    test: Callable[[], None] = names["test_tiny_year_7"]
    return test


@pytest.mark.usefixtures("quick")
def test_what_is_not_needed_is_left_out() -> None:
    said = shrink.as_a_test(tiny(7), "tiny")
    assert "log, found = played(replace(tiny(7), only=frozenset([3, 17])))" in said
    assert "2026-09-08T09:00 U0SANNE (teacher): signal of 26-ABCD, saved" in said


@pytest.mark.usefixtures("quick")
def test_a_part_that_cannot_be_played_is_needed() -> None:
    with patch.dict(globals(), {"NEEDED": {3}}):
        assert "only=frozenset([3])" in shrink.as_a_test(tiny(7), "tiny")


@pytest.mark.usefixtures("quick")
def test_the_printed_test_fails_until_it_is_mended_and_when_its_acts_are_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    test = _printed(shrink.as_a_test(tiny(7), "tiny"))
    with pytest.raises(AssertionError, match=r"^$"):
        test()
    monkeypatch.setitem(globals(), "NEEDED", {41})
    test()
    monkeypatch.setitem(globals(), "DONE", [])
    with pytest.raises(AssertionError, match="shrink the year again"):
        test()


@pytest.mark.usefixtures("quick")
def test_the_printed_test_has_what_was_said_and_no_line_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """`ruff` is what says so of each file here."""
    monkeypatch.setitem(globals(), "NEEDED", {*range(40)})
    monkeypatch.setitem(globals(), "FINDING", replace(FINDING, about='a "long" \\word ' * 20))
    drawn = tiny(7)
    asked = replace(drawn, faults=("kill",), first_day=date(2026, 9, 1), size=replace(drawn.size, people=9))
    text = shrink.as_a_test(asked, "tiny", "week-forgotten")
    subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--stdin-filename", "tests/year/test_it.py", "-"],
        input=text,
        check=True,
        text=True,
    )
    with patch.object(seeds, "played", Mock(return_value=_played(drawn))) as played, suppress(AssertionError):
        _printed(text)()
    played.assert_called_once_with(replace(asked, only=frozenset(range(40))), "week-forgotten")


def test_what_was_wrong_with_a_record_is_left_open() -> None:
    """Whatever it leads to once it is mended; only what came before must be as it was."""
    log = a_tuesday(SIGNAL)
    at_once = replace(FINDING, at=TUESDAY)
    assert "U0SANNE: signal of a case, saved" in printed(tiny(7), "tiny", FINDING, log, "")
    assert "U0SANNE: signal of a case, saved" not in printed(tiny(7), "tiny", at_once, log, "")
    refused = a_tuesday(SIGNAL | {"result": "refused"})
    assert not_done(refused, ["U0SANNE: signal of a case"]) == []
    assert not_done(refused, ["U0SANNE: signal of a case, saved"]) == ["U0SANNE: signal of a case, saved"]
    assert not_done(refused, ["U0SANNE: signal of a case"] * 2) == ["U0SANNE: signal of a case"]


def test_a_signal_that_was_not_sent_is_one_of_a_new_case() -> None:
    given_up = an_event("gave_up", who=SANNE, record="signal", case="")
    log = a_tuesday(SIGNAL | {"case": "", "result": "gone"}, given_up)
    assert not_done(log, ["U0SANNE: signal of a new case, gone", "U0SANNE closes signal of a new case half-way"]) == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_one_act_is_left_of_a_year_in_which_nobody_hears_of_an_alarm() -> None:
    """As `--tiny --seed 7 --shrink --broken alarm-forgotten` does with all acts of that year."""
    shrinker = shrink.Shrinker(tiny(7), "an alarm that is not heard", "alarm-forgotten")
    assert shrinker.smallest([8, 9, 10]) == [9]
    assert played(shrinker.only([9]))[1] == [], "the test that it prints passes once the fault is mended"


@pytest.mark.usefixtures("quick")
def test_of_a_year_that_is_well_nothing_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "NEEDED", {41})
    assert shrink.as_a_test(tiny(7), "tiny") == ""
