"""A message that waited goes to who may have it when it is sent (G3, promise 5)."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from meldcode.application.jobs.current import current_reminder, waiting_for
from meldcode.application.jobs.still_theirs import ALWAYS, still_theirs
from meldcode.application.messages.alarms import AboutAlarm
from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import CallSchool, Named, OwnEntry, SignalRead, TaskEnded
from meldcode.application.messages.reminders import Reminder, StepReminder
from meldcode.application.messages.staff import NewPlan, RoleVacant, WeeklyOverview
from meldcode.domain.plan.roles import Role
from tests.meldcode.playing import DIRK, FATIMA, KARIN, Actor, Play
from tests.payloads import EXAMPLES

pytestmark = pytest.mark.rule("G3")
OF_LEADERS = (NewPlan, RoleVacant, WeeklyOverview)


def meant(play: Play) -> list[Payload]:
    """Every message but reminders, as the school of the play sends it about its case."""
    with play.transaction() as uow:
        school = uow.staff.schools()[0]
    known: dict[str, Any] = {"code": play.code, "school": school.id, "school_name": school.name}
    known |= {"plan": play.plan.plan, "plan_version": play.plan.version, "may_open": True}
    messages = [one for one in EXAMPLES if not isinstance(one, Reminder)]
    return [
        replace(one, **{field.name: known[field.name] for field in fields(one) if field.name in known})
        for one in messages
    ]


def sent(play: Play, message: Payload, reader: Actor) -> Payload | None:
    case, to = play.header().id if hasattr(message, "code") else None, play.person(reader).id
    with play.transaction() as uow:
        return still_theirs(uow, message, case, to)


def test_who_may_read_the_case_or_leads_the_school_gets_it_as_it_was_meant(play: Play) -> None:
    play.signal()
    for message in meant(play):
        reader = FATIMA if isinstance(message, OF_LEADERS) else KARIN
        assert isinstance(message, CallSchool) or sent(play, message, reader) == message


def test_who_lost_every_role_gets_only_what_says_so(play: Play) -> None:
    play.signal()
    play.loses_roles(KARIN)
    for message in meant(play):
        if isinstance(message, TaskEnded):  # it takes the place of what was asked, of which nobody is notified
            assert sent(play, message, KARIN) == replace(message, may_open=False)
        else:
            assert sent(play, message, KARIN) == (message if isinstance(message, ALWAYS) else None)


def test_who_got_another_role_is_told_of_what_they_did_themselves_and_cannot_open_it(play: Play) -> None:
    play.signal()
    play.misses(KARIN)
    teacher = replace(KARIN, roles=(Role.TEACHER,), groups=("3",))
    play.employs(teacher)
    for message in meant(play):
        if isinstance(message, TaskEnded | Named | OwnEntry | SignalRead):
            assert sent(play, message, teacher) == replace(message, may_open=False)
        else:
            is_kept = isinstance(message, (*ALWAYS, AboutAlarm))
            assert sent(play, message, teacher) == (message if is_kept else None), message


def test_a_director_hears_whom_to_call_and_who_became_one_since_hears_no_more_of_the_school(play: Play) -> None:
    play.signal()
    for message in meant(play):
        if isinstance(message, CallSchool | RoleVacant):
            assert sent(play, message, DIRK) == message
        elif isinstance(message, NewPlan | WeeklyOverview):
            assert sent(play, message, DIRK) is None


def test_who_lost_the_role_is_reminded_no_more(play: Play) -> None:
    play.signal()
    case, karin, state = play.header().id, play.person(KARIN).id, play.state()
    reminder = StepReminder(play.code, False, waiting_for(play.plan, state))

    def is_sent() -> bool:
        with play.transaction() as uow:
            return current_reminder(uow, case, reminder, karin, play.now) is not None

    assert is_sent()
    play.loses_roles(KARIN)
    assert not is_sent()
