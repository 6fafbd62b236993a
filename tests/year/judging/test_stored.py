"""What the oracle says of what is stored, and of what nobody heard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.year.judging.by_hand import (
    CODE,
    EVENING,
    JORIS,
    KARIN,
    LAST_CALL,
    MEHMET,
    REMINDED,
    SIGNAL,
    TOLD,
    TROUBLE,
    TUESDAY,
    a_line,
    a_message,
    a_tuesday,
    an_event,
    said_of,
    stored,
)
from tests.year.judging.log import moment
from tests.year.judging.oracle import Oracle
from tests.year.judging.plan_file import plan_file
from tests.year.judging.stored import put_in_order, say_what_was_stored


@pytest.mark.parametrize(
    ("kept", "said"),
    [(["signal", "taken_up"], "an entry too many"), ([], "an entry is lost"), (["signal"], "")],
)
def test_an_entry_without_words_is_lost_or_there_twice(kept: list[str], said: str) -> None:
    log = a_tuesday(SIGNAL, *TOLD, REMINDED)
    log.events[-1]["entries"] = {CODE: kept}
    found = [finding.what for finding in Oracle(plan_file("heutink"), log).judge()]
    assert found == ([said] if said else [])


def test_years_later_closed_cases_are_gone_and_open_ones_are_not() -> None:
    assert "destroyed though open" in said_of(SIGNAL, *TOLD, REMINDED, left=[])
    closed = SIGNAL | {"record": "ending_agreed", "said": {"ending_right": "yes"}}
    proposed = SIGNAL | {"record": "ending", "said": {"ends_as": "mistake"}}
    assert "kept for too long" in said_of(SIGNAL, *TOLD, proposed, closed, left=[CODE])
    assert "kept for too long" not in said_of(SIGNAL, *TOLD, proposed, closed, left=[])


def test_what_fails_during_a_fault_is_well() -> None:
    failed = an_event("error", words="a message that failed")
    assert said_of(TROUBLE, SIGNAL, *TOLD, REMINDED, failed, an_event("health", fault="clock", is_well=False)) == []


def test_what_was_acknowledged_and_is_not_stored_is_found() -> None:
    assert said_of(SIGNAL, *TOLD, REMINDED, marks=[]) == ["lost"]


def test_whose_case_it_became_is_known_though_nobody_saw_that_it_was_stored() -> None:
    of_mehmet = {"said": SIGNAL["said"] | {"group": "6"}, "school": "De Linde"}
    unheard = SIGNAL | of_mehmet | {"result": "failed", "case": "", "teachers": []}
    told = a_message(MEHMET, f"Dossier {CODE}: lees het.")
    assert said_of(unheard, *TOLD, told, REMINDED) == []
    assert said_of(SIGNAL, *TOLD, told, REMINDED) == ["heard by who may not"]


def test_what_is_stored_twice_is_found() -> None:
    assert said_of(SIGNAL, *TOLD, REMINDED, marks=[["Merk00001", CODE], ["Merk00001", CODE]]) == ["stored twice"]
    quoted = SIGNAL | {"who": KARIN, "record": "note", "said": {"noted": "Merk00001"}}
    assert "stored twice" not in said_of(
        SIGNAL, *TOLD, REMINDED, quoted, marks=[["Merk00001", CODE], ["Merk00001", CODE]]
    )


def test_what_is_lost_in_the_middle_of_a_year_is_found_on_that_day() -> None:
    log = a_tuesday(SIGNAL, *TOLD, REMINDED)
    log.events.insert(-1, stored([], LAST_CALL) | {"is_end": False, "entries": {}})
    found = Oracle(plan_file("heutink"), log).judge()
    assert [(finding.what, finding.at) for finding in found] == [
        ("lost", LAST_CALL),
        ("an entry is lost", LAST_CALL),
    ]


def test_who_acts_in_the_same_second_may_change_whom_it_concerns() -> None:
    note = SIGNAL | {"record": "note", "said": {}}
    assert "not told" in said_of(SIGNAL, TOLD[0], REMINDED)
    assert "not told" not in said_of(SIGNAL, note, TOLD[0], REMINDED)


def test_of_what_two_people_sent_in_vain_the_logbook_says_who_stored_it() -> None:
    note = {"record": "note", "said": {}, "result": "failed"}
    kept = stored([]) | {"logbook": [a_line(CODE, ["Merk00001"]), a_line(CODE, [], who=JORIS, record="note")]}
    one, other = SIGNAL | note, SIGNAL | note | {"who": JORIS}
    say_what_was_stored([SIGNAL, one, other, kept])
    assert (one["result"], other["result"]) == ("failed", "saved")


@pytest.mark.parametrize(("times", "is_found"), [(1, True), (3, False)])
def test_who_sends_a_form_again_hears_late_that_it_was_stored(times: int, is_found: bool) -> None:
    late = SIGNAL | {"at": (moment(SIGNAL) + timedelta(minutes=10)).isoformat()}
    late |= {"times": times} if times > 1 else {}
    assert ("not told" in said_of(late, *TOLD, REMINDED)) is is_found


def test_two_forms_of_one_second_count_in_the_order_of_the_logbook() -> None:
    one, other = (SIGNAL | {"said": {"what": mark}} for mark in ("Merk00002", "Merk00003"))
    kept = stored([[mark, CODE] for mark in ("Merk00001", "Merk00003", "Merk00002")])
    events = [SIGNAL, one, other, kept]
    put_in_order(events)
    assert events == [SIGNAL, other, one, kept]


def test_a_form_that_was_sent_again_counts_from_when_the_logbook_has_it() -> None:
    first = TUESDAY + timedelta(seconds=1)
    after = an_event("opened", TUESDAY + timedelta(minutes=1))
    again = SIGNAL | {"said": {"what": "Merk00003"}, "times": 2, "at": EVENING.isoformat()}
    kept = stored([]) | {"logbook": [a_line(CODE, ["Merk00001"]), a_line(CODE, ["Merk00003"], first)]}
    events = [SIGNAL, after, again, kept]
    put_in_order(events)
    assert events == [SIGNAL, again | {"at": first.isoformat()}, after, kept]
