"""Cases and their entries."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Row, UnaryExpression, delete, func, insert, select, update
from sqlalchemy import case as case_when

from meldcode.case import CaseId, Entry, PersonId, Pupil, SchoolId, State, Status
from meldcode.plan import Plan
from meldcode.ports import AlreadyStored, CaseHeader, Cases, Contents, Outdated, Reading, StepCount, Submission
from storage import chain
from storage.inserting import insert_once
from storage.payload import Payload, pupil_from_bytes, pupil_to_bytes
from storage.schema import case_teachers, cases, entries, readings, reminders
from storage.session import Session

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

    def open(self, school: SchoolId, plan: Plan, pupil: Pupil, teacher: PersonId, now: datetime) -> CaseHeader:
        """Make a new case, without entries, with a code and a data key of its own. Raises NoFreeCode."""
        case = uuid4()
        key, wrapped = self._session.new_case_key(case)
        row = {
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
        self._insert_with_code(row, now)
        self._session.keep_case_key(case, wrapped)
        return self.hand_over(case, teacher)

    def find(self, code: str, schools: Iterable[SchoolId]) -> CaseHeader | None:
        """Return the case with this code in one of the schools."""
        found = self._headers(cases.c.code == code, cases.c.school.in_(list(schools)))
        return found[0] if found else None

    def get(self, case: CaseId) -> CaseHeader:
        """Return the header. Raises KeyError."""
        found = self._headers(cases.c.id == case)
        if not found:
            raise KeyError(case)
        return found[0]

    def contents(self, case: CaseId) -> Contents:
        """Return what the case holds, for the rules alone: never to be shown. Raises KeyError."""
        sealed = self._connection.scalar(select(cases.c.pupil).where(cases.c.id == case))
        if sealed is None:
            raise KeyError(case)
        opened = self._session.case_key(case).open(sealed, table="cases", column="pupil", row=str(case))
        rows = self._connection.execute(select(entries).where(entries.c.case == case).order_by(entries.c.seq))
        return Contents(pupil_from_bytes(opened), tuple(self._entry(row) for row in rows))

    def read(self, case: CaseId, reading: Reading) -> Contents:
        """Return what the case holds, for showing. The trace comes first: without it nothing is decrypted (G3)."""
        trace = {"case": case, "reader": reading.reader, "at": reading.at, "place": reading.where}
        self._connection.execute(insert(readings).values(trace))
        return self.contents(case)

    def append(
        self, case: CaseHeader, entry: Entry, state: State, next_due: datetime | None, *, key: str, digest: str
    ) -> CaseHeader:
        """Append the entry, with the state it leads to and the moment to look at the case again.

        Raises Outdated or AlreadyStored.
        """
        previous = self._locked_head(case, entry)
        payload = self._sealed(case.id, entry, digest)
        link = chain.link(self._session.vault, previous, case.id, entry.seq, entry.author, entry.written_at, payload)
        self._insert_entry(case.id, entry, key, payload, link)
        since = state.since or case.since
        rungs = case.rungs if (state.step, since) == (case.step, case.since) else 0
        after = replace(case, status=state.status, step=state.step, version=entry.seq, since=since, rungs=rungs)
        self._update_row(case, after, link, next_due)
        return after

    def submission(self, key: str) -> Submission | None:
        """Return what was stored under this idempotency key before."""
        index = self._session.vault.submission_index(key)
        row = self._connection.execute(select(entries).where(entries.c.idempotency_key == index)).one_or_none()
        return Submission(row.case, row.seq, self._payload(row).digest) if row else None

    def hand_over(self, case: CaseId, to: PersonId) -> CaseHeader:
        """Make the case this teacher's alone (G5), and return its header."""
        self._connection.execute(delete(case_teachers).where(case_teachers.c.case == case))
        self._connection.execute(insert(case_teachers).values(case=case, teacher=to))
        return self.get(case)

    def open_ones(self) -> list[CaseHeader]:
        """Return every open case of every school, oldest first."""
        return self._headers(cases.c.status == Status.OPEN.value, order=cases.c.opened_at.asc())

    def claim_due(self, now: datetime, limit: int) -> list[CaseHeader]:
        """Return open cases whose moment has come, for this transaction alone: no other worker gets them (G2)."""
        due = select(cases.c.id).where(cases.c.next_due <= now).order_by(cases.c.next_due, cases.c.id).limit(limit)
        claimed = self._connection.scalars(due.with_for_update(skip_locked=True)).all()
        return self._headers(cases.c.id.in_(claimed), order=cases.c.next_due.asc())

    def next_due(self) -> datetime | None:
        """Return the earliest moment at which an open case is to be looked at."""
        found: datetime | None = self._connection.scalar(select(func.min(cases.c.next_due)))
        return found

    def reminded(self, case: CaseId) -> frozenset[str]:
        """Return the names of the reminders that the case has had."""
        return frozenset(self._connection.scalars(select(reminders.c.moment).where(reminders.c.case == case)))

    def keep_reminded(
        self, case: CaseId, moments: Iterable[str], rungs: int, next_due: datetime | None, now: datetime
    ) -> None:
        """Keep the reminders that the case has had now, and the moment to look at it again."""
        if rows := [{"case": case, "moment": moment, "at": now} for moment in moments]:
            self._connection.execute(insert(reminders), rows)
        self._connection.execute(update(cases).where(cases.c.id == case).values(rungs=rungs, next_due=next_due))

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
        return self._headers(cases.c.joined_to == case, order=cases.c.opened_at.asc())

    def about(self, school: SchoolId, pupil: Pupil) -> list[CaseHeader]:
        """Return the school's cases about a pupil of this name, found by a keyed index, oldest first."""
        index = self._session.vault.pupil_index(school, pupil)
        found = (cases.c.school == school, cases.c.pupil_index == index)
        return self._headers(*found, order=cases.c.opened_at.asc())

    def headers(self, cases_: Collection[CaseId]) -> list[CaseHeader]:
        """Return the headers of these cases, longest waiting first."""
        return self._headers(cases.c.id.in_(cases_))

    def readings(self, case: CaseId) -> list[Reading]:
        """Return who read the case, latest first."""
        query = select(readings).where(readings.c.case == case).order_by(readings.c.at.desc(), readings.c.id.desc())
        return [Reading(row.reader, row.at, row.place) for row in self._connection.execute(query)]

    def _insert_with_code(self, row: dict[str, Any], now: datetime) -> None:
        for _ in range(CODE_TRIES):
            if insert_once(self._connection, cases, {**row, "code": _new_code(now)}, [cases.c.code]):
                return
        raise NoFreeCode(f"no free code after {CODE_TRIES} tries")

    def _headers(self, *conditions: ColumnElement[bool], order: UnaryExpression[Any] | None = None) -> list[CaseHeader]:
        first = cases.c.since.asc() if order is None else order
        rows = self._connection.execute(select(cases).where(*conditions).order_by(first, cases.c.code)).all()
        teachers = self._teachers([row.id for row in rows])
        return [_header(row, frozenset(teachers.get(row.id, ()))) for row in rows]

    def _teachers(self, ids: list[CaseId]) -> dict[CaseId, set[PersonId]]:
        found: dict[CaseId, set[PersonId]] = {}
        for row in self._connection.execute(select(case_teachers).where(case_teachers.c.case.in_(ids))):
            found.setdefault(row.case, set()).add(row.teacher)
        return found

    def _locked_head(self, case: CaseHeader, entry: Entry) -> bytes:
        query = select(cases.c.version, cases.c.head).where(cases.c.id == case.id).with_for_update()
        row = self._connection.execute(query).one()
        if row.version != case.version or entry.seq != case.version + 1:
            raise Outdated(case.code)
        head: bytes = row.head
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
        if not insert_once(self._connection, entries, row, [entries.c.idempotency_key]):
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
        }
        unchanged = (cases.c.id == before.id, cases.c.version == before.version)
        if self._connection.execute(update(cases).where(*unchanged).values(changed)).rowcount != 1:
            raise Outdated(before.code)

    def _sealed(self, case: CaseId, entry: Entry, digest: str) -> bytes:
        content = Payload.of(entry, digest).to_bytes()
        key = self._session.case_key(case)
        return key.seal(content, table="entries", column="payload", row=f"{case}/{entry.seq}")

    def _payload(self, row: Row[Any]) -> Payload:
        key = self._session.case_key(row.case)
        return Payload.from_bytes(key.open(row.payload, table="entries", column="payload", row=f"{row.case}/{row.seq}"))

    def _entry(self, row: Row[Any]) -> Entry:
        payload = self._payload(row)
        return Entry(
            row.seq, payload.record, row.author, payload.role, row.written_at, payload.answers, payload.refers_to
        )


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
