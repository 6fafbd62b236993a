"""The index of pupils' names (ADR 39). After an upgrade or a restore, the next start makes it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from meldcode.domain.case.state import Pupil, Status
from meldcode.domain.ids import CaseId, SchoolId
from storage.crypto.payload import pupil_from_bytes
from storage.db.engine import one_at_a_time
from storage.db.schema import case_keys, cases, name_keys
from storage.session import Session

VERSION = 2
"""Raise it with every change of what counts as the same name or a name like it: then all cases are indexed again."""
_OUTDATED = (
    select(cases.c.id, cases.c.school, cases.c.pupil, case_keys.c.wrapped_key)
    .join_from(cases, case_keys)
    .where(cases.c.indexed != VERSION, cases.c.status != Status.DESTROYED.value)
    .order_by(cases.c.id)
)
_INSERT = insert(name_keys)
_DELETE = delete(name_keys).where(name_keys.c.case == bindparam("id"))
_MARK = update(cases).where(cases.c.id == bindparam("case_id")).values(indexed=VERSION)


def add_keys(session: Session, case: CaseId, school: SchoolId, pupil: Pupil) -> None:
    """Store the keys under which a new case is found."""
    if rows := [{"case": case, "key": key} for key in session.name_keys(school, pupil)]:
        session.connection.execute(_INSERT, rows)


def replace_keys(session: Session, case: CaseId, school: SchoolId, pupil: Pupil) -> None:
    """Replace the keys of a case that has another name, or keys of an earlier version."""
    session.connection.execute(_DELETE, {"id": case})
    add_keys(session, case, school, pupil)
    session.connection.execute(_MARK, {"case_id": case})


def index_outdated(session: Session, failed: Callable[[Exception], object]) -> int:
    """Index the cases that have no keys of this version, and return how many. The error of one case stops no other."""
    if session.connection.execute(_OUTDATED.limit(1)).first() is None:
        return 0
    one_at_a_time(session.connection)
    return sum(_is_indexed(session, row, failed) for row in session.connection.execute(_OUTDATED).all())


def open_pupil(session: Session, case: CaseId, sealed: bytes) -> Pupil:
    """Decrypt the pupil of a case. Raises KeyError when its key was destroyed."""
    opened = session.case_key(case).open(sealed, table="cases", column="pupil", row=str(case))
    return pupil_from_bytes(opened)


def _is_indexed(session: Session, row: Any, failed: Callable[[Exception], object]) -> bool:
    session.remember_wrapped_key(row.id, row.wrapped_key)
    try:
        replace_keys(session, row.id, row.school, open_pupil(session, row.id, row.pupil))
    except Exception as error:
        failed(error)
        return False
    return True
