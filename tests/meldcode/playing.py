"""A school that plays cases on a real database, so that a test of a rule reads as a sentence:

play.reach("talk")
play.record("parents_talk", by=KARIN, present=[KARIN, FATIMA])
assert play.refused("parents_talk", by=KARIN, present=[KARIN, FATIMA, SANNE]) == {"parents_present": "absent S3.5"}

What a form asks and the test does not name is filled in as somebody would who follows the plan.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select

from meldcode.application.actor import actor_of
from meldcode.application.case_people import call_in
from meldcode.application.cases.alarms.alarm import RaiseAlarm, raise_alarm
from meldcode.application.cases.alarms.view import AlarmView
from meldcode.application.cases.joining.merge import TwoCases, merge_cases
from meldcode.application.cases.open_form import FormView, record_form
from meldcode.application.cases.pupils.same_pupil import WhichPupil
from meldcode.application.cases.record_entry import NeedsReview, Saved, record_entry, record_for_pupil
from meldcode.application.cases.submission import RecordEntry
from meldcode.application.cases.view_case import CaseView, open_case
from meldcode.application.jobs.reminders import send_due_reminders
from meldcode.application.ports.outbox import Placing
from meldcode.application.staff.accounts import leave_or_return
from meldcode.application.staff.deputies import Appoint, appoint_deputy, change_deputy, end_deputy
from meldcode.application.staff.left_behind import notice_left_behind
from meldcode.application.staff.roles import ChangeRoles, RolesView, change_roles, notify_of_roles, see_roles
from meldcode.application.staff.working_days import SetWorkingDays, set_working_days
from meldcode.domain.case.asked import asked_now, needed
from meldcode.domain.case.fold import fold
from meldcode.domain.case.header import CaseHeader, Reading
from meldcode.domain.case.state import Answer, Entry, State, Status
from meldcode.domain.errors import Invalid, Problem, Refused
from meldcode.domain.ids import PersonId
from meldcode.domain.plan import file as plan_file
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.appointments import block_of
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.forms import FieldKind, FieldSpec, Meaning
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity, Person
from storage.crypto.keys import open_vault
from storage.crypto.vault import MasterKey
from storage.db.engine import make_engine
from storage.db.schema import cases, metadata, outbox
from storage.schools import PersonConfig, SchoolConfig, Tell, apply_schools
from storage.unit_of_work import Store, StoredUnitOfWork
from tests.databases import migrated_sqlite

WORKSPACE = "T0001"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PUPIL = {"first_name": "Noor", "last_name": "Jansen", "group": "5"}
TYPED = "Wat iemand typte."
SOURCE_PLAN = shipped_plans()[0].parent / "heutink.yaml"
T = TypeVar("T")


@dataclass(frozen=True)
class Actor:
    """Somebody who plays: how Slack names them, their name, their roles in the school and whom they teach."""

    user: str
    name: str
    roles: tuple[Role, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def identity(self) -> Identity:
        return Identity("slack", WORKSPACE, self.user)

    def __repr__(self) -> str:
        return self.name


SANNE = Actor("U1", "Sanne de Boer", (Role.TEACHER,))
MEHMET = Actor("U2", "Mehmet Yilmaz", (Role.TEACHER,))
KARIN = Actor("U3", "Karin Visser", (Role.CARE_COORDINATOR,))
IRIS = Actor("U4", "Iris Bakker", (Role.CARE_COORDINATOR,))
BEA = Actor("U5", "Bea Mulder", (Role.CONFIDANT,))
FATIMA = Actor("U6", "Fatima Aydin", (Role.SCHOOL_LEADER,))
DIRK = Actor("U7", "Dirk Smit", (Role.CLUSTER_DIRECTOR,))
DOUBLE = Actor("U8", "Wil Dekker", (Role.CARE_COORDINATOR, Role.SCHOOL_LEADER))
KEES = Actor("U9", "Kees Vos", (Role.TEACHER, Role.CARE_COORDINATOR))
STRANGER = Actor("U0", "Piet Onbekend")
STAFF = (SANNE, MEHMET, KARIN, BEA, FATIMA, DIRK)

Given = str | date | Actor | Iterable[Any]


class Play:
    """A school with its staff, and the case that is being played (`code`)."""

    def __init__(self, database: Path, plan: tuple[Plan, str] | None = None, shelf: Path | None = None) -> None:
        self.engine = make_engine(f"sqlite:///{database}")
        self.plan, self._document = plan or _source_plan()
        self._database, self._shelf = database, shelf
        self.now = MONDAY
        self.code = ""
        self.staff = list(STAFF)
        self.actors: dict[PersonId, Actor] = {}
        self._keys = count(1)
        self.restarts()

    # who there are

    def employs(self, *actors: Actor) -> None:
        """These people join the school."""
        self.staff += actors
        self._apply_staff()

    def misses(self, *actors: Actor) -> None:
        """These people are in the school no more."""
        self.staff = [actor for actor in self.staff if actor not in actors]
        self._apply_staff(notify_of_roles)

    def restarts(self) -> None:
        """The program begins anew on the same database, and remembers nothing."""
        self.store = Store(self.engine, open_vault(self.engine, MasterKey(bytes(32))), self.plan)
        self.store.register_plans([(self.plan, self._document)])
        self._look_up_actors()

    def _apply_staff(self, tell: Tell | None = None) -> None:
        people = tuple(
            PersonConfig(actor.user, actor.name, frozenset(actor.roles), actor.groups) for actor in self.staff
        )
        config = SchoolConfig("De Linde", "noord", people=people)
        apply_schools(self.store, [config], WORKSPACE, self.now, tell)
        self._look_up_actors()

    def _look_up_actors(self) -> None:
        with self.transaction() as uow:
            known = uow.staff.by_identities(actor.identity for actor in self.staff)
        self.actors |= {known[actor.identity].id: actor for actor in self.staff if actor.identity in known}

    def stands_in(self, deputy: Actor, *, for_: Actor, first: date, last: date, by: Actor | None = None) -> set[Actor]:
        """Somebody stands in for a colleague; returns who was told."""
        who = (by or for_).identity
        asked = Appoint(f"R{next(self._keys)}", for_.user if by else "", deputy.user, str(first), str(last))
        return self._told_by(lambda uow: appoint_deputy(uow, actor_of(uow, who), asked, self.now))[1]

    def works(self, actor: Actor, days: str) -> None:
        """Somebody says on which days of the week they work; 0 is Monday."""
        with self.transaction() as uow:
            school = str(uow.staff.schools()[0].id)
            chosen = SetWorkingDays({school: frozenset(map(int, days))})
            set_working_days(uow, actor_of(uow, actor.identity), chosen, self.now)

    def changes_deputy(self, by: Actor, last: date | None = None) -> set[Actor]:
        """Somebody ends the only deputyship, or gives it another last day; returns who was told."""
        with self.transaction() as uow:
            found = uow.staff.deputies(uow.staff.schools()[0].id, date.min)
        first, which = (str(found[0].first_day), str(found[0].id)) if found else ("", "0")
        self._key()

        def change(uow: StoredUnitOfWork) -> object:
            actor = actor_of(uow, by.identity)
            if last is None:
                return end_deputy(uow, actor, which, self.now)
            return change_deputy(uow, actor, which, first, str(last), self.now)

        return self._told_by(change)[1]

    def sees_roles(self, actor: Actor) -> RolesView:
        """Somebody looks who has which role."""
        with self.transaction() as uow:
            return see_roles(uow, actor_of(uow, actor.identity), "", 10, self.now)

    def loses_roles(self, actor: Actor) -> set[Actor]:
        """The school leader takes all roles of somebody; returns who was told."""
        with self.transaction() as uow:
            school = str(uow.staff.schools()[0].id)
        command = ChangeRoles(school, actor.user, frozenset(), frozenset(actor.roles))
        return self._told_by(lambda uow: change_roles(uow, actor_of(uow, FATIMA.identity), command, self.now))[1]

    def leaves(self, actor: Actor, *, is_gone: bool = True) -> set[Actor]:
        """Somebody leaves (or is back); returns who was told of it."""

        def leave(uow: StoredUnitOfWork) -> None:
            leave_or_return(uow, actor.identity, is_gone=is_gone, now=self.now)
            self._look_at_all_cases(uow)

        return self._told_by(leave)[1]

    def looks_for_abandoned_cases(self) -> set[Actor]:
        """The daily look for cases without a holder; returns who was told."""
        return self._told_by(self._look_at_all_cases)[1]

    def _look_at_all_cases(self, uow: StoredUnitOfWork) -> None:
        seen = notice_left_behind(uow, None, self.now, trouble=_raised)
        while seen:
            seen = notice_left_behind(uow, seen, self.now, trouble=_raised)

    def reminds(self) -> set[Actor]:
        """The clock's work is done; returns who was reminded."""
        return self._told_by(lambda uow: send_due_reminders(uow, self.now, 10, _raised))[1]

    def calls_in(self, *actors: Actor, code: str = "") -> None:
        """These people are called in to the case (G3)."""
        case, people = self.header(code), [self.person(actor) for actor in actors]
        with self.transaction() as uow:
            call_in(uow, case, self.plan, people)

    # what they do

    def signal(self, by: Actor = SANNE, **answers: Any) -> Played:
        """Somebody reports a signal about the pupil, which opens a case that is played from now on."""
        played = self.record(self.plan.opens, by=by, case="", **{**PUPIL, **answers})
        self.code = played.code
        return played

    def record(
        self,
        record: str,
        *,
        by: Actor,
        case: str | None = None,
        seen: int | None = None,
        refers_to: int = 0,
        same_as: str = "",
        **answers: Any,
    ) -> Played:
        """Somebody fills in a form. `present` is who are named in its field for people.

        `same_as` is the answer if it is asked which pupil it is: the code of a case or ANOTHER.
        """
        code = self.code if case is None else case
        if seen is None:
            seen = self.header(code).version if code else 0
        form = self.filled(record, by=by, **answers)
        command = RecordEntry(self._key(), record, form, code, seen=seen, refers_to=refers_to, reviewed=True)
        saved, told = self._told_by(lambda uow: record_entry(uow, actor_of(uow, by.identity), command, self.now))
        if isinstance(saved, WhichPupil):
            assert same_as, "it was asked which pupil it is"
            command = replace(command, same_as=same_as)
            saved, told = self._told_by(
                lambda uow: record_for_pupil(uow, actor_of(uow, by.identity), command, self.now)
            )
        if isinstance(saved, FormView) and saved.is_asked_whose:
            whose = {self.plan.opening.id_of(Meaning.PUPIL_TEACHERS): (SANNE.user,)}
            saved, told = self._told_by(
                lambda uow: record_entry(
                    uow, actor_of(uow, by.identity), replace(command, answers={**form, **whose}), self.now
                )
            )
        if isinstance(saved, FormView):  # the case asks more: the form is sent again, with that answer too
            more = {f.id: self._usual(saved.record, f, by) for f in saved.record.fields if f.id not in form}
            bound = replace(command, key=self._key(), case=saved.case, seen=saved.seen, answers={**more, **form})
            saved, told = self._told_by(lambda uow: record_entry(uow, actor_of(uow, by.identity), bound, self.now))
        assert isinstance(saved, Saved)
        return Played(saved, told)

    def refused(self, record: str, *, by: Actor, **answers: Any) -> dict[str, str]:
        """Nobody can do this: the code of the refusal, by the field at which it stands. Nothing is left behind."""
        return self.refused_to(lambda: self.record(record, by=by, **answers))

    def refused_to(self, act: Callable[[], object]) -> dict[str, str]:
        """The act is refused: the code of the refusal, by the field at which it stands. Nothing is left behind."""
        before = self.everything()
        try:
            act()
        except Refused as refused:
            codes = {"": code_of(self.plan, refused)}
        except Invalid as invalid:
            codes = {problem.field: code_of(self.plan, problem) for problem in invalid.problems}
        else:
            raise AssertionError("this should have been refused")
        assert self.everything() == before, "a refusal left something behind"
        return codes

    def reach(self, step: str, **answers: Any) -> None:
        """The case is played by the plan until it stands at this step; `answers` are given wherever they are asked."""
        is_new = (self.code, self.staff[: len(STAFF)]) == ("", list(STAFF)) and self.now == MONDAY
        name = "-".join([step, *sorted(map(str, answers.items())), *(actor.user for actor in self.staff[len(STAFF) :])])
        kept = self._shelf / name if self._shelf and is_new else None
        if kept and kept.exists():
            return self._take(kept)
        if not self.code:
            self.signal()
        self._play_on(step, answers)
        if kept:
            _copy_database(self._database, kept)
        return None

    def _take(self, kept: Path) -> None:
        """The case was played so far by another test: its database becomes ours."""
        _copy_database(kept, self._database)
        self.restarts()
        with self.engine.connect() as connection:
            self.code = connection.execute(select(cases.c.code)).scalar_one()
        self.now = self.entries()[-1].written_at
        self._keys = count(1000)

    def _play_on(self, step: str, answers: Mapping[str, Any]) -> None:
        while self.state().step != step:
            self.proceed(**answers)

    def proceed(self, **answers: Any) -> None:
        """Whoever must act does what the plan asks first, if it asks anything."""
        state = self.state()
        for record in needed(self.plan, state)[:1]:
            asked = {name: answer for name, answer in answers.items() if record.field(name)}
            self.record(record.id, by=self._whose_turn(record, state), **asked)

    def decide(self, decision: str) -> Played:
        """Two people decide, at the step where that is done."""
        self.record("proposal", by=KARIN, decision=decision)
        return self.record("confirmation", by=FATIMA)

    def ends_after_report(self) -> None:
        """At the report: it is made, the parent is told, Veilig Thuis answers, and two people end it (S4.10)."""
        for record in ("reported", "parent_told", "vt_answer", "report_end"):
            self.record(record, by=KARIN)
        self.record("report_end_agreed", by=FATIMA)

    def review(self, record: str, *, by: Actor, **answers: Any) -> NeedsReview:
        """Somebody fills in a form in which something is found, so that it is shown to them before it is stored."""
        form = self.filled(record, by=by, **answers)
        with self.transaction() as uow:
            command = RecordEntry(self._key(), record, form, self.code)
            shown = record_entry(uow, actor_of(uow, by.identity), command, self.now)
        assert isinstance(shown, NeedsReview)
        return shown

    def form(self, record: str, *, by: Actor, refers_to: int = 0) -> FormView:
        """Somebody opens a form in the case."""
        with self.transaction() as uow:
            return record_form(uow, actor_of(uow, by.identity), self.code, record, refers_to, self.now)

    def opens(self, actor: Actor, code: str = "") -> CaseView:
        """Somebody opens the case and reads it."""
        with self.transaction() as uow:
            return open_case(uow, actor_of(uow, actor.identity), code or self.code, self.now)

    def alarm(self, by: Actor, *, case: str | None = None, key: str = "") -> tuple[AlarmView, set[Actor]]:
        """Somebody clicks "Acuut gevaar", in the case unless `case` is empty; returns who were told too.

        A minute passes before, unless there is a `key`: then it is the same press.
        """
        if not key:
            self._key()
        alarm = RaiseAlarm(f"R{next(self._keys)}", self.code if case is None else case)
        return self._told_by(lambda uow: raise_alarm(uow, actor_of(uow, by.identity), alarm, self.now))

    def joins(self, by: Actor, first: str, second: str) -> set[Actor]:
        """Somebody says that two cases are about the same pupil; returns who was told."""
        both = TwoCases(self._key(), first, second)
        return self._told_by(lambda uow: merge_cases(uow, actor_of(uow, by.identity), both, self.now))[1]

    # time

    def comes(self, moment: date) -> None:
        """It becomes nine o'clock in the morning of this day."""
        self.now = datetime.combine(moment, time(9), tzinfo=UTC)

    # what there is

    def header(self, code: str = "") -> CaseHeader:
        with self.transaction() as uow:
            found = uow.cases.find(code or self.code, [school.id for school in uow.staff.schools()])
        assert found is not None
        return found

    def entries(self, code: str = "") -> tuple[Entry, ...]:
        case = self.header(code).id
        with self.transaction() as uow:
            return tuple(uow.cases.contents(case).entries)

    def state(self, code: str = "") -> State:
        return fold(self.plan, self.entries(code))

    def readings(self) -> list[Reading]:
        case = self.header().id
        with self.transaction() as uow:
            return uow.readings.of_case(case)

    def person(self, actor: Actor) -> Person:
        id_ = next(id_ for id_, known in self.actors.items() if known == actor)
        with self.transaction() as uow:
            return uow.staff.get(id_)

    def messages(self) -> list[Any]:
        """Every message that was put in the outbox, oldest first."""
        with self.engine.connect() as connection:
            return list(connection.execute(select(outbox).order_by(outbox.c.id)))

    def everything(self) -> dict[str, list[str]]:
        """Every row of every table."""
        with self.engine.connect() as connection:
            return {t.name: sorted(map(repr, connection.execute(select(t)))) for t in metadata.sorted_tables}

    @contextmanager
    def transaction(self) -> Iterator[StoredUnitOfWork]:
        with self.store.transaction(self.now) as uow:
            yield uow

    # how a form is filled in

    def filled(self, record: str, *, by: Actor, **answers: Any) -> dict[str, Answer]:
        """The form with these answers, and for the rest as somebody would fill it in who follows the plan."""
        asked = self.plan.records.get(record)
        if asked is None:
            return {}
        is_there = self.code and self.header().status is not Status.DESTROYED
        asked = asked_now(self.plan, asked, self.state() if is_there else State(self.plan.steps[0].id))
        if "present" in answers:
            people = next(field.id for field in asked.fields if field.kind is FieldKind.PEOPLE)
            answers[people] = answers.pop("present") if people != "present" else answers["present"]
        usual = {field.id: self._usual(asked, field, by) for field in asked.fields if block_of(field.id) <= 1}
        unknown = answers.keys() - {field.id for field in asked.fields}
        assert not unknown, f"{record} does not ask {unknown}"
        return {**usual, **{name: _as_answer(answer) for name, answer in answers.items()}}

    def _usual(self, record: ActionSpec, field: FieldSpec, by: Actor) -> Answer:
        today = self.now.date()
        match field.kind:
            case FieldKind.CHOICE:
                return field.default or field.choices[0].id
            case FieldKind.CHOICES:
                return tuple(choice.id for choice in field.choices)
            case FieldKind.DATE:
                return str(today + timedelta(days=1) if field.future else today)
            case FieldKind.PEOPLE:
                taking_part = (
                    []
                    if field.meaning in (Meaning.EXCLUDED, Meaning.PUPIL_TEACHERS)
                    else self._who_takes_part(record, field) or [by]
                )
                return tuple(actor.user for actor in taking_part)
            case FieldKind.PERSON:
                hands_over = record.effect is Effect.HANDS_OVER
                return (MEHMET if hands_over else by).user
        usual = "08:30" if field.kind is FieldKind.TIME else TYPED[: field.max_length]
        return PUPIL.get(field.id, TYPED) if field.pupil else usual

    def _who_takes_part(self, record: ActionSpec, field: FieldSpec) -> list[Actor]:
        asked = [presence for presence in record.present if presence.field == field.id]
        there: list[Actor] = []
        for role in (role for presence in asked for role in (*presence.all_of, *presence.one_of[:1])):
            there.append(self._holder(role, beside=there))
        fewest = max((presence.at_least for presence in asked), default=0)
        there += [actor for actor in self.staff if actor not in there][: max(0, fewest - len(there))]
        return list(dict.fromkeys(there))

    def _holder(self, role: Role, beside: Iterable[Actor] = ()) -> Actor:
        """Who fills the role, if possible another than `beside`: for the teacher, the one whose case it is."""
        if role is Role.TEACHER and self.code:
            return next(self.actors[teacher] for teacher in self.header().teachers)
        holders = [actor for actor in self.staff if role in actor.roles]
        return next((actor for actor in holders if actor not in beside), holders[0])

    def _whose_turn(self, record: ActionSpec, state: State) -> Actor:
        agreeing = state.standing.get(record.agrees_with or "")
        return self._holder(next(role for role in record.by if agreeing is None or role is not agreeing.role))

    def _key(self) -> str:
        """A submission of its own, a minute later."""
        self.now += timedelta(minutes=1)
        return f"V{next(self._keys)}"

    def _told_by(self, act: Callable[[StoredUnitOfWork], T]) -> tuple[T, set[Actor]]:
        before = {_named(row) for row in self.messages()}
        with self.transaction() as uow:
            result = act(uow)
        self._look_up_actors()
        told = [
            row for row in self.messages() if _named(row) not in before and row.placing != Placing.ONLY_IN_PLACE.value
        ]
        return result, {self.actors[row.recipient] for row in told}


