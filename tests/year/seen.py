"""What of a year gets into the log: what the bot sends, what it logs, how it says it is, and what it has stored."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, func, select
from typing_extensions import override

from bot.app import Program
from bot.database import vault_of
from meldcode.domain.case.state import Entry
from practice.blocks.elements import all_elements
from practice.state.workspace import Workspace
from storage.db.schema import alarms, appointments, case_keys, cases, drafts, entries, identities, outbox
from storage.integrity import verify
from tests.on_screen import read, texts_of
from tests.year.judging.log import Log
from tests.year.judging.stored import MARK
from tests.year.people.screens import CODE
from tests.year.running.doctor import said_by_doctor
from tests.year.running.machine import Machine


class Seen:
    """Puts into the log what the app sends to people, and where `names` of pupils stand that may not."""

    def __init__(self, log: Log, names: Collection[str]) -> None:
        self.log, self._names = log, names
        self._workspace: Workspace | None = None

    def watch(self, workspace: Workspace) -> Workspace:
        """Hear what passes between the app and this workspace."""
        self._workspace, record = workspace, workspace.record

        def recorded(
            direction: Any, what: str, request: Any, answer: Any, milliseconds: float = 0, *, fault: str = ""
        ) -> None:
            record(direction, what, request, answer, milliseconds, fault=fault)
            self._heard(direction, what, request, answer)

        workspace.record = recorded  # type: ignore[method-assign]
        return workspace

    @contextmanager
    def nothing(self) -> Iterator[None]:
        """Hear nothing: the year is over."""
        log, self.log = self.log, Log(lambda: datetime.min.replace(tzinfo=UTC))
        yield
        self.log = log

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear what the program logs."""
        lines = _Lines(self._logged)
        logging.getLogger().addHandler(lines)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(lines)

    async def say_health(self, machine: Machine, fault: str = "", *, is_over: bool = False) -> None:
        """Log what `/healthz` says while something is wrong or just was, or that it says so while all is well."""
        is_well = await machine.is_healthy()
        if fault or not is_well:
            self.log.add("health", fault=fault, is_well=is_well, is_over=is_over)

    def say_doctor(self, machine: Machine, fault: str = "", *, is_over: bool = False) -> None:
        """Log what `doctor` says is wrong."""
        self.log.add("doctor", fault=fault, words=said_by_doctor(machine), is_over=is_over)

    def _logged(self, record: logging.LogRecord, words: str) -> None:
        """Keep a line of the program's log that names somebody, and that something failed."""
        if names := [*self._named([words]), *MARK.findall(words)]:
            self.log.add("logged", names=names)
        if record.levelno >= logging.ERROR:
            self.log.add("error", words=words[:200])

    def _heard(self, direction: str, what: str, request: dict[str, Any], answer: dict[str, Any]) -> None:
        """Log what the app sends to people."""
        if direction != "from_app" or not answer.get("ok"):
            return
        if what in ("chat.postMessage", "chat.update"):
            self._message(what, request, answer)
        elif what == "views.publish":
            blocks = request["view"]["blocks"]
            words = [text["text"] for text in texts_of(blocks)]
            codes = sorted({code for text in words for code in CODE.findall(text)})
            self.log.add("home", who=request["user_id"], codes=codes, names=self._named(words))

    def _message(self, what: str, request: dict[str, Any], answer: dict[str, Any]) -> None:
        blocks = request.get("blocks") or []
        words = [request.get("text", ""), *(read(text["text"]) for text in texts_of(blocks))]
        buttons = [[e["action_id"], e.get("value", "")] for _, e in all_elements(blocks) if e["type"] == "button"]
        kind = "message" if what == "chat.postMessage" else "changed"
        assert self._workspace
        who = self._workspace.person_in(answer["channel"]).id
        self.log.add(kind, who=who, ts=answer["ts"], words=words, buttons=buttons, names=self._named(words))

    def _named(self, words: list[str]) -> list[str]:
        whole = "\n".join(words)
        return sorted(name for name in self._names if name in whole)

    def say_what_is_stored(self, program: Program, now: datetime, *, is_end: bool = False) -> None:
        """The texts of all logbooks, and what the program says of itself: on each day, and at the end."""
        with program.engine.connect() as connection:
            faults = [str(fault) for fault in verify.faults(connection, vault_of(program.engine, program.settings))]
            promised = cases.c.id.in_(select(appointments.c.case).where(appointments.c.state == "open"))
            waits = select(cases.c.code).where((cases.c.status == "open") | promised, cases.c.next_due.is_(None))
            stuck = connection.scalar(select(func.count()).where(outbox.c.state == "pending", outbox.c.due_at < now))
            old = connection.scalar(select(func.count()).where(drafts.c.expires_at < now - timedelta(hours=36)))
            late = connection.scalar(select(func.count()).where(alarms.c.due < now - timedelta(minutes=1)))
            ids = connection.scalars(select(cases.c.id).where(cases.c.destroyed_at.is_(None))).all()
            without = sorted(connection.scalars(waits))
        logbooks = _logbooks(program, now, ids)
        said = sorted((mark, code) for code, lines in logbooks.items() for _, _, text in lines for mark in text)
        state: dict[str, Any] = {
            "faults": faults,
            "without_next": without,
            "stuck": stuck,
            "drafts": old,
            "alarms": late,
            "marks": said,
            "entries": {code: [entry.record for entry, _, _ in lines] for code, lines in sorted(logbooks.items())},
            "unhealthy": not program.is_healthy(),
        }
        if is_end:
            state["logbook"] = [
                {"case": code, "record": e.record, "who": who, "at": _seconds(e.written_at), "marks": marks}
                for code, lines in sorted(logbooks.items())
                for e, who, marks in lines
            ]
        self.log.add("stored", is_end=is_end, **state)

    def say_what_is_left(self, program: Program, now: datetime) -> None:
        """Which cases can still be read two years later, after a backup was put back, and what of others is left."""
        with program.engine.connect() as connection:
            faults = [str(fault) for fault in verify.faults(connection, vault_of(program.engine, program.settings))]
            rows = connection.execute(select(cases.c.id, cases.c.code, cases.c.destroyed_at)).all()
            gone = [row.id for row in rows if row.destroyed_at]
            kept = sorted(table.name for table in (entries, case_keys) if _has_any(connection, table, gone))
        with program.store.transaction(now) as uow:
            left = [row.code for row in rows if not row.destroyed_at and list(uow.cases.contents(row.id).entries)]
        self.log.add("left", codes=sorted(left), faults=faults, kept=kept, at=now.isoformat(timespec="seconds"))


