"""Messages of every kind are rendered, and a button of an alarm says which one it is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers.platform.forms.alarm_reference import AlarmRef
from handlers.views.messages.told import Lookup, render
from meldcode.application.messages.alarms import AlarmStatus, AlarmUnanswered
from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import TakenOver
from meldcode.application.messages.reminders import Reminder
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.staff import Person, School
from practice.blocks.surfaces import message_problems
from tests.payloads import EXAMPLES, WHEN, WHO

PLAN = load_plan(shipped_plans()[0])
KNOWN = Lookup(
    lambda _plan, _version: PLAN,
    lambda person: Person(person, "Karin <Visser>"),
    lambda school: School(school, "De Linde & De Beuk", "noord"),
    PLAN,
    WHEN.date(),
)


@pytest.mark.parametrize(
    "payload", [one for one in EXAMPLES if not isinstance(one, Reminder | AlarmStatus | AlarmUnanswered)]
)
def test_every_message_is_rendered_as_slack_takes_it(payload: Payload) -> None:
    notification, blocks = render(payload, KNOWN)
    assert notification
    assert message_problems(blocks) == []


def test_a_name_in_a_message_is_shown_as_it_is() -> None:
    _, blocks = render(TakenOver("mus-12", WHO), replace(KNOWN, person=lambda person: Person(person, "<@U0KARIN>")))
    assert message_problems(blocks) == [] and "&lt;@U0KARIN&gt;" in str(blocks)


def test_an_alarm_is_found_by_its_button() -> None:
    alarm = AlarmRef(WHO, WHEN)
    assert AlarmRef.loaded(alarm.dumped()) == alarm
    assert AlarmRef.loaded(f"{WHO} {WHEN.isoformat()}") == alarm, "as buttons of an older version have it"


@pytest.mark.parametrize("value", ["", "alarm", "{", "{}", '{"raised_by": 1}', f"{WHO} yesterday", "x 2026-11-26"])
def test_a_forged_button_names_no_alarm(value: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        AlarmRef.loaded(value)
