"""A use case looks the actor up once and opens a case once; with a merged case, or in a merge, there are two cases."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from handlers.platform import limits
from meldcode.application.actor import Actor as CaseActor
from meldcode.application.actor import on_behalf_of
from meldcode.application.cases.alarms.alarm import RaiseAlarm, raise_alarm
from meldcode.application.cases.exports.export import answers_of, begin_export, read_over_page
from meldcode.application.cases.joining.merge import TwoCases, merge_cases
from meldcode.application.cases.open_form import find_draft, record_form
from meldcode.application.cases.record_entry import record_draft, record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.application.cases.view_case import open_case
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.plan.effects import Version
from storage.repositories.cases import StoredCases
from storage.repositories.people.staff import StoredStaff
from tests.meldcode.playing import KARIN, MEHMET, SANNE, Actor, Play

HEDGED = "Volgens mij slaapt hij slecht."


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counter[Any]:
    """How often each identity was looked up, and each case was decrypted."""
    counted: Counter[Any] = Counter()
    look_up, decrypt = StoredStaff.by_identity, StoredCases.contents

    def counting_look_up(self: StoredStaff, identity: Any) -> Any:
        counted[identity] += 1
        return look_up(self, identity)

    def counting_decrypt(self: StoredCases, case: Any) -> Any:
        counted[case] += 1
        return decrypt(self, case)

    monkeypatch.setattr(StoredStaff, "by_identity", counting_look_up)
    monkeypatch.setattr(StoredCases, "contents", counting_decrypt)
    return counted


def run(play: Play, counts: Counter[Any], by: Actor, use_case: Any, *args: Any) -> tuple[int, list[int]]:
    """Run a use case as a controller does: how often its actor was looked up, and each case decrypted."""
    counts.clear()
    with play.transaction() as uow:
        on_behalf_of(by.identity, use_case, *args)(uow, play.now)
    cases = [count for what, count in counts.items() if what != by.identity and not hasattr(what, "workspace")]
    return counts[by.identity], cases


def form(play: Play, record: str, by: Actor, **answers: Any) -> dict[str, Any]:
    return play.filled(record, by=by, **answers)


def test_a_first_signal_opens_no_case_and_another_one_opens_it_once(play: Play, counts: Counter[Any]) -> None:
    first = RecordEntry("V1", "", form(play, "signal", SANNE), reviewed=True)
    assert run(play, counts, SANNE, record_entry, first) == (1, [])
    again = RecordEntry("V2", "", form(play, "signal", SANNE), reviewed=True)
    assert run(play, counts, SANNE, record_entry, again) == (1, [1])
    assert run(play, counts, SANNE, record_entry, again) == (1, [1]), "a repeated submission"


def test_an_entry_in_a_case(play: Play, counts: Counter[Any]) -> None:
    play.signal(by=SANNE)
    entry = RecordEntry("V", "taken_up", form(play, "taken_up", KARIN), play.code, seen=1)
    assert run(play, counts, KARIN, record_entry, entry) == (1, [1])


def test_a_draft_that_is_reviewed_adjusted_and_saved(play: Play, counts: Counter[Any]) -> None:
    play.signal(by=SANNE)
    typed = RecordEntry("V", "signal", form(play, "signal", SANNE, what=HEDGED), play.code, seen=1)
    assert run(play, counts, SANNE, record_entry, typed) == (1, [1])
    assert run(play, counts, SANNE, find_draft, "V", "signal", play.code, 0) == (1, [1])
    assert run(play, counts, SANNE, record_draft, typed) == (1, [1])


def test_a_case_and_a_form_that_are_shown(play: Play, counts: Counter[Any]) -> None:
    play.signal(by=SANNE)
    assert run(play, counts, KARIN, open_case, play.code) == (1, [1])
    assert run(play, counts, KARIN, record_form, play.code, "taken_up", 0) == (1, [1])
    assert run(play, counts, KARIN, raise_alarm, RaiseAlarm("R", play.code)) == (1, [1])


@pytest.mark.parametrize("version", Version)
def test_an_export(play: Play, counts: Counter[Any], version: Version) -> None:
    play.signal(by=SANNE)
    answers = answers_of(play.plan.records["given"], version, "Veilig Thuis", "Zij vroegen erom.")
    command = RecordEntry("V", "given", answers, play.code)
    assert run(play, counts, KARIN, begin_export, command, limits.READ_OVER) == (1, [1])
    if version is Version.FOR_PARENTS:
        assert run(play, counts, KARIN, read_over_page, command, 0, limits.READ_OVER) == (1, [1])
        assert "given" in {entry.record for entry in play.entries()}


def test_a_merge_and_an_entry_in_what_was_merged_open_two_cases(play: Play, counts: Counter[Any]) -> None:
    first = play.signal(by=SANNE).code
    second = play.signal(by=MEHMET).code
    assert run(play, counts, KARIN, merge_cases, TwoCases("V", first, second)) == (1, [1, 1])
    assert run(play, counts, KARIN, open_case, first) == (1, [1, 1])
    more = RecordEntry("another view", "", form(play, "signal", MEHMET), reviewed=True)
    assert run(play, counts, MEHMET, record_entry, more) == (1, [1, 1])


def test_the_count_counts(play: Play, counts: Counter[Any]) -> None:
    def looks_twice(uow: UnitOfWork, actor: CaseActor, code: str, now: Any) -> None:
        uow.staff.by_identity(actor.identity)
        open_case(uow, actor, code, now)
        open_case(uow, actor, code, now)

    play.signal(by=SANNE)
    assert run(play, counts, SANNE, looks_twice, play.code) == (2, [2])
