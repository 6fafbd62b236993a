"""Cases: opening, reading and appending. Look-ups are in `case_queries`."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    Column,
    Row,
    bindparam,
    exists,
    insert,
    literal,
    select,
    update,
)
from typing_extensions import override

from meldcode.application.ports.cases import AlreadyStored, NewEntry, Outdated, Submission
from meldcode.domain.case.header import CaseHeader, Contents, Reading
from meldcode.domain.case.long_logbook import LongLogbook, kept_of
from meldcode.domain.case.state import Entry, Pupil, Status
from meldcode.domain.ids import CaseId, PersonId, SchoolId
from meldcode.domain.plan.model import Plan
from storage.crypto import chain
from storage.crypto.payload import Payload, pupil_to_bytes
from storage.crypto.vault import DataKey
from storage.db.insert_once import insert_once
from storage.db.schema import cases, drafts, entries, readings, reminders
from storage.repositories import name_index
from storage.repositories.kept_states import LONG, KeptStates
from storage.repositories.people.case_people import INSERT_TEACHER, CasePeople
from storage.session import Session

_BY_ID = cases.c.id == bindparam("case_id")
_ENTRY_COLUMNS: tuple[Column[Any], ...] = (entries.c.seq, entries.c.author, entries.c.written_at, entries.c.payload)
_UNTIL = (entries.c.case == bindparam("id"), entries.c.seq <= bindparam("last"))
_ENTRIES = select(*_ENTRY_COLUMNS).where(*_UNTIL).order_by(entries.c.seq)
_SOME = _ENTRIES.where(entries.c.seq.in_(bindparam("seqs", expanding=True)))
_HAS_DRAFT = exists().where(drafts.c.key == bindparam("key")).label("has_draft")
_ALWAYS = select(literal(1).label("one")).subquery()
_BY_KEY = select(entries, _HAS_DRAFT).select_from(
    _ALWAYS.outerjoin(entries, entries.c.idempotency_key == bindparam("key"))
)
_UPDATE_UNCHANGED = update(cases).where(_BY_ID, cases.c.version == bindparam("seen"))
_REMINDERS = select(reminders.c.moment).where(reminders.c.case == bindparam("id"))
_UPDATE_REMINDERS = update(cases).where(_BY_ID)
_INSERT_REMINDERS = insert(reminders)
_INSERT_READING = insert(readings)

CODE_LETTERS = "23456789BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that a code is never a word, and no letters or digits that look alike."""
CODE_TRIES = 50


class NoFreeCode(RuntimeError):
    """No free case code was found; the year is (nearly) full."""


@dataclass(frozen=True)
class _Linked:
    """A new entry with its sealed content and its link of the chain, and the case that it leads to."""

    case: CaseHeader
    new: NewEntry
    payload: bytes
    link: bytes

    @property
    def columns(self) -> dict[str, Any]:
        return _columns(self.case, self.link, self.new.next_due)


