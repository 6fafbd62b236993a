"""What the oracle says of `/healthz` and `doctor`."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.year.faults.trouble import FAULTS
from tests.year.judging.by_hand import (
    JORIS,
    REMINDED,
    SIGNAL,
    TOLD,
    TROUBLE,
    TUESDAY,
    an_event,
    said_of,
)
from tests.year.judging.log import Event
from tests.year.judging.reports import SEEN, UNSEEN

OVER = TUESDAY + timedelta(hours=6)
FULL, GONE = "The disk is full, or may not be written.", f"De Linde › Joris: {JORIS} is a closed account, a bot"
STUCK = "The outbox is stuck."


def _doctor(fault: str, *words: str, at: datetime = TUESDAY, is_over: bool = False) -> Event:
    return an_event("doctor", at, fault=fault, words=[*words], is_over=is_over)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([TROUBLE, _doctor("full", FULL, STUCK), _doctor("full", is_over=True)], []),
        ([TROUBLE, _doctor("full", STUCK)], ["doctor does not see a fault"]),
        ([TROUBLE, _doctor("full", FULL, is_over=True)], ["doctor sees what is not there"]),
        ([TROUBLE, _doctor("", FULL)], []),
        ([TROUBLE, _doctor("", FULL, at=OVER)], ["doctor sees what is not there"]),
        ([an_event("gone", who=JORIS), _doctor("", GONE)], []),
        ([an_event("gone", who=JORIS), _doctor("")], ["doctor does not see who left"]),
        ([_doctor("", GONE)], ["doctor sees what is not there"]),
        ([TROUBLE, an_event("health", fault="full", is_well=False, is_over=True)], ["still reported when it was over"]),
    ],
)
def test_doctor_says_what_is_wrong_while_it_is(events: list[Event], said: list[str]) -> None:
    found = said_of(SIGNAL, *TOLD, REMINDED, *events)
    assert [what for what in found if "doctor" in what or "reported" in what] == said


def test_each_fault_is_reported_or_it_is_said_why_not() -> None:
    assert not SEEN.keys() & UNSEEN.keys()
    assert {*FAULTS} <= SEEN.keys() | UNSEEN.keys()
