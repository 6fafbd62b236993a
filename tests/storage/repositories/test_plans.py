from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from meldcode.domain.plan.file import parse_plan
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.translation import in_language
from storage.crypto.vault import Vault
from storage.repositories.plans import PlanChanged
from storage.unit_of_work import Store


def test_a_plan_is_read_from_what_was_kept(store: Store, engine: Engine, vault: Vault, plan: Plan) -> None:
    later = Store(engine, vault, plan)
    with later.transaction() as uow:
        assert uow.plans.current() is plan
        kept = uow.plans.get(plan.plan, plan.version)
        assert kept == plan
        assert kept is not plan
    with later.transaction() as uow:
        assert uow.plans.get(plan.plan, plan.version) is kept


def test_an_unknown_plan_is_a_key_error(store: Store, plan: Plan) -> None:
    with pytest.raises(KeyError), store.transaction() as uow:
        uow.plans.get(plan.plan, plan.version + 1)


def test_a_plan_that_changed_under_the_same_version_is_refused(store: Store, plan: Plan, plan_file: Path) -> None:
    document = plan_file.read_text().replace(plan.title, "Een heel ander plan")
    changed = parse_plan(document, "plan")
    assert changed.title == "Een heel ander plan"
    with pytest.raises(PlanChanged, match="new version"):
        store.register_plans([(changed, document)])
    with store.transaction() as uow:
        assert uow.plans.get(plan.plan, plan.version).title == plan.title


def test_the_same_plan_may_be_registered_again_and_a_comment_is_no_change(store: Store, plan_file: Path) -> None:
    document = "# Een opmerking.\n" + plan_file.read_text()
    store.register_plans([(parse_plan(document, "plan"), document)])


def test_a_new_version_stands_beside_the_old(store: Store, plan: Plan, plan_file: Path) -> None:
    document = plan_file.read_text().replace(f"\nversion: {plan.version}\n", "\nversion: 99\n")
    store.register_plans([(parse_plan(document, "plan"), document)])
    with store.transaction() as uow:
        assert uow.plans.get(plan.plan, 99).version == 99
        assert uow.plans.get(plan.plan, plan.version) == plan


def test_plans_are_in_the_language_that_is_asked_for_and_as_written_without(store: Store, plan: Plan) -> None:
    translated = in_language(plan, "en")
    assert translated.title != plan.title
    with store.transaction() as uow:
        english = uow.plans.in_language("en")
        assert english.get(plan.plan, plan.version) == english.current() == translated
        assert english.current() is uow.plans.in_language("en").current(), "translated once"
        for plans in (uow.plans, english.in_language(""), english.in_language("nl")):
            assert plans.current() == plan
