"""Whatever one person does with alarms, a colleague's alarm is not held up (G4)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from meldcode.application.messages.alarms import Alarm
from storage.repositories.messages.send_queue import SendQueue
from tests.meldcode.alarm.alarms import Alarms
from tests.meldcode.playing import FATIMA, KARIN, MEHMET, SANNE, Actor, Play

pytestmark = pytest.mark.rule("G4")
PRESSES = 40
LEASE = timedelta(minutes=1)


@pytest.fixture
def alarms(play: Play) -> Alarms:
    return Alarms(play)


def sends(play: Play, most: int) -> list[Actor]:
    """The relay sends so many messages; to whom."""
    with play.transaction() as uow:
        queue: SendQueue = uow.queue
        claimed = queue.claim(play.now, most, LEASE)
        queue.mark_sent([one.id for one in claimed], play.now)
    return [play.actors[one.to] for one in claimed]


def waiting(play: Play) -> list[str]:
    return [row.kind for row in play.messages() if row.state == "pending"]


def floods(play: Play, alarms: Alarms, *, sent: int = 0) -> None:
    """Raise and take back, without end, within a minute; meanwhile the relay sends up to so many at a time."""
    for number in range(PRESSES):
        alarms.at(play.now + timedelta(milliseconds=100))
        play.alarm(SANNE, case="", key=f"press {number}")
        sends(play, sent)
        alarms.ends(SANNE, alarms.of(SANNE).id)
        sends(play, sent)


@pytest.mark.parametrize("sent", [0, 100], ids=["slack is slow", "slack is fast"])
def test_any_number_of_presses_is_two_messages_and_a_colleague_is_heard(play: Play, alarms: Alarms, sent: int) -> None:
    floods(play, alarms, sent=sent)
    new = Counter(play.actors[row.recipient] for row in play.messages() if row.placing == "new")
    assert new == {KARIN: 2, FATIMA: 2}
    assert len(waiting(play)) <= 6, "what is told of them is told once"
    play.alarm(MEHMET, case="", key="a colleague")
    sends(play, 6 - sum(row.state == "sent" for row in play.messages() if row.placing == "new"))
    assert {row.state for row in play.messages() if row.replaces.startswith(key_of(play))} == {"sent"}


def key_of(play: Play) -> str:
    return f"alarm {play.person(MEHMET).id}"


def test_what_everybody_is_still_to_read_is_told_once(play: Play, alarms: Alarms) -> None:
    alarm = alarms.raised(SANNE)
    for number in range(PRESSES):
        alarms.says_where(SANNE, alarm, f"lokaal {number}")
    assert waiting(play) == [Alarm.kind] * 2
    assert "lokaal 39" in alarms.reads(KARIN)


def test_new_alarms_go_before_what_is_told_of_others(play: Play, alarms: Alarms) -> None:
    alarm = alarms.raised(SANNE)
    sends(play, 10)
    alarms.says_where(SANNE, alarm, "lokaal 5")
    play.alarm(MEHMET, case="", key="a colleague")
    sends(play, 2)
    left = [row.replaces for row in play.messages() if row.state == "pending"]
    assert left and not [key for key in left if key.startswith(key_of(play))]


def test_an_alarm_that_is_taken_up_again_is_one_and_comes_again(play: Play, alarms: Alarms) -> None:
    for number in range(3):
        alarms.at(play.now + timedelta(milliseconds=100))
        raised, _ = play.alarm(SANNE, case="", key=f"press {number}")
        if number < 2:
            alarms.ends(KARIN, raised.alarm.id)
    assert raised.alarm.is_open and raised.alarm.due
    assert "Vals alarm" not in alarms.reads(FATIMA).split("Ik bel")[0]
    assert {KARIN, FATIMA} <= alarms.after(minutes=3, seconds=1)


def test_a_minute_later_it_alerts_at_once_again(play: Play, alarms: Alarms) -> None:
    floods(play, alarms)
    alarms.at(play.now + timedelta(minutes=1, seconds=1))
    assert play.alarm(SANNE, case="", key="later")[1] == {KARIN, FATIMA}
