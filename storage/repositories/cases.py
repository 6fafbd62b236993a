"""Cases and their entries."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy import case as case_when

from meldcode.application.ports.cases import AlreadyStored, Cases, Outdated, StepCount, Submission
from meldcode.domain.case.header import CaseHeader, Contents, Reading
from meldcode.domain.case.state import Entry, Pupil, State, Status
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from storage.crypto import chain
from storage.crypto.payload import Payload, pupil_from_bytes, pupil_to_bytes
from storage.crypto.vault import DataKey
from storage.db.insert_once import insert_once
from storage.db.schema import case_keys, case_teachers, cases, entries, readings, reminders
from storage.session import Session

_BY_ID = cases.c.id == bindparam("case_id")
_OPENED = (
    # The key comes along, and is left out where there is none any more.
    select(cases, case_teachers.c.teacher, case_keys.c.wrapped_key)
    .outerjoin_from(cases, case_teachers, case_teachers.c.case == cases.c.id)
    .outerjoin(case_keys, case_keys.c.case == cases.c.id)
)
_OPENED_BY_ID = _OPENED.where(_BY_ID)
_OPENED_BY_CODE = _OPENED.where(
    cases.c.code == bindparam("code"), cases.c.school.in_(bindparam("schools", expanding=True))
)
_TO_READ: tuple[Column[Any], ...] = (entries.c.seq, entries.c.author, entries.c.written_at, entries.c.payload)
_ENTRIES = select(*_TO_READ).where(entries.c.case == bindparam("id")).order_by(entries.c.seq)
_BY_KEY = select(entries).where(entries.c.idempotency_key == bindparam("key"))
_HEADERS = select(cases).where(cases.c.id.in_(bindparam("ids", expanding=True))).order_by(cases.c.since, cases.c.code)
_TEACHERS = select(case_teachers).where(case_teachers.c.case.in_(bindparam("ids", expanding=True)))
_ABOUT = (
    select(cases)
    .where(cases.c.school == bindparam("school"), cases.c.pupil_index == bindparam("index"))
    .order_by(cases.c.opened_at, cases.c.code)
)
_UNCHANGED = update(cases).where(_BY_ID, cases.c.version == bindparam("seen"))
_CLAIM_DUE = (
    select(cases.c.id)
    .where(cases.c.next_due <= bindparam("now"))
    .order_by(cases.c.next_due, cases.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_CLAIMED = _OPENED.where(cases.c.id.in_(bindparam("ids", expanding=True))).order_by(cases.c.next_due, cases.c.code)
_REMINDED = select(reminders.c.moment).where(reminders.c.case == bindparam("id"))
_LOOK_AGAIN = update(cases).where(_BY_ID)
_INSERT_REMINDERS = insert(reminders)
_INSERT_TEACHER = insert(case_teachers)
_INSERT_READING = insert(readings)

CODE_LETTERS = "23456789BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that a code is never a word, and nothing that can be taken for another."""
CODE_TRIES = 50


class NoFreeCode(RuntimeError):
    """No free case code was found; the year is (nearly) full."""


