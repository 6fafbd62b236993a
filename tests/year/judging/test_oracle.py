"""The oracle itself: a day in a log that was written by hand, and what it says of it."""

from __future__ import annotations

import pytest

from tests.year.judging.by_hand import (
    CODE,
    FATIMA,
    KARIN,
    LAST_CALL,
    MEHMET,
    REMINDED,
    SIGNAL,
    TOLD,
    TROUBLE,
    WAITS,
    WILLEM,
    a_message,
    an_event,
    said_of,
)
from tests.year.judging.log import Event


def test_a_signal_that_was_told_and_reminded_of_is_well() -> None:
    assert said_of(SIGNAL, *TOLD, REMINDED) == []


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([SIGNAL, REMINDED], "not told"),
        ([SIGNAL, *TOLD], "no reminder"),
        ([SIGNAL, *TOLD, REMINDED, a_message(MEHMET, WAITS)], "heard by who may not"),
        ([SIGNAL, *TOLD, REMINDED, a_message(KARIN, "over Dewi", names=["Dewi"])], "personal data in a message"),
        ([SIGNAL, a_message(KARIN, WAITS), REMINDED], "reminded without a reason"),
        (
            [SIGNAL, *TOLD, REMINDED, an_event("opened", who=WILLEM, case=CODE, may=True, step="signals", failed="")],
            "read by who may not",
        ),
        (
            [SIGNAL, *TOLD, REMINDED, an_event("opened", who=FATIMA, case=CODE, may=True, step="signals", failed="")],
            "read before it was their turn",
        ),
        (
            [SIGNAL, *TOLD, REMINDED, an_event("opened", who=KARIN, case=CODE, may=False, step="", failed="")],
            "refused to who may read",
        ),
        (
            [
                SIGNAL,
                *TOLD,
                REMINDED,
                an_event("opened", LAST_CALL, who=KARIN, case=CODE, may=True, step="talk", failed=""),
            ],
            "wrong step",
        ),
        (
            [SIGNAL, *TOLD, a_message(KARIN, WAITS.replace("Signalen vastleggen", "Wegen"), LAST_CALL)],
            "reminded of another step",
        ),
        ([SIGNAL, *TOLD, REMINDED, an_event("logged", names=["Dewi"])], "personal data in the log"),
        ([SIGNAL, *TOLD, REMINDED, an_event("error", words="a message that failed")], "an error without a fault"),
        ([SIGNAL, *TOLD, REMINDED, an_event("health", fault="", is_well=False)], "reported without a fault"),
        (
            [TROUBLE, SIGNAL, *TOLD, REMINDED, an_event("health", fault="clock", is_well=True)],
            "a fault that is not reported",
        ),
    ],
)
def test_what_is_wrong_is_found(events: list[Event], said: str) -> None:
    assert said in said_of(*events)
