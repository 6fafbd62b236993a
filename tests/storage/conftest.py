from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from meldcode.application.ports.cases import NewEntry
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Answers, Entry, Pupil, State
from meldcode.domain.ids import SchoolId
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity, Person
from storage.crypto.keys import open_vault
from storage.crypto.vault import MasterKey, Vault
from storage.db.engine import make_engine
from storage.schools import PersonConfig, SchoolConfig, apply_schools
from storage.unit_of_work import Store
from tests.databases import Postgres

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WORKSPACE = "T0001"
LINDE = SchoolConfig(
    name="De Linde",
    region="noord",
    people=(
        PersonConfig("U1", "Sanne de Boer", frozenset({Role.TEACHER}), ("5", "6")),
        PersonConfig("U2", "Karin Visser", frozenset({Role.CARE_COORDINATOR, Role.CONFIDANT})),
    ),
)
PUPIL = Pupil("Noor", "Jansen", "5")


@pytest.fixture(scope="session")
def plan_file() -> Path:
    return shipped_plans()[0]


@pytest.fixture(scope="session")
def plan(plan_file: Path) -> Plan:
    return load_plan(plan_file)


@pytest.fixture
def master_key() -> MasterKey:
    return MasterKey(bytes(range(32)))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database on a new machine, without even tables."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'new' / 'meldwijzer.db'}")
        yield engine
        engine.dispose()
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    database = postgres.create("template1")
    engine = make_engine(postgres.url(database))
    yield engine
    engine.dispose()
    postgres.drop(database)


@pytest.fixture
def vault(engine: Engine, master_key: MasterKey) -> Vault:
    return open_vault(engine, master_key)


@pytest.fixture
def empty_store(engine: Engine, vault: Vault, plan: Plan, plan_file: Path) -> Store:
    """A store with a plan in it, and nobody yet."""
    store = Store(engine, vault, plan)
    store.register_plans([(plan, plan_file.read_text())])
    return store


@pytest.fixture
def store(empty_store: Store) -> Store:
    """A store with a plan and a school in it."""
    apply_schools(empty_store, [LINDE], WORKSPACE, NOW)
    return empty_store


@dataclass(frozen=True)
class Staff:
    """The people of De Linde, and one case of Sanne's."""

    sanne: Person
    karin: Person
    school: SchoolId


@pytest.fixture
def staff(store: Store) -> Staff:
    with store.transaction() as uow:
        sanne, karin = person(uow, "U1"), person(uow, "U2")
    return Staff(sanne, karin, next(iter(sanne.memberships)))


@pytest.fixture
def case(store: Store, staff: Staff) -> CaseHeader:
    """An open case without entries."""
    with store.transaction() as uow:
        return uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.sanne.id, NOW)


def person(uow: UnitOfWork, user: str) -> Person:
    found = uow.staff.by_identity(Identity("slack", WORKSPACE, user))
    assert found is not None
    return found


def entry(case: CaseHeader, author: Person, answers: Answers | None = None, *, minutes: int = 0) -> Entry:
    """The next entry of the case."""
    written_at = NOW + timedelta(minutes=minutes)
    return Entry(case.version + 1, "signal", author.id, Role.TEACHER, written_at, answers or {})


def append(
    uow: UnitOfWork, case: CaseHeader, author: Person, answers: Answers | None = None, *, key: str
) -> CaseHeader:
    state = State(step=case.step, since=case.since)
    return uow.cases.append(case, NewEntry(entry(case, author, answers), state, None, key, f"digest of {key}"))
