"""Opens what the program stores in: the database with its keys and plans."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

from bot.database import OLD_TABLES, POOLER, usable, vault_of
from bot.settings import ConfigError, Settings
from meldcode.domain.plan.file import PLANS, load_plan, parse_plan, shipped_plans
from meldcode.domain.plan.model import Plan
from storage.db.engine import make_engine
from storage.db.migrate import is_current, upgrade
from storage.db.pooler import changes_servers
from storage.unit_of_work import Store

DEFAULT_PLAN = PLANS / "heutink.yaml"


def open_store(settings: Settings) -> tuple[Engine, Store]:
    """Open the database, migrated if it is the embedded one. Raises ConfigError when it cannot be used."""
    settings.master_keys()  # before anything is made in what may be the wrong folder
    with usable(settings.database_url):
        engine = make_engine(settings.database_url)
        if settings.is_embedded:
            upgrade(engine)
        elif changes_servers(engine):
            raise ConfigError(POOLER)
        elif not is_current(engine):
            raise ConfigError(OLD_TABLES)
        vault = vault_of(engine, settings)
        plan = plan_of(settings)
        store = Store(engine, vault, plan)
        store.register_plans(_known_plans(store, settings.meldwijzer_plan or DEFAULT_PLAN, plan))
        return engine, store


def _known_plans(store: Store, path: Path, plan: Plan) -> Iterator[tuple[Plan, str]]:
    """The plan for new cases and those that are shipped, each with its document.

    Reading one takes a quarter of a second, so those that are stored and were never used are left out.
    """
    yield plan, path.read_text(encoding="utf-8")
    for file in shipped_plans():
        if file != path and store.uses(text := file.read_text(encoding="utf-8")):
            yield parse_plan(text, file.name), text


def plan_of(settings: Settings) -> Plan:
    """Return the plan for new cases. Raises WrongPlan, or ConfigError when the file cannot be read."""
    path = settings.meldwijzer_plan or DEFAULT_PLAN
    try:
        return load_plan(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The plan {path} (MELDWIJZER_PLAN) cannot be read: {type(error).__name__}.") from error
