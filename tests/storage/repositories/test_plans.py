from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from meldcode.domain.plan.file import parse_plan
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.translation import in_language
from storage.crypto.vault import Vault
from storage.db.schema import plans
from storage.db.snapshot import snapshot
from storage.integrity.verify import Fault, FaultKind, faults
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


def test_a_plan_that_was_changed_in_the_database_is_refused_and_reported(
    store: Store, engine: Engine, vault: Vault, plan: Plan, plan_file: Path
) -> None:
    document = plan_file.read_text()
    with engine.begin() as connection:
        connection.execute(update(plans).values(document=document.replace("first: talk", "first: signals")))
    with Store(engine, vault, plan).transaction() as uow, pytest.raises(PlanChanged, match="in the database"):
        uow.plans.get(plan.plan, plan.version)
    with pytest.raises(PlanChanged, match="in the database"):
        store.register_plans([(plan, document)])
    with snapshot(engine) as view:
        assert [*faults(view, vault)] == [Fault(f"{plan.plan} {plan.version}", FaultKind.PLAN_CHANGED)]


def test_a_file_that_an_older_program_stored_with_other_defaults_is_no_change(
    store: Store, plan_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = plan_file.read_text()
    later = parse_plan(document, "plan").model_copy(update={"title": "wat een nieuwer programma ervan maakt"})
    monkeypatch.setattr("storage.repositories.plans.parse_plan", lambda _text, _name: later)
    store.register_plans([(later, document)])
    store.register_plans([(later, "# Een opmerking.\n" + document)])


def test_the_plan_for_new_cases_is_another_only_after_a_change(
    store: Store, engine: Engine, vault: Vault, plan: Plan, plan_file: Path
) -> None:
    document = plan_file.read_text().replace("\nplan: ", "\nplan: x")
    other = parse_plan(document, "other")
    store.register_plans([(other, document)])

    def chosen(one: Plan) -> int | None:
        with Store(engine, vault, one).transaction() as uow:
            return uow.plans.choose()

    assert [chosen(one) for one in (plan, plan, other, other, plan, plan)] == [None, None, 2, None, 3, None]


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
