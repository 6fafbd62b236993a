"""The anchor: a file outside the database that reveals when an older copy of the data was put back (promise 7).

The database alone cannot show that a case was rolled back together with its chain head. The anchor holds for each case
its code, the number of entries and the last link, and a proof that nobody without the keys can make.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, select, tuple_

from storage.crypto.vault import Vault
from storage.db.component_records import ComponentRecord, all_records, store_records
from storage.db.schema import cases, entries
from storage.db.snapshot import snapshot
from storage.integrity.private_files import CannotWrite, replace_file
from storage.integrity.verify import Fault, FaultKind

_HEADING = "meldwijzer anchor 1"
_AT_ONCE = 200
_COMPONENT = "anchor"


class BadAnchor(Exception):
    """The anchor file cannot be used; the message says why."""


@dataclass(frozen=True)
class AnchoredCase:
    """A case as it was when the anchor was written."""

    case: UUID
    code: str
    version: int
    link: bytes
    is_destroyed: bool


def update_anchor(engine: Engine, vault: Vault, file: Path, now: datetime) -> list[Fault]:
    """Replace the anchor if the database continues from it; otherwise leave it and return the faults.

    Raises BadAnchor. After a restore somebody has to remove the file. The database remembers that there is an anchor.
    """
    with snapshot(engine) as view:
        found = list(anchor_faults(view, vault, file)) if file.exists() else []
        if not found:
            _write(file, vault, now, _marks_in(view))
    if not found:
        with engine.begin() as connection:
            store_records(connection, [ComponentRecord(_COMPONENT, succeeded_at=now)])
    return found


def last_anchored(connection: Connection) -> datetime | None:
    """Return when an anchor of this database was written last, even if that file is gone."""
    return next((one.succeeded_at for one in all_records(connection) if one.name == _COMPONENT), None)


def anchor_faults(connection: Connection, vault: Vault, file: Path) -> Iterator[Fault]:
    """Find cases that were cut off, put back or removed since the anchor was written. Raises BadAnchor."""
    marks = iter(_read(file, vault))
    while some := list(islice(marks, _AT_ONCE)):
        rows = {row.id: row for row in connection.execute(_cases_of(some))}
        links = _links_at(connection, some)
        for mark in some:
            if fault := _fault(mark, rows.get(mark.case), links):
                yield fault


def _fault(mark: AnchoredCase, row: Row[Any] | None, links: Mapping[tuple[UUID, int], bytes]) -> Fault | None:
    if row is None:
        return Fault(mark.code, FaultKind.CASE_REMOVED)
    if row.tombstone is not None:
        return None  # `verify` checks the tombstone
    if mark.is_destroyed:
        return Fault(mark.code, FaultKind.PUT_BACK)
    if row.version < mark.version:
        return Fault(mark.code, FaultKind.CUT_OFF, row.version + 1)
    now = row.head if row.version == mark.version else links.get((mark.case, mark.version))
    return None if mark.version == 0 or now == mark.link else Fault(mark.code, FaultKind.CHANGED, mark.version)


def _cases_of(marks: list[AnchoredCase]) -> Any:
    columns = (cases.c.id, cases.c.version, cases.c.head, cases.c.tombstone)
    return select(*columns).where(cases.c.id.in_([mark.case for mark in marks]))


def _links_at(connection: Connection, marks: list[AnchoredCase]) -> dict[tuple[UUID, int], bytes]:
    places = [(mark.case, mark.version) for mark in marks]
    query = select(entries.c.case, entries.c.seq, entries.c.chain)
    found = connection.execute(query.where(tuple_(entries.c.case, entries.c.seq).in_(places)))
    return {(row.case, row.seq): row.chain for row in found}


def _marks_in(connection: Connection) -> Iterator[AnchoredCase]:
    columns = (cases.c.id, cases.c.code, cases.c.version, cases.c.head, cases.c.tombstone)
    for row in connection.execute(select(*columns).order_by(cases.c.id)):
        yield AnchoredCase(row.id, row.code, row.version, row.head, row.tombstone is not None)


def _write(file: Path, vault: Vault, now: datetime, marks: Iterator[AnchoredCase]) -> None:
    content = "\n".join([f"{_HEADING} {now.isoformat()}", *map(_line, marks), ""])
    try:
        replace_file(file, f"{content}proof {_proof(vault, content)}\n".encode("ascii"))
    except CannotWrite as error:
        raise BadAnchor(str(error)) from error


def _read(file: Path, vault: Vault) -> list[AnchoredCase]:
    try:
        content, _, proof = file.read_text(encoding="ascii").rpartition("proof ")
    except (OSError, UnicodeDecodeError) as error:
        raise BadAnchor(f"The anchor {file.name} cannot be read: {type(error).__name__}.") from error
    if not hmac.compare_digest(_proof(vault, content).encode(), proof.strip().encode()):
        raise BadAnchor(
            f"The anchor {file.name} was changed, or belongs to another installation. Find out which before you "
            "remove it."
        )
    return [_mark(line) for line in content.splitlines()[1:]]


def _line(mark: AnchoredCase) -> str:
    state = "destroyed" if mark.is_destroyed else "kept"
    return f"{mark.case} {mark.code} {mark.version} {mark.link.hex() or '-'} {state}"


def _mark(line: str) -> AnchoredCase:
    case, code, version, link, state = line.split(" ")
    return AnchoredCase(UUID(case), code, int(version), bytes.fromhex(link.strip("-")), state == "destroyed")


def _proof(vault: Vault, content: str) -> str:
    return vault.file_proof(f"anchor\0{content}".encode()).hex()
