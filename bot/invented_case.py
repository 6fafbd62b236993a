"""The views that hold a case, made of an invented one in a database of its own, which is gone afterwards.

So `meldwijzer doctor` can ask Slack about them without a look at anybody's case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from handlers.forms import FormRef, form_modal
from handlers.home import home_view
from handlers.readers import readers_modal
from handlers.roles import roles_modal
from handlers.screens import case_modal, review_modal, saved_modal
from meldcode.case import Answer
from meldcode.people import Identity
from meldcode.plan import FieldKind, FieldSpec, Plan, Role
from meldcode.readers import who_read
from meldcode.reading import FormView, home, open_case
from meldcode.recording import Saved, Submit, ToReview, submit
from meldcode.roles import see_roles
from storage.engine import make_engine
from storage.keys import open_vault
from storage.migrate import upgrade
from storage.schools import PersonConfig, SchoolConfig, apply_schools
from storage.transaction import Store, StoredTransaction
from storage.vault import MasterKey, new_master_key

Views = Iterator[tuple[str, dict[str, Any]]]
NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
SOMEBODY = Identity("slack", "T0000", "U0000")
SCHOOL = SchoolConfig("Meldwijzer", "noord", people=(PersonConfig(SOMEBODY.user, "Meldwijzer", frozenset(Role)),))
HEDGED = "Volgens mij slaapt hij slecht. "
"""What the hints point at, so that there is something to read over."""


def views_with_a_case(plan: Plan) -> Views:
    """Yield the views that hold a case under this plan, by name, its longest question filled to the brim."""
    with TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'invented.db'}")
        try:
            upgrade(engine)
            store = Store(engine, open_vault(engine, MasterKey.from_text(new_master_key())), plan)
            store.register_plans([(plan, "")])
            apply_schools(store, [SCHOOL], SOMEBODY.workspace, NOW)
            with store.transaction(NOW) as tx:
                yield from _views(tx, plan)
        finally:
            engine.dispose()


def _views(tx: StoredTransaction, plan: Plan) -> Views:
    answers = {field.id: ANSWERS[field.kind](field) for field in plan.opening.fields if field.kind in ANSWERS}
    reported = submit(tx, Submit(SOMEBODY, "invented", plan.opening.id, answers), NOW)
    if isinstance(reported, ToReview):
        yield "reading over", review_modal(reported, FormRef(plan.opening.id))
        reported = submit(tx, Submit(SOMEBODY, "invented", plan.opening.id, answers, reviewed=True), NOW)
    if isinstance(reported, Saved):
        yield "stored", saved_modal(reported)
        yield from _views_of(tx, plan, reported.code)


def _views_of(tx: StoredTransaction, plan: Plan, code: str) -> Views:
    case = open_case(tx, SOMEBODY, code, NOW)
    yield "case", case_modal(case)
    yield "home of a case", home_view(home(tx, SOMEBODY, NOW))
    yield "readers", readers_modal(who_read(tx, SOMEBODY, code, 0))
    yield "roles", roles_modal(see_roles(tx, SOMEBODY))
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