class StoredCases(CasePeople):
    """Cases in the database, within one transaction."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._kept_states = KeptStates(session)

    @override
    def open(
        self,
        school: SchoolId,
        plan: Plan,
        pupil: Pupil,
        teacher: PersonId,
        now: datetime,
        co_teachers: Collection[PersonId] = (),
        first: NewEntry | None = None,
    ) -> CaseHeader:
        """Raises NoFreeCode."""
        at, teachers, step = now.astimezone(UTC), frozenset({teacher, *co_teachers}), plan.steps[0].id
        case = CaseHeader(uuid4(), "", school, plan.plan, plan.version, Status.OPEN, step, 0, at, at, teachers)
        _, wrapped = self._session.new_case_key(case.id)
        linked = self._linked(case, chain.START, first) if first else None
        case, columns = (linked.case, linked.columns) if linked else (case, _columns(case, chain.START))
        case = self._insert(case, columns, pupil)
        self._session.store_case_key(case.id, wrapped)
        self._connection.execute(INSERT_TEACHER, [{"case": case.id, "teacher": one} for one in teachers])
        name_index.add_keys(self._session, case.id, school, pupil)
        self._heads[case.id] = (0, chain.START)
        if linked:
            self._insert_entry(linked)
        return case

    @override
    def contents(self, case: CaseId) -> Contents:
        pupil, (version, head) = self.pupil(case), self._heads[case]
        read = partial(self._entries, case, version)
        if version < LONG:
            return Contents(pupil, read())
        return Contents(pupil, LongLogbook(version, read, partial(self._kept_states.find, case, version, head)))

    def _entries(self, case: CaseId, version: int, seqs: Collection[int] | None = None) -> tuple[Entry, ...]:
        if seqs is not None and not seqs:
            return ()
        key, which = self._session.case_key(case), {"id": case, "last": version}
        rows = self._connection.execute(*((_ENTRIES, which) if seqs is None else (_SOME, {**which, "seqs": seqs})))
        return tuple(_entry(row, _payload(key, case, row)) for row in rows if not _is_taken_out(row))

    @override
    def read(self, case: CaseId, reading: Reading) -> Contents:
        # The trace comes first: without it nothing is decrypted (G3).
        roles = None if reading.roles is None else " ".join(reading.roles)
        trace = {"case": case, "reader": reading.reader, "at": reading.at, "place": reading.where, "roles": roles}
        self._connection.execute(_INSERT_READING, trace)
        return self.contents(case)

    @override
    def append(self, case: CaseHeader, new: NewEntry) -> CaseHeader:
        linked = self._linked(case, self._head(case, new.entry), new)
        which = {"case_id": case.id, "seen": case.version}
        if self._connection.execute(_UPDATE_UNCHANGED, {**linked.columns, **which}).rowcount != 1:
            raise Outdated(case.code)
        self._insert_entry(linked)
        return linked.case

    def _linked(self, case: CaseHeader, previous: bytes, new: NewEntry) -> _Linked:
        """The entry as it is stored after this link of the chain, and the case with it."""
        entry, state = new.entry, new.state
        payload = self._sealed(case.id, entry, new.digest)
        link = chain.link(self._session.vault, previous, case.id, entry.seq, entry.author, entry.written_at, payload)
        since = state.since or case.since
        escalations = case.escalations if (state.step, since) == (case.step, case.since) else 0
        after = replace(
            case,
            status=state.status,
            step=state.step,
            version=entry.seq,
            since=since,
            escalations=escalations,
            responsible=state.responsible,
        )
        return _Linked(after, new, payload, link)

    @override
    def keep_state(self, case: CaseHeader, plan: Plan, entries: Sequence[Entry]) -> None:
        if case.version >= LONG:
            self._kept_states.keep(case.id, *self._heads[case.id], plan, kept_of(plan, entries))

    @override
    def find_submission(self, key: str) -> Submission | None:
        index = self._session.vault.submission_index(key)
        row = self._connection.execute(_BY_KEY, {"key": index}).one()
        if not row.has_draft:
            self._session.without_draft.add(index)
        if row.case is None:
            return None
        if _is_taken_out(row):
            return Submission(row.case, row.seq, "")
        payload = _payload(self._session.case_key(row.case), row.case, row)
        return Submission(row.case, row.seq, payload.digest)

    @override
    def take_out(self, case: CaseId, seqs: Collection[int]) -> None:
        which = (entries.c.case == case, entries.c.seq.in_(seqs))
        for row in self._connection.execute(select(entries.c.seq, entries.c.chain).where(*which)).all():
            proof = chain.taken_out(self._session.vault, case, row.seq, row.chain)
            at = (entries.c.case == case, entries.c.seq == row.seq)
            self._connection.execute(update(entries).where(*at).values(payload=proof))
        self._connection.execute(update(cases).where(cases.c.id == case).values(taken_out_at=self._session.now))
        self._kept_states.forget(case)

    @override
    def set_pupil(self, case: CaseHeader, pupil: Pupil) -> None:
        sealed = self._sealed_pupil(case.id, pupil)
        self._connection.execute(update(cases).where(cases.c.id == case.id).values(pupil=sealed))
        self._pupils[case.id] = sealed
        name_index.replace_keys(self._session, case.id, case.school, pupil)
        for part in self.joined(case.id):
            self.set_pupil(part, pupil)

    def _sealed_pupil(self, case: CaseId, pupil: Pupil) -> bytes:
        key = self._session.case_key(case)
        return key.seal(pupil_to_bytes(pupil), table="cases", column="pupil", row=str(case))

    @override
    def sent_reminders(self, case: CaseId) -> frozenset[str]:
        return frozenset(self._connection.scalars(_REMINDERS, {"id": case}))

    @override
    def save_reminders(
        self, case: CaseId, moments: Iterable[str], escalations: int, next_due: datetime | None, now: datetime
    ) -> None:
        if rows := [{"case": case, "moment": moment, "at": now} for moment in moments]:
            self._connection.execute(_INSERT_REMINDERS, rows)
        self._connection.execute(_UPDATE_REMINDERS, {"case_id": case, "rungs": escalations, "next_due": next_due})

    @override
    def index_names(self, failed: Callable[[Exception], object]) -> int:
        return name_index.index_outdated(self._session, failed)

    @override
    def set_joined(self, case: CaseId, to: CaseId | None) -> None:
        self._connection.execute(update(cases).where(cases.c.id == case).values(joined_to=to))

    def _insert(self, case: CaseHeader, columns: dict[str, Any], pupil: Pupil) -> CaseHeader:
        row = {
            **columns,
            "id": case.id,
            "school": case.school,
            "plan": case.plan,
            "plan_version": case.plan_version,
            "opened_at": case.opened_at,
            "pupil": self._sealed_pupil(case.id, pupil),
            "indexed": name_index.VERSION,
        }
        for _ in range(CODE_TRIES):
            code = _new_code(case.opened_at)
            if insert_once(self._connection, cases, {**row, "code": code}, (cases.c.code,)):
                return replace(case, code=code)
        raise NoFreeCode(f"no free code after {CODE_TRIES} tries")

    def _head(self, case: CaseHeader, entry: Entry) -> bytes:
        """The chain link to continue from. The update of the row detects a concurrent append."""
        if case.id not in self._heads or self._heads[case.id][0] != case.version:
            self.get(case.id)
        version, head = self._heads[case.id]
        if version != case.version or entry.seq != version + 1:
            raise Outdated(case.code)
        return head

    def _insert_entry(self, linked: _Linked) -> None:
        case, entry = linked.case.id, linked.new.entry
        row = {
            "case": case,
            "seq": entry.seq,
            "author": entry.author,
            "written_at": entry.written_at,
            "idempotency_key": self._session.vault.submission_index(linked.new.key),
            "payload": linked.payload,
            "chain": linked.link,
        }
        if not insert_once(self._connection, entries, row, (entries.c.idempotency_key,)):
            raise AlreadyStored
        self._heads[case] = (entry.seq, linked.link)

    def _sealed(self, case: CaseId, entry: Entry, digest: str) -> bytes:
        content = Payload.of(entry, digest).to_bytes()
        key = self._session.case_key(case)
        return key.seal(content, table="entries", column="payload", row=f"{case}/{entry.seq}")


def _columns(case: CaseHeader, head: bytes, next_due: datetime | None = None) -> dict[str, Any]:
    """The columns of a case that an entry changes."""
    return {
        "status": case.status.value,
        "step": case.step,
        "version": case.version,
        "since": case.since,
        "rungs": case.escalations,
        "responsible": case.responsible,
        "head": head,
        "next_due": next_due,
    }


def _payload(key: DataKey, case: CaseId, row: Row[Any]) -> Payload:
    return Payload.from_bytes(key.open(row.payload, table="entries", column="payload", row=f"{case}/{row.seq}"))


def _is_taken_out(row: Row[Any]) -> bool:
    return bytes(row.payload[:1]) == chain.TAKEN_OUT


def _entry(row: Row[Any], payload: Payload) -> Entry:
    return Entry(row.seq, payload.record, row.author, payload.role, row.written_at, payload.answers, payload.refers_to)


def _new_code(now: datetime) -> str:
    return f"{now:%y}-" + "".join(secrets.choice(CODE_LETTERS) for _ in range(4))
