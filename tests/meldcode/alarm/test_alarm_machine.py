"""Whatever people do and whenever the clock looks: every alarm is answered, ended or escalated (G4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meldcode.domain.alarm import ESCALATIONS, Alarm, AlarmId, Response
from meldcode.domain.errors import Refused
from tests.meldcode.alarm.alarms import Alarms
from tests.meldcode.playing import BEA, DIRK, FATIMA, KARIN, MEHMET, SANNE, STAFF, STRANGER, Actor, new_play

pytestmark = pytest.mark.slow

SCHOOL = [SANNE, MEHMET, KARIN, BEA, FATIMA, DIRK]
PLACE = "het schoolplein"
somebody = st.sampled_from([*SCHOOL, STRANGER])
alerted = st.sampled_from([KARIN, FATIMA, BEA])
press = st.tuples(st.just("press"), somebody, st.booleans())
deeds = st.one_of(
    press,
    st.tuples(st.just("answer"), alerted, st.sampled_from(Response)),
    st.tuples(st.just("answer"), somebody, st.sampled_from(Response)),
    st.tuples(st.just("end"), alerted, st.none()),
    st.tuples(st.just("end"), somebody, st.none()),
    st.tuples(st.just("where"), somebody, st.none()),
    st.tuples(st.just("seconds"), st.none(), st.integers(1, 700)),
    st.tuples(st.just("leaves"), st.sampled_from(SCHOOL), st.none()),
    st.tuples(st.just("restart"), st.none(), st.none()),
)


class School:
    """The alarms of a school, all of them, and what must hold of each."""

    def __init__(self, empty: Path, folder: Path) -> None:
        self.play = new_play(empty, folder)
        self.alarms = Alarms(self.play)
        self.play.signal()
        self.known: list[AlarmId] = []

    def does(self, deed: str, actor: Actor, what: object) -> None:
        """Somebody does this with the last alarm; a refusal leaves nothing behind."""
        before = self.play.everything()
        try:
            self._does(deed, actor, what)
        except Refused:
            assert self.play.everything() == before

    def _does(self, deed: str, actor: Actor, what: object) -> None:
        if deed == "press":
            raised, _ = self.play.alarm(actor, case=self.play.code if what else "", key="press")
            if raised.alarm.id not in self.known:
                self.known.append(raised.alarm.id)
        acts: dict[str, Callable[[AlarmId], None]] = {
            "answer": lambda alarm: self.alarms.answers(actor, alarm, Response(str(what))),
            "end": lambda alarm: self.alarms.ends(actor, alarm),
            "where": lambda alarm: self.alarms.says_where(actor, alarm, PLACE),
        }
        if deed in acts and self.known:
            acts[deed](self.known[-1])

    def check(self) -> None:
        """The clock looks, and each alarm is then as it must be."""
        self.alarms.after(seconds=0)
        for id_ in self.known:
            with self.play.transaction() as uow:
                alarm = uow.alarms.find(id_)
            assert alarm
            self._is_cared_for(alarm)
        said = json.dumps([message.payload for message in self.play.messages()])
        assert PLACE not in said and not [actor.name for actor in STAFF if actor.name in said]

    def _is_cared_for(self, alarm: Alarm) -> None:
        is_over = bool(alarm.answers) or not alarm.is_open
        passed = self.play.now - alarm.raised_at
        due = max(level for level, one in enumerate(ESCALATIONS) if one.after <= passed)
        assert is_over or alarm.level >= due, "answered, ended or escalated"
        assert (alarm.due is None) == (is_over or alarm.level == len(ESCALATIONS) - 1)
        told = {alert.person for alert in alarm.alerts}
        assert alarm.raised_by not in told
        assert all(answer.person != alarm.raised_by for answer in alarm.answers)
        if alarm.answers or alarm.ended_at:
            kinds = {row.kind for row in self.play.messages() if row.recipient == alarm.raised_by}
            assert "alarm_status" in kinds, "who raised it is told"


@pytest.mark.rule("G4")
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(press, st.lists(deeds, min_size=3, max_size=12))
def test_every_alarm_is_answered_ended_or_escalated(
    empty_database: Path, first: tuple[str, Actor, bool], steps: list[tuple[str, Actor | None, object]]
) -> None:
    with TemporaryDirectory() as folder:
        school = School(empty_database, Path(folder))
        for deed, actor, what in [first, *steps]:
            if deed == "seconds":
                school.play.now += timedelta(seconds=int(str(what)))
            elif deed == "restart":
                school.play.restarts()
            elif deed == "leaves" and actor:
                school.play.leaves(actor)
            elif actor:
                school.does(deed, actor, what)
            school.check()
            school.play.now += timedelta(seconds=1)
        school.play.engine.dispose()
