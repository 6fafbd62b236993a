"""G10: a signal in the wrong case goes to its own pupil's case; a name or group is corrected wherever it is shown."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from handlers.documents.dossier_json import dossier_json
from handlers.platform import limits
from meldcode.application.actor import actor_of
from meldcode.application.cases.exports.export import answers_of, begin_export
from meldcode.application.cases.exports.exported import Export
from meldcode.application.cases.open_form import record_form
from meldcode.application.cases.record_entry import record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.domain.case.asked import offered
from meldcode.domain.case.state import Pupil, Status
from meldcode.domain.plan.effects import Version
from storage.crypto.keys import open_vault
from storage.crypto.vault import MasterKey
from storage.db.schema import cases, entries
from storage.integrity.verify import FaultKind, faults
from tests.meldcode.playing import BEA, KARIN, MEHMET, SANNE, Actor, Play

pytestmark = pytest.mark.rule("G10")
TIM_5 = {"first_name": "Tim", "last_name": "Jansen", "group": "5"}
TIM_6 = {**TIM_5, "group": "6"}
TO_TIM_6: dict[str, Any] = {"moved_first_name": "Tim", "moved_last_name": "Jansen", "moved_group": "6"}
SECRET = "Deze Tim had een blauw oog."


def mixed(play: Play, **answers: Any) -> str:
    """The case of Tim of group 5, with a signal about Tim of group 6 in it; the code."""
    first = play.signal(by=SANNE, **TIM_5).code
    play.signal(by=SANNE, same_as=first, what=SECRET, **TIM_6, **answers)
    return first


def moved(play: Play, seq: int = 2, **answers: Any) -> str:
    """The signal is moved; the code of the case where it is then."""
    play.record("signal_moved", by=KARIN, refers_to=seq, **{**TO_TIM_6, **answers})
    return str(play.entries()[-1].answers["case"])


def shown_to(play: Play, actor: Actor, code: str) -> str:
    return repr(play.opens(actor, code).lines)


def verified(play: Play) -> list[FaultKind]:
    with play.engine.connect() as connection:
        return [fault.kind for fault in faults(connection, open_vault(play.engine, MasterKey(bytes(32))))]


def test_a_moved_signal_is_in_its_own_case_and_nobody_reads_it_in_the_other(play: Play) -> None:
    first = mixed(play)
    play.record("correction", by=SANNE, refers_to=2, text="Het was het linkeroog.")
    second = moved(play)
    assert play.opens(KARIN, second).context.pupil == Pupil("Tim", "Jansen", "6")
    there = {line.record.id: line for line in play.opens(KARIN, second).lines}
    assert there.keys() == {"received", "signal", "correction"}
    assert (there["signal"].author, there["signal"].entry.answers["what"]) == (SANNE.name, SECRET)
    assert there["correction"].entry.refers_to == there["signal"].entry.seq
    for actor in (SANNE, KARIN, BEA):
        assert SECRET not in shown_to(play, actor, first) and "linkeroog" not in shown_to(play, actor, first)
    assert verified(play) == []


def test_both_cases_say_who_moved_it_and_only_readers_see_where(play: Play) -> None:
    first = mixed(play)
    second = moved(play, why_moved="Het ging over een ander kind.")
    left = play.opens(KARIN, first).lines[-1]
    assert (left.record.id, left.author, left.other) == ("signal_moved", KARIN.name, second)
    assert [line.other for line in play.opens(KARIN, second).lines if line.record.id == "received"] == [first]
    seen = [line for line in play.opens(SANNE, first).lines if line.record.id == "signal_moved"]
    assert [line.other for line in seen] == [""]
    assert "Jansen" not in repr(play.entries(first)[-1].answers)


def test_what_was_typed_is_offered_when_it_is_moved(play: Play) -> None:
    mixed(play)
    with play.transaction() as uow:
        form = record_form(uow, actor_of(uow, KARIN.identity), play.code, "signal_moved", 2, play.now)
    assert {id_: form.initial[id_] for id_ in TO_TIM_6} == TO_TIM_6


def test_a_signal_goes_to_the_open_case_of_its_pupil(play: Play) -> None:
    first = mixed(play)
    second = play.signal(by=MEHMET, **TIM_6).code
    play.code = first
    assert moved(play) == second
    assert SECRET in shown_to(play, KARIN, second)


def test_a_case_that_the_wrong_signal_reopened_is_closed_again(play: Play) -> None:
    first = play.signal(by=SANNE, **TIM_5).code
    play.reach("watch", decision="no_report")
    play.record("watch_end", by=KARIN)
    play.signal(by=SANNE, same_as=first, **TIM_6)
    assert play.header(first).status is Status.OPEN
    moved(play, play.header(first).version)
    assert (play.header(first).status, play.state(first).outcome) == (Status.CLOSED, "help_done")
    assert play.opens(KARIN, first).kept_until is not None
    with play.engine.connect() as connection:
        assert connection.execute(select(cases.c.destroy_at).where(cases.c.code == first)).scalar_one()


@pytest.mark.rule("S4.6")
def test_the_answer_about_a_watched_pupil_stays_behind(play: Play) -> None:
    first = play.signal(by=SANNE, **TIM_5).code
    play.reach("watch", decision="no_report")
    play.signal(by=SANNE, same_as=first, worse="yes", **TIM_6)
    assert play.header(first).step == "weigh"
    second = moved(play, play.header(first).version)
    assert (play.header(first).step, play.header(second).step) == ("watch", "signals")


def test_the_readers_of_the_other_case_are_told(play: Play) -> None:
    mixed(play)
    told = play.record("signal_moved", by=KARIN, refers_to=2, **TO_TIM_6).told
    assert SANNE in told
    assert {row.payload["code"] for row in play.messages() if row.recipient == play.person(BEA).id} >= {play.code}


@pytest.mark.parametrize("by", [SANNE, BEA])
def test_only_the_care_coordinator_moves_and_corrects(play: Play, by: Actor) -> None:
    mixed(play)
    refused = {"": "role_may_not care_coordinator"}
    assert play.refused("signal_moved", by=by, refers_to=2, **TO_TIM_6) == refused
    assert play.refused("pupil_corrected", by=by) == refused
    assert play.opens(by).moves is None


def test_what_cannot_be_moved(play: Play) -> None:
    play.signal(by=SANNE, **TIM_5)
    assert play.refused("signal_moved", by=KARIN, refers_to=1, **TO_TIM_6) == {"": "only_signal"}
    play.signal(by=SANNE, **TIM_5)
    play.record("taken_up", by=KARIN)
    for seq in (0, 3, 9):
        assert play.refused("signal_moved", by=KARIN, refers_to=seq, **TO_TIM_6) == {"": "unknown_entry"}
    here = {**TO_TIM_6, "moved_group": "groep 5"}
    assert play.refused("signal_moved", by=KARIN, refers_to=1, **here) == {"moved_first_name": "moves_nowhere"}
    moved(play, 1)
    assert play.refused("correction", by=SANNE, refers_to=1) == {"": "unknown_entry"}


def test_a_signal_that_was_moved_is_not_in_the_file_for_others(play: Play) -> None:
    mixed(play)
    moved(play)
    answers = answers_of(play.plan.records["given"], Version.WHOLE, "Veilig Thuis", "Zij vroegen erom.")
    command = RecordEntry("V", "given", answers, play.code)
    with play.transaction() as uow:
        given = begin_export(uow, actor_of(uow, KARIN.identity), command, limits.READ_OVER, play.now)
    assert isinstance(given, Export)
    assert SECRET not in repr(dossier_json(given))


def test_sending_a_moved_signal_again_stores_nothing(play: Play) -> None:
    play.signal(by=SANNE, **TIM_5)
    command = RecordEntry("again", "signal", play.filled("signal", by=SANNE, **TIM_5), reviewed=True)

    def sends() -> None:
        with play.transaction() as uow:
            record_entry(uow, actor_of(uow, SANNE.identity), command, play.now)

    sends()
    moved(play)
    assert play.refused_to(sends) == {"": "no_such_case"}


@pytest.mark.parametrize("change", ["forged", "of another entry", "emptied"])
def test_whoever_takes_an_entry_out_by_hand_is_found(play: Play, change: str) -> None:
    mixed(play)
    moved(play)
    with play.engine.begin() as db:
        proof = next(payload for payload in db.scalars(select(entries.c.payload)) if payload[:1] == b"\x00")
        new = {"forged": b"\x00" + bytes(32), "of another entry": proof, "emptied": b""}[change]
        db.execute(update(entries).where(entries.c.seq == 1).values(payload=new))
    assert verified(play) == [FaultKind.CHANGED] * 2


def test_a_corrected_name_is_shown_everywhere_and_found_again(play: Play) -> None:
    first = play.signal(by=SANNE, **{**TIM_5, "first_name": "Tmi"}).code
    joined = play.signal(by=MEHMET, **{**TIM_5, "first_name": "Tmi"}).code
    play.joins(KARIN, first, joined)
    play.code = first
    told = play.record(
        "pupil_corrected", by=KARIN, correct_first_name="Tim", correct_last_name="Jansen", correct_group="6"
    ).told
    assert SANNE in told
    for actor, code in ((KARIN, first), (SANNE, first), (MEHMET, joined)):
        assert play.opens(actor, code).context.pupil == Pupil("Tim", "Jansen", "6")
    signal = next(line for line in play.opens(KARIN, first).lines if line.record.id == "signal")
    assert signal.entry.answers["first_name"] == "Tmi", "what was typed stays with the entry"
    assert play.signal(by=SANNE, **TIM_6).code == first
    assert verified(play) == []


def test_a_closed_case_can_get_its_right_name(play: Play) -> None:
    play.signal(by=SANNE, **TIM_5)
    play.reach("watch", decision="no_report")
    play.record("watch_end", by=KARIN)
    assert "pupil_corrected" in {record.id for record in offered(play.plan, play.state())}
    play.record("pupil_corrected", by=KARIN, correct_group="8")
    assert (play.header().status, play.opens(KARIN).context.pupil.group) == (Status.CLOSED, "8")
