"""A stolen database tells nothing (promise 3): typed marks are searched in all that the database leaves behind."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, Text, cast, insert, make_url, select

from meldcode.application.ports.installations import Installation
from meldcode.domain.alarm import Alarm
from meldcode.domain.case.header import Reading
from meldcode.domain.case.state import Answers, Pupil
from meldcode.domain.plan.roles import Role
from storage.crypto.vault import Vault
from storage.db.schema import metadata, schools
from storage.integrity.backup import back_up
from storage.integrity.backup_file import keys_file
from storage.repositories.kept_states import LONG
from storage.schools import PersonConfig, SchoolConfig, apply_schools
from storage.unit_of_work import Store
from tests.databases import Postgres, contents
from tests.storage.conftest import NOW, WORKSPACE, append, person

pytestmark = pytest.mark.rule("G3")
MARK = "Kanarie"
SCHOOL = SchoolConfig(
    name="De Beuk",
    region="zuid",
    people=(PersonConfig("U7", f"{MARK} naam", frozenset({Role.TEACHER}), (f"{MARK} groep",)),),
)


@pytest.fixture
def planted(store: Store) -> Store:
    """A store with the mark in everything that is encrypted, also in what was replaced and deleted."""
    apply_schools(store, [SCHOOL], WORKSPACE, NOW)
    with store.transaction() as uow:
        teacher = person(uow, "U7")
        school = next(iter(teacher.memberships))
        pupil = Pupil(f"{MARK} voor", f"{MARK} achter", f"{MARK} 5")
        case = uow.cases.open(school, uow.plans.current(), pupil, teacher.id, NOW)
        answers: Answers = {f"{MARK}": f"Zei: {MARK}!", "present": (f"{MARK} a", f"{MARK} b")}
        case = append(uow, case, teacher, answers, key=f"{MARK} sleutel")
        first, long = uow.cases.contents(case.id).entries[0], replace(case, version=LONG)
        uow.cases.keep_state(long, uow.plans.current(), [first])
        uow.drafts.save(f"{MARK} concept", teacher.id, answers, NOW)
        uow.drafts.save(f"{MARK} weg", teacher.id, answers, NOW)
        alarm = Alarm(teacher.id, NOW, case.id)
        uow.alarms.add(alarm)
        uow.alarms.set_place(uow.alarms.set_place(alarm, f"{MARK} eerst"), f"{MARK} gang")
        for token in (f"xoxb-{MARK}-oud", f"xoxb-{MARK}"):
            uow.installations.save(Installation(WORKSPACE, f"{MARK} school", "B1", "U0BOT", token, NOW))
    with store.transaction() as uow:
        uow.drafts.delete(f"{MARK} weg", teacher.id)
        uow.cases.read(case.id, Reading(teacher.id, NOW, "case"))
    return store


def forms_of(mark: str) -> list[bytes]:
    """The ways in which the mark could stand there: plain, UTF-16, hex, and base64 at each of its three phases."""
    raw = mark.encode()
    forms = [raw, raw.upper(), raw.lower(), mark.encode("utf-16-le"), mark.encode("utf-16-be")]
    forms += [raw.hex().encode(), raw.hex().upper().encode()]
    for phase in range(3):
        whole = base64.b64encode(b"\0" * phase + raw)
        start, end = (0, 2, 3)[phase], len(whole) - (4 if (len(raw) + phase) % 3 else 0)
        forms.append(whole[start:end])
    return forms


def found_in(content: bytes) -> list[bytes]:
    return [form for form in forms_of(MARK) if form in content]


def _dump(engine: Engine) -> bytes:
    """Every value of every column, as text; bytes also as they are."""
    parts: list[bytes] = []
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                parts += [value if isinstance(value, bytes) else str(value).encode() for value in row]
            if engine.dialect.name == "postgresql":
                texts = select(*[cast(column, Text) for column in table.columns])
                parts += [str(tuple(row)).encode() for row in connection.execute(texts)]
    return b"\n".join(parts)


def _files(engine: Engine, request: pytest.FixtureRequest) -> Iterator[tuple[str, bytes]]:
    """The files of the database as they are on disk now, with its log."""
    if engine.dialect.name == "sqlite":
        return contents(Path(str(make_url(str(engine.url)).database)).parent)
    postgres: Postgres = request.getfixturevalue("postgres")
    postgres.checkpoint()
    return contents(postgres.data)


@pytest.mark.usefixtures("planted")
def test_the_dump_and_the_files_tell_nothing(engine: Engine, request: pytest.FixtureRequest) -> None:
    assert found_in(_dump(engine)) == []
    for name, content in _files(engine, request):
        assert found_in(content) == [], name


@pytest.mark.usefixtures("planted")
def test_a_backup_and_its_keys_tell_nothing(engine: Engine, vault: Vault, tmp_path: Path) -> None:
    file = tmp_path / "maandag"
    back_up(engine, vault, file, NOW)
    for path in (file, keys_file(file)):
        assert found_in(path.read_bytes()) == [], path.name
    assert b"De Beuk" in file.read_bytes()


@pytest.mark.usefixtures("planted")
def test_what_stands_in_clear_is_found_by_the_same_search(engine: Engine, request: pytest.FixtureRequest) -> None:
    visible = "Zichtbaar " + MARK[::-1]
    with engine.begin() as connection:
        days: dict[str, list[str]] = {"free_days": [], "open_days": [], "hours": []}
        connection.execute(insert(schools).values(id=uuid4(), name=visible, region="zuid", **days))
    assert visible.encode() in _dump(engine)
    assert any(visible.encode() in content for _, content in _files(engine, request))


@pytest.mark.parametrize("content", [MARK, f"xx{MARK}yy"])
@pytest.mark.parametrize("phase", range(3))
def test_every_form_of_the_mark_is_recognised(content: str, phase: int) -> None:
    raw = b"\xff" * phase + content.encode()
    for disguised in (raw, content.encode("utf-16-le"), raw.hex().encode(), base64.b64encode(raw)):
        assert found_in(disguised)


@pytest.mark.usefixtures("planted")
def test_the_mark_was_planted_in_every_encrypted_column(engine: Engine) -> None:
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if column.info["class"] == "encrypted":
                    assert connection.execute(select(column)).first(), str(column)


def test_the_mark_can_be_read_again(planted: Store) -> None:
    with planted.transaction() as uow:
        teacher = person(uow, "U7")
        assert teacher.name == f"{MARK} naam"
        assert uow.drafts.find(f"{MARK} weg", teacher.id, NOW) is None
        assert uow.drafts.find(f"{MARK} concept", teacher.id, NOW) is not None