@dataclass(frozen=True)
class Played:
    """Something was recorded, and these people were told."""

    saved: Saved
    told: set[Actor]

    @property
    def code(self) -> str:
        return self.saved.code

    @property
    def state(self) -> State:
        return self.saved.state


def _raised(error: Exception) -> None:
    raise error


def _named(message: Any) -> tuple[object, ...]:
    """What no other message has; a withdrawn one leaves its number to the next."""
    return message.about, message.kind, message.recipient, message.moment


def _as_answer(given: Given) -> Answer:
    if isinstance(given, str):
        return given
    if isinstance(given, Actor):
        return given.user
    if isinstance(given, date):
        return str(given)
    return tuple(str(_as_answer(one)) for one in given)


def code_of(plan: Plan, why: Refused | Problem) -> str:
    """The code of a refusal, the rule if the plan gives the reason, and what is filled in (but for a text's limit)."""
    is_of_plan = bool(why.reason) and (not why.code or why.code.startswith("missing_"))  # who is missing: see the plan
    code = _requirement(plan, why.reason) if is_of_plan else why.code
    words = [word for name, word in why.words.items() if name != "limit"]
    words += () if is_of_plan else why.roles
    return " ".join(filter(None, [code, why.rule if why.reason else "", *words]))


def _requirement(plan: Plan, reason: str) -> str:
    """Which kind of requirement has this reason: who must be present, who must be absent, or a check of an answer."""
    if reason in [action.took_part.reason for action in plan.records.values() if action.took_part]:
        return "took_part"
    presences = [presence for action in plan.records.values() for presence in action.present]
    if reason in [presence.none_of_reason for presence in presences]:
        return "absent"
    return "present" if reason in [presence.reason for presence in presences] else _check(plan, reason)


def _check(plan: Plan, reason: str) -> str:
    """A check of an answer, numbered if the plan has several of the same field and rule."""
    for action in plan.records.values():
        for check in action.checks:
            same = dict.fromkeys(one.reason for one in action.checks if (one.at, one.rule) == (check.at, check.rule))
            if check.reason == reason and len(same) > 1:
                return f"check_{list(same).index(reason) + 1}"
    return "check"


def staffed_database(path: Path) -> Path:
    """Make a database with the school and no case, to be copied by each test."""
    migrated_sqlite(path)
    play = Play(path)
    play.employs()
    play.engine.dispose()
    return path


def new_play(empty: Path, folder: Path, document: str = "", shelf: Path | None = None) -> Play:
    """A play in a copy of the empty database, on the source's plan unless another's document is given."""
    database = folder / "play.db"
    shutil.copy(empty, database)
    plan = (plan_file.parse_plan(document, "plan"), document) if document else None
    return Play(database, plan, shelf)


def _copy_database(of: Path, to: Path) -> None:
    with closing(sqlite3.connect(of)) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)


def _source_plan() -> tuple[Plan, str]:
    return load_plan(SOURCE_PLAN), SOURCE_PLAN.read_text(encoding="utf-8")
