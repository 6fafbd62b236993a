"""Verifies the chains, keys and destruction of all cases (promise 7). Reports codes and entry numbers only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Row, String, func, select, type_coerce

from meldcode.domain.ids import CaseId
from storage.crypto import chain
from storage.crypto.vault import Tampered, Vault, WrongKey
from storage.db.progress import UNSEEN, Progress
from storage.db.schema import case_keys, cases, entries
from storage.integrity.shape import strange_in_database
from storage.integrity.verify_states import false_states
from storage.repositories.plans import DATABASE_CHANGED, changed_plans

CASES_AT_ONCE = 200
_GARBAGE = (TypeError, ValueError, AttributeError, OverflowError)
"""Raised on a value of another type than its column, which SQLite lets one write."""
_COLUMNS = (
    cases.c.id,
    cases.c.code,
    cases.c.version,
    cases.c.head,
    cases.c.pupil,
    cases.c.tombstone,
    cases.c.destroyed_at.is_not(None).label("is_destroyed"),
)


class FaultKind(StrEnum):
    """What is wrong."""

    CHANGED = "changed, or put in the place of another"
    REMOVED = "removed"
    CUT_OFF = "cut off, with all that came after it"
    INSERTED = "inserted"
    REORDERED = "in another place than it was written"
    HEAD = "the case's row does not fit the entries"
    CASE_REMOVED = "the case was removed, and not destroyed by Meldwijzer"
    PUT_BACK = "destroyed before, and now back in the database"
    KEY_GONE = "the case's key is gone, and was not destroyed by Meldwijzer"
    UNREADABLE = "the case does not open with its key"
    FORGED_DESTRUCTION = "marked as destroyed, but not by Meldwijzer"
    NOT_ALL_DESTROYED = "destroyed, but something of it is (back) in the database"
    FALSE_STATE = "the state that is kept of the case does not fit its entries"
    PLAN_CHANGED = DATABASE_CHANGED
    STRANGE = "a table, view, trigger or rule that is not as Meldwijzer makes it"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a case, and at which entry.

    `code` is the case's id when its row is gone, and the name of a table, trigger or plan when that is what is wrong.
    """

    code: str
    kind: FaultKind
    entry: int | None = None

    def __str__(self) -> str:
        return f"{self.code}{f', entry {self.entry}' if self.entry else ''}: {self.kind}"


def faults(connection: Connection, vault: Vault, progress: Progress = UNSEEN) -> Iterator[Fault]:
    """All faults: of the tables themselves, of plans, chains, keys, destruction and kept states."""
    expect_cases(connection, progress, times=2)
    yield from schema_faults(connection)
    yield from plan_faults(connection)
    yield from chain_faults(connection, vault, progress)
    yield from key_faults(connection, vault, progress)
    yield from state_faults(connection, vault)


def expect_cases(connection: Connection, progress: Progress, *, times: int = 1) -> None:
    """Expect that all cases are looked at, so many times."""
    progress.expect(times * (connection.scalar(select(func.count()).select_from(cases)) or 0))


def schema_faults(connection: Connection) -> Iterator[Fault]:
    """Tables with other columns, and what could change or hide rows."""
    yield from (Fault(name, FaultKind.STRANGE) for name in strange_in_database(connection))


def plan_faults(connection: Connection) -> Iterator[Fault]:
    """Plans that do not fit their digest: the program refuses to read them."""
    yield from (Fault(plan, FaultKind.PLAN_CHANGED) for plan in changed_plans(connection))


def chain_faults(connection: Connection, vault: Vault, progress: Progress = UNSEEN) -> Iterator[Fault]:
    """The first fault in each case's chain, and cases of which only entries are left."""
    for rows in _in_parts(connection, progress):
        found = _entries_of(connection, [row.id for row in rows])
        of_case = {case: list(own) for case, own in groupby(found, lambda row: row.case)}
        for row in rows:
            yield from _case_faults(connection, vault, row, of_case.get(row.id, []))
    orphans = select(type_coerce(entries.c.case, String)).where(entries.c.case.not_in(select(cases.c.id))).distinct()
    yield from (Fault(str(case), FaultKind.CASE_REMOVED) for case in connection.scalars(orphans))


def key_faults(connection: Connection, vault: Vault, progress: Progress = UNSEEN) -> Iterator[Fault]:
    """Cases that do not open; each key is tried on the case's own row."""
    for rows in _in_parts(connection, progress):
        query = select(case_keys.c.case, case_keys.c.wrapped_key).where(case_keys.c.case.in_([row.id for row in rows]))
        wrapped = {row.case: row.wrapped_key for row in connection.execute(query)}
        for row in rows:
            if kind := _key_fault(vault, row, wrapped.get(row.id)):
                yield Fault(row.code, kind)


def state_faults(connection: Connection, vault: Vault) -> Iterator[Fault]:
    """Long cases of which another state is kept than their entries lead to."""
    yield from (Fault(code, FaultKind.FALSE_STATE) for code in false_states(connection, vault))


