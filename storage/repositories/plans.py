"""Every version of every plan that was ever registered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, func, or_, select, update
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


FILE_CHANGED = "plan {plan} version {version} was changed: give it a new version"
DATABASE_CHANGED = "the plan was changed in the database: find out by whom, and put a backup back"


class PlanChanged(Exception):
    """A plan was changed under the same version: its file, while cases may run under the stored one, or that itself."""


class PlanDocuments:
    """The plans as they were written. All transactions of a process share `parsed`: a stored plan never changes."""

    def __init__(self, connection: Connection, parsed: dict[PlanKey, Plan]) -> None:
        self._connection = connection
        self._parsed = parsed

    def get(self, plan: str, version: int) -> Plan:
        """Return the plan; an older version with what only the newest one can do. Raises KeyError, or PlanChanged."""
        key = (plan, version, "")
        if key not in self._parsed:
            own = parse_plan(self.document(plan, version), f"{plan} {version}")
            newest = self._connection.scalar(select(func.max(plans.c.version)).where(plans.c.plan == plan)) or version
            self._parsed[key] = own if newest == version else with_later_actions(own, self.get(plan, newest))
        return self._parsed[key]

    def document(self, plan: str, version: int) -> str:
        """Return the stored text. Raises KeyError, or PlanChanged if it is not what was stored."""
        query = select(plans.c.document, plans.c.digest).where(plans.c.plan == plan, plans.c.version == version)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise KeyError((plan, version))
        if row.digest != digest(row.document):
            raise PlanChanged(f"{plan} {version}: {DATABASE_CHANGED}")
        return str(row.document)


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

    @override
    def choose(self) -> int | None:
        name, version = self._current.plan, self._current.version
        newest = select(plans.c.plan, plans.c.version, plans.c.chosen).where(plans.c.chosen.is_not(None))
        last = self._connection.execute(newest.order_by(plans.c.chosen.desc()).limit(1)).one_or_none()
        if last and (last.plan, last.version) == (name, version):
            return None
        place = last.chosen + 1 if last else 1
        # Of two processes that start at once, the second waits here and then changes nothing.
        is_later = or_(plans.c.chosen.is_(None), plans.c.chosen < place)
        change = update(plans).where(plans.c.plan == name, plans.c.version == version, is_later).values(chosen=place)
        return place if self._connection.execute(change).rowcount and last else None

    def _translated(self, plan: Plan) -> Plan:
        if self._language not in plan.translations:
            return plan
        key = (plan.plan, plan.version, self._language)
        if key not in self._parsed:
            self._parsed[key] = in_language(plan, self._language)
        return self._parsed[key]


def register(connection: Connection, given: Iterable[tuple[Plan, str]]) -> None:
    """Store each new plan version with its document. Raises PlanChanged when a stored one differs."""
    for plan, document in given:
        row = {"plan": plan.plan, "version": plan.version, "digest": digest(document), "document": document}
        if not insert_once(connection, plans, row, (plans.c.plan, plans.c.version)):
            _refuse_changed(connection, plan, document)


def is_unused(connection: Connection, document: str) -> bool:
    """Whether this plan is stored already as it is, and was never the one for new cases, so none runs under it."""
    return connection.scalar(select(plans.c.chosen.is_(None)).where(plans.c.document == document)) is True


def digest(document: str) -> bytes:
    """A digest of the text, which is the same in each version of the program."""
    return hashlib.sha256(document.encode()).digest()


def changed_plans(connection: Connection) -> list[str]:
    """The plans, each with its version, that were changed in the database."""
    rows = connection.execute(select(plans).order_by(plans.c.plan, plans.c.version)).all()
    return [f"{row.plan} {row.version}" for row in rows if row.digest != digest(str(row.document))]


def _refuse_changed(connection: Connection, plan: Plan, document: str) -> None:
    """Comments are no change, so where the texts differ the plans are compared, both as this program reads them."""
    stored = PlanDocuments(connection, {}).document(plan.plan, plan.version)
    if stored != document and parse_plan(stored, plan.plan).fingerprint != plan.fingerprint:
        raise PlanChanged(FILE_CHANGED.format(plan=plan.plan, version=plan.version))