def _logbooks(program: Program, now: datetime, ids: Collection[Any]) -> dict[str, list[tuple[Entry, str, list[str]]]]:
    """The entries of each case, with who wrote them and the texts in them."""
    with program.engine.connect() as connection:
        users = {row.person: row.user for row in connection.execute(select(identities))}
    with program.store.transaction(now) as uow:
        kept = {uow.cases.get(id_).code: [*uow.cases.contents(id_).entries] for id_ in ids}
    return {
        code: [(entry, users[entry.author], MARK.findall(str([*entry.answers.values()]))) for entry in lines]
        for code, lines in kept.items()
    }


def _seconds(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def is_anything_gone(program: Program) -> bool:
    """Whether a case was destroyed, so that a backup must not bring it back."""
    with program.engine.connect() as connection:
        return bool(connection.scalar(select(func.count()).where(cases.c.destroyed_at.is_not(None))))


def _has_any(connection: Connection, table: Table, of: Collection[Any]) -> bool:
    return bool(connection.scalar(select(func.count()).where(table.c.case.in_(of))))


class _Lines(logging.Handler):
    """Hears each line that the program logs."""

    def __init__(self, heard: Callable[[logging.LogRecord, str], None]) -> None:
        super().__init__()
        self._heard = heard

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self._heard(record, self.format(record))
