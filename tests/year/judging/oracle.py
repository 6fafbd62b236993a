"""Judges a year by its log and the plan file alone: it knows nothing of the program.

Each check is one promise that a person could hold the bot to. What is wrong is a finding, with the moment at which it
could first be known.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tests.year.judging import rights
from tests.year.judging.expected.alarms import Alarm, is_alarm
from tests.year.judging.expected.appointments import Appointments
from tests.year.judging.expected.halfway import HalfWay
from tests.year.judging.expected.reminders import Reminders, codes_in, is_reminder, is_urgent, not_named
from tests.year.judging.expected.tells import SOON, UNDER_WAY, Tells
from tests.year.judging.expected.urgent import Urgent
from tests.year.judging.expected.week import Known, Week
from tests.year.judging.log import Event, Log, moment
from tests.year.judging.paper import Paper
from tests.year.judging.plan_file import Json, several
from tests.year.judging.reports import of_doctor, of_health
from tests.year.judging.staff import Staff
from tests.year.judging.stored import MARK, Stored, put_in_order, say_what_was_stored, wrong_years_later

SAME_DAY = timedelta(hours=12)
A_FEW_MINUTES = timedelta(minutes=10)
"""A message may wait so long behind others, when Slack changes no more of them in this minute."""
NEVER = datetime.min.replace(tzinfo=UTC)
IN_ENGLISH = re.compile(r"^\*?Case \d\d-")
IS_OVER = re.compile(r"^\*(Dossier|Case) \S+: (dit hoeft nu niet meer|this is not needed any more)\*")


@dataclass(frozen=True)
class Finding:
    """Something that is wrong."""

    at: datetime
    what: str
    about: str

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.what}: {self.about}"


class Oracle:
    """Reads a log once, and keeps each case on paper."""

    def __init__(self, plan: Json, log: Log) -> None:
        self.plan, self.events = plan, log.events
        self.cases: dict[str, Paper] = {}
        self.school_of: dict[str, str] = {}
        self.staff = Staff()
        self.messages: dict[str, list[Event]] = defaultdict(list)
        self.found: list[Finding] = []
        self._tells = Tells(plan, self.staff)
        self._stored = Stored(plan)
        self._known: dict[str, Known] = {}
        self._week = Week(plan, self.staff, self._known)
        self._alarms: list[Alarm] = []
        self._all_messages: list[Event] = []
        self._arranged: list[datetime] = []
        self._acts: dict[str, list[datetime]] = defaultdict(list)
        self._back: dict[str, list[datetime]] = defaultdict(list)
        self._codes_in: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._last_same: dict[tuple[str, ...], datetime] = {}

    def judge(self) -> list[Finding]:
        """All that is wrong, the first first."""
        say_what_was_stored(self.events)
        put_in_order(self.events)
        self._know_when_people_acted()
        for event in self.events:
            getattr(self, f"_on_{event['what']}", lambda _event: None)(event)
        first, last = moment(self.events[0]), moment(self.events[-1])
        half_way = HalfWay(self.events, self.staff, self.cases, self.school_of)
        for at, what, about in (*self._all_of_cases(last), *self._week.findings(first, last), *half_way.findings()):
            self._find(at, what, about)
        return sorted(self.found, key=lambda finding: finding.at)

    def _all_of_cases(self, last: datetime) -> Iterator[tuple[datetime, str, str]]:
        """What can only be known when all is."""
        for alarm in self._alarms:
            yield from alarm.findings(self.staff, self._all_messages, last)
        overviews = [event for event in self._all_messages if not_named(event)]
        for code, paper in self.cases.items():
            messages, about = self.messages[code], (self.plan, code, paper, self.staff, self.school_of[code])
            yield from Reminders(*about, last, overviews).findings(messages)
            yield from self._known[code].urgent.findings(messages, last, overviews)
            yield from self._known[code].appointments.findings(messages, last, overviews)

    def _know_when_people_acted(self) -> None:
        self._arranged = [moment(event) for event in self.events if event["what"] == "deputy"]
        for event in self.events:
            if event["what"] == "did" and event["result"] == "saved":
                self._acts[event["case"]].append(moment(event))
                if event["said"].get("exclusion") == "back" or event["said"].get("exclusion_right") == "no":
                    self._back[event["case"]].append(moment(event))

    def _find(self, at: datetime, what: str, about: str) -> None:
        self.found.append(Finding(at, what, about))

    # What people did.
    def _on_school(self, event: Event) -> None:
        self.staff.learn(event)

    def _on_away(self, event: Event) -> None:
        self.staff.away[event["who"]].append((date.fromisoformat(event["first"]), date.fromisoformat(event["last"])))

    def _on_deputy(self, event: Event) -> None:
        self.staff.deputise(event)

    def _on_gone(self, event: Event) -> None:
        self.staff.leave(event["who"], moment(event), is_told=event.get("is_told", True))

    def _on_alarm(self, event: Event) -> None:
        self._alarms.append(Alarm(event["who"], moment(event)))

    def _on_alarm_answered(self, event: Event) -> None:
        self._alarms[-1].answered = self._alarms[-1].answered or moment(event)

    def _on_trouble(self, event: Event) -> None:
        self.staff.trouble.append((moment(event), datetime.fromisoformat(event["until"])))

    def _on_did(self, event: Event) -> None:
        self._had_the_right(event)
        self._stored.add(event)
        if event["result"] != "saved":
            return
        code, at, number = event["case"], moment(event), event.get("number", 0)
        if code not in self.cases:
            self._open(event, code, at)
        self.cases[code].write(event["record"], event["who"], at, event["said"], number)
        self._known[code].urgent.look(at)
        self._known[code].appointments.write(event["record"], at, event["said"], number)
        self._tells.expect(event, self.cases[code], self.school_of[code])

    def _open(self, event: Event, code: str, at: datetime) -> None:
        """Begin to keep a case."""
        paper = Paper(self.plan, at, event.get("teachers", []))
        school = event.get("school") or self.staff.schools_of(event["who"])[0]
        self.cases[code], self.school_of[code] = paper, school
        about = (self.plan, code, paper, self.staff, school)
        self._known[code] = Known(paper, Urgent(*about), Appointments(*about), school)

    def _had_the_right(self, event: Event) -> None:
        """Who may not act in a case is refused, and reads nothing in the refusal (G1, G12)."""
        code, at = event["case"], moment(event)
        if code not in self.cases or event["record"] == self.plan["opens"] or event.get("unsure"):
            return
        given = (event, self.cases[code], self.staff, self.school_of[code], at)
        is_saved = event["result"] == "saved"
        for what in (rights.of_answer(*given), rights.of_record(self.plan, *given) if is_saved else ""):
            if what:
                self._find(at, what, f"{code}: {event['record']} by {event['who']}")

    # What people saw.
    def _on_opened(self, event: Event) -> None:
        code, at = event["case"], moment(event)
        paper = self.cases.get(code)
        if paper is None or event["failed"]:
            return
        is_under_way = any(at <= act <= at + UNDER_WAY for act in self._acts[code])  # stored, and not yet heard of
        if event["may"] and event["step"] not in paper.may_show(at) and not is_under_way:
            self._find(at, "wrong step", f"{code} is at {paper.shown}, and shows {event['step']}")
        if event["may"] and not self.staff.may_ever_read(event["who"], paper, self.school_of[code], at):
            self._find(at, "read by who may not", f"{code} by {event['who']}")
        elif event["may"] and not self._is_their_turn(event["who"], code, at):
            self._find(at, "read before it was their turn", f"{code} at {paper.step} by {event['who']}")
        is_refused = not event["may"] and not self.staff.was_trouble(at, at)
        if is_refused and self.staff.must_read(self.plan, event["who"], paper, self.school_of[code], at):
            self._find(at, "refused to who may read", f"{code} to {event['who']}")

    def _is_their_turn(self, who: str, code: str, at: datetime) -> bool:
        """Whether somebody reads a case by its step, or was called in, took part or was named there before (G3).

        Who is called in because a teacher left, or who was responsible may read it no more, may read it before the
        message comes, which waits for school hours.
        """
        paper, persons = self.cases[code], self.staff.acting(who, self.school_of[code], at)
        if len(paper.may_show(at)) > 1 or self.staff.was_trouble(at, at) or self.staff.gone(at) & {*paper.teachers}:
            return True
        if (last := paper.responsible_at(at)) and not self.staff.may_ever_read(last, paper, self.school_of[code], at):
            return True
        if any(self.staff.must_read(self.plan, one, paper, self.school_of[code], at) for one in persons):
            return True
        named = {one for line in paper.lines for value in line.said.values() for one in several(value)}
        called = {event["who"] for event in self.messages[code]} | {line.who for line in paper.lines}
        school = self.school_of[code]
        reached = Reminders(self.plan, code, paper, self.staff, school, at).escalated_to()
        return bool(persons & (called | named)) or any(self.staff.roles[school][one] & reached for one in persons)

    def _on_home(self, event: Event) -> None:
        self._private(event)
        for code in event["codes"]:
            self._may_hear(event, code)

    def _on_message(self, event: Event) -> None:
        self._private(event)
        self._settled(event)
        for at, what, about in self._week.findings_of(event):
            self._find(at, what, about)
        if any(IN_ENGLISH.search(words) for words in event["words"]) and not self._is_trouble(event):
            self._find(moment(event), "in another language", f"to {event['who']}")
        self._codes_in[event["who"], event.get("ts", "")] = {*codes_in(event)}
        for code in codes_in(event):
            self.messages[code].append(event)
            self._may_hear(event, code)
            paper = self.cases.get(code)
            if paper and paper.status == "closed" and is_reminder(event, code):
                self._find(moment(event), "reminded of a closed case", f"{code} to {event['who']}")

    def _settled(self, event: Event) -> None:
        """A message that was sent while all was well is not sent again, whatever happens later."""
        at, codes = moment(event), [code for code in codes_in(event) if code in self.cases]
        is_new = any(is_urgent(event, code) or self._is_news(code, at) for code in codes)
        is_new = is_new or (not codes and any(abs(at - one) < SOON for one in self._arranged))
        same = self._last_same.get((event["who"], *event["words"]), NEVER)
        is_old = at - same < SAME_DAY and not self.staff.was_trouble(same - SOON, same + SOON)
        if is_old and not is_new and not is_alarm(event):
            self._find(at, "sent again", f"{codes} to {event['who']}")
        self._last_same[event["who"], *event["words"]] = at
        self._all_messages.append(event)

    def _is_news(self, code: str, at: datetime) -> bool:
        """Whether somebody has just done something with the case; the message may come before that is known."""
        return any(abs(at - act) < A_FEW_MINUTES for act in self._acts[code])

    def _is_trouble(self, event: Event) -> bool:
        return self.staff.was_trouble(moment(event), moment(event))

    def _on_changed(self, event: Event) -> None:
        """What somebody was asked may end, also if they have no part in the case any more.

        It then says who did it, without a button; to who is excluded only that it is over.
        """
        self._private(event)
        had = self._codes_in[event["who"], event.get("ts", "")]
        is_over = any(IS_OVER.search(words) for words in event["words"])
        for code in [] if is_over else codes_in(event):
            asks = any(code in button for button in event.get("buttons", []))
            if asks or code not in had or self._is_excluded(event, code):
                self._may_hear(event, code)

    def _is_excluded(self, event: Event, code: str) -> bool:
        paper = self.cases.get(code)
        return paper is not None and self.staff.is_excluded(event["who"], paper, self.school_of[code], moment(event))

    def _on_logged(self, event: Event) -> None:
        self._find(moment(event), "personal data in the log", str(event["names"]))

    def _on_error(self, event: Event) -> None:
        """Where nothing goes wrong nothing fails, also where nobody sees it."""
        if not self.staff.was_trouble(moment(event), moment(event)):
            self._find(moment(event), "an error without a fault", event["words"])

    def _on_health(self, event: Event) -> None:
        """`/healthz` says what is wrong while it is wrong, and not when all is well."""
        at = moment(event)
        if what := of_health(event, is_trouble=self._is_trouble(event)):
            self._find(at, what, event["fault"] or "/healthz")

    def _on_doctor(self, event: Event) -> None:
        """`doctor` says what is wrong while it is wrong, and what stays wrong until somebody mends it."""
        for what, about in of_doctor(event, self.staff.gone(moment(event)), is_trouble=self._is_trouble(event)):
            self._find(moment(event), what, about)

    def _private(self, event: Event) -> None:
        if event["names"] or any(MARK.search(words) for words in event.get("words", [])):
            self._find(moment(event), "personal data in a message", f"{event['names']} to {event['who']}")

    def _may_hear(self, event: Event, code: str) -> None:
        """Only a case's teachers and those with a role in the plan hear of it, at its own school.

        Who is let back in may hear it before the log says that they were.
        """
        paper = self.cases.get(code)
        if any(abs(moment(event) - back) < SOON for back in self._back[code]):
            return
        if paper and not self.staff.may_hear(event["who"], paper, self.school_of[code], moment(event)):
            self._find(moment(event), "heard by who may not", f"{code} by {event['who']}")

    # What is stored.
    def _on_stored(self, event: Event) -> None:
        """Everything is there on this day: what is wrong is said of the first day on which it is."""
        for what, about in self._stored.wrong_in(event, is_trouble=self._is_trouble(event)):
            self._find(moment(event), what, about)
        for at, what, about in self._tells.findings(self.messages, self._acts) if event["is_end"] else ():
            self._find(at, what, about)

    def _on_left(self, event: Event) -> None:
        for what, about in wrong_years_later(self.cases, event):
            self._find(moment(event), what, about)
