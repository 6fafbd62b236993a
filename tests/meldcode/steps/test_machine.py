"""Random people do random things on our plans, and on plans that nobody wrote; what must hold, holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from hypothesis.strategies import DataObject, SearchStrategy
from sqlalchemy import select

from meldcode.application.cases.pupils.same_pupil import ANOTHER
from meldcode.application.jobs.reminders import send_due_reminders
from meldcode.domain.case.asked import asked_now, needed, offered, to_agree
from meldcode.domain.case.fold import fold, holds
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Entry, State, Status
from meldcode.domain.deadlines.reminders import counted, deadline
from meldcode.domain.deadlines.schedule import calendar_of, to_remind
from meldcode.domain.errors import Invalid, Refused
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import DECIDES, Effect
from meldcode.domain.plan.file import shipped_plans
from meldcode.domain.plan.forms import Condition, FieldKind, Meaning
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.parts import RetentionFrom
from meldcode.domain.plan.people import Reader
from meldcode.domain.plan.roles import Role
from meldcode.domain.retention import years_later
from meldcode.domain.staff import Person
from meldcode.domain.worklist import Section
from storage.db.schema import appointments, cases, work_items
from tests.meldcode import random_plans
from tests.meldcode.playing import (
    DOUBLE,
    IRIS,
    KARIN,
    KEES,
    MEHMET,
    PUPIL,
    SANNE,
    STAFF,
    STRANGER,
    TYPED,
    Actor,
    Play,
    new_play,
)

pytestmark = pytest.mark.slow

COLLEAGUES = (*STAFF, IRIS, DOUBLE, KEES)
EVERYBODY = (*COLLEAGUES, STRANGER)
TEACHERS = (SANNE, MEHMET, KEES)
PRIVATE = (PUPIL["first_name"], PUPIL["last_name"], TYPED, *(actor.name for actor in COLLEAGUES))
somebody, a_colleague = st.sampled_from(EVERYBODY), st.sampled_from(COLLEAGUES)
BOUNDED = settings(
    max_examples=6,
    stateful_step_count=20,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class School(RuleBasedStateMachine):
    """A school in which anybody tries anything. What is refused changes nothing; what is stored is right."""

    def __init__(self, empty: Path, folder: Path) -> None:
        super().__init__()
        self._empty, self._folder = empty, folder
        self.play: Play
        self.codes: list[str] = []
        self.messages = 0

    def begin(self, document: str, teacher: Actor, first: Actor, steps: int) -> None:
        """A case that was played by the plan for a while, with `first` wherever they have the role."""
        self.play = new_play(self._empty, self._folder, document)
        self.play.employs(IRIS, DOUBLE, KEES)
        self.play.staff = sorted(self.play.staff, key=lambda actor: actor != first)
        self._reports(teacher)
        for _ in range(steps):
            for record in needed(self.play.plan, self.play.state())[:1]:
                self._tries_what_must_not_be(record, first)
            self._attempt(self.play.proceed)

    def teardown(self) -> None:
        self.play.engine.dispose()

    # what people do

    @rule(data=st.data())
    def somebody_does_what_the_plan_asks(self, data: DataObject) -> None:
        """Most of the time: the right person, who chooses what they like and fills in the rest as asked."""
        self._choose_case(data)
        play, state = self.play, self.play.state()
        record = asked_now(play.plan, data.draw(st.sampled_from(offered(play.plan, state))), state)
        chosen = [field for field in record.fields if field.choices]
        asked: dict[str, Any] = {field.id: data.draw(random_plans.choices_of(field)) for field in chosen}
        by = data.draw(st.sampled_from([actor for actor in COLLEAGUES if set(actor.roles) & set(record.by)]))
        self._attempt(lambda: play.record(record.id, by=by, **asked))

    @rule(data=st.data(), by=somebody, refers_to=st.integers(-1, 3), is_late=st.booleans())
    def somebody_does_anything(self, data: DataObject, by: Actor, refers_to: int, is_late: bool) -> None:
        self._choose_case(data)
        play = self.play
        record = data.draw(st.sampled_from(list(play.plan.records.values())))
        usual = play.filled(record.id, by=by)
        answers: dict[str, Any] = {
            f.id: data.draw(random_plans.answers(f, usual[f.id])) for f in record.fields if f.id in usual
        }
        people = answers.pop("present", None)
        if people is not None:
            answers["present"] = people
        seen = 0 if is_late else None
        self._attempt(lambda: play.record(record.id, by=by, refers_to=refers_to, seen=seen, **answers))

    @rule(data=st.data())
    def somebody_tries_what_must_not_be(self, data: DataObject) -> None:
        self._choose_case(data)
        step = self.play.plan.step(self.play.state().step)
        self._tries_what_must_not_be(data.draw(st.sampled_from(step.records)), data.draw(a_colleague))

    def _tries_what_must_not_be(self, record: ActionSpec, by: Actor) -> None:
        """Who proposed confirms it alone; the teacher comes along; what is over goes on."""
        play = self.play
        made = play.state().standing.get(record.agrees_with or "")
        by = play.actors[made.author] if made else by
        teachers = [play.actors[teacher] for teacher in play.header().teachers]
        along: dict[str, Any] = {}
        for presence in record.present[:1]:
            usual = play.filled(record.id, by=by)[presence.field]
            along[presence.field] = teachers[0] if isinstance(usual, str) else [*usual, *teachers]
        self._attempt(lambda: play.record(record.id, by=by, **along))

    @rule(by=somebody, is_another=st.booleans())
    def somebody_reports(self, by: Actor, is_another: bool) -> None:
        same_as = ANOTHER if is_another else self.play.code
        self._attempt(lambda: self._reports(by, same_as), kept_by_a_question=("drafts", "draft_keys", "readings"))

    def _reports(self, by: Actor, same_as: str = ANOTHER) -> None:
        code = self.play.signal(by=by, same_as=same_as).code
        if code not in self.codes:
            self.codes.append(code)

    @rule(data=st.data(), by=somebody, in_case=st.booleans())
    def somebody_raises_the_alarm(self, data: DataObject, by: Actor, in_case: bool) -> None:
        self._choose_case(data)
        self._attempt(lambda: self.play.alarm(by, case=None if in_case else ""))

    @rule(by=a_colleague, owner=somebody, days=st.lists(st.integers(-2, 9), min_size=1, max_size=3))
    def somebody_makes_appointments(self, by: Actor, owner: Actor, days: list[int]) -> None:
        today: date = self.play.now.date()
        asked: dict[str, Any] = {}
        for number, ahead in enumerate(days, start=1):
            day = today + timedelta(days=ahead)
            asked |= {f"appointment_{number}_{name}": said for name, said in _agreed(day, owner).items()}
        self._attempt(lambda: self.play.record("appointment", by=by, **asked))

    @rule(data=st.data(), by=somebody, number=st.integers(0, 4), ahead=st.integers(-1, 9))
    def somebody_decides_on_an_appointment(self, data: DataObject, by: Actor, number: int, ahead: int) -> None:
        self._choose_case(data)
        play = self.play
        deciding = [r for r in play.plan.always if r.effect in (*DECIDES, Effect.POSTPONES)]
        record = data.draw(st.sampled_from(deciding))
        day = play.now.date() + timedelta(days=ahead)
        asked: dict[str, Any] = {f.id: day for f in record.fields if f.kind is FieldKind.DATE}
        self._attempt(lambda: play.record(record.id, by=by, refers_to=number, **asked))

    @rule(data=st.data(), by=a_colleague, second=somebody, left=st.integers(-40, 400))
    def two_people_end_it_otherwise(self, data: DataObject, by: Actor, second: Actor, left: int) -> None:
        self._choose_case(data)
        play = self.play
        if "ending" not in play.plan.records:
            return
        [kinds] = [field.choices for field in play.plan.records["ending"].fields if field.id == "ends_as"]
        as_, day = data.draw(st.sampled_from(kinds)).id, play.now.date() + timedelta(days=left)
        self._attempt(lambda: play.record("ending", by=by, ends_as=as_, left_on=day))
        self._attempt(lambda: play.record("ending_agreed", by=second))

    @rule(data=st.data(), by=somebody, left=st.integers(-40, 400))
    def the_pupil_leaves(self, data: DataObject, by: Actor, left: int) -> None:
        self._choose_case(data)
        play = self.play
        if leaves := play.plan.leaves:
            day = play.now.date() + timedelta(days=left)
            asked: dict[str, Any] = {field.id: day for field in leaves.fields if field.kind is FieldKind.DATE}
            self._attempt(lambda: play.record(leaves.id, by=by, **asked))

    @rule(days=st.integers(0, 3))
    def reminders_are_sent(self, days: int) -> None:
        self.play.comes(self.play.now.date() + timedelta(days=days))
        with self.play.transaction() as uow:
            send_due_reminders(uow, self.play.now, 50, _raised)

    @rule(data=st.data(), by=somebody)
    def somebody_joins_two_cases(self, data: DataObject, by: Actor) -> None:
        first, second = data.draw(st.sampled_from(self.codes)), data.draw(st.sampled_from(self.codes))
        self._attempt(lambda: self.play.joins(by, first, second))

    @rule(person=a_colleague, deputy=a_colleague, begins=st.integers(-1, 2), days=st.integers(0, 3))
    def somebody_stands_in(self, person: Actor, deputy: Actor, begins: int, days: int) -> None:
        first: date = self.play.now.date() + timedelta(days=begins)
        last = first + timedelta(days=days)
        self._attempt(lambda: self.play.stands_in(deputy, for_=person, first=first, last=last))

    @rule(actor=a_colleague, is_gone=st.booleans())
    def somebody_leaves_or_is_back(self, actor: Actor, is_gone: bool) -> None:
        self._attempt(lambda: self.play.leaves(actor, is_gone=is_gone))

    @rule(days=st.integers(1, 4))
    def days_pass(self, days: int) -> None:
        self.play.comes(self.play.now.date() + timedelta(days=days))

    @rule(data=st.data(), actor=somebody)
    def somebody_opens_a_case(self, data: DataObject, actor: Actor) -> None:
        self._choose_case(data)
        play, case, before = self.play, self.play.header(), len(self.play.readings())
        person = play.person(actor) if actor is not STRANGER else None
        if person is not None and _may_read(person, case, play.plan):
            assert play.opens(actor).context.state == play.state()
            assert len(play.readings()) == before + 1
        else:
            play.refused_to(lambda: play.opens(actor))

    # what must hold

    @invariant()
    def the_fold_of_the_entries_is_the_state_that_the_row_shows(self) -> None:
        for code in self.codes:
            case, entries = self.play.header(code), self.play.entries(code)
            state = fold(self.play.plan, entries)
            assert (case.status, case.step, case.version) == (state.status, state.step, len(entries))
            with self.play.transaction() as uow:
                assert fold(self.play.plan, uow.cases.contents(case.id).entries) == state, "as it was kept"

    @invariant()
    def danger_has_a_deadline_on_the_same_day(self) -> None:
        """S4.9, G8: what cannot wait is due on the day on which it began, or before, and stands first on a worklist."""
        for code in self.codes:
            case, plan, state = self.play.header(code), self.play.plan, self.play.state(code)
            if case.status is not Status.OPEN or not needed(plan, state):
                continue
            urgent = plan.step(state.step).urgent
            calls = [one for one in urgent.when if holds(one, state.standing, {})] if urgent else []
            began = [_last_word(call, state) for call in calls]
            began += [state.standing[record.agrees_with or ""].written_at for record in _to_confirm(plan, state)]
            if days := [moment.date() for moment in began]:
                late = self._last_day_of_step(state) if calls else None
                assert self._first_of_work(case) == (Section.URGENT, min(filter(None, [*days, late])))

    def _last_day_of_step(self, state: State) -> date | None:
        """A step that was late before it became dangerous stays late."""
        with self.play.transaction() as uow:
            calendar = calendar_of(uow.staff.schools()[0])
        step, since = counted(self.play.plan.step(state.step), state, calendar)
        last = deadline(step, since, calendar) if since else None
        return last and max([last, *map(date.fromisoformat, state.postponed[-1:])])

    @invariant()
    def what_is_to_be_confirmed_is_reminded_of_within_the_hour(self) -> None:
        """G8: of every agreement that cannot wait, whatever else the case waits for."""
        for code in self.codes:
            plan, state = self.play.plan, self.play.state(code)
            for record in _to_confirm(plan, state) if state.status is Status.OPEN else ():
                asked = state.standing[record.agrees_with or ""].written_at
                with self.play.transaction() as uow:
                    [school] = uow.staff.schools()
                dues = to_remind(plan, state, school, asked, ())
                assert [due for due in dues if due.what == record.id and due.at <= asked + timedelta(hours=1)]

    @invariant()
    def the_recorded_report_is_two_forms_away(self) -> None:
        """G8: from wherever a case is open, whatever was called."""
        plan = self.play.plan
        fast = plan.fast_lane
        for code in self.codes if fast else ():
            state, case = self.play.state(code), self.play.header(code)
            if fast is None or case.status is not Status.OPEN:
                continue
            assert fast in offered(plan, state)
            for what in next(field for field in fast.fields if field.choices).choices:
                after = fold(plan, [_called(fast, what.id, case, self.play)], state)
                reports = {one.record for one in fast.stands_as}
                assert reports & {*after.standing, *(record.id for record in offered(plan, after))}

    @invariant()
    def every_appointment_has_a_next_reminder_or_was_decided_on(self) -> None:
        """S3.6: whatever becomes of its case; its row says so too, and a case that ended left none open."""
        with self.play.transaction() as uow:
            [school] = uow.staff.schools()
        for code in self.codes:
            case, plan, state = self.play.header(code), self.play.plan, self.play.state(code)
            with self.play.transaction() as uow:
                sent = uow.cases.sent_reminders(case.id)
            ahead = {due.appointment for due in to_remind(plan, state, school, self.play.now, sent)}
            left = {one.number for one in state.appointments if one.is_open}
            assert left <= ahead
            assert not left or (case.status is Status.OPEN and self._is_looked_at_again(case))
            assert self._rows(case) == {one.number: one.state for one in state.appointments}

    def _is_looked_at_again(self, case: CaseHeader) -> bool:
        query = select(cases.c.next_due).where(cases.c.id == case.id)
        with self.play.engine.connect() as connection:
            return connection.scalar(query) is not None

    def _rows(self, case: CaseHeader) -> dict[int, str]:
        query = select(appointments.c.number, appointments.c.state).where(appointments.c.case == case.id)
        with self.play.engine.connect() as connection:
            return {row.number: row.state for row in connection.execute(query)}

    @invariant()
    def a_closed_case_is_kept_from_its_closing_or_from_when_the_pupil_left(self) -> None:
        """G9: for as long as its outcome says, and an open case for ever."""
        for code in self.codes:
            case, plan, state = self.play.header(code), self.play.plan, self.play.state(code)
            assert (case.destroy_at is None) is (state.status is not Status.CLOSED and state.closed_at is None)
            if state.status is not Status.CLOSED or state.held_until:
                continue
            days = [state.closed_at.date() if state.closed_at else date.max]
            outcome = plan.outcome(state.outcome)
            assert outcome and case.destroy_at and case.outcome == outcome.id
            if outcome.retention_from is RetentionFrom.LEAVING:
                days += _days_of_leaving(plan, self.play.entries(code))
            kept = years_later(max(days), outcome.retention_years)
            assert kept <= case.destroy_at.date() <= kept + timedelta(weeks=7)

    @invariant()
    def messages_hold_no_personal_data(self) -> None:
        messages = self.play.messages()
        for message in messages[self.messages :]:
            said = " ".join([message.kind, message.moment, json.dumps(message.payload, ensure_ascii=False)])
            assert not [word for word in PRIVATE if word in said], said
        self.messages = len(messages)

    def _first_of_work(self, case: CaseHeader) -> tuple[int, date]:
        query = select(work_items.c.section, work_items.c.due).where(work_items.c.case == case.id)
        with self.play.engine.connect() as connection:
            section, due = min(tuple(row) for row in connection.execute(query))
        return section, due

    def _choose_case(self, data: DataObject) -> None:
        self.play.code = data.draw(st.sampled_from(self.codes))

    def _attempt(self, act: Callable[[], object], kept_by_a_question: tuple[str, ...] = ()) -> None:
        """Act. A refusal leaves nothing, but for what a question before it keeps: which pupil is meant (G10)."""
        everything = self.play.everything()
        before = {code: (self.play.header(code), self.play.entries(code)) for code in self.codes}
        try:
            act()
        except (Refused, Invalid):
            kept = {table: self.play.everything()[table] for table in kept_by_a_question}
            assert self.play.everything() == everything | kept, "a refusal left something behind"
            return
        for code, (case, entries) in before.items():
            now = self.play.entries(code)
            assert now[: len(entries)] == entries, "an entry was changed"
            for number in range(len(entries), len(now)):
                self._entry_is_right(case, now[:number], now[number])
            if case.status is Status.CLOSED:
                self._stayed_closed(code, now[len(entries) :])

    def _stayed_closed(self, code: str, new: tuple[Entry, ...]) -> None:
        plan = self.play.plan
        assert all(plan.step_of(entry.record) is None for entry in new), "a step went on in a closed case"
        if self.play.header(code).status is Status.OPEN:
            assert self._is_new_signal(new[-1]), "a closed case opened without a new signal"

    def _is_new_signal(self, entry: Entry) -> bool:
        plan = self.play.plan
        if plan.records[entry.record].effect is Effect.RECEIVES:
            return self._is_new_signal(self.play.entries(str(entry.answers["case"]))[-1])
        return entry.record == plan.opens

    def _entry_is_right(self, case: CaseHeader, earlier: tuple[Entry, ...], entry: Entry) -> None:
        play = self.play
        record = play.plan.records[entry.record]
        people = {str(id_): play.person(actor) for id_, actor in play.actors.items()}
        reports_again = record.id == play.plan.opens and entry.author in case.former_teachers
        if record.effect is not Effect.RECEIVES and not reports_again:
            _author_had_the_role(case, record, entry, people[str(entry.author)])
        _no_teacher_where_none_may_be(case, record, entry, people, play)
        if record.agrees_with:
            proposal = next(e for e in reversed(earlier) if e.record == record.agrees_with)
            assert proposal.author != entry.author
            assert record.any_two or {proposal.role, entry.role} == set(record.by)
        if record.id == "reported":
            _decided_by_two_or_called(play.plan, earlier)
        if record.id == play.plan.opens:
            _was_asked_whether_it_gets_worse(play.plan, record, earlier, entry)


def _is_own(person: Person, case: CaseHeader) -> bool:
    return bool(person.acts_for(case.school) & case.teachers)


def _may_read(person: Person, case: CaseHeader, plan: Plan) -> bool:
    """G3, G12: their own, at a step that their role reads, or called in with a role that reads at some step."""
    if person.id in case.excluded:
        return False
    acts_for = person.acts_for(case.school) - case.excluded
    taken = any(one.person in acts_for | {person.id} for one in case.stand_ins)
    is_called = taken or bool(acts_for & case.called_in)
    place = plan.place(case.step) if case.step else 0
    roles = _roles_in(person, case)
    reads = any(
        reader.role in roles and (is_called or _first(plan, reader) <= place <= _last(plan, reader))
        for reader in plan.readers
        if reader.role is not Role.CLUSTER_DIRECTOR
    )
    return reads or (bool(acts_for & case.teachers) and bool(roles & set(plan.opening.by)))


def _first(plan: Plan, reader: Reader) -> int:
    return plan.place(reader.first or plan.steps[0].id)


def _last(plan: Plan, reader: Reader) -> int:
    return plan.place(reader.last or plan.steps[-1].id)


def _roles_in(person: Person, case: CaseHeader) -> set[Role]:
    """Their roles in the case: not through somebody who is excluded, and without one that another took over."""
    place = person.memberships.get(case.school)
    held = set(place.own).union(*(r for who, r in place.lent.items() if who not in case.excluded)) if place else set()
    mine = person.acts_for(case.school) - case.excluded | {person.id}
    taken = {one.role for one in case.stand_ins if one.person in mine and not person.leads_a_cluster}
    left = held - {one.role for one in case.stand_ins}
    acts = left if mine & case.teachers else left - {Role.TEACHER}
    return (left if acts else held) | taken


def _author_had_the_role(case: CaseHeader, record: ActionSpec, entry: Entry, author: Person) -> None:
    assert entry.role in record.by
    if entry.role is Role.TEACHER:
        assert _is_own(author, case)
    else:
        assert entry.role in _roles_in(author, case)


def _no_teacher_where_none_may_be(
    case: CaseHeader, record: ActionSpec, entry: Entry, people: dict[str, Person], play: Play
) -> None:
    for presence in record.present:
        lifted = presence.unless is not None and record.id != "parents_talk"
        if Role.TEACHER in presence.none_of and not lifted:
            named = entry.answers.get(presence.field, ())
            for id_ in (named,) if isinstance(named, str) else named:
                assert not _is_own(people[id_], case), "the teacher was there"
                assert _roles_in(people[id_], case) != {Role.TEACHER}, "a teacher was there"


def _days_of_leaving(plan: Plan, entries: tuple[Entry, ...]) -> list[date]:
    """The day on which the pupil left, as the last entry says that could: since it closed, else the proposal to end."""
    said = [e for e in entries if plan.records[e.record].effect is Effect.LEAVES or e.record == "ending"]
    ids = {field.id for record in plan.records.values() for field in record.fields if field.meaning is Meaning.LEFT_ON}
    found = [str(entry.answers[id_]) for entry in said[-1:] for id_ in ids if entry.answers.get(id_)]
    return [date.fromisoformat(one) for one in found]


def _agreed(day: date, owner: Actor) -> dict[str, Any]:
    return {"what": TYPED[:300], "day": day, "owner": owner, "other": ""}


def _raised(error: Exception) -> None:
    raise error


def _to_confirm(plan: Plan, state: State) -> list[ActionSpec]:
    return [record for record in to_agree(plan, state) if record.urgent]


def _last_word(call: Condition, state: State) -> datetime:
    """When the last of what calls for something urgent was written: not before the step began."""
    said = (state.standing.get(path.partition(".")[0]) for path in call)
    assert state.since
    return max([state.since, *(entry.written_at for entry in said if entry)])


def _called(fast: ActionSpec, what: str, case: CaseHeader, play: Play) -> Entry:
    """The fast lane's form, filled in with what happened."""
    asked = next(field.id for field in fast.fields if field.choices)
    author = next(iter(play.actors))
    return Entry(case.version + 1, fast.id, author, Role.CARE_COORDINATOR, play.now, {asked: what})


