"""Step 1: record the signals, and tell who must know at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from meldcode.application.actor import actor_of
from meldcode.application.cases.open_form import find_draft
from meldcode.application.cases.record_entry import record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.domain.calendar import AMSTERDAM, SchoolCalendar
from meldcode.domain.case.newer import newer_than_weighing
from meldcode.domain.case.state import Status
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.forms import FieldKind
from meldcode.domain.plan.roles import Role
from meldcode.domain.worklist import last_day
from tests.meldcode.playing import BEA, FATIMA, KARIN, MEHMET, MONDAY, SANNE, Actor, Play

YESTERDAY, TOMORROW = (MONDAY.date() + timedelta(days=days) for days in (-1, 1))


@pytest.mark.rule("S1.1")
def test_a_signal_tells_care_coordinator_and_confidant_at_once(play: Play) -> None:
    assert play.signal().told == {KARIN, BEA}
    assert {message.due_at for message in play.messages()} == {play.now}


@pytest.mark.rule("S1.1")
@pytest.mark.parametrize("gone", [KARIN, BEA])
def test_one_of_the_two_roles_is_enough(play: Play, gone: Actor) -> None:
    play.misses(*(actor for actor in (KARIN, BEA) if actor is gone))
    played = play.signal()
    assert played.told == {KARIN, BEA} - {gone}
    assert played.saved.missing_roles == ()


@pytest.mark.rule("S1.1")
def test_with_neither_role_filled_the_school_leader_is_told_and_that_gap_too(play: Play) -> None:
    play.misses(KARIN, BEA)
    played = play.signal()
    assert played.told == {FATIMA}
    assert played.saved.missing_roles == (Role.CARE_COORDINATOR, Role.CONFIDANT)
    assert play.messages()[-1].payload["missing_roles"] == ["care_coordinator", "confidant"]


@pytest.mark.rule("S1.1")
@pytest.mark.parametrize("step", ["consult", "decide", "watch"])
def test_every_later_signal_tells_them_too(play: Play, step: str) -> None:
    play.reach(step, decision="no_report")
    worse = {"worse": "no"} if step == "watch" else {}
    told = play.signal(by=SANNE, **worse).told
    assert told == ({KARIN, BEA} if step == "consult" else {KARIN}), "the confidant in step 1 and 2 (G3)"
    play.calls_in(BEA)
    assert play.signal(by=SANNE, **worse).told == {KARIN, BEA}


@pytest.mark.rule("S1.1")
def test_the_teacher_is_told_that_the_signal_was_read(play: Play) -> None:
    play.signal()
    assert SANNE in play.record("taken_up", by=BEA).told


@pytest.mark.rule("S1.1")
@pytest.mark.parametrize(("reader", "step"), [(KARIN, "weigh"), (BEA, "consult")])
def test_who_wrote_a_later_signal_is_told_that_it_was_read_too(play: Play, reader: Actor, step: str) -> None:
    play.reach(step)
    assert play.plan.reads not in play.opens(reader).doable, "there is nothing new to read"
    play.signal(by=SANNE)
    assert play.plan.reads in play.opens(reader).doable
    assert play.record("read", by=reader).told == {SANNE}
    read = play.messages()[-1].payload
    assert (read["code"], read["by"], read["may_open"]) == (play.code, reader.roles[0], True)
    assert play.refused("read", by=reader) == {"": "not_now"}


@pytest.mark.rule("S1.1")
def test_whoever_wrote_it_is_told_and_nobody_of_their_own_signal(play: Play) -> None:
    play.reach("consult")
    play.record("signal", by=BEA)
    play.record("signal", by=KARIN)
    assert play.record("read", by=KARIN).told == {BEA}
    play.record("signal", by=KARIN)
    assert play.plan.reads not in play.opens(KARIN).doable
    assert play.record("read", by=BEA).told == {KARIN}


@pytest.mark.rule("S1.1")
def test_taking_up_the_first_signal_says_that_it_was_read(play: Play) -> None:
    play.signal()
    assert play.plan.reads not in play.opens(KARIN).doable, "who takes it up has read it"
    play.record("signal", by=BEA)
    assert {SANNE, BEA} <= play.record("taken_up", by=KARIN).told
    assert play.plan.reads not in play.opens(KARIN).doable


@pytest.mark.rule("S1.1")
def test_the_teacher_of_a_merged_case_is_told_with_the_code_of_their_own(play: Play) -> None:
    first = play.signal(by=SANNE).code
    play.reach("consult")
    second = play.signal(by=MEHMET).code
    play.joins(KARIN, first, second)
    play.code = first
    assert MEHMET in play.record("read", by=KARIN).told
    assert play.messages()[-1].payload["code"] == second
    play.record("signal", by=MEHMET, case=second)
    assert play.record("read", by=KARIN).told == {MEHMET}


@pytest.mark.rule("S1.2")
@pytest.mark.parametrize("step", ["signals", "weigh", "watch"])
def test_a_note_is_in_the_logbook_and_alarms_nobody(play: Play, step: str) -> None:
    play.reach(step, decision="no_report")
    before = play.state()
    assert play.record("note", by=SANNE, noted="Moeder belde dat ze ziek is.").told == set()
    assert play.entries()[-1].answers["noted"] == "Moeder belde dat ze ziek is."
    after = play.state()
    assert (after.step, after.since) == (before.step, before.since)
    assert newer_than_weighing(play.plan, after, play.entries()) == []


@pytest.mark.rule("S4.6")
def test_a_note_does_not_answer_how_a_watched_pupil_is(play: Play) -> None:
    play.reach("watch", decision="no_report")
    due = last_day(play.plan, play.state(), _calendar(play))
    play.comes(play.now.date() + timedelta(days=7))
    play.record("note", by=SANNE)
    assert last_day(play.plan, play.state(), _calendar(play)) == due
    play.record("watch_entry", by=SANNE, change="same")
    assert last_day(play.plan, play.state(), _calendar(play)) != due


def _calendar(play: Play) -> SchoolCalendar:
    with play.transaction() as uow:
        return calendar_of(uow.staff.schools()[0])


@pytest.mark.rule("S1.2")
def test_a_note_in_a_merged_case_is_not_passed_on(play: Play) -> None:
    first, second = play.signal(by=SANNE).code, play.signal(by=MEHMET).code
    play.joins(KARIN, first, second)
    kept, joined = sorted((first, second), key=lambda code: play.header(code).status is Status.JOINED)
    entries = play.entries(kept)
    assert play.record("note", by=MEHMET if joined == second else SANNE, case=joined).told == set()
    assert play.entries(kept) == entries
    assert [line.record.id for line in play.opens(KARIN, kept).lines if line.code == joined][-1] == "note"


@pytest.mark.rule("S1.2")
def test_the_time_is_kept_where_it_is_known(play: Play) -> None:
    play.signal(happened_at="09:30", what="later")
    play.record("note", by=SANNE, noted_at="08:15", noted="eerder")
    play.record("note", by=SANNE, noted_at="", noted_on=YESTERDAY, noted="gisteren")
    assert [(line.at, line.entry.seq) for line in play.opens(SANNE).lines] == [("", 3), ("08:15", 2), ("09:30", 1)]
    for wrong in ("24:00", "8:30", "half negen", "08:60"):
        assert play.refused("signal", by=SANNE, case="", happened_at=wrong) == {"happened_at": "no_time"}


@pytest.mark.rule("S1.2")
def test_a_time_later_than_now_is_refused_today_and_not_of_an_earlier_day(play: Play) -> None:
    today, soon = play.now.date(), play.now.astimezone(AMSTERDAM) + timedelta(minutes=2)
    said = f"{soon:%H:%M}"
    assert play.refused("signal", by=SANNE, case="", happened_on=today, happened_at=said) == {
        "happened_at": "time_in_the_future"
    }
    play.signal(by=SANNE, happened_on=today, happened_at=f"{play.now.astimezone(AMSTERDAM):%H:%M}")
    play.record("note", by=SANNE, noted_on=today - timedelta(1), noted_at="23:59")


@pytest.mark.rule("S1.2")
def test_the_logbook_stands_in_order_of_happening_with_both_dates(play: Play) -> None:
    play.signal(happened_on=MONDAY.date(), what="vandaag")
    play.signal(happened_on=YESTERDAY, what="gisteren")
    lines = play.opens(SANNE).lines
    assert [line.entry.answers["what"] for line in lines] == ["gisteren", "vandaag"]
    assert [line.happened for line in lines] == [YESTERDAY, MONDAY.date()]
    assert [line.entry.seq for line in lines] == [2, 1]
    assert lines[0].entry.written_at > lines[1].entry.written_at >= MONDAY


@pytest.mark.rule("S1.2")
def test_what_still_has_to_happen_is_no_fact(play: Play) -> None:
    assert play.refused("signal", by=SANNE, case="", happened_on=TOMORROW) == {"happened_on": "in_the_future"}


@pytest.mark.rule("S1.2")
@pytest.mark.parametrize("by", [SANNE, KARIN, BEA, FATIMA])
def test_a_correction_names_the_entry_it_corrects_and_leaves_it(play: Play, by: Actor) -> None:
    play.reach("consult")
    play.calls_in(FATIMA)
    before, state = play.entries(), play.state()
    play.record("correction", by=by, refers_to=1, text="Het was de linkerarm.")
    *unchanged, correction = play.entries()
    assert tuple(unchanged) == before
    assert (correction.refers_to, correction.answers) == (1, {"text": "Het was de linkerarm."})
    assert (play.state().step, play.state().since) == (state.step, state.since)


@pytest.mark.rule("S1.2")
@pytest.mark.parametrize("entry", [-1, 0, 2])
def test_a_correction_of_no_entry_is_refused(play: Play, entry: int) -> None:
    play.signal()
    assert play.refused("correction", by=SANNE, refers_to=entry) == {"": "unknown_entry"}


@pytest.mark.rule("S1.2")
def test_only_a_correction_names_another_entry(play: Play) -> None:
    play.signal()
    play.record("taken_up", by=KARIN, refers_to=1)
    assert play.entries()[-1].refers_to == 0


@pytest.mark.rule("S1.3")
def test_the_kinds_are_those_of_the_source_in_its_order_and_words_and_something_else(play: Play) -> None:
    kind = play.plan.opening.field("kind")
    assert kind is not None and kind.required
    assert [f"{choice.text} {choice.description}".strip() for choice in kind.choices] == [
        "Signalen van mishandeling of verwaarlozing",
        "Uitspraken die de leerling of de ouders doen",
        "Uitspraken die andere kinderen of volwassenen over de thuissituatie van de leerling doen",
        "Verslag van gesprekken met de leerling of de ouders",
        "Iets anders",
    ]


@pytest.mark.rule("S1.3")
@pytest.mark.parametrize("kinds", [("abuse_or_neglect",), ("others", "conversation"), ("other",)], ids=str)
def test_a_signal_is_of_one_or_more_kinds(play: Play, kinds: tuple[str, ...]) -> None:
    play.signal(kind=kinds)
    assert play.entries()[-1].answers["kind"] == kinds


@pytest.mark.rule("S1.3")
def test_a_signal_has_a_kind(play: Play) -> None:
    assert play.refused("signal", by=SANNE, case="", kind=("gossip",)) == {"kind": "unknown_choice"}
    assert play.refused("signal", by=SANNE, case="", kind=()) == {"kind": "required"}


@pytest.mark.rule("S1.4")
def test_the_form_asks_for_facts_where_one_types(play: Play) -> None:
    typed = [field for field in play.plan.opening.fields if field.kind is FieldKind.LONG_TEXT]
    assert [field.id for field in typed] == ["what"]
    assert typed[0].hint.startswith("Alleen feiten.")
    assert "Schrijf alleen feiten op" in play.plan.opening.explain


@pytest.mark.rule("S1.4")
@pytest.mark.rule("S1.5")
@pytest.mark.parametrize("file", shipped_plans(), ids=lambda file: file.stem)
def test_what_is_looked_through_says_so_where_one_types(file: Path) -> None:
    fields = [field for record in load_plan(file).records.values() for field in record.fields if field.hints]
    for field in fields:
        assert "facts" not in field.hints or "Alleen feiten." in field.hint, field.id
        assert "names" not in field.hints or "Geen namen van anderen." in field.hint, field.id


@pytest.mark.rule("S1.4")
def test_going_back_to_adjust_shows_the_form_as_it_was(play: Play) -> None:
    play.reach("watch", decision="no_report")
    asked = play.form("watch_entry", by=SANNE)
    typed = {"watched": "Misschien gaat het slechter.", "change": "worse", "watched_on": str(play.now.date())}
    with play.transaction() as uow:
        sanne = actor_of(uow, SANNE.identity)
        record_entry(uow, sanne, RecordEntry("V", "watch_entry", typed, play.code, seen=asked.seen), play.now)
        again = find_draft(uow, sanne, "V", "watch_entry", play.code, 0, play.now)
    assert again == replace(asked, initial=typed)
    assert [consequence.choice for consequence in again.consequences][:1] == ["Het gaat slechter"]


@pytest.mark.rule("S1.4")
@pytest.mark.rule("S1.5")
@pytest.mark.parametrize(
    "what",
    ["Volgens mij heeft hij een blauwe plek.", "Tim Bakker zag de blauwe plek.", "De buurvrouw belde: 06-12345678."],
)
def test_what_is_found_is_shown_first_and_never_blocks(play: Play, what: str) -> None:
    play.signal()
    before = play.entries()
    assert set(play.review("signal", by=SANNE, what=what).found) == {"what"}
    assert play.entries() == before
    play.record("signal", by=SANNE, what=what)
    assert play.entries()[-1].answers["what"] == what


@pytest.mark.rule("S1.5")
def test_every_field_for_facts_about_others_is_looked_through(play: Play) -> None:
    looked_through = {
        (record.id, field.id) for record in play.plan.records.values() for field in record.fields if field.hints
    }
    assert looked_through >= {
        ("signal", "what"),
        ("correction", "text"),
        ("pupil_talk", "pupil_said"),
        ("parents_talk", "parents_said"),
        ("watch_entry", "watched"),
    }
