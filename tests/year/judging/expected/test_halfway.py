"""What the oracle expects of a form that somebody closed half-way, in logs that were written by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.year.judging.by_hand import CODE, KARIN, SANNE, SIGNAL, TUESDAY, an_event, said_of
from tests.year.judging.expected.halfway import HalfWay
from tests.year.judging.log import Event
from tests.year.judging.staff import Staff

LOST, SHOWN, KEPT = (
    "half typed and lost",
    "half typed and shown to somebody else",
    "half typed and kept when it was over",
)
NOTE: dict[str, Any] = {"case": CODE, "record": "note", "number": 0}
MARK, OTHER, SUMMARY = "Merk00005", "Merk00006", "Merk00007"
GAVE_UP = an_event("gave_up", who=SANNE, **NOTE, marks=[MARK], began=TUESDAY.isoformat(), is_kept=True)
SAME_DAY, NEXT_DAY = timedelta(hours=3), timedelta(hours=26)
SAVED = an_event("did", TUESDAY + timedelta(hours=1), who=SANNE, **NOTE, said={"note": MARK}, result="saved")
THROWN_AWAY = an_event("thrown_away", TUESDAY + timedelta(hours=1), who=SANNE, **NOTE, marks=[MARK], is_ok=True)
CLOCK = an_event("trouble", TUESDAY + timedelta(minutes=5), fault="clock", until=TUESDAY.isoformat())
RESTART, MOVED = CLOCK | {"fault": "restart"}, CLOCK | {"fault": "moved"}


def came_back(who: str, *drafts: list[str], after: timedelta = SAME_DAY, **more: Any) -> Event:
    asked: Event = {**NOTE, "is_open": True, "is_read": True, **more}
    return an_event("came_back", TUESDAY + after, who=who, drafts=[*drafts], **asked)


def found(*events: Event) -> list[str]:
    staff = Staff()
    staff.trouble = [(TUESDAY, TUESDAY) for event in events if event["what"] == "trouble"]
    return [what for _, what, _ in HalfWay(events, staff, {}, {}).findings()]


def test_what_was_typed_is_in_the_same_form_for_a_day() -> None:
    assert found(GAVE_UP, came_back(SANNE, [MARK])) == []
    assert found(GAVE_UP, came_back(SANNE)) == [LOST]
    assert found(GAVE_UP, came_back(SANNE, after=NEXT_DAY)) == []


@pytest.mark.parametrize("back", [{"record": "signal"}, {"case": "26-EFGH"}, {"is_open": False}, {"is_read": False}])
def test_it_is_not_looked_for_elsewhere(back: dict[str, Any]) -> None:
    """In another form, or in one that is not offered any more or did not come."""
    assert found(GAVE_UP, came_back(SANNE, **back)) == []


def test_all_of_one_form_is_kept_together() -> None:
    two = GAVE_UP | {"marks": [MARK, OTHER]}
    assert found(two, came_back(SANNE, [MARK, OTHER])) == []
    assert found(two, came_back(SANNE, [MARK], [OTHER])) == [LOST]


def test_what_the_app_did_not_take_may_be_lost() -> None:
    assert found(GAVE_UP | {"is_kept": False}, came_back(SANNE)) == []
    assert found(RESTART, GAVE_UP, came_back(SANNE)) == []


def test_a_restart_loses_nothing_that_was_typed_before() -> None:
    typed_before = GAVE_UP | {"at": (TUESDAY - SAME_DAY).isoformat(), "began": (TUESDAY - SAME_DAY).isoformat()}
    assert found(typed_before, RESTART, came_back(SANNE)) == [LOST]
    assert found(typed_before, CLOCK, came_back(SANNE)) == []


def test_a_backup_leaves_it_out() -> None:
    assert found(GAVE_UP, MOVED, came_back(SANNE)) == []
    assert found(GAVE_UP, MOVED, came_back(SANNE, [MARK], after=NEXT_DAY)) == [KEPT]


def test_nobody_else_sees_it_before_it_is_stored() -> None:
    assert found(GAVE_UP, came_back(KARIN, [MARK])) == [SHOWN]
    assert found(GAVE_UP, SAVED, came_back(KARIN, [MARK])) == []


@pytest.mark.parametrize("over", [SAVED, THROWN_AWAY])
def test_it_is_gone_when_it_was_stored_or_thrown_away(over: Event) -> None:
    assert found(GAVE_UP, over, came_back(SANNE)) == []
    assert found(GAVE_UP, over, came_back(SANNE, [MARK])) == [KEPT]


def test_it_is_gone_after_a_day() -> None:
    assert found(GAVE_UP, came_back(SANNE, [MARK], after=NEXT_DAY)) == [KEPT]
    assert found(GAVE_UP, CLOCK, came_back(SANNE, [MARK], after=NEXT_DAY)) == []


def test_what_was_stored_may_stand_in_the_summary_of_another_form() -> None:
    summary = GAVE_UP | {"record": "consultation", "marks": [SUMMARY]}
    assert found(GAVE_UP, SAVED, summary, came_back(SANNE, [MARK, SUMMARY], record="consultation")) == []


def test_nobody_knows_what_is_kept_of_a_form_that_was_refused() -> None:
    assert found(GAVE_UP, SAVED | {"result": "refused"}, came_back(SANNE)) == []
    assert found(GAVE_UP, SAVED | {"result": "refused"}, came_back(SANNE, [MARK])) == []


@pytest.mark.parametrize(("minutes", "is_lost"), [(-1, False), (1, True)])
def test_nothing_more_is_taken_of_a_form_that_was_open_when_somebody_was_excluded(minutes: int, is_lost: bool) -> None:
    out = {"exclusion": "out", "excluded_person": SANNE}
    excluded = SIGNAL | {"who": KARIN, "record": "excluded", "said": out}
    excluded |= {"at": (TUESDAY + timedelta(minutes=minutes)).isoformat()}
    signal = SIGNAL | {"at": (TUESDAY - SAME_DAY).isoformat()}
    gave_up, back = [GAVE_UP], [came_back(SANNE)]
    events = [signal, *([excluded, *gave_up] if minutes < 0 else [*gave_up, excluded]), *back]
    assert (LOST in said_of(*events)) is is_lost
