"""What an alarm leaves: its trace in the logbook, and one form between it and a recorded report (G4, G8)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import update

from handlers.i18n.answers import answered
from handlers.platform import limits
from handlers.views.forms import form_modal
from handlers.views.home import home_view
from meldcode.application.actor import actor_of
from meldcode.application.cases.alarms.form import alarm_form, call_form
from meldcode.application.cases.alarms.trace import trace_next_alarm
from meldcode.application.cases.drafts import go_on, keep_typed, own_drafts
from meldcode.application.cases.open_form import FormView, find_draft
from meldcode.application.cases.pupils.same_pupil import WhichPupil
from meldcode.application.cases.record_entry import NeedsReview, Saved, record_draft, record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.application.home import overview
from meldcode.domain.alarm import AlarmId, Response
from meldcode.domain.case.asked import needed
from meldcode.domain.case.state import Entry
from meldcode.domain.errors import Refused
from meldcode.domain.plan.roles import Role
from storage.db.schema import entries
from tests.meldcode.alarm.alarms import Alarms
from tests.meldcode.playing import BEA, DIRK, FATIMA, KARIN, KEES, MEHMET, PUPIL, SANNE, Actor, Play

TOM = Actor("U55", "Tom de Wit", (Role.TEACHER,), (PUPIL["group"],))
FAST, BUTTON = "urgent_action", "alarm-record"
SAID = {"urgent_what": "reported", "urgent_on": "2026-03-02", "urgent_role": "IB-er", "urgent_told": "Er is gemeld."}


@pytest.fixture
def alarms(play: Play) -> Alarms:
    return Alarms(play)


def traced(play: Play) -> list[tuple[str, Actor, tuple[Actor, ...]]]:
    """What the logbook tells of the alarm: what, by whom, and who got a message."""
    with play.transaction() as uow:
        while trace_next_alarm(uow, play.now, _raise):
            pass
    return [_line(play, entry) for entry in play.entries() if entry.record == "acute" and entry.answers]


def _line(play: Play, entry: Entry) -> tuple[str, Actor, tuple[Actor, ...]]:
    known = {str(id_): actor for id_, actor in play.actors.items()}
    people = sorted((known[person] for person in entry.answers.get("people", ())), key=lambda actor: actor.name)
    return str(entry.answers["alarm"]), play.actors[entry.author], tuple(people)


def _raise(error: Exception) -> None:
    raise error


def opens_form(play: Play, by: Actor, alarm: AlarmId) -> FormView:
    with play.transaction() as uow:
        return alarm_form(uow, actor_of(uow, by.identity), alarm, play.now)


def records(
    play: Play, alarm: AlarmId | None, *, by: Actor = KARIN, key: str = "V", **answers: Any
) -> Saved | NeedsReview:
    typed = {**PUPIL, **SAID, "urgent_by": by.user, **answers}
    with play.transaction() as uow:
        command = RecordEntry(key, FAST, typed, alarm=alarm)
        saved = record_entry(uow, actor_of(uow, by.identity), command, play.now)
    assert not isinstance(saved, FormView | WhichPupil)
    if isinstance(saved, Saved):
        play.code = saved.code
    return saved


# the trace


@pytest.mark.rule("G4")
def test_the_logbook_tells_who_raised_it_who_answered_and_that_nobody_did(play: Play, alarms: Alarms) -> None:
    play.signal()
    alarm = alarms.raised(SANNE, case=play.code)
    before = len(play.messages())
    alarms.after(minutes=3)
    told = len(play.messages())
    assert traced(play) == [("unanswered", SANNE, (BEA, FATIMA, KARIN))]
    alarms.after(minutes=7)
    alarms.answers(KARIN, alarm, Response.GOING)
    alarms.after(seconds=1)
    alarms.answers(FATIMA, alarm, Response.CALLING)
    alarms.after(seconds=1)
    alarms.ends(SANNE, alarm)
    lines = traced(play)
    assert [line[:2] for line in lines] == [
        ("unanswered", SANNE),
        ("unanswered", SANNE),
        ("going", KARIN),
        ("calling", FATIMA),
        ("false", SANNE),
    ]
    assert lines[1][2] == (DIRK,)
    assert traced(play) == lines, "it is told once"
    assert told > before
    kinds = {row.kind for row in play.messages()[told:]}
    assert kinds <= {"alarm", "alarm_status", "alarm_unanswered"}, "the trace itself notifies nobody"
    alarms.at(alarm.raised_at.replace(year=2027))
    alarms.tidied()
    assert traced(play) == lines


@pytest.mark.rule("G4")
def test_the_trace_reads_as_sentences(play: Play, alarms: Alarms) -> None:
    play.signal()
    alarm = alarms.raised(SANNE, case=play.code)
    alarms.after(minutes=3)
    alarms.answers(KARIN, alarm, Response.GOING)
    traced(play)
    view = play.opens(FATIMA)
    said = [part.words for line in view.lines if line.record.id == "acute" for part in answered(line, view.names)]
    assert said == [
        "Om 10:05 had nog niemand geantwoord. Bericht ging naar Bea Mulder, Fatima Aydin en Karin Visser.",
        "Ging er om 10:05 naartoe.",
    ]


@pytest.mark.rule("G4")
def test_a_case_that_cannot_be_read_stops_no_alarm(play: Play, alarms: Alarms) -> None:
    play.signal()
    alarm = alarms.raised(SANNE, case=play.code)
    with play.engine.begin() as connection:
        connection.execute(update(entries).values(payload=b"spoilt"))
    alarms.answers(KARIN, alarm)
    found: list[Exception] = []
    with play.transaction() as uow:
        assert trace_next_alarm(uow, play.now, found.append)
        assert not trace_next_alarm(uow, play.now, found.append)
    assert len(found) == 1
    assert alarms.of(SANNE).answers


# one form


@pytest.mark.rule("G8")
@pytest.mark.parametrize("by", [KARIN, FATIMA])
def test_one_form_lies_between_an_alarm_without_a_case_and_a_recorded_report(
    play: Play, alarms: Alarms, by: Actor
) -> None:
    alarm = alarms.raised(SANNE)
    alarms.answers(by, alarm)
    assert BUTTON in alarms.reads(by)
    form = opens_form(play, by, alarm)
    asked = [field.id for field in form.record.fields]
    assert asked[:4] == ["first_name", "last_name", "group", "urgent_what"]
    saved = records(play, alarm, by=by)
    assert isinstance(saved, Saved)
    assert play.state().step == "tell_parents" and play.state().standing["reported"].record == FAST
    assert needed(play.plan, play.state())[0].id == "urgent_confirmed"
    assert {play.actors[person.id] for person in saved.notified} >= {KARIN, FATIMA, SANNE} - {by}
    assert play.opens(SANNE).context.pupil.last_name == PUPIL["last_name"], "it is the case of who raised the alarm"
    assert "legde vast dat 112 of Veilig Thuis is gebeld" in alarms.reads(FATIMA)


@pytest.mark.rule("G4")
def test_its_trace_goes_along_and_goes_on_there(play: Play, alarms: Alarms) -> None:
    alarm = alarms.raised(SANNE)
    alarms.after(minutes=3)
    alarms.answers(BEA, alarm, Response.GOING)
    records(play, alarm)
    expected = [
        ("raised", SANNE, (FATIMA, KARIN)),
        ("unanswered", SANNE, (BEA, FATIMA, KARIN)),
        ("going", BEA, ()),
        ("recorded", KARIN, ()),
    ]
    assert traced(play) == expected
    assert [entry.record for entry in play.entries()] == ["acute", "acute", "acute", FAST, "acute"]
    alarms.answers(FATIMA, alarm, Response.CALLING)
    assert traced(play) == [*expected, ("calling", FATIMA, ())]


@pytest.mark.rule("G8")
@pytest.mark.parametrize("by", [KARIN, FATIMA])
def test_a_call_is_recorded_from_the_home_tab_at_any_step_and_without_a_case(play: Play, by: Actor) -> None:
    play.employs(TOM)
    with play.transaction() as uow:
        actor = actor_of(uow, by.identity)
        shown = json.dumps(home_view(overview(uow, actor, limits.HOME, play.now)), ensure_ascii=False)
        form = call_form(uow, actor, play.now)
    assert '"action_id": "call-record"' in shown and "112/Veilig Thuis gebeld" in shown
    ref = json.loads(form_modal(form)["private_metadata"])
    assert ref == {"record": FAST} and [f.id for f in form.record.fields][:3] == ["first_name", "last_name", "group"]
    saved = records(play, None, by=by)
    assert isinstance(saved, Saved) and saved.may_open
    assert play.header().teachers == {play.person(TOM).id}, "it is the case of the teacher of the group"
    known = records(play, None, by=FATIMA if by is KARIN else KARIN, key="W", urgent_what="called_112")
    assert isinstance(known, Saved) and known.code == saved.code


@pytest.mark.rule("G8")
@pytest.mark.rule("G3")
def test_a_leader_records_a_call_about_a_pupil_whose_case_she_does_not_read(play: Play) -> None:
    code = play.signal().saved.code
    assert play.refused_to(lambda: play.opens(FATIMA, code))
    saved = records(play, None, by=FATIMA)
    assert isinstance(saved, Saved) and (saved.code, saved.state.step) == (code, "tell_parents")
    assert play.opens(FATIMA, code), "she took part, and reads it from now on"


@pytest.mark.rule("G1")
@pytest.mark.parametrize("by", [SANNE, BEA, DIRK])
def test_nobody_else_records_a_call_from_the_home_tab(play: Play, by: Actor) -> None:
    with play.transaction() as uow:
        actor = actor_of(uow, by.identity)
        assert "call-record" not in json.dumps(home_view(overview(uow, actor, limits.HOME, play.now)))
        with pytest.raises(Refused):
            call_form(uow, actor, play.now)
    assert play.refused_to(lambda: records(play, None, by=by))


def test_what_was_typed_about_a_call_comes_back_to_adjust(play: Play) -> None:
    assert isinstance(records(play, None, urgent_told="Volgens mij is het zo."), NeedsReview)
    with play.transaction() as uow:
        again = find_draft(uow, actor_of(uow, KARIN.identity), "V", FAST, "", 0, play.now)
    assert again.initial["urgent_told"] == "Volgens mij is het zo."
    assert {"first_name", "urgent_what"} <= {field.id for field in again.record.fields}


def test_what_was_being_typed_about_a_call_can_go_on(play: Play) -> None:
    typed = RecordEntry("V", FAST, {"first_name": "Noor"})
    with play.transaction() as uow:
        fatima = actor_of(uow, FATIMA.identity)
        keep_typed(uow, fatima, typed, play.now)
        assert [(one.record.id, one.case) for one in own_drafts(uow, fatima, play.now)] == [(FAST, "")]
        form = go_on(uow, fatima, "V", play.now)[1]
        assert (form.record.id, form.initial) == (FAST, {"first_name": "Noor"}) and form.schools
        with pytest.raises(Refused):
            keep_typed(uow, actor_of(uow, SANNE.identity), typed, play.now)


@pytest.mark.rule("G8")
def test_it_goes_on_in_the_open_case_about_the_pupil(play: Play, alarms: Alarms) -> None:
    play.employs(KEES)
    code = play.signal().saved.code
    records(play, alarms.raised(MEHMET), group="groep 5")
    assert play.code == code
    other = records(play, alarms.raised(SANNE), key="W", group="8")
    assert isinstance(other, Saved) and other.code != code, "a pupil of that name in another group is another pupil"
    alike = records(play, alarms.raised(KEES), key="X", last_name="Jansens")
    assert isinstance(alike, Saved) and alike.code not in (code, other.code), "nobody said that it is the same pupil"


@pytest.mark.rule("G8")
def test_a_second_one_is_told_that_it_was_done_and_the_button_opens_the_case(play: Play, alarms: Alarms) -> None:
    alarm = alarms.raised(SANNE)
    records(play, alarm)
    assert play.refused_to(lambda: records(play, alarm, by=FATIMA, key="W")) == {"": "done_meanwhile"}
    repeated = records(play, alarm)
    assert isinstance(repeated, Saved) and repeated.is_repeat
    assert opens_form(play, FATIMA, alarm).case == play.code


@pytest.mark.rule("G3")
@pytest.mark.parametrize("by", [SANNE, MEHMET, BEA, DIRK])
def test_nobody_else_can_record_it(play: Play, alarms: Alarms, by: Actor) -> None:
    alarm = alarms.raised(SANNE)
    alarms.after(minutes=3)
    assert BUTTON not in str(alarms.screens(by))
    assert play.refused_to(lambda: opens_form(play, by, alarm))
    assert play.refused_to(lambda: records(play, alarm, by=by))


def test_what_was_typed_is_kept_when_it_is_read_over(play: Play, alarms: Alarms) -> None:
    alarm = alarms.raised(SANNE)
    assert isinstance(records(play, alarm, urgent_told="Volgens mij is het zo."), NeedsReview)
    with play.transaction() as uow:
        command = RecordEntry("V", FAST, {}, alarm=alarm)
        saved = record_draft(uow, actor_of(uow, KARIN.identity), command, play.now)
    assert isinstance(saved, Saved)


def test_the_form_and_the_messages_hold_no_name_of_a_pupil(play: Play, alarms: Alarms) -> None:
    alarm = alarms.raised(SANNE)
    view = form_modal(opens_form(play, KARIN, alarm))
    assert PUPIL["last_name"] not in view["private_metadata"]
    records(play, alarm)
    said = json.dumps([alarms.screens(actor) for actor in (SANNE, KARIN, FATIMA)], ensure_ascii=False)
    assert PUPIL["last_name"] not in said and PUPIL["first_name"] not in said
