"""The views of an invented case, kept in a temporary database.

With them `meldwijzer doctor` can ask Slack about views that hold a case, without opening anybody's case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from handlers.platform import limits
from handlers.platform.forms.form_reference import FormRef
from handlers.platform.home_page import home_page
from handlers.views.case import case_modal
from handlers.views.exports.review import review_modal
from handlers.views.forms import form_modal
from handlers.views.home import home_view
from handlers.views.readers import readers_modal
from handlers.views.saved import saved_modal
from handlers.views.staff.roles import roles_modal
from meldcode.application.actor import Actor, actor_of
from meldcode.application.cases.open_form import FormView
from meldcode.application.cases.readers import who_read
from meldcode.application.cases.record_entry import NeedsReview, Saved, record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.application.cases.view_case import open_case
from meldcode.application.staff.roles import see_roles
from meldcode.domain.case.state import Answer
from meldcode.domain.plan.forms import FieldKind, FieldSpec
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity
from storage.crypto.keys import open_vault
from storage.crypto.vault import MasterKey, new_master_key
from storage.db.engine import make_engine
from storage.db.migrate import upgrade
from storage.schools import PersonConfig, SchoolConfig, apply_schools
from storage.unit_of_work import Store, StoredUnitOfWork

Views = Iterator[tuple[str, dict[str, Any]]]
NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
SOMEBODY = Identity("slack", "T0000", "U0000")
SCHOOL = SchoolConfig("Meldwijzer", "noord", people=(PersonConfig(SOMEBODY.user, "Meldwijzer", frozenset(Role)),))
HEDGED = "Volgens mij slaapt hij slecht. "
"""A text in which the hints find something, so that there is something to review."""


def views_with_a_case(plan: Plan) -> Views:
    """Yield the views that hold a case under this plan, by name, with the longest answers that its fields accept."""
    with TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'invented.db'}")
        try:
            upgrade(engine)
            store = Store(engine, open_vault(engine, MasterKey.from_text(new_master_key())), plan)
            store.register_plans([(plan, "")])
            apply_schools(store, [SCHOOL], SOMEBODY.workspace, NOW)
            with store.transaction(NOW) as uow:
                yield from _views(uow, plan)
        finally:
            engine.dispose()


def _views(uow: StoredUnitOfWork, plan: Plan) -> Views:
    answers = {field.id: ANSWERS[field.kind](field) for field in plan.opening.fields if field.kind in ANSWERS}
    actor, command = actor_of(uow, SOMEBODY), RecordEntry("invented", plan.opening.id, answers)
    reported = record_entry(uow, actor, command, NOW)
    if isinstance(reported, NeedsReview):
        yield "reading over", review_modal(reported, FormRef(plan.opening.id))
        reported = record_entry(uow, actor, replace(command, reviewed=True), NOW)
    if isinstance(reported, Saved):
        yield "stored", saved_modal(reported)
        yield from _views_of(uow, actor, plan, reported.code)


def _views_of(uow: StoredUnitOfWork, actor: Actor, plan: Plan, code: str) -> Views:
    case = open_case(uow, actor, code, NOW)
    yield "case", case_modal(case)
    yield "home of a case", home_view(home_page(uow, actor, NOW))
    yield "readers", readers_modal(who_read(uow, actor, code, 0, limits.READERS))
    yield "roles", roles_modal(see_roles(uow, actor, "", limits.ROLE_CHANGES, NOW))
    for record in plan.records.values():
        if record.logbook:
            yield f"form {record.id} under the logbook", form_modal(FormView(record, plan, {}, code, logbook=case))


def _text(field: FieldSpec) -> str:
    return "Meldwijzer"[: field.max_length]


def _long_text(field: FieldSpec) -> str:
    return (HEDGED * field.max_length)[: field.max_length].strip()


def _choice(field: FieldSpec) -> str:
    return field.choices[0].id


def _day(_field: FieldSpec) -> str:
    return date.isoformat(NOW.date())


ANSWERS: dict[FieldKind, Callable[[FieldSpec], Answer]] = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _long_text,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: lambda field: (_choice(field),),
    FieldKind.DATE: _day,
}
