"""Faults that come to nothing test nothing: each of these must fall in the middle of what people do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.year.drawn.seeds import played, tiny
from tests.year.judging.log import Event

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def _acts(fault: str) -> Iterator[Event]:
    """What people did in a few tiny years in which nothing else goes wrong, one after another."""
    for seed in range(12, 20):
        log, found = played(replace(tiny(seed), faults=(fault,)))
        assert found == []
        yield from (event for event in log.events if event["what"] == "did")


def _is_sent_again(act: Event) -> bool:
    """Whether somebody saw that a form was not sent, sent it again and read that it is stored."""
    return bool(act["result"] == "saved" and act.get("times", 1) > 1)


@pytest.mark.parametrize("fault", ["kill", "commit", "cut"])
def test_a_form_is_sent_again(fault: str) -> None:
    assert any(map(_is_sent_again, _acts(fault)))


def test_something_is_stored_of_which_nobody_heard() -> None:
    assert any(act.get("unsure") for act in _acts("commit"))