def _was_asked_whether_it_gets_worse(plan: Plan, signal: ActionSpec, earlier: tuple[Entry, ...], entry: Entry) -> None:
    """S4.6: no signal in a watched case without an answer."""
    state = fold(plan, earlier)
    asked = [field for field in asked_now(plan, signal, state).fields if field.asked_in] if earlier else []
    assert all(field.choice(str(entry.answers.get(field.id, ""))) for field in asked)


def _decided_by_two_or_called(plan: Plan, earlier: tuple[Entry, ...]) -> None:
    last = next(e for e in reversed(earlier) if e.record == "confirmation" or _is_fast(plan, e))
    if not _is_fast(plan, last):
        _decided_by_two(earlier)


def _is_fast(plan: Plan, entry: Entry) -> bool:
    return plan.records[entry.record].effect is Effect.FAST_LANE


def _decided_by_two(earlier: tuple[Entry, ...]) -> None:
    confirmation = next(entry for entry in reversed(earlier) if entry.record == "confirmation")
    proposal = next(e for e in reversed(earlier[: confirmation.seq]) if e.record == "proposal")
    assert (confirmation.answers["agreed"], proposal.answers["decision"]) == ("yes", "report")
    assert proposal.author != confirmation.author
    assert {proposal.role, confirmation.role} == {Role.CARE_COORDINATOR, Role.SCHOOL_LEADER}


