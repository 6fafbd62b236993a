"""A long case looks as if all of it were read, and of its signals and notes only a page is (ADR 46)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from handlers.platform import limits
from handlers.views.case import case_modal
from meldcode.application.actor import actor_of
from meldcode.application.cases.deny_presence import DenyPresence, deny_presence
from meldcode.application.cases.joining.merge import TwoCases, mark_as_different_pupils
from meldcode.application.cases.logbook import LogbookLine, OlderLine
from meldcode.application.cases.view_case import CaseView, open_newest
from meldcode.application.finding.two_cases import link_siblings
from storage.crypto.payload import Payload
from storage.repositories.kept_states import LONG
from tests.meldcode.playing import BEA, FATIMA, KARIN, MEHMET, SANNE, Actor, Play

TEXTS = ("Kort.", "Een blauwe plek op de arm. " * 40, "Huilde bij het naar huis gaan.\n" * 9)
"""What fits on a page depends on how long the texts are."""
READERS = (SANNE, KARIN, BEA)


def newest(play: Play, who: Actor) -> CaseView:
    with play.transaction() as uow:
        return open_newest(uow, actor_of(uow, who.identity), play.code, limits.LOGBOOK_ENTRIES, play.now)


def signals(play: Play, count: int, teacher: Actor = SANNE) -> None:
    """So many signals and notes, by several people, about days before and after each other."""
    for number in range(count):
        by, text = (teacher, KARIN)[number % 2], TEXTS[number % 3]
        play.now += timedelta(hours=5)
        on = play.now.date() - timedelta(days=number * 7 % 11)
        if number % 4 == 3:
            play.record("note", by=by, noted=text, noted_on=on)
        else:
            play.record("signal", by=by, what=text, happened_on=on, happened_at="00:05" if number % 5 else "")


@contextmanager
def decrypted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Payload]]:
    """The entries that are decrypted meanwhile."""
    read: list[Payload] = []
    original = Payload.from_bytes

    def noted(content: bytes) -> Payload:
        read.append(original(content))
        return read[-1]

    with monkeypatch.context() as patched:
        patched.setattr(Payload, "from_bytes", noted)
        yield read


def facts(line: OlderLine | LogbookLine) -> tuple[object, ...]:
    return line.code, line.seq, line.record, line.happened, line.weight


def looks_the_same(play: Play, *readers: Actor) -> None:
    """Read in part and as a whole, to each of these readers."""
    for who in readers or READERS:
        whole, part = play.opens(who), newest(play, who)
        assert part.older and not whole.older
        assert case_modal(part) == case_modal(whole), who
        before = whole.lines[: len(part.older)]
        assert [facts(line) for line in part.older] == [facts(line) for line in before]


def test_a_long_case_looks_the_same_to_each_reader(play: Play) -> None:
    sibling = play.signal(by=MEHMET, first_name="Lotte", group="7").code
    namesake = play.signal(by=MEHMET, group="8").code
    play.signal(by=SANNE)
    signals(play, LONG)
    looks_the_same(play)
    with play.transaction() as uow:
        for do, other in ((link_siblings, sibling), (mark_as_different_pupils, namesake)):
            do(uow, actor_of(uow, KARIN.identity), TwoCases(f"V{other}", play.code, other), play.now)
    play.record("correction", by=SANNE, refers_to=2, text="Het was een dag later.")
    play.reach("consult")
    play.record("consultation", by=KARIN, present=[SANNE, KARIN, BEA])
    said = DenyPresence(play.code, play.header().version, "not_there")
    with play.transaction() as uow:
        deny_presence(uow, actor_of(uow, BEA.identity), said, play.now)
    play.alarm(SANNE)
    looks_the_same(play)
    play.record("excluded", by=KARIN, excluded_person=BEA, exclusion="out")
    play.record("exclusion_agreed", by=FATIMA, exclusion_right="no")
    signals(play, 9)
    looks_the_same(play)
    play.record("pupil_corrected", by=KARIN, correct_first_name="Nora", correct_last_name="Jansen", correct_group="6")
    looks_the_same(play)
    play.reach("weigh")
    play.record("weighing", by=KARIN)
    signals(play, 5)
    assert len(newest(play, KARIN).newer) == 4
    looks_the_same(play, *READERS, FATIMA)


def test_a_long_case_with_one_merged_into_it_looks_the_same(play: Play) -> None:
    other = play.signal(by=MEHMET, group="6").code
    signals(play, 5, MEHMET)
    play.signal(by=SANNE)
    signals(play, LONG)
    play.joins(KARIN, other, play.code)
    play.code = next(code for code in (other, play.code) if not play.header(code).joined_to)
    looks_the_same(play, KARIN, BEA)


def test_a_signal_that_was_moved_is_on_no_page(play: Play) -> None:
    play.signal(by=SANNE)
    signals(play, LONG)
    play.record(
        "signal_moved", by=KARIN, refers_to=2, moved_first_name="Lotte", moved_last_name="Jansen", moved_group="7"
    )
    signals(play, 2)
    looks_the_same(play)
    assert 2 not in {line.seq for line in newest(play, KARIN).older}


def test_opening_a_long_case_reads_one_page(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    play.signal(by=SANNE)
    signals(play, LONG)
    with decrypted(monkeypatch) as read:
        newest(play, KARIN)
    assert len(read) == limits.LOGBOOK_ENTRIES
    play.record("correction", by=SANNE, refers_to=2, text="Het was een dag later.")
    with decrypted(monkeypatch) as read:
        newest(play, KARIN)
    assert len(read) == limits.LOGBOOK_ENTRIES, "what the others say is read, and is one of the last"
