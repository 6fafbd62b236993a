"""Nobody is named as present, or has their words corrected, without hearing of it; and they can answer."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from meldcode.application.actor import actor_of
from meldcode.application.cases.deny_presence import DenyPresence, deny_presence
from meldcode.application.messages.cases import Named, OwnEntry, Recorded, TaskEnded
from meldcode.domain.case.asked import needed, owed
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.file import load_plan
from meldcode.domain.plan.older_plans import with_later_actions
from storage.repositories.messages.payloads import decode
from tests.meldcode.playing import BEA, FATIMA, IRIS, KARIN, MEHMET, SANNE, Actor, Play

NO_SUCH_CASE = {"": "no_such_case"}
OLDER = Path(__file__).parents[2] / "meldcode_plans"


def denies(play: Play, by: Actor, entry: int, says: str = "") -> set[Actor]:
    """Somebody says that they were not there, or what `says` is; returns who was told."""
    about = DenyPresence(play.code, entry, says)
    return play._told_by(lambda uow: deny_presence(uow, actor_of(uow, by.identity), about, play.now))[1]


def told(play: Play, actor: Actor) -> list[object]:
    """What somebody was told, oldest first."""
    to = play.person(actor).id
    return [decode(row.kind, row.payload) for row in play.messages() if row.recipient == to]


def consulted(play: Play) -> int:
    """Karin records a consultation that names Sanne and Bea; returns its number."""
    play.reach("consult")
    play.record("consultation", by=KARIN, present=[SANNE, KARIN, BEA])
    return play.header().version


@pytest.mark.rule("S2.1")
def test_who_is_named_as_present_is_told_and_its_author_is_not(play: Play) -> None:
    entry = consulted(play)
    named = [message for message in told(play, BEA) if isinstance(message, Named)]
    assert [(one.entry, one.by, one.record) for one in named] == [(entry, play.person(KARIN).id, "consultation")]
    assert not [message for message in told(play, KARIN) if isinstance(message, Named)]


def test_whom_a_message_asks_something_reads_there_that_they_are_named(play: Play) -> None:
    play.reach("talk")
    told_so_far = len(told(play, SANNE))
    play.record("safety", by=KARIN, present=[SANNE, KARIN])
    *_, new = told(play, SANNE)[told_so_far:]
    assert isinstance(new, Recorded) and (new.asked, new.named_in) == ("pupil_talk", play.header().version)


def test_who_was_not_there_says_so_and_who_named_them_hears_it(play: Play) -> None:
    entry = consulted(play)
    before = play.entries()
    assert denies(play, BEA, entry) == {KARIN, FATIMA}, "its author, and who can do something about it"
    *unchanged, denial = play.entries()
    assert tuple(unchanged) == before
    assert (denial.author, denial.refers_to, denial.record) == (play.person(BEA).id, entry, "not_there")
    assert play.state().step == "talk"
    ended = told(play, BEA)[-1]
    assert isinstance(ended, TaskEnded) and ended.by == play.person(BEA).id, "the message does not ask it any more"


def test_a_teacher_who_named_somebody_hears_that_they_were_not_there(play: Play) -> None:
    play.reach("consult")
    play.record("consultation", by=SANNE, present=[SANNE, KARIN, BEA])
    assert SANNE in denies(play, BEA, play.header().version)
    said = told(play, SANNE)[-1]
    assert isinstance(said, OwnEntry) and (said.own, said.by) == ("consultation", play.person(BEA).id)


def test_it_stands_beside_the_entry_and_is_said_once(play: Play) -> None:
    entry = consulted(play)
    assert [line.entry.seq for line in play.opens(SANNE).lines if line.may_deny] == [entry]
    denies(play, SANNE, entry)
    after = play.entries()
    assert denies(play, SANNE, entry) == set()
    assert play.entries() == after
    [line] = [line for line in play.opens(KARIN).lines if line.entry.seq == entry]
    assert line.denied == ((Effect.DENIES, "Sanne de Boer"),)
    assert not any(line.may_deny for line in play.opens(SANNE).lines)


@pytest.mark.rule("S3.1")
def test_what_was_not_judged_by_two_is_judged_again_before_a_talk(play: Play) -> None:
    play.reach("talk")
    play.record("safety", by=KARIN, present=[SANNE, KARIN])
    denies(play, SANNE, play.header().version)
    assert "safety" not in play.state().standing
    assert play.refused("parents_talk", by=KARIN) == {"": "not_yet S3.1"}
    assert isinstance(told(play, FATIMA)[-1], Recorded)
    play.record("safety", by=KARIN, present=[SANNE, KARIN])
    play.record("parents_talk", by=KARIN)


@pytest.mark.rule("S3.1")
@pytest.mark.parametrize("danger", ["no", "yes"])
def test_who_disagrees_with_a_judgement_says_so_and_it_is_judged_again(play: Play, danger: str) -> None:
    play.reach("talk")
    play.record("safety", by=KARIN, danger_by_talk=danger, present=[SANNE, KARIN])
    entry = play.header().version
    assert denies(play, SANNE, entry, "sees_otherwise") == {KARIN, FATIMA}, "its author, and who judges it again"
    assert "safety" not in play.state().standing
    assert "safety" in [record.id for record in (*needed(play.plan, play.state()), *owed(play.plan, play.state()))]
    [line] = [line for line in play.opens(KARIN).lines if line.entry.seq == entry]
    assert line.denied == ((Effect.DISAGREES, "Sanne de Boer"),)
    assert denies(play, SANNE, entry) == set(), "one thing or the other, once"


@pytest.mark.rule("S3.1")
def test_nobody_disagrees_with_what_is_not_judged_or_judged_by_others(play: Play) -> None:
    entry = consulted(play)
    assert play.refused_to(partial(denies, play, SANNE, entry, "sees_otherwise")) == NO_SUCH_CASE
    play.record("safety", by=KARIN, present=[SANNE, KARIN])
    assert play.refused_to(partial(denies, play, FATIMA, play.header().version, "sees_otherwise")) == NO_SUCH_CASE
    assert denies(play, KARIN, play.header().version, "sees_otherwise") == set(), "she judged it"


@pytest.mark.rule("S3.1")
def test_a_step_that_was_not_skipped_by_two_stays_owed_while_the_case_goes_on(play: Play) -> None:
    play.reach("talk")
    play.record("safety", by=KARIN, danger_by_talk="yes", present=[SANNE, KARIN])
    skipped_at = play.header().version
    play.record("weighing", by=KARIN)
    denies(play, SANNE, skipped_at)
    assert ([record.id for record in play.opens(KARIN).owed], play.state().step) == (["safety"], "decide")
    play.record("safety", by=KARIN, danger_by_talk="no", present=[SANNE, KARIN])
    assert [record.id for record in play.opens(KARIN).owed] == ["pupil_talk", "parents_talk"]


@pytest.mark.rule("S3.1")
def test_who_was_not_at_a_talk_leaves_what_was_judged_before_it(play: Play) -> None:
    play.reach("talk")
    play.record("safety", by=KARIN)
    play.record("pupil_talk", by=KARIN)
    denies(play, SANNE, play.header().version)
    assert {"safety", "pupil_talk"} <= {*play.state().standing}


@pytest.mark.rule("G3")
def test_a_colleague_without_the_case_hears_that_they_are_named_and_can_answer_without_reading(play: Play) -> None:
    play.reach("talk")
    play.record("safety", by=KARIN, present=[SANNE, KARIN, MEHMET])
    entry = play.header().version
    [named] = told(play, MEHMET)
    assert isinstance(named, Named) and not named.may_open
    assert play.refused_to(lambda: play.opens(MEHMET)) == NO_SUCH_CASE
    denies(play, MEHMET, entry)
    assert play.entries()[-1].author == play.person(MEHMET).id
    assert play.person(MEHMET).id not in {reading.reader for reading in play.readings()}
    assert play.refused_to(lambda: play.opens(MEHMET)) == NO_SUCH_CASE


@pytest.mark.rule("G3")
@pytest.mark.parametrize("by", [MEHMET, FATIMA])
def test_who_is_not_named_cannot_say_so_and_learns_nothing(play: Play, by: Actor) -> None:
    entry = consulted(play)
    for number in (entry, 1, 0, -1, 99):
        assert play.refused_to(partial(denies, play, by, number)) == NO_SUCH_CASE
    play.code = "26-ZZZZ"
    assert play.refused_to(partial(denies, play, by, entry)) == NO_SUCH_CASE


@pytest.mark.rule("G12")
def test_who_is_excluded_hears_nothing_of_it_and_cannot_answer(play: Play) -> None:
    play.employs(IRIS)
    play.reach("consult")
    play.record("consultation", by=KARIN, present=[SANNE, KARIN, IRIS])
    entry = play.header().version
    play.record("excluded", by=KARIN, exclusion="out", excluded_person=IRIS)
    so_far = len(told(play, IRIS))
    assert play.refused_to(lambda: denies(play, IRIS, entry)) == NO_SUCH_CASE
    play.record("correction", by=SANNE, refers_to=entry, text="Het was dinsdag.")
    assert told(play, IRIS)[so_far:] == []


def test_no_form_stores_that_somebody_was_not_there(play: Play) -> None:
    entry = consulted(play)
    assert play.refused("not_there", by=SANNE, refers_to=entry) == {"": "unknown_action"}


@pytest.mark.rule("S1.2")
def test_who_wrote_an_entry_is_told_that_a_colleague_corrected_it(play: Play) -> None:
    play.reach("consult")
    assert play.record("correction", by=KARIN, refers_to=1, text="Het was de linkerarm.").told == {SANNE}
    last = told(play, SANNE)[-1]
    assert isinstance(last, OwnEntry) and (last.own, last.record, last.by) == (
        "signal",
        "correction",
        play.person(KARIN).id,
    )
    assert play.record("correction", by=SANNE, refers_to=1, text="Toch rechts.").told == set(), "their own words"


@pytest.mark.parametrize("version", [6, 8])
def test_a_case_under_an_older_plan_has_it_too(play: Play, version: int) -> None:
    older = load_plan(OLDER / f"version_{version}" / "heutink.yaml")
    assert older.find_record(Effect.DENIES) is None
    assert with_later_actions(older, play.plan).find_record(Effect.DENIES) is play.plan.find_record(Effect.DENIES)
    assert older.denials_of(older.records["safety"]) == []