def play_at_random(documents: SearchStrategy[str], empty: Path, folder: Path, bounds: settings) -> None:
    numbers = count()

    class Playing(School):
        def __init__(self) -> None:
            own = folder / str(next(numbers))
            own.mkdir()
            super().__init__(empty, own)

        @initialize(
            document=documents,
            teacher=st.sampled_from(TEACHERS),
            first=st.sampled_from([DOUBLE, KARIN]),
            steps=st.sampled_from([2, 8, 12, 14, 16]),
        )
        def start(self, document: str, teacher: Actor, first: Actor, steps: int) -> None:
            self.begin(document, teacher, first, steps)

    run_state_machine_as_test(Playing, settings=bounds)


@pytest.fixture(autouse=True)
def every_case_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state of each case is kept from its second entry on."""
    monkeypatch.setattr("storage.repositories.cases.LONG", 2)


@pytest.mark.rule("S4.3")
@pytest.mark.rule("S4.6")
@pytest.mark.rule("S4.9")
@pytest.mark.rule("G8")
@pytest.mark.rule("S3.5")
@pytest.mark.rule("G1")
@pytest.mark.rule("G3")
@pytest.mark.parametrize("path", shipped_plans(), ids=lambda path: str(path.stem))
def test_nobody_gets_round_a_plan_of_ours(path: Path, empty_database: Path, tmp_path: Path) -> None:
    play_at_random(st.just(path.read_text(encoding="utf-8")), empty_database, tmp_path, BOUNDED)


@pytest.mark.rule("G1")
@pytest.mark.rule("G3")
def test_nobody_gets_round_a_plan_that_nobody_wrote(empty_database: Path, tmp_path: Path) -> None:
    play_at_random(random_plans.documents(), empty_database, tmp_path, settings(BOUNDED, max_examples=10))
