"""A day of a school in a log that was written by hand: what the tests of the oracle lay before it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.year.drawn.schools import Colleague, School
from tests.year.judging.log import Event, Log
from tests.year.judging.oracle import Oracle
from tests.year.judging.plan_file import plan_file

KARIN, JORIS, FATIMA, WILLEM, SANNE, MEHMET = "U0KARIN", "U0JORIS", "U0FATIMA", "U0WILLEM", "U0SANNE", "U0MEHMET"
ROLES = {KARIN: "care_coordinator", JORIS: "confidant", FATIMA: "school_leader", WILLEM: "cluster_director"}
PEOPLE = [Colleague(slack, slack, (role,)) for slack, role in ROLES.items()]
TEACHERS = [Colleague(SANNE, SANNE, ("teacher",), ("5",)), Colleague(MEHMET, MEHMET, ("teacher",), ("6",))]
HOUR = timedelta(hours=1)
CODE, WAITS = "26-ABCD", "*Dossier 26-ABCD wacht*\nStap 1 van 4: Signalen vastleggen."
TUESDAY, LAST_CALL, EVENING = (datetime(2026, 9, 8, hour, tzinfo=UTC) for hour in (9, 13, 20))


def an_event(what: str, at: datetime = TUESDAY, **more: Any) -> Event:
    return {"at": at.isoformat(timespec="seconds"), "what": what, **more}


def a_message(who: str, words: str, at: datetime = TUESDAY, names: list[str] | None = None) -> Event:
    return an_event("message", at, who=who, words=[words], names=names or [])


SIGNAL = an_event(
    "did", who=SANNE, record="signal", case=CODE, said={"what": "Merk00001"}, result="saved", number=0, teachers=[SANNE]
)
TOLD = [a_message(who, f"Dossier {CODE}: lees het.") for who in (KARIN, JORIS)]
TROUBLE = an_event("trouble", fault="clock", until=TUESDAY.isoformat())
REMINDED = a_message(KARIN, WAITS, LAST_CALL)
ALARM = an_event("alarm", who=SANNE)
GOES = an_event("alarm_answered", TUESDAY + timedelta(minutes=2), who=FATIMA)
HEARD = [a_message(who, "Acuut gevaar: Sanne heeft alarm geslagen.") for who in (KARIN, FATIMA)]


def stored(marks: list[list[str]], at: datetime = EVENING) -> Event:
    wrong = dict.fromkeys(("without_next", "stuck", "drafts", "alarms", "unhealthy"))
    logbook = [a_line(code, [mark]) for mark, code in marks]
    entries = {CODE: ["signal"]}
    return an_event("stored", at, is_end=True, marks=marks, entries=entries, logbook=logbook, faults=[], **wrong)


def a_line(code: str, marks: list[str], at: datetime = TUESDAY, who: str = SANNE, record: str = "signal") -> Event:
    """A line of a logbook."""
    return {"case": code, "record": record, "who": who, "at": at.isoformat(timespec="seconds"), "marks": marks}


def a_tuesday(*events: Event, marks: list[list[str]] | None = None, people: tuple[Colleague, ...] = ()) -> Log:
    """The log of a Tuesday on which this happened."""
    log = Log(lambda: TUESDAY)
    school = School("De Linde", "noord", people or (*PEOPLE, *TEACHERS))
    log.events = [
        an_event("school", **school.entry()),
        *events,
        stored([["Merk00001", CODE]] if marks is None else marks),
    ]
    return log


def said_of(*events: Event, marks: list[list[str]] | None = None, left: list[str] | None = None) -> list[str]:
    """What the oracle says of it; `left` are the cases that can be read years later."""
    log = a_tuesday(*events, marks=marks)
    log.events.append(an_event("left", EVENING, codes=[CODE] if left is None else left, kept=[], faults=[]))
    return [finding.what for finding in Oracle(plan_file("heutink"), log).judge()]


def found(*events: Event, until: datetime, about: str, off: tuple[str, ...] = (), signal: Event = SIGNAL) -> list[str]:
    """What is found of this kind when the log ends then. Some are `off` on Fridays."""
    log = a_tuesday(signal, *TOLD, REMINDED, *events)
    for one in log.events[0]["people"]:
        one["works"] = ["ma", "di", "wo", "do", *["vr"] * (one["slack"] not in off)]
    log.events[-1] = stored([["Merk00001", CODE]], until)
    log.events.sort(key=lambda event: event["at"])
    return [one.what for one in Oracle(plan_file("heutink"), log).judge() if about in one.what]


def did(who: str, record: str, said: dict[str, str], at: datetime = TUESDAY, number: int = 0) -> Event:
    return an_event("did", at, who=who, record=record, case=CODE, said=said, result="saved", number=number)
