"""Every version of every plan that was ever registered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from sqlalchemy import Connection, func, select
from typing_extensions import override

from meldcode.application.ports.plans import Plans
from meldcode.domain.plan.file import parse_plan
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.older_plans import with_later_actions
from meldcode.domain.plan.translation import in_language
from storage.db.insert_once import insert_once
from storage.db.schema import plans

PlanKey = tuple[str, int, str]
"""Plan, version and language; an empty language is the one the plan was written in."""


class PlanChanged(Exception):
    """A plan file was changed without a new version, and cases may run under the stored one."""


class PlanDocuments:
    """The plans as they were written. All transactions of a process share `parsed`: a stored plan never changes."""

    def __init__(self, connection: Connection, parsed: dict[PlanKey, Plan]) -> None:
        self._connection = connection
        self._parsed = parsed

    def get(self, plan: str, version: int) -> Plan:
        """Return the plan; an older version with what only the newest one can do. Raises KeyError."""
        key = (plan, version, "")
        if key not in self._parsed:
            own = parse_plan(self._document(plan, version), f"{plan} {version}")
            newest = self._connection.scalar(select(func.max(plans.c.version)).where(plans.c.plan == plan)) or version
            self._parsed[key] = own if newest == version else with_later_actions(own, self.get(plan, newest))
        return self._parsed[key]

    def _document(self, plan: str, version: int) -> str:
        query = select(plans.c.document).where(plans.c.plan == plan, plans.c.version == version)
        document: str | None = self._connection.scalar(query)
        if document is None:
            raise KeyError((plan, version))
        return document


class StoredPlans(Plans):
    """Plans in the database, in one language."""

    def __init__(self, connection: Connection, current: Plan, parsed: dict[PlanKey, Plan], language: str = "") -> None:
        self._connection = connection
        self._current = current
        self._parsed = parsed
        self._language = language

    @override
    def current(self) -> Plan:
        return self._translated(self._current)

    @override
    def in_language(self, language: str) -> StoredPlans:
        return StoredPlans(self._connection, self._current, self._parsed, language)

    @override
    def get(self, plan: str, version: int) -> Plan:
        return self._translated(PlanDocuments(self._connection, self._parsed).get(plan, version))

    def _translated(self, plan: Plan) -> Plan:
        if self._language not in plan.translations:
            return plan
        key = (plan.plan, plan.version, self._language)
        if key not in self._parsed:
            self._parsed[key] = in_language(plan, self._language)
        return self._parsed[key]


def register(connection: Connection, given: Iterable[tuple[Plan, str]]) -> set[tuple[str, int]]:
    """Store each new plan version with its document, and return these. Raises PlanChanged when a stored one differs."""
    stored = set()
    for plan, document in given:
        row = {"plan": plan.plan, "version": plan.version, "digest": digest(plan), "document": document}
        if insert_once(connection, plans, row, (plans.c.plan, plans.c.version)):
            stored.add((plan.plan, plan.version))
        else:
            _refuse_changed(connection, plan)
    return stored


def digest(plan: Plan) -> bytes:
    """A digest of the plan's content, without comments or what a later program adds to it."""
    said = plan.written.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()


def _refuse_changed(connection: Connection, plan: Plan) -> None:
    query = select(plans.c.digest).where(plans.c.plan == plan.plan, plans.c.version == plan.version)
    if connection.scalar(query) != digest(plan):
        raise PlanChanged(f"plan {plan.plan} version {plan.version} was changed: give it a new version")
