"""Gone is gone (promise 8): nothing of a destroyed case can be recovered from what the databases leave behind."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_bytes
from typing import Any, cast

import pytest
from sqlalchemy import Engine, delete, event, insert, make_url, select, text

from bot.jobs.wiping import Wiping
from meldcode.application.jobs.retention import end_next_case
from meldcode.application.messages.cases import Undelivered
from meldcode.application.messages.staff import DeputyArranged
from meldcode.application.ports.cases import NewEntry
from meldcode.application.ports.installations import Installation
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.alarm import Alarm
from meldcode.domain.case.header import CaseHeader, Reading
from meldcode.domain.case.state import Answers, Entry, Pupil, State, Status
from meldcode.domain.ids import CaseId
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.retention import Term
from storage.crypto import chain
from storage.crypto.key_ring import KeyRing
from storage.crypto.keys import open_vault, rotate
from storage.crypto.vault import MasterKey, Vault
from storage.db.engine import make_engine
from storage.db.schema import (
    alarms,
    case_keys,
    case_states,
    cases,
    draft_keys,
    drafts,
    entries,
    installations,
    name_keys,
    outbox,
    secrets,
)
from storage.db.snapshot import snapshot
from storage.integrity.verify import faults
from storage.integrity.wipe import NotWiped, wipe
from storage.repositories.messages.send_queue import Claimed
from storage.unit_of_work import Store
from tests.databases import Postgres, contents, postgresql_only, sqlite_only
from tests.storage.conftest import NOW, PUPIL, Staff

END = datetime(2028, 9, 4, 9, 0, tzinfo=UTC)
PUPIL_TALK = "Kanarie zei: ik wil niet naar huis."


@pytest.fixture
def stays(store: Store, staff: Staff, plan: Plan) -> None:
    """A case and a draft from before, which stay: PostgreSQL gives a page that holds nothing more back by itself."""
    with store.transaction(NOW) as uow:
        uow.cases.open(staff.school, plan, Pupil("Ali", "Kaya", "6"), staff.sanne.id, NOW)
        uow.drafts.save("another form that is still open", staff.sanne.id, {"what": "iets anders"}, END)


@pytest.fixture
def ending(store: Store, staff: Staff, plan: Plan) -> CaseHeader:
    """A closed case after two warnings, at the end of its term."""
    with store.transaction(NOW) as uow:
        case = uow.cases.open(staff.school, plan, PUPIL, staff.sanne.id, NOW)
        case = _append(uow, case, staff, "signal", {"what": PUPIL_TALK})
        case = _append(uow, case, staff, "watch_end", {"why_end": PUPIL_TALK}, Status.CLOSED)
        uow.cases.read(case.id, Reading(staff.karin.id, NOW, "case"))
        uow.cases.save_reminders(case.id, ["watch/1/x"], 0, None, NOW)
        uow.outbox.put(OutboxMessage(staff.karin.id, case.id, "entry 1", Undelivered(case.code, "1")), NOW)
        uow.retention.set_term(case.id, Term(NOW, "help_done", END - timedelta(days=1)))
        uow.retention.set_warned(case.id, 2, END - timedelta(days=1))
        uow.drafts.save("a form that is still open", staff.karin.id, {"what": PUPIL_TALK}, END, case.id)
    return case


def _append(
    uow: UnitOfWork, case: CaseHeader, staff: Staff, record: str, answers: Answers, status: Status = Status.OPEN
) -> CaseHeader:
    seq = case.version + 1
    entry = Entry(seq, record, staff.karin.id, Role.CARE_COORDINATOR, NOW, answers)
    state = State(step=case.step, since=NOW, status=status)
    return uow.cases.append(case, NewEntry(entry, state, None, f"{case.code}/{seq}"))


def run_out(store: Store) -> bool:
    """Run the hourly job; return whether it did something."""
    with store.transaction(END) as uow:
        return end_next_case(uow, END, lambda error: pytest.fail(repr(error)))


def _secrets(engine: Engine, case: CaseId) -> dict[str, Any]:
    """What must not remain: the wrapped key, and everything it opens."""
    with engine.connect() as connection:
        return {
            "key": connection.scalar(select(case_keys.c.wrapped_key).where(case_keys.c.case == case)),
            "draft": connection.scalar(select(drafts.c.answers).where(drafts.c.case == case)),
            "draft key": connection.scalar(select(draft_keys.c.wrapped_key).join(drafts).where(drafts.c.case == case)),
            "entry": connection.scalar(select(entries.c.payload).where(entries.c.case == case)),
            "pupil": connection.scalar(select(cases.c.pupil).where(cases.c.id == case)),
            "index": connection.scalar(select(name_keys.c.key).where(name_keys.c.case == case)),
        }


@pytest.mark.usefixtures("staff")
def test_the_tombstone_can_be_checked_and_not_forged(
    engine: Engine, store: Store, vault: Vault, ending: CaseHeader
) -> None:
    assert run_out(store)
    with engine.connect() as connection:
        row = connection.execute(select(cases).where(cases.c.id == ending.id)).one()
        assert list(faults(connection, vault)) == []
    assert row.destroyed_at == END
    assert row.tombstone == chain.tombstone(vault, row.id, 2, END)
    assert row.tombstone != chain.tombstone(vault, row.id, 2, END + timedelta(microseconds=1))
    assert row.tombstone != chain.tombstone(vault, row.id, 3, END)


@pytest.mark.alone  # it reads the files of the server, of which other tests drop theirs
@pytest.mark.usefixtures("stays")
def test_nothing_is_left_in_the_files(
    engine: Engine, store: Store, ending: CaseHeader, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    gone = _secrets(engine, ending.id)
    if engine.dialect.name == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        postgres.checkpoint()
    assert set(gone) == {name for name, found in _found(engine, gone, request).items() if found}, (
        "looked in wrong files"
    )
    assert run_out(store)
    wipe(engine, END)
    if engine.dialect.name == "postgresql":
        postgres.checkpoint()
        assert not any(_found(engine, {name: gone[name] for name in ("key", "draft key")}, request).values())
        return
    assert {name: paths for name, paths in _found(engine, gone, request).items() if paths} == {}
    vacuumed = tmp_path / "vacuumed.db"
    with closing(sqlite3.connect(_file(engine))) as connection:
        connection.execute("VACUUM INTO ?", (str(vacuumed),))
    assert [name for name, secret in gone.items() if secret in vacuumed.read_bytes()] == []


@pytest.mark.alone
@pytest.mark.usefixtures("stays")
def test_an_expired_draft_and_its_key_are_left_in_no_file(
    engine: Engine, store: Store, ending: CaseHeader, request: pytest.FixtureRequest
) -> None:
    gone = {name: secret for name, secret in _secrets(engine, ending.id).items() if name in ("draft", "draft key")}
    with store.transaction(END + timedelta(days=1)) as uow:
        uow.drafts.delete_expired(END + timedelta(days=1), 10)
    wipe(engine, END + timedelta(days=1))
    _checkpoint(engine, request)
    assert not any(_found(engine, gone, request).values())


@pytest.mark.alone
def test_the_place_of_an_old_alarm_is_left_in_no_file(
    engine: Engine, store: Store, staff: Staff, request: pytest.FixtureRequest
) -> None:
    with store.transaction(NOW) as uow:
        for who in (staff.sanne.id, staff.karin.id):
            uow.alarms.add(Alarm(raised_by=who, raised_at=NOW))
            found = uow.alarms.latest(who)
            assert found is not None
            uow.alarms.set_place(found, "lokaal 5")
    with engine.connect() as connection:
        gone: dict[str, Any] = {
            "place": connection.scalar(select(alarms.c.place).where(alarms.c.raised_by == staff.sanne.id))
        }
    _checkpoint(engine, request)
    assert all(_found(engine, gone, request).values()), "looked in wrong files"
    with engine.begin() as connection:  # the other one stays, so that the page is not given back
        connection.execute(delete(alarms).where(alarms.c.raised_by == staff.sanne.id))
    wipe(engine, END)
    _checkpoint(engine, request)
    assert not any(_found(engine, gone, request).values())


@pytest.mark.alone
@pytest.mark.usefixtures("stays")
def test_a_signal_that_was_moved_away_is_left_in_no_file(
    engine: Engine, store: Store, ending: CaseHeader, request: pytest.FixtureRequest
) -> None:
    wipe(engine, END)
    with engine.begin() as connection:
        state = {"case": ending.id, "made_by": b"", "state": token_bytes(200)}  # of a case with more entries
        stays = connection.scalar(select(cases.c.id).where(cases.c.id != ending.id))
        connection.execute(insert(case_states), [state, {**state, "case": stays, "state": b""}])
        signal = select(entries.c.payload).where(entries.c.case == ending.id, entries.c.seq == 1)
        gone = {"signal": connection.scalar(signal) or b"", "state": cast(bytes, state["state"])}
    _checkpoint(engine, request)
    assert all(_found(engine, gone, request).values()), "looked in wrong files"
    with store.transaction(END) as uow:
        uow.cases.take_out(ending.id, [1])
    wipe(engine, END)
    _checkpoint(engine, request)
    assert not any(_found(engine, gone, request).values())


@pytest.mark.alone
@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_token_that_was_removed_or_replaced_is_left_in_no_file(
    engine: Engine, store: Store, is_replaced: bool, request: pytest.FixtureRequest
) -> None:
    with store.transaction(NOW) as uow:
        for workspace in ("T1", "T2"):
            uow.installations.save(Installation(workspace, "School", "B1", "U1", "xoxb-1", NOW))
    with engine.connect() as connection:
        token = select(installations.c.content).where(installations.c.workspace == "T1")
        gone = {"token": connection.scalar(token) or b""}
    _checkpoint(engine, request)
    assert all(_found(engine, gone, request).values()), "looked in wrong files"
    with store.transaction(END) as uow:
        if is_replaced:
            uow.installations.save(Installation("T1", "School", "B1", "U1", "xoxb-2", END))
        else:
            uow.installations.remove("T1", END)
    wipe(engine, END)
    _checkpoint(engine, request)
    assert not any(_found(engine, gone, request).values())


@postgresql_only
def test_a_user_who_may_not_wipe_is_noticed(engine: Engine) -> None:
    """PostgreSQL itself only warns whoever does not own a table, and leaves it as it is."""
    guest = f"guest_{token_bytes(8).hex()}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {guest}"))
        connection.execute(text(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {guest}"))
    others = make_engine(engine.url.render_as_string(hide_password=False))
    event.listen(others, "connect", lambda raw, _: raw.execute(f"SET ROLE {guest}").connection.commit())
    try:
        with pytest.raises(NotWiped, match="does not own the tables"):
            wipe(others, END)
    finally:
        others.dispose()
        with engine.begin() as connection:
            connection.execute(text(f"DROP OWNED BY {guest}"))
            connection.execute(text(f"DROP ROLE {guest}"))


@postgresql_only
def test_the_connection_that_it_used_has_its_limits_again(engine: Engine) -> None:
    wipe(engine, END)
    with engine.connect() as connection:
        limits = [connection.scalar(text(f"SHOW {name}")) for name in ("statement_timeout", "lock_timeout")]
    assert limits == ["1500ms"] * 2


@pytest.mark.alone
def test_a_replaced_key_is_left_in_no_file(
    engine: Engine, ending: CaseHeader, master_key: MasterKey, request: pytest.FixtureRequest
) -> None:
    gone = {name: secret for name, secret in _secrets(engine, ending.id).items() if name in ("key", "draft key")}
    with engine.connect() as connection:
        gone["root"] = connection.scalar(select(secrets.c.wrapped_key))
    list(rotate(engine, KeyRing([MasterKey(bytes(32)), master_key])))
    wipe(engine)
    _checkpoint(engine, request)
    assert not any(_found(engine, gone, request).values())


def _checkpoint(engine: Engine, request: pytest.FixtureRequest) -> None:
    if engine.dialect.name == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        postgres.checkpoint()


def test_a_reader_that_holds_it_up_is_noticed_and_it_is_repeated(
    engine: Engine, store: Store, ending: CaseHeader, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("storage.integrity.wipe.SETTLED", timedelta())
    moment = END
    wiping = Wiping(engine, lambda: moment)
    with snapshot(engine) as view:
        view.execute(select(cases)).all()
        assert run_out(store)
        wiping.run()
        assert "What was deleted is still in the files" in caplog.text
        wiping.retry()
        assert not wiping.is_overdue
        moment = END + timedelta(hours=1)
        assert wiping.is_overdue
    moment = END + timedelta(days=3)
    assert wiping.is_overdue
    with caplog.at_level("INFO", logger="meldwijzer"):
        wiping.retry()
    assert not wiping.is_overdue
    assert "What was deleted is wiped now" in caplog.text
    wiping.retry()  # nothing is left to do
    wiping.run()


def _file(engine: Engine) -> Path:
    return Path(str(make_url(str(engine.url)).database))


def _found(engine: Engine, secrets: dict[str, bytes], request: pytest.FixtureRequest) -> dict[str, list[str]]:
    """The files that contain each secret: the database's own, and on SQLite its write-ahead log."""
    if engine.dialect.name == "sqlite":
        folder = _file(engine).parent
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        folder = postgres.data / "base"
    files = list(contents(folder))
    return {name: [file for file, content in files if secret in content] for name, secret in secrets.items()}


