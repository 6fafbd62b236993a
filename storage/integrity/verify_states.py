"""Verifies the kept states of long cases: each is what the entries lead to (promise 7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from meldcode.domain.case.long_logbook import kept_of
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.translation import in_language
from storage.crypto.vault import Tampered, Vault, WrongKey
from storage.db.schema import case_states, cases
from storage.repositories.cases import StoredCases
from storage.repositories.kept_states import made_by, open_kept
from storage.repositories.plans import PlanChanged, PlanDocuments
from storage.session import Session

_KEPT = select(
    cases.c.id,
    cases.c.code,
    cases.c.plan,
    cases.c.plan_version,
    cases.c.version,
    cases.c.head,
    case_states.c.made_by,
    case_states.c.state,
).join_from(case_states, cases)


def false_states(connection: Connection, vault: Vault) -> Iterator[str]:
    """The codes of the cases whose kept state is not the one that their entries lead to.

    One by another version of the program or of the plan is never used, so nothing is said of it; nor of one under a
    plan that was changed, which is another fault.
    """
    documents = PlanDocuments(connection, {})
    for row in connection.execute(_KEPT).all():
        try:
            plan = documents.get(row.plan, row.plan_version)
        except PlanChanged:
            continue
        in_force = next((one for one in _in_all_languages(plan) if made_by(one) == row.made_by), None)
        if in_force and not _is_true(Session(connection, vault, datetime.now(UTC)), in_force, row):
            yield row.code


def _in_all_languages(plan: Plan) -> Iterator[Plan]:
    yield plan
    yield from (in_language(plan, language) for language in plan.translations)


def _is_true(session: Session, plan: Plan, row: Any) -> bool:
    """Whether it is; also where entries do not open, which is another fault."""
    try:
        entries = tuple(StoredCases(session).contents(row.id).entries)
        kept = open_kept(session.case_key(row.id), row.state, row.id, row.version, row.head, row.made_by)
    except (KeyError, WrongKey, Tampered, ValueError, TypeError):
        return True
    return kept == kept_of(plan, entries)
