"""The unit of work: the one place where anything is committed (promise 1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine

from meldcode.plan import Plan
from meldcode.ports import Transaction
from storage.cases import StoredCases
from storage.drafts import StoredDrafts
from storage.endings import StoredEndings
from storage.handled import StoredHandled
from storage.outbox import SendQueue, StoredOutbox
from storage.people import StoredPeople
from storage.plans import PlanKey, StoredPlans, register
from storage.session import Session
from storage.turns import StoredTurns
from storage.vault import Vault


class StoredTransaction(Transaction):
    """One transaction on the database."""

    def __init__(self, session: Session, plans: StoredPlans) -> None:
        self.session = session
        self.plans = plans
        self.people = StoredPeople(session)
        self.cases = StoredCases(session)
        self.turns = StoredTurns(session, self.cases)
        self.drafts = StoredDrafts(session)
        self.handled = StoredHandled(session)
        self.outbox = StoredOutbox(session.connection)
        self.endings = StoredEndings(session, self.cases)


class Store:
    """The database, for use cases (`transaction`) and the sender (`queue`). `plan` is the one for new cases."""

    def __init__(self, engine: Engine, vault: Vault, plan: Plan) -> None:
        self.queue = SendQueue(engine)
        self._engine = engine
        self._vault = vault
        self._plan = plan
        self._parsed: dict[PlanKey, Plan] = {}

    @contextmanager
    def transaction(self, now: datetime | None = None) -> Iterator[StoredTransaction]:
        """Begin a transaction at this moment (by default the machine's).

        Leaving it normally commits, any exception rolls all of it back.
        """
        with self._engine.begin() as connection:
            plans = StoredPlans(connection, self._plan, self._parsed)
            yield StoredTransaction(Session(connection, self._vault, now or datetime.now(UTC)), plans)

    def register_plans(self, plans: Iterable[tuple[Plan, str]]) -> None:
        """Keep each plan with its document at first sight. Raises PlanChanged: a case never changes underfoot."""
        known = list(plans)
        with self._engine.begin() as connection:
            register(connection, known)
        # No case of theirs has to parse a document first, which would take a good part of an acknowledgement's time.
        self._parsed |= {(plan.plan, plan.version): plan for plan, _ in known}
