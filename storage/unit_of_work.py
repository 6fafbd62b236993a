"""The unit of work: the one place where anything is committed (promise 1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.events import Event
from meldcode.domain.plan.model import Plan
from storage.crypto.vault import Vault
from storage.db.engine import begin
from storage.repositories import kept_states
from storage.repositories.alarms import StoredAlarms
from storage.repositories.cases import StoredCases
from storage.repositories.drafts import StoredDrafts
from storage.repositories.files import StoredFiles
from storage.repositories.installations import StoredInstallations
from storage.repositories.messages.outbox import StoredOutbox
from storage.repositories.messages.send_queue import SendQueue
from storage.repositories.people.identities import StoredIdentities
from storage.repositories.people.staff import StoredStaff
from storage.repositories.people.staff_cache import StaffCache
from storage.repositories.plans import PlanKey, StoredPlans, is_unused, register
from storage.repositories.processed_requests import StoredProcessedRequests
from storage.repositories.readings import StoredReadings
from storage.repositories.retention import StoredRetentionJobs
from storage.repositories.worklists.stored import StoredWorklists
from storage.session import CURRENT_EPOCH, Epoch, Session

SERVER_WRITERS = 8
Transactions = Callable[[datetime], AbstractContextManager["StoredUnitOfWork"]]


class LostTransaction(RuntimeError):
    """SQLite rolled back by itself, for instance on a full disk: nothing in the shared commit is stored."""


class StoredUnitOfWork(UnitOfWork):
    """One database transaction; `queue` is the relay's side of the outbox."""

    def __init__(self, session: Session, plans: StoredPlans, staff_cache: StaffCache) -> None:
        self.session = session
        self.plans = plans
        self.staff = StoredStaff(session, staff_cache)
        self.identities = StoredIdentities(session)
        self.cases = StoredCases(session)
        self.readings = StoredReadings(session, self.cases)
        self.worklists = StoredWorklists(session, self.cases)
        self.alarms = StoredAlarms(session)
        self.drafts = StoredDrafts(session)
        self.processed_requests = StoredProcessedRequests(session)
        self.outbox = StoredOutbox(session.connection)
        self.retention = StoredRetentionJobs(session, self.cases)
        self.queue = SendQueue(session.connection)
        self.files = StoredFiles(session)
        self.installations = StoredInstallations(session, self.processed_requests)
        self.events: list[Event] = []


class Store:
    """The database, for use cases. `plan` is the one for new cases."""

    def __init__(self, engine: Engine, vault: Vault, plan: Plan) -> None:
        self._engine = engine
        self._vault = vault
        self._plan = plan
        self._parsed: dict[PlanKey, Plan] = {}
        self._staff_cache = StaffCache()
        kept_states.program()

    @property
    def writers(self) -> int:
        """How many write transactions may run at the same time; on SQLite one."""
        return 1 if self._engine.dialect.name == "sqlite" else SERVER_WRITERS

    @contextmanager
    def transaction(self, now: datetime | None = None) -> Iterator[StoredUnitOfWork]:
        """Begin a transaction at this moment (default: now). It commits on exit, and rolls back on any exception."""
        with self._begun() as (connection, epoch):
            yield self._unit_of_work(connection, epoch, now)

    @contextmanager
    def together(self, count: int) -> Iterator[Transactions]:
        """Begin so many transactions that share one durable commit on exit (SQLite). Nothing is stored before that.

        Each transaction can fail by itself. A single one shares nothing. PostgreSQL groups commits of concurrent
        connections by itself, so there each transaction commits at its own end.
        """
        if self.writers > 1 or count == 1:
            yield self.transaction
            return
        with self._begun() as (connection, epoch):
            yield lambda now: self._savepoint(connection, epoch, now)

    @contextmanager
    def _begun(self) -> Iterator[tuple[Connection, Epoch]]:
        """Begin, and commit on exit. The first statement reads the cache epoch, which nearly every use case needs."""
        transaction, value = begin(self._engine, CURRENT_EPOCH)
        with transaction.connection as connection, transaction:
            yield connection, Epoch(value, is_known=True)
            if transaction.is_active:  # it was not rolled back on purpose
                _refuse_lost(connection)

    @contextmanager
    def _savepoint(self, connection: Connection, epoch: Epoch, now: datetime) -> Iterator[StoredUnitOfWork]:
        _refuse_lost(connection)
        # `begin_nested` does the same and costs ten times as much.
        connection.exec_driver_sql("SAVEPOINT one")
        try:
            yield self._unit_of_work(connection, epoch, now)
        except BaseException:
            connection.exec_driver_sql("ROLLBACK TO one")
            raise
        finally:
            connection.exec_driver_sql("RELEASE one")

    def _unit_of_work(self, connection: Connection, epoch: Epoch, now: datetime | None) -> StoredUnitOfWork:
        plans = StoredPlans(connection, self._plan, self._parsed)
        session = Session(connection, self._vault, now or datetime.now(UTC), epoch)
        return StoredUnitOfWork(session, plans, self._staff_cache)

    def uses(self, document: str) -> bool:
        """Whether cases may run under this plan, or it is not stored yet."""
        with self.transaction() as uow:
            return not is_unused(uow.session.connection, document)

    def register_plans(self, plans: Iterable[tuple[Plan, str]]) -> None:
        """Store each new plan version with its document. Raises PlanChanged when a stored one differs."""
        known = list(plans)
        with self.transaction() as uow:
            register(uow.session.connection, known)
        # Parsing a document takes too long for the first request about a case to do it.
        self._parsed |= {(plan.plan, plan.version, ""): plan for plan, _ in known}


def _refuse_lost(connection: Connection) -> None:
    """Raise LostTransaction, where SQLite's own commit would succeed silently."""
    if not getattr(connection.connection.dbapi_connection, "in_transaction", True):
        raise LostTransaction