@sqlite_only  # the copy is made as a file; what is tested is the keys
def test_an_older_backup_does_not_open_with_the_keys_of_now(
    engine: Engine, store: Store, ending: CaseHeader, plan: Plan, master_key: MasterKey, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    with closing(sqlite3.connect(_file(engine))) as source, closing(sqlite3.connect(backup)) as copy:
        source.backup(copy)
    assert run_out(store)
    with engine.connect() as connection:
        keys_now = connection.execute(select(case_keys)).all()
    assert keys_now == []
    older = make_engine(f"sqlite:///{backup}")
    readable = Store(older, open_vault(older, master_key), plan)
    with readable.transaction(END) as uow:
        assert uow.cases.contents(ending.id).entries[0].answers["what"] == PUPIL_TALK  # with the keys of then it opens
    with older.begin() as connection:
        connection.execute(case_keys.delete())
        for row in keys_now:
            connection.execute(case_keys.insert().values(row._mapping))
    with pytest.raises(KeyError), readable.transaction(END) as uow:
        uow.cases.contents(ending.id)
    older.dispose()


def test_two_workers_destroy_it_once(store: Store, engine: Engine, ending: CaseHeader) -> None:
    done: list[bool] = []
    workers = [threading.Thread(target=lambda: done.append(run_out(store))) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(10)
    assert sorted(done) == [False, True]
    with engine.connect() as connection:
        assert connection.scalar(select(cases.c.destroyed_at).where(cases.c.id == ending.id)) == END


@postgresql_only  # on SQLite one transaction runs at a time
def test_a_case_that_is_being_reopened_or_held_at_that_moment_survives(
    store: Store, engine: Engine, staff: Staff, ending: CaseHeader
) -> None:
    with store.transaction(END) as uow:
        _append(uow, ending, staff, "signal", {"what": "Weer iets."})
        uow.retention.set_term(ending.id, None)
        assert not run_out(store)  # the row is locked by whoever reopens it
    assert not run_out(store)
    with store.transaction(END) as uow:
        assert len(uow.cases.contents(ending.id).entries) == 3


def test_a_failure_halfway_destroys_nothing(store: Store, ending: CaseHeader) -> None:
    with pytest.raises(RuntimeError), store.transaction(END) as uow:
        uow.retention.destroy(ending.id, END)
        raise RuntimeError
    with store.transaction(END) as uow:
        assert len(uow.cases.contents(ending.id).entries) == 2


def test_sent_messages_and_old_drafts_go_and_what_waits_stays(store: Store, engine: Engine, staff: Staff) -> None:
    with store.transaction(NOW) as uow:
        uow.drafts.save("old", staff.karin.id, {"what": "x"}, NOW)
    sent = _claimed(store, "sent", staff)
    with store.transaction() as uow:
        uow.queue.mark_sent([sent.id], NOW)
    failed = _claimed(store, "failed", staff)
    with store.transaction() as uow:
        uow.queue.set_aside(failed, "user_not_found")
    waits = _claimed(store, "waits", staff)
    with store.transaction() as uow:
        uow.queue.retry(waits, NOW, "http_503")
    assert _left(store, engine, NOW) == {"sent", "failed", "waits", "draft"}
    assert _left(store, engine, NOW + timedelta(days=1)) == {"waits"}


def _claimed(store: Store, moment: str, staff: Staff) -> Claimed:
    with store.transaction(NOW) as uow:
        uow.outbox.put(OutboxMessage(staff.karin.id, None, moment, DeputyArranged()), NOW)
    with store.transaction() as uow:
        [claimed] = uow.queue.claim(NOW, 1, timedelta(minutes=2))
    return claimed


def _left(store: Store, engine: Engine, now: datetime) -> set[str]:
    """Delete what is older than this moment, and return what remains."""
    with store.transaction(now) as uow:
        uow.outbox.delete_sent(now, 100)
        uow.drafts.delete_expired(now, 100)
    with engine.connect() as connection:
        kept = connection.execute(select(drafts)).first()
        return {*connection.scalars(select(outbox.c.moment)), *(["draft"] if kept else [])}
