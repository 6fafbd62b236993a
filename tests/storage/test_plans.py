from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from meldcode.plan import Plan
from meldcode.plan_file import parse_plan
from storage.plans import PlanChanged
from storage.transaction import Store
from storage.vault import Vault


def test_a_plan_is_read_from_what_was_kept(store: Store, engine: Engine, vault: Vault, plan: Plan) -> None:
    later = Store(engine, vault, plan)
    with later.transaction() as tx:
        assert tx.plans.current() is plan
        kept = tx.plans.get(plan.plan, plan.version)
        assert kept == plan
        assert kept is not plan
    with later.transaction() as tx:
        assert tx.plans.get(plan.plan, plan.version) is kept


def test_an_unknown_plan_is_a_key_error(store: Store, plan: Plan) -> None:
    with pytest.raises(KeyError), store.transaction() as tx:
        tx.plans.get(plan.plan, plan.version + 1)


def test_a_plan_that_changed_under_the_same_version_is_refused(store: Store, plan: Plan, plan_file: Path) -> None:
    changed = plan.model_copy(update={"title": "Iets anders"})
    with pytest.raises(PlanChanged, match="new version"):
        store.register_plans([(changed, plan_file.read_text())])
    with store.transaction() as tx:
        assert tx.plans.get(plan.plan, plan.version).title == plan.title


def test_the_same_plan_may_be_registered_again_and_a_comment_is_no_change(store: Store, plan_file: Path) -> None:
    document = "# Een opmerking.\n" + plan_file.read_text()
    store.register_plans([(parse_plan(document, "plan"), document)])


def test_a_new_version_stands_beside_the_old(store: Store, plan: Plan, plan_file: Path) -> None:
    document = plan_file.read_text().replace(f"\nversion: {plan.version}\n", "\nversion: 99\n")
    store.register_plans([(parse_plan(document, "plan"), document)])
    with store.transaction() as tx:
        assert tx.plans.get(plan.plan, 99).version == 99
        assert tx.plans.get(plan.plan, plan.version) == plan
