"""`meldwijzer export`: a dossier as PDF or JSON, or the counts of a year.

A dossier is exported in the name of a member of staff who may do so (`--as`), and the logbook records it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import click

from bot.cli.common import in_plain_words, settings
from bot.store import open_store
from handlers.documents import dossier_pdf
from handlers.documents.dossier_json import dossier_json
from handlers.i18n import texts
from handlers.platform.limits import READ_OVER
from meldcode.application.actor import actor_of
from meldcode.application.case_context import readable_case
from meldcode.application.case_people import plan_of
from meldcode.application.cases.exports.export import answers_of, begin_export
from meldcode.application.cases.exports.exported import Export
from meldcode.application.cases.submission import RecordEntry
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.errors import Invalid, Refused
from meldcode.domain.plan.effects import Effect, Version
from meldcode.domain.staff import Identity
from storage.integrity.private_files import new_file
from storage.repositories.people.identities import identities_of
from storage.unit_of_work import Store, StoredUnitOfWork

T = TypeVar("T")
SLACK = "slack"


def print_counts(year: int) -> None:
    """Print how many cases closed in the year, and how."""
    click.echo(json.dumps({"year": year, "closed": _with_store(lambda store: _counts(store, year))}, indent=2))


def export(code: str, form: str, user: str, said: tuple[str, str], out: Path) -> None:
    """Write the dossier in the name of a Slack user; `said` is for whom it is and why."""
    with in_plain_words(), new_file(out) as part:
        given = _with_store(lambda store: _given(store, code, user, said))
        words = _write(given, form, part, out)
        _with_store(lambda store: _finish(store, given))
    click.echo(words)


def _finish(store: Store, given: Export) -> None:
    with store.transaction() as uow:
        uow.files.finish_export(given.view.context.stored.id, given.entry)


def _counts(store: Store, year: int) -> list[dict[str, Any]]:
    first, until = (datetime(number, 1, 1, tzinfo=AMSTERDAM) for number in (year, year + 1))
    with store.transaction(datetime.now(UTC)) as uow:
        return [asdict(ended) for ended in uow.retention.outcome_counts(first, until)]


def _given(store: Store, code: str, user: str, said: tuple[str, str]) -> Export:
    now = datetime.now(UTC)
    try:
        with store.transaction(now) as uow:
            return _export(uow, _identity(uow, user), code, said, now)
    except (Refused, Invalid) as refused:
        raise click.ClickException(_in_words(refused)) from refused


def _export(uow: UnitOfWork, who: Identity, code: str, said: tuple[str, str], now: datetime) -> Export:
    actor = actor_of(uow, who)
    case = readable_case(uow, actor.person, code)
    plan = plan_of(uow, case)
    record = plan.find_record(Effect.EXPORTS)
    if record is None:
        raise Refused("unknown_action")
    answers = answers_of(record, Version.WHOLE, *said)
    command = RecordEntry(uuid4().hex, record.id, answers, case.code, seen=case.version)
    given = begin_export(uow, actor, command, READ_OVER, now)
    assert isinstance(given, Export)  # noqa: S101 - asked whole, under a key of its own
    return given


def _identity(uow: StoredUnitOfWork, user: str) -> Identity:
    known = identities_of(uow.session.connection, SLACK, user)
    if len(known) != 1:
        raise Refused("unknown_person")
    return known[0]


def _in_words(refused: Refused | Invalid) -> str:
    if isinstance(refused, Refused):
        return texts.refusal(refused)
    return " ".join(f"{problem.field}: {texts.problem(problem)}" for problem in refused.problems)


def _write(given: Export, form: str, part: Path, out: Path) -> str:
    """Write the dossier, and return what to tell of it once it is in its place."""
    if form == "json":
        part.write_text(json.dumps(dossier_json(given), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return f"{out} is not encrypted: give it over a safe way, and delete it then."
    password = dossier_pdf.new_password()
    part.write_bytes(dossier_pdf.sealed(dossier_pdf.pdf(given), password))
    return f"The password of {out}, shown only now: {password}"


def _with_store(use: Callable[[Store], T]) -> T:
    with in_plain_words():
        engine, store = open_store(settings())
    try:
        return use(store)
    finally:
        engine.dispose()
