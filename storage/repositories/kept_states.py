"""The state that the entries of a long case lead to, kept so that they need not all be read (ADR 46).

With it go the headings of its signals and notes, sealed as one, so that neither can stand beside another (ADR 46). Both
are encrypted with the case's key, and bound to the case, its version, the chain's head, the plan as it is in force and
the program that made them. Beside anything else they do not open: then the entries are read, as of a short case.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import bindparam, delete, select

import meldcode.domain
from meldcode.domain.case.long_logbook import Kept
from meldcode.domain.case.state import State
from meldcode.domain.ids import CaseId
from meldcode.domain.plan.model import Plan
from storage.crypto.vault import DataKey, Tampered
from storage.db.insert_once import insert_or_replace
from storage.db.schema import case_states
from storage.session import Session

LONG = 50
"""From so many entries on a state is kept."""
_END = b"\n"
"""Between the state and the headings: JSON has none of its own."""
_KEPT = select(case_states.c.state).where(
    case_states.c.case == bindparam("id"), case_states.c.made_by == bindparam("by")
)


class KeptStates:
    """The kept states, within one transaction. `head` is the chain's head at that `version`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, case: CaseId, version: int, head: bytes, plan: Plan) -> Kept | None:
        """Return what was kept, if it was kept of exactly these entries, under this plan, by this program."""
        by = made_by(plan)
        sealed = self._session.connection.scalar(_KEPT, {"id": case, "by": by})
        return open_kept(self._session.case_key(case), sealed, case, version, head, by) if sealed else None

    def keep(self, case: CaseId, version: int, head: bytes, plan: Plan, kept: Kept) -> None:
        """Keep this in the place of what was kept before."""
        by, content = made_by(plan), state_to_bytes(kept.state) + _END + kept.rows
        sealed = self._session.case_key(case).seal(content, **_place(case, version, head, by))
        row = {"case": case, "made_by": by, "state": sealed}
        insert_or_replace(self._session.connection, case_states, row, (case_states.c.case,))

    def forget(self, case: CaseId) -> None:
        """Delete the state: content that it may hold was destroyed."""
        self._session.connection.execute(delete(case_states).where(case_states.c.case == case))


def open_kept(key: DataKey, sealed: bytes, case: CaseId, version: int, head: bytes, by: bytes) -> Kept | None:
    """Decrypt what was kept; None if it is not of exactly these entries, or not as it was kept."""
    try:
        state, _, rows = key.open(sealed, **_place(case, version, head, by)).partition(_END)
        return Kept(state_from_bytes(state), rows)
    except (Tampered, ValueError):
        return None


def made_by(plan: Plan) -> bytes:
    """Return a digest of what makes a state of entries: the program's rules, and the plan as it is in force."""
    return sha256(program() + plan.fingerprint).digest()


@cache
def program() -> bytes:
    """Return a digest of the domain's source. Called first at the start, before an update can change the files."""
    files = sorted(Path(meldcode.domain.__file__ or "").parent.rglob("*.py"))
    return sha256(b"".join(sha256(file.read_bytes()).digest() for file in files)).digest()


def state_to_bytes(state: State) -> bytes:
    """The bytes to encrypt."""
    return _states().dump_json(state)


def state_from_bytes(content: bytes) -> State:
    """Read what `state_to_bytes` made. Raises ValueError."""
    return _states().validate_json(content)


@cache
def _states() -> TypeAdapter[State]:
    return TypeAdapter(State)


def _place(case: CaseId, version: int, head: bytes, by: bytes) -> dict[str, Any]:
    return {"table": "case_states", "column": "state", "row": f"{case}/{version}/{head.hex()}/{by.hex()}"}