class StoredCases(Cases):
    """The cases in the database, seen by one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection
        # Of the cases that were looked up in this transaction: the head at a version, and the pupil as it is stored.
        self._heads: dict[CaseId, tuple[int, bytes]] = {}
        self._pupils: dict[CaseId, bytes] = {}

    def open(self, school: SchoolId, plan: Plan, pupil: Pupil, teacher: PersonId, now: datetime) -> CaseHeader:
        """Make a new case, without entries, with a code and a data key of its own. Raises NoFreeCode."""
        case = uuid4()
        key, wrapped = self._session.new_case_key(case)
        row: dict[str, Any] = {
            "id": case,
            "school": school,
            "plan": plan.plan,
            "plan_version": plan.version,
            "status": Status.OPEN.value,
            "step": plan.steps[0].id,
            "version": 0,
            "opened_at": now,
            "since": now,
            "pupil": key.seal(pupil_to_bytes(pupil), table="cases", column="pupil", row=str(case)),
            "pupil_index": self._session.vault.pupil_index(school, pupil),
            "head": chain.START,
            "rungs": 0,
        }
        code = self._insert_with_code(row, now)
        self._session.keep_case_key(case, wrapped)
        self._connection.execute(_INSERT_TEACHER, {"case": case, "teacher": teacher})
        self._heads[case] = (0, chain.START)
        at, step = now.astimezone(UTC), plan.steps[0].id
        return CaseHeader(
            case, code, school, plan.plan, plan.version, Status.OPEN, step, 0, at, at, frozenset({teacher})
        )

    def find(self, code: str, schools: Iterable[SchoolId]) -> CaseHeader | None:
        """Return the case with this code in one of the schools."""
        return next(iter(self._opened(_OPENED_BY_CODE, {"code": code, "schools": list(schools)})), None)

    def get(self, case: CaseId) -> CaseHeader:
        """Return the header. Raises KeyError."""
        found = self._opened(_OPENED_BY_ID, {"case_id": case})
        if not found:
            raise KeyError(case)
        return found[0]

    def contents(self, case: CaseId) -> Contents:
        """Return what the case holds, for the rules alone: never to be shown. Raises KeyError."""
        if case not in self._pupils:
            self.get(case)
        key = self._session.case_key(case)
        opened = key.open(self._pupils[case], table="cases", column="pupil", row=str(case))
        rows = self._connection.execute(_ENTRIES, {"id": case})
        return Contents(pupil_from_bytes(opened), tuple(_entry(row, _payload(key, case, row)) for row in rows))

    def read(self, case: CaseId, reading: Reading) -> Contents:
        """Return what the case holds, for showing. The trace comes first: without it nothing is decrypted (G3)."""
        roles = None if reading.roles is None else " ".join(reading.roles)
        trace = {"case": case, "reader": reading.reader, "at": reading.at, "place": reading.where, "roles": roles}
        self._connection.execute(_INSERT_READING, trace)
        return self.contents(case)

    def append(
        self, case: CaseHeader, entry: Entry, state: State, next_due: datetime | None, *, key: str, digest: str
    ) -> CaseHeader:
        """Append the entry, with the state it leads to and the moment to look at the case again.

        Raises Outdated or AlreadyStored.
        """
        previous = self._head(case, entry)
        payload = self._sealed(case.id, entry, digest)
        link = chain.link(self._session.vault, previous, case.id, entry.seq, entry.author, entry.written_at, payload)
        since = state.since or case.since
        rungs = case.rungs if (state.step, since) == (case.step, case.since) else 0
        after = replace(case, status=state.status, step=state.step, version=entry.seq, since=since, rungs=rungs)
        self._update_row(case, after, link, next_due)
        self._insert_entry(case.id, entry, key, payload, link)
        self._heads[case.id] = (entry.seq, link)
        return after

    def submission(self, key: str) -> Submission | None:
        """Return what was stored under this idempotency key before."""
        index = self._session.vault.submission_index(key)
        row = self._connection.execute(_BY_KEY, {"key": index}).one_or_none()
        if row is None:
            return None
        payload = _payload(self._session.case_key(row.case), row.case, row)
        return Submission(row.case, row.seq, payload.digest)

    def hand_over(self, case: CaseId, to: PersonId) -> CaseHeader:
        """Make the case this teacher's alone (G5), and return its header."""
        self._connection.execute(delete(case_teachers).where(case_teachers.c.case == case))
        self._connection.execute(_INSERT_TEACHER, {"case": case, "teacher": to})
        return self.get(case)

    def open_ones(self) -> list[CaseHeader]:
        """Return every open case of every school, oldest first."""
        return self._oldest_first(cases.c.status == Status.OPEN.value)

    def claim_due(self, now: datetime, limit: int) -> list[CaseHeader]:
        """Return open cases whose moment has come, for this transaction alone: no other worker gets them (G2)."""
        claimed = self._connection.scalars(_CLAIM_DUE, {"now": now, "most": limit}).all()
        return self._opened(_CLAIMED, {"ids": claimed}) if claimed else []

    def next_due(self) -> datetime | None:
        """Return the earliest moment at which an open case is to be looked at."""
        found: datetime | None = self._connection.scalar(select(func.min(cases.c.next_due)))
        return found

    def reminded(self, case: CaseId) -> frozenset[str]:
        """Return the names of the reminders that the case has had."""
        return frozenset(self._connection.scalars(_REMINDED, {"id": case}))

    def keep_reminded(
        self, case: CaseId, moments: Iterable[str], rungs: int, next_due: datetime | None, now: datetime
    ) -> None:
        """Keep the reminders that the case has had now, and the moment to look at it again."""
        if rows := [{"case": case, "moment": moment, "at": now} for moment in moments]:
            self._connection.execute(_INSERT_REMINDERS, rows)
        self._connection.execute(_LOOK_AGAIN, {"case_id": case, "rungs": rungs, "next_due": next_due})

    def counts(self, school: SchoolId, opened_before: datetime) -> list[StepCount]:
        """Return how many cases that were open by then stand at each step now, and how many of them are overdue."""
        at = (cases.c.plan, cases.c.plan_version, cases.c.step)
        overdue = func.sum(case_when((cases.c.rungs > 0, 1), else_=0))
        open_ones = (
            cases.c.school == school,
            cases.c.status == Status.OPEN.value,
            cases.c.opened_at < opened_before,
        )
        rows = self._connection.execute(
            select(*at, func.count(), overdue).where(*open_ones).group_by(*at).order_by(*at)
        )
        return [StepCount(*row) for row in rows]

    def set_joined(self, case: CaseId, to: CaseId) -> None:
        """Remember that the case belongs to another."""
        self._connection.execute(update(cases).where(cases.c.id == case).values(joined_to=to))

    def joined(self, case: CaseId) -> list[CaseHeader]:
        """Return the cases that were joined to this one, oldest first."""
        return self._oldest_first(cases.c.joined_to == case)

    def about(self, school: SchoolId, pupil: Pupil) -> list[CaseHeader]:
        """Return the school's cases about a pupil of this name, found by a keyed index, oldest first."""
        index = self._session.vault.pupil_index(school, pupil)
        return self._with_teachers(self._connection.execute(_ABOUT, {"school": school, "index": index}).all())

    def headers(self, cases_: Collection[CaseId]) -> list[CaseHeader]:
        """Return the headers of these cases, longest waiting first."""
        return self._with_teachers(self._connection.execute(_HEADERS, {"ids": list(cases_)}).all()) if cases_ else []

    def readings(self, case: CaseId) -> list[Reading]:
        """Return who read the case, latest first."""
        query = select(readings).where(readings.c.case == case).order_by(readings.c.at.desc(), readings.c.id.desc())
        return list(map(_reading, self._connection.execute(query)))

    def readings_of(self, cases: Iterable[CaseId], skip: int, limit: int) -> list[tuple[CaseId, Reading]]:
        """Return who read these cases, latest first, from the one after `skip` others on."""
        query = select(readings).where(readings.c.case.in_(list(cases)))
        rows = query.order_by(readings.c.at.desc(), readings.c.id.desc()).offset(skip).limit(limit)
        return [(row.case, _reading(row)) for row in self._connection.execute(rows)]

    def read_in(self, school: SchoolId, begin: datetime, end: datetime) -> list[tuple[CaseHeader, Reading]]:
        """Return the readings of the school's cases in this time; of what was joined, the case it joined counts."""
        in_time = (readings.c.at >= begin, readings.c.at < end)
        of_school = (cases.c.school == school, cases.c.joined_to.is_(None))
        query = select(readings).join_from(readings, cases).where(*in_time, *of_school).order_by(readings.c.at)
        rows = self._connection.execute(query).all()
        headers = {header.id: header for header in self.headers({row.case for row in rows})}
        return [(headers[row.case], _reading(row)) for row in rows]

    def authors(self, cases: Iterable[CaseId]) -> list[tuple[CaseId, PersonId]]:
        """Return who wrote in each of these cases."""
        query = select(entries.c.case, entries.c.author).where(entries.c.case.in_(list(cases))).distinct()
        return [(row.case, row.author) for row in self._connection.execute(query)]

    def _insert_with_code(self, row: dict[str, Any], now: datetime) -> str:
        for _ in range(CODE_TRIES):
            code = _new_code(now)
            if insert_once(self._connection, cases, {**row, "code": code}, (cases.c.code,)):
                return code
        raise NoFreeCode(f"no free code after {CODE_TRIES} tries")

    def _oldest_first(self, condition: ColumnElement[bool]) -> list[CaseHeader]:
        query = select(cases).where(condition).order_by(cases.c.opened_at, cases.c.code)
        return self._with_teachers(self._connection.execute(query).all())

    def _with_teachers(self, rows: Sequence[Row[Any]]) -> list[CaseHeader]:
        found: dict[CaseId, set[PersonId]] = {}
        ids = [row.id for row in rows]
        for row in self._connection.execute(_TEACHERS, {"ids": ids}) if ids else ():
            found.setdefault(row.case, set()).add(row.teacher)
        return [_header(row, frozenset(found.get(row.id, ()))) for row in rows]

    def _opened(self, query: Select[Any], which: dict[str, Any]) -> list[CaseHeader]:
        """Look up cases, with all that opening them takes."""
        found: dict[CaseId, list[Row[Any]]] = {}
        for row in self._connection.execute(query, which):
            found.setdefault(row.id, []).append(row)
        return [self._opened_one(rows) for rows in found.values()]

    def _opened_one(self, rows: Sequence[Row[Any]]) -> CaseHeader:
        """The case of these rows, which are as many as it has teachers."""
        row = rows[0]
        self._heads[row.id] = (row.version, row.head)
        self._pupils[row.id] = row.pupil
        if row.wrapped_key is not None:
            self._session.found_case_key(row.id, row.wrapped_key)
        return _header(row, frozenset(each.teacher for each in rows if each.teacher is not None))

    def _head(self, case: CaseHeader, entry: Entry) -> bytes:
        """The link to go on from; that nobody appends meanwhile is seen when the row is updated."""
        if case.id not in self._heads or self._heads[case.id][0] != case.version:
            self.get(case.id)
        version, head = self._heads[case.id]
        if version != case.version or entry.seq != version + 1:
            raise Outdated(case.code)
        return head

    def _insert_entry(self, case: CaseId, entry: Entry, key: str, payload: bytes, link: bytes) -> None:
        row = {
            "case": case,
            "seq": entry.seq,
            "author": entry.author,
            "written_at": entry.written_at,
            "idempotency_key": self._session.vault.submission_index(key),
            "payload": payload,
            "chain": link,
        }
        if not insert_once(self._connection, entries, row, (entries.c.idempotency_key,)):
            raise AlreadyStored

    def _update_row(self, before: CaseHeader, after: CaseHeader, head: bytes, next_due: datetime | None) -> None:
        changed = {
            "status": after.status.value,
            "step": after.step,
            "version": after.version,
            "since": after.since,
            "rungs": after.rungs,
            "head": head,
            "next_due": next_due,
            "case_id": before.id,
            "seen": before.version,
        }
        if self._connection.execute(_UNCHANGED, changed).rowcount != 1:
            raise Outdated(before.code)

    def _sealed(self, case: CaseId, entry: Entry, digest: str) -> bytes:
        content = Payload.of(entry, digest).to_bytes()
        key = self._session.case_key(case)
        return key.seal(content, table="entries", column="payload", row=f"{case}/{entry.seq}")


def _payload(key: DataKey, case: CaseId, row: Row[Any]) -> Payload:
    return Payload.from_bytes(key.open(row.payload, table="entries", column="payload", row=f"{case}/{row.seq}"))


def _entry(row: Row[Any], payload: Payload) -> Entry:
    return Entry(row.seq, payload.record, row.author, payload.role, row.written_at, payload.answers, payload.refers_to)


def _new_code(now: datetime) -> str:
    return f"{now:%y}-" + "".join(secrets.choice(CODE_LETTERS) for _ in range(4))


def _header(row: Row[Any], teachers: frozenset[PersonId]) -> CaseHeader:
    return CaseHeader(
        id=row.id,
        code=row.code,
        school=row.school,
        plan=row.plan,
        plan_version=row.plan_version,
        status=Status(row.status),
        step=row.step,
        version=row.version,
        opened_at=row.opened_at,
        since=row.since,
        teachers=teachers,
        joined_to=row.joined_to,
        rungs=row.rungs,
    )


def _reading(row: Row[Any]) -> Reading:
    roles = None if row.roles is None else tuple(map(Role, row.roles.split()))
    return Reading(row.reader, row.at, row.place, roles)
