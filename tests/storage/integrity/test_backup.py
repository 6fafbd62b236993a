"""Backup and restore of both databases, also from one to the other: a drill (promises 3, 7 and 8)."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, select, text, update

from meldcode.application.messages.staff import DeputyArranged
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.domain.case.header import CaseHeader, Reading
from meldcode.domain.case.state import Answers, Pupil
from meldcode.domain.plan.model import Plan
from storage.crypto.key_ring import KeyRing
from storage.crypto.keys import open_vault, rotate
from storage.crypto.vault import DataKey, KeyWrapper, MasterKey, Tampered, Vault, WrongKey
from storage.db.engine import make_engine
from storage.db.migrate import _config, is_current, upgrade
from storage.db.schema import entries, metadata, outbox, readings
from storage.db.snapshot import snapshot
from storage.db.sqlite_file import file_engine
from storage.integrity import backup as backup_module
from storage.integrity.backup import BackedUp, back_up
from storage.integrity.backup_file import LEFT_OUT, ROWS_ALONE, BackupPart, BadBackup, keys_file, write_label
from storage.integrity.restore import Restored, restore
from storage.integrity.verify import FaultKind, faults, schema_faults
from storage.repositories.messages.outbox import SendState
from storage.unit_of_work import Store
from tests.databases import postgresql_only, sqlite_only
from tests.storage.conftest import NOW, PUPIL, Staff, append
from tests.storage.integrity.test_verify import destroy

pytestmark = [pytest.mark.rule("G3"), pytest.mark.slow]
LATER = NOW + timedelta(days=3)
SECRET: Answers = {"what": "Zat stil in de hoek"}


@pytest.fixture
def filled(store: Store, staff: Staff, case: CaseHeader) -> CaseHeader:
    """A case with four entries, two others of which one is joined, readings, a draft and messages."""
    with store.transaction() as uow:
        for i in range(4):
            case = append(uow, case, staff.sanne, SECRET, key=f"V{i}")
        plan = uow.plans.current()
        other = uow.cases.open(staff.school, plan, Pupil("Ali", "Kaya", "6"), staff.karin.id, NOW)
        append(uow, other, staff.karin, {"what": "ander"}, key="W0")
        joined = uow.cases.open(staff.school, plan, PUPIL, staff.karin.id, NOW)
        uow.cases.set_joined(case.id, joined.id)
        uow.cases.read(case.id, Reading(staff.karin.id, NOW, "case"))
        uow.drafts.save("D1", staff.sanne.id, SECRET, NOW)
        uow.outbox.put(OutboxMessage(staff.karin.id, case.id, "now", DeputyArranged()), NOW)
        uow.outbox.put(OutboxMessage(staff.karin.id, case.id, "claimed", DeputyArranged()), NOW)
        uow.outbox.put(OutboxMessage(staff.sanne.id, case.id, "morning", DeputyArranged()), LATER + timedelta(hours=1))
    with store.transaction() as uow:
        [claimed] = uow.queue.claim(NOW, 1, timedelta(minutes=1))
    assert claimed.case == case.id
    return case


@pytest.fixture
def backup(engine: Engine, vault: Vault, filled: CaseHeader, tmp_path: Path) -> Path:
    file = tmp_path / "backups" / "maandag"
    file.parent.mkdir()
    assert back_up(engine, vault, file, NOW) == BackedUp(3, 5, [])
    return file


@pytest.fixture
def new_sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'new' / 'meldwijzer.db'}")
    yield engine
    engine.dispose()


def put_back(engine: Engine, wrapper: KeyWrapper, backup: Path, keys: Path | None = None) -> Restored:
    return restore(engine, wrapper, backup, keys or keys_file(backup), LATER)


def rows_of(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as db:
        return {
            table.name: [tuple(row) for row in db.execute(select(table).order_by(*table.primary_key.columns))]
            for table in metadata.sorted_tables
            if table not in (*LEFT_OUT, outbox)
        }


def is_empty(engine: Engine) -> bool:
    with engine.connect() as db:
        names = sqlite_names(db) if db.dialect.name == "sqlite" else [table.name for table in metadata.sorted_tables]
        return not any(db.scalar(text(f'SELECT count(*) FROM "{name}"')) for name in names)


def sqlite_names(db: Any) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('alembic_version', 'sqlite_sequence')"
    return list(db.scalars(text(query)))


# making one


def test_the_files_are_for_their_owner_alone_and_nothing_else_is_left(backup: Path) -> None:
    assert sorted(path.name for path in backup.parent.iterdir()) == ["maandag", "maandag.keys"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in backup.parent.iterdir()} == {0o600}


@pytest.mark.parametrize("there", ["maandag", "maandag.keys"])
def test_a_backup_overwrites_nothing(engine: Engine, vault: Vault, tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    with pytest.raises(BadBackup, match=f"{there} exists already"):
        back_up(engine, vault, tmp_path / "maandag", NOW)
    assert (tmp_path / there).read_text() == "mine"
    assert not (tmp_path / "maandag.part").exists()


def test_a_backup_that_fails_leaves_no_half_file(
    engine: Engine, vault: Vault, filled: CaseHeader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(tmp_path.iterdir())
    monkeypatch.setattr("storage.integrity.backup.count_rows", lambda *_: 0)
    with pytest.raises(BadBackup, match="could not be written as a whole"):
        back_up(engine, vault, tmp_path / "maandag", NOW)
    assert set(tmp_path.iterdir()) == before
    with pytest.raises(BadBackup, match="folder"):
        back_up(engine, vault, tmp_path / "nowhere" / "maandag", NOW)


NAMES = ["a?b#c%20d", "vóór de zomer", "file:x?mode=ro", "a'b\"c;d", "x" * 250, "-x", "a\nb", os.fsdecode(b"a\xff")]


@sqlite_only
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_backup_works_under_every_name(
    engine: Engine,
    vault: Vault,
    filled: CaseHeader,
    tmp_path: Path,
    name: str,
    new_sqlite: Engine,
    master_key: MasterKey,
) -> None:
    file = tmp_path / "a?folder#" / name
    file.parent.mkdir()
    back_up(engine, vault, file, NOW)
    assert {path.name for path in file.parent.iterdir()} == {name, f"{name}.keys"}
    assert put_back(new_sqlite, master_key, file).faults == []


@sqlite_only
def test_a_name_that_is_too_long_is_told(engine: Engine, vault: Vault, filled: CaseHeader, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    with pytest.raises(BadBackup, match="name too long"):
        back_up(engine, vault, tmp_path / ("x" * 253), NOW)
    assert set(tmp_path.iterdir()) == before


@sqlite_only
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), sqlite3.OperationalError("disk is full")])
@pytest.mark.parametrize("at", ["write_label", "put_in_place"])
def test_a_full_disk_is_told_and_leaves_nothing(
    engine: Engine,
    vault: Vault,
    filled: CaseHeader,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    at: str,
) -> None:
    before = set(tmp_path.iterdir())
    whole = getattr(backup_module, at)
    calls: list[Path] = []

    def fails_at_the_second(path: Path, *args: Any) -> None:
        calls.append(path)
        if len(calls) == 2:
            raise error
        whole(path, *args)

    monkeypatch.setattr(backup_module, at, fails_at_the_second)
    with pytest.raises(BadBackup, match=r"No space left|cannot be copied"):
        back_up(engine, vault, tmp_path / "b", NOW)
    assert set(tmp_path.iterdir()) == before


def test_what_is_wrong_in_the_database_is_told_and_copied_as_it_is(
    engine: Engine, vault: Vault, filled: CaseHeader, tmp_path: Path, master_key: MasterKey, new_sqlite: Engine
) -> None:
    with engine.begin() as db:
        db.execute(update(entries).where(entries.c.case == filled.id, entries.c.seq == 2).values(payload=b"x"))
    made = back_up(engine, vault, tmp_path / "b", NOW)
    assert [(fault.kind, fault.entry) for fault in made.faults] == [(FaultKind.CHANGED, 2)]
    assert put_back(new_sqlite, master_key, tmp_path / "b").faults == made.faults


def test_the_data_hold_no_key_no_draft_and_nothing_to_guess_a_name_by(backup: Path, vault: Vault) -> None:
    with closing(sqlite3.connect(backup)) as file:
        for table in ("case_keys", "secrets", "drafts", "draft_keys"):
            assert file.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        assert file.execute("SELECT count(*) FROM name_keys").fetchone() == (0,)
    with closing(sqlite3.connect(keys_file(backup))) as file:
        filled_tables = [name for [name] in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = {name: file.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in filled_tables}
    assert {name for name, count in counts.items() if count} == {"secrets", "case_keys", "alembic_version", "backup"}


# putting one back


def test_everything_is_as_it_was_on_a_new_machine(
    engine: Engine, backup: Path, empty: Engine, master_key: MasterKey, plan: Plan, staff: Staff, filled: CaseHeader
) -> None:
    done = put_back(empty, master_key, backup)
    assert (done.cases, done.entries, done.destroyed_since, done.faults) == (3, 5, 0, [])
    assert rows_of(empty) == rows_of(engine)
    store = Store(empty, open_vault(empty, master_key), plan)
    with store.transaction() as uow:
        contents = uow.cases.read(filled.id, Reading(staff.karin.id, LATER, "case"))
        assert contents.pupil == PUPIL
        assert [entry.answers for entry in contents.entries] == [SECRET] * 4
        assert [case.id for case in uow.cases.find_by_pupil(staff.school, Pupil("ali", "KAYA", "6"))] != []


def made_by(version: str, file: Path, kind: BackupPart, vault: Vault, folder: Path) -> Path:
    """The same file as the program wrote it when its tables were of this version."""
    older = folder / file.name
    config = _config()
    with file_engine(older) as engine, engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        names = sqlite_names(connection)
    with closing(sqlite3.connect(older)) as db, db:
        db.execute("ATTACH DATABASE ? AS newer", (str(file),))
        for name in names:
            newer = RENAMED.get(name, name)
            now = _columns(db, f"newer.table_info('{newer}')")
            both = [(old, NEW_COLUMNS.get((name, old), old)) for old in _columns(db, f"main.table_info('{name}')")]
            olds, news = zip(*(pair for pair in both if pair[1] in now), strict=True)
            db.execute(f'INSERT INTO main."{name}" ({_quoted(olds)}) SELECT {_quoted(news)} FROM newer."{newer}"')
    write_label(older, kind, NOW, vault, ROWS_ALONE)
    return older


RENAMED = {
    "turns": "work_items",
    "handled": "processed_requests",
    "marks": "cache_epoch",
    "givings": "pending_exports",
}
NEW_COLUMNS = {
    ("turns", "holder"): "assignee",
    ("turns", "place"): "section",
    ("outbox", "words"): "payload",
    ("cases", "pupil_index"): "head",  # which is not used any more
}


def _quoted(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in db.execute(f"PRAGMA {table}")]


OLDER = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
"""Also this version: its files too were first proven by their rows alone."""


@sqlite_only  # a backup is an SQLite file, whatever the database was
@pytest.mark.parametrize("version", OLDER)
def test_a_backup_of_every_older_version_is_brought_up_to_date(
    engine: Engine,
    backup: Path,
    vault: Vault,
    new_sqlite: Engine,
    master_key: MasterKey,
    plan: Plan,
    tmp_path: Path,
    version: str,
) -> None:
    folder = tmp_path / "older"
    folder.mkdir()
    data = made_by(version, backup, BackupPart.DATA, vault, folder)
    made_by(version, keys_file(backup), BackupPart.KEYS, vault, folder)
    done = put_back(new_sqlite, master_key, data)
    assert (done.cases, done.entries, done.destroyed_since, done.faults) == (3, 5, 0, [])
    assert is_current(new_sqlite)
    with Store(new_sqlite, open_vault(new_sqlite, master_key), plan).transaction() as uow:
        contents = [uow.cases.contents(case.id) for case in uow.cases.all_open()]
    assert [entry.answers for one in contents for entry in one.entries].count(SECRET) == 4


def test_after_a_restore_work_goes_on(
    backup: Path, empty: Engine, master_key: MasterKey, plan: Plan, staff: Staff, filled: CaseHeader
) -> None:
    put_back(empty, master_key, backup)
    vault = open_vault(empty, master_key)
    store = Store(empty, vault, plan)
    with store.transaction() as uow:
        append(uow, uow.cases.get(filled.id), staff.sanne, {"what": "verder"}, key="V9")
        uow.cases.read(filled.id, Reading(staff.sanne.id, LATER, "case"))
        uow.outbox.put(OutboxMessage(staff.karin.id, filled.id, "after", DeputyArranged()), LATER)
    with empty.connect() as db:
        assert db.scalar(select(func.count()).select_from(readings)) == 2
        assert db.scalar(select(func.count()).select_from(outbox)) == 4
    with snapshot(empty) as view:
        assert list(faults(view, vault)) == []


def test_what_waited_is_not_sent_twice_or_late_and_what_is_for_later_is(
    backup: Path, empty: Engine, master_key: MasterKey, plan: Plan
) -> None:
    assert put_back(empty, master_key, backup).set_aside == 2
    store = Store(empty, open_vault(empty, master_key), plan)
    with store.transaction() as uow:
        assert uow.queue.claim(LATER, 10, timedelta(minutes=1)) == []
        assert uow.queue.backlog(LATER).failed == 0
        assert len(uow.queue.claim(LATER + timedelta(hours=2), 10, timedelta(minutes=1))) == 1
    with empty.connect() as db:
        states = db.scalars(select(outbox.c.state).order_by(outbox.c.state)).all()
    assert states == [SendState.CLAIMED, SendState.RESTORED, SendState.RESTORED]


def test_a_database_with_anything_in_it_is_left_alone(
    engine: Engine, backup: Path, master_key: MasterKey, store: Store
) -> None:
    before = rows_of(engine)
    with pytest.raises(BadBackup, match="not empty"):
        put_back(engine, master_key, backup)
    assert rows_of(engine) == before


def test_another_programs_database_is_left_alone(backup: Path, new_sqlite: Engine, master_key: MasterKey) -> None:
    with new_sqlite.begin() as db:
        db.execute(text("CREATE TABLE theirs (a INTEGER)"))
        db.execute(text("INSERT INTO theirs VALUES (1)"))
    with pytest.raises(BadBackup, match="not empty"):
        put_back(new_sqlite, master_key, backup)
    with new_sqlite.connect() as db:
        assert sqlite_names(db) == ["theirs"]


def test_without_the_right_master_key_nothing_is_put_back(backup: Path, empty: Engine) -> None:
    with pytest.raises(WrongKey):
        put_back(empty, MasterKey(bytes(32)), backup)
    assert is_empty(empty)


def test_keys_of_before_a_rotation_ask_for_the_old_master_key(
    engine: Engine, backup: Path, new_sqlite: Engine, master_key: MasterKey
) -> None:
    new = MasterKey(bytes(32))
    list(rotate(engine, KeyRing([new, master_key])))
    with pytest.raises(WrongKey):
        put_back(new_sqlite, new, backup)
    assert put_back(new_sqlite, KeyRing([new, master_key]), backup).faults == []


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _cut_to_nothing(path: Path) -> None:
    os.truncate(path, 0)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as file:
        [(place,)] = file.execute("SELECT made_at FROM backup").fetchall()
    at = content.index(place.encode())
    content[at + 3] = ord("7")
    path.write_bytes(bytes(content))


def _sql(statement: str) -> Any:
    def tamper(path: Path) -> None:
        with closing(sqlite3.connect(path)) as file, file:
            file.execute(statement)

    return tamper


def _swap(table: str, one: str, other: str) -> Any:
    renamed = [(one, "aside"), (other, one), ("aside", other)]
    statement = ";".join(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}" for old, new in renamed)

    def tamper(path: Path) -> None:
        with closing(sqlite3.connect(path)) as file, file:
            file.executescript(statement)

    return tamper


TRIGGER = "CREATE TRIGGER more AFTER UPDATE ON alembic_version BEGIN UPDATE roles SET role = 'care_coordinator'; END"


def _role(path: Path) -> None:
    """Somebody makes themselves school leader in the backup, and the digest fits again."""
    from storage.integrity.backup_file import digest_of

    _sql("UPDATE roles SET role = 'school_leader' WHERE role = 'teacher'")(path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE backup SET digest = ?", (digest_of(path),))


DAMAGE = {
    "half a file": (_cut, r"no whole file|damaged"),
    "an empty file": (_cut_to_nothing, "no whole file"),
    "text": (lambda path: path.write_text("dit is geen reservekopie" * 99), "no whole file"),
    "no label": (_sql("DROP TABLE backup"), "no whole file"),
    "another form": (_sql("UPDATE backup SET format = 99"), "another version"),
    "newer tables": (_sql("UPDATE alembic_version SET version_num = '9999'"), "newer version"),
    "a row less": (_sql("DELETE FROM alembic_version"), "no whole file"),
    "an entry less": (_sql("DELETE FROM entries WHERE seq = 4"), "damaged"),
    "another role": (_sql("UPDATE roles SET role = 'school_leader' WHERE role = 'teacher'"), "damaged"),
    "another role, and its digest": (_role, "changed after it was made"),
    "two columns changed about": (_swap("roles", "person", "school"), "damaged"),
    "a trigger": (_sql(TRIGGER), "damaged"),
    "a view": (_sql("CREATE VIEW more AS SELECT * FROM roles"), "damaged"),
    "another table": (_sql("CREATE TABLE more (a INTEGER CHECK (a > 0))"), "damaged"),
    "another moment": (_flip, "changed after it was made|older than"),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", DAMAGE)
def test_a_file_that_is_not_whole_is_refused(
    backup: Path, new_sqlite: Engine, master_key: MasterKey, name: str
) -> None:
    damage, said = DAMAGE[name]
    damage(backup)
    with pytest.raises(BadBackup, match=said):
        put_back(new_sqlite, master_key, backup)
    assert is_empty(new_sqlite)


@sqlite_only
@pytest.mark.parametrize("version", ["0001", "0017"])
@pytest.mark.parametrize(
    "damage",
    [
        _swap("roles", "person", "school"),
        _sql(TRIGGER),
        _sql("CREATE VIEW more AS SELECT * FROM roles"),
        _sql("CREATE TABLE more (a INTEGER)"),
        _sql("ALTER TABLE roles ADD COLUMN more TEXT"),
        _sql("DROP TABLE readings"),
    ],
)
def test_a_file_proven_by_its_rows_alone_has_the_tables_of_its_version(
    backup: Path, vault: Vault, new_sqlite: Engine, master_key: MasterKey, tmp_path: Path, version: str, damage: Any
) -> None:
    folder = tmp_path / "older"
    folder.mkdir()
    data = made_by(version, backup, BackupPart.DATA, vault, folder)
    made_by(version, keys_file(backup), BackupPart.KEYS, vault, folder)
    damage(data)
    write_label_again(data, vault)
    with pytest.raises(BadBackup, match="tables or triggers that Meldwijzer did not make"):
        put_back(new_sqlite, master_key, data)
    assert is_empty(new_sqlite)


def write_label_again(data: Path, vault: Vault) -> None:
    """The proof fits: what is looked at is the tables alone."""
    _sql("DROP TABLE backup")(data)
    write_label(data, BackupPart.DATA, NOW, vault, ROWS_ALONE)


def test_nothing_of_a_file_is_run_before_its_proof_is_checked(
    backup: Path, new_sqlite: Engine, master_key: MasterKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    _role(backup)
    migrated = list[Engine]()
    monkeypatch.setattr("storage.integrity.restore.upgrade", migrated.append)
    with pytest.raises(BadBackup, match="changed after it was made"):
        put_back(new_sqlite, master_key, backup)
    assert migrated == [new_sqlite]


@sqlite_only
def test_a_database_with_a_trigger_is_not_filled(backup: Path, new_sqlite: Engine, master_key: MasterKey) -> None:
    upgrade(new_sqlite)
    with new_sqlite.begin() as db:
        db.execute(text(TRIGGER))
    with pytest.raises(BadBackup, match="did not make: more"):
        put_back(new_sqlite, master_key, backup)
    assert is_empty(new_sqlite)


def test_a_trigger_in_the_database_is_a_fault(engine: Engine, vault: Vault, filled: CaseHeader, tmp_path: Path) -> None:
    with engine.begin() as db:
        if db.dialect.name == "sqlite":
            db.execute(text(TRIGGER))
        else:
            body = "CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
            db.execute(text(body))
            db.execute(text("CREATE TRIGGER more AFTER UPDATE ON roles EXECUTE FUNCTION more()"))
    with snapshot(engine) as view:
        assert [fault.kind for fault in faults(view, vault)] == [FaultKind.STRANGE]
    assert [fault.kind for fault in back_up(engine, vault, tmp_path / "b", NOW).faults] == [FaultKind.STRANGE]


EXCHANGED = [
    f"ALTER TABLE cases RENAME COLUMN {old} TO {new}"
    for old, new in (("opened_at", "x"), ("since", "opened_at"), ("x", "since"))
]


def test_exchanged_columns_are_a_fault(engine: Engine) -> None:
    assert kinds_after(engine, EXCHANGED) == [FaultKind.STRANGE]


@postgresql_only
def test_hidden_rows_are_a_fault(engine: Engine) -> None:
    assert kinds_after(engine, ["ALTER TABLE readings ENABLE ROW LEVEL SECURITY"]) == [FaultKind.STRANGE]


def kinds_after(engine: Engine, changes: list[str]) -> list[FaultKind]:
    with engine.begin() as db:
        for change in changes:
            db.execute(text(change))
    with snapshot(engine) as view:
        return [fault.kind for fault in schema_faults(view)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["half a file", "text", "newer tables", "no label"])
def test_a_key_file_that_is_not_whole_is_refused(
    backup: Path, new_sqlite: Engine, master_key: MasterKey, name: str
) -> None:
    damage, said = DAMAGE[name]
    damage(keys_file(backup))
    with pytest.raises(BadBackup, match=said):
        put_back(new_sqlite, master_key, backup)
    assert is_empty(new_sqlite)


def test_files_that_are_missing_or_changed_about_are_refused(
    backup: Path, new_sqlite: Engine, master_key: MasterKey
) -> None:
    with pytest.raises(BadBackup, match="There is no file"):
        put_back(new_sqlite, master_key, backup.with_name("dinsdag"))
    with pytest.raises(BadBackup, match="is not the file with the data"):
        put_back(new_sqlite, master_key, keys_file(backup), backup)


def test_keys_that_are_older_than_the_data_are_refused(
    engine: Engine, vault: Vault, backup: Path, new_sqlite: Engine, master_key: MasterKey
) -> None:
    later = backup.with_name("donderdag")
    back_up(engine, vault, later, LATER)
    with pytest.raises(BadBackup, match="is older than"):
        put_back(new_sqlite, master_key, later, keys_file(backup))


@sqlite_only
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), sqlite3.OperationalError("disk is full")])
def test_a_full_disk_ends_a_restore_in_a_sentence(
    backup: Path, new_sqlite: Engine, master_key: MasterKey, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("storage.integrity.backup_file.shutil.copyfile", fails)
    with pytest.raises(BadBackup, match=r"No space left|room on the disk"):
        put_back(new_sqlite, master_key, backup)
    assert is_empty(new_sqlite)
    with pytest.raises(BadBackup, match="name too long"):
        put_back(new_sqlite, master_key, backup.with_name("x" * 300))


# gone is gone


def test_a_case_destroyed_since_cannot_be_had_back(
    engine: Engine, vault: Vault, backup: Path, empty: Engine, master_key: MasterKey, plan: Plan, filled: CaseHeader
) -> None:
    with engine.begin() as db:
        destroy(db, vault, filled)
    later = backup.with_name("donderdag")
    back_up(engine, vault, later, LATER)
    keys_file(backup).unlink()
    done = put_back(empty, master_key, backup, keys_file(later))
    assert (done.cases, done.entries, done.destroyed_since, done.faults) == (3, 1, 1, [])
    with Store(empty, open_vault(empty, master_key), plan).transaction() as uow, pytest.raises((KeyError, Tampered)):
        uow.cases.contents(filled.id)


def test_no_key_that_is_left_opens_what_old_data_hold_of_it(
    engine: Engine, vault: Vault, backup: Path, master_key: MasterKey, filled: CaseHeader
) -> None:
    with engine.begin() as db:
        destroy(db, vault, filled)
    later = backup.with_name("donderdag")
    back_up(engine, vault, later, LATER)
    with closing(sqlite3.connect(keys_file(later))) as file:
        contexts = [(f"case_keys\0wrapped_key\0{_uuid(case)}", key) for case, key in _wrapped(file)]
    left = [DataKey(master_key.unwrap(key, context.encode())) for context, key in contexts]
    assert len(left) == 2
    with closing(sqlite3.connect(backup)) as file:
        payloads = file.execute('SELECT payload, seq FROM entries WHERE "case" = ?', (filled.id.hex,)).fetchall()
    assert len(payloads) == 4
    for payload, seq in payloads:
        for key in (*left, vault.staff):
            with pytest.raises(Tampered):
                key.open(payload, table="entries", column="payload", row=f"{filled.id}/{seq}")


def _wrapped(file: sqlite3.Connection) -> list[tuple[str, bytes]]:
    return file.execute('SELECT "case", wrapped_key FROM case_keys').fetchall()


def _uuid(text: str) -> str:
    from uuid import UUID

    return str(UUID(text))


def test_nothing_of_a_restore_is_left_in_the_temporary_folder(
    backup: Path, new_sqlite: Engine, master_key: MasterKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    left: list[int] = []

    def look_and_remove(path: Any, *, dir_fd: int | None = None) -> None:
        """A copy goes; the keys in it have to be wiped by then."""
        if dir_fd is not None:
            with os.fdopen(os.open(path, os.O_RDONLY, dir_fd=dir_fd), "rb") as copy:
                left.append(sum(copy.read()))
        remove(path, dir_fd=dir_fd)

    remove = os.unlink
    monkeypatch.setattr("os.unlink", look_and_remove)
    put_back(new_sqlite, master_key, backup)
    assert left == [0, 0]
    assert list(folder.iterdir()) == []


# while people work


def test_a_backup_under_load_is_of_one_moment(
    engine: Engine, store: Store, staff: Staff, vault: Vault, tmp_path: Path, master_key: MasterKey, new_sqlite: Engine
) -> None:
    stop, failures, stored = threading.Event(), list[BaseException](), list[int]()

    def report(author: int) -> None:
        number = 0
        try:
            while not stop.is_set():
                with store.transaction() as uow:
                    case = uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.sanne.id, NOW)
                    for i in range(2):
                        case = append(uow, case, staff.sanne, SECRET, key=f"L{author}/{number}/{i}")
                    uow.outbox.put(OutboxMessage(staff.karin.id, case.id, "1", DeputyArranged()), NOW)
                number += 1
        except BaseException as error:
            failures.append(error)
        stored.append(number)

    threads = [threading.Thread(target=report, args=(author,)) for author in range(2)]
    for thread in threads:
        thread.start()
    try:
        made = [back_up(engine, vault, tmp_path / f"b{i}", NOW) for i in range(3)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert made[0].cases < made[2].cases <= sum(stored)
    for one in made:
        assert (one.entries, one.faults) == (2 * one.cases, [])
    done = put_back(new_sqlite, master_key, tmp_path / "b2")
    assert (done.cases, done.entries, done.faults) == (made[2].cases, made[2].entries, [])
    assert done.set_aside == done.cases