def _in_parts(connection: Connection, progress: Progress) -> Iterator[Sequence[Row[Any]]]:
    last = None
    while True:
        query = select(*_COLUMNS).order_by(cases.c.id).limit(CASES_AT_ONCE)
        rows = connection.execute(query if last is None else query.where(cases.c.id > last)).all()
        if not rows:
            return
        yield rows
        progress.advance(len(rows))
        last = rows[-1].id


def _key_fault(vault: Vault, row: Row[Any], wrapped: bytes | None) -> FaultKind | None:
    if row.tombstone is not None:
        return FaultKind.NOT_ALL_DESTROYED if wrapped else None
    if wrapped is None:
        return FaultKind.KEY_GONE
    try:
        vault.case_key(row.id, wrapped).open(row.pupil, table="cases", column="pupil", row=str(row.id))
    except (WrongKey, Tampered, *_GARBAGE):
        return FaultKind.UNREADABLE
    return None


def _entries_of(connection: Connection, ids: Sequence[CaseId]) -> Sequence[Any]:
    own, in_order = entries.c.case.in_(ids), (entries.c.case, entries.c.seq)
    try:
        return connection.execute(select(entries).where(own).order_by(*in_order)).all()
    except _GARBAGE:
        places = connection.execute(select(*in_order).where(own).order_by(*in_order)).all()
        return [_entry_at(connection, place.case, place.seq) for place in places]


def _entry_at(connection: Connection, case: CaseId, seq: int) -> Any:
    """The entry, or an empty one that fits no chain when the row cannot be read."""
    try:
        return connection.execute(select(entries).where(entries.c.case == case, entries.c.seq == seq)).one()
    except _GARBAGE:
        return SimpleNamespace(case=case, seq=seq, author=None, written_at=None, payload=None, chain=None)


def _case_faults(connection: Connection, vault: Vault, row: Row[Any], found: list[Any]) -> Iterator[Fault]:
    if row.tombstone is not None or row.is_destroyed:
        yield from (Fault(row.code, kind) for kind in _destruction_faults(connection, vault, row, found))
    else:
        yield from (Fault(row.code, kind, seq) for kind, seq in _first_fault(vault, row, found))


def _destruction_faults(connection: Connection, vault: Vault, row: Row[Any], found: list[Any]) -> Iterator[FaultKind]:
    try:
        moment = connection.scalar(select(cases.c.destroyed_at).where(cases.c.id == row.id))
        is_ours = moment is not None and row.tombstone == chain.tombstone(vault, row.id, row.version, moment)
    except _GARBAGE:
        is_ours = False
    if not is_ours:
        yield FaultKind.FORGED_DESTRUCTION
    elif found:
        yield FaultKind.NOT_ALL_DESTROYED


def _first_fault(vault: Vault, row: Row[Any], found: list[Any]) -> Iterator[tuple[FaultKind, int]]:
    """The first fault of the chain; later ones follow from it."""
    previous = chain.START
    for seq, entry in enumerate(found, start=1):
        if entry.seq != seq:
            yield (FaultKind.REMOVED, seq)
            return
        if not _fits(vault, entry, previous, seq):
            yield (_kind_of(vault, found, previous, seq), seq)
            return
        previous = entry.chain
    yield from _head_fault(row, len(found), previous)


def _head_fault(row: Row[Any], count: int, last: bytes) -> Iterator[tuple[FaultKind, int]]:
    if not isinstance(row.version, int):
        yield (FaultKind.HEAD, count)
    elif count < row.version:
        yield (FaultKind.CUT_OFF, count + 1)
    elif count > row.version:
        yield (FaultKind.INSERTED, row.version + 1)
    elif row.head != last:
        yield (FaultKind.HEAD, count)


def _kind_of(vault: Vault, found: list[Any], previous: bytes, seq: int) -> FaultKind:
    """Why the entry does not fit: the right one may be elsewhere, and this one may belong elsewhere."""
    true_one = next((entry for entry in found[seq:] if _fits(vault, entry, previous, seq)), None)
    if true_one is None:
        return FaultKind.CHANGED
    links = [entry.chain for entry in found]
    here = found[seq - 1]
    is_ours = any(_fits(vault, here, link, place) for link in links for place in range(seq, len(found) + 1))
    return FaultKind.REORDERED if is_ours else FaultKind.INSERTED


def _fits(vault: Vault, entry: Any, previous: bytes, seq: int) -> bool:
    try:
        made = chain.link(vault, previous, entry.case, seq, entry.author, entry.written_at, entry.payload)
        return bool(made == entry.chain) or _is_taken_out(vault, entry, seq)
    except _GARBAGE:
        return False


def _is_taken_out(vault: Vault, entry: Any, seq: int) -> bool:
    """Whether the entry was moved to another case: its content is gone, and its link stands."""
    return bool(entry.payload == chain.taken_out(vault, entry.case, seq, entry.chain))
