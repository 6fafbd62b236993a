from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete, event, func, select, update

from meldcode.application.messages.staff import DeputyArranged
from meldcode.application.ports.cases import NewEntry, Outdated, Submission
from meldcode.application.ports.outbox import OutboxMessage
from meldcode.domain.case.header import CaseHeader, Reading
from meldcode.domain.case.state import Answers, Pupil, State, Status
from meldcode.domain.plan.roles import Role
from storage.crypto import chain
from storage.crypto.vault import MasterKey, Tampered, Vault
from storage.db.schema import case_keys, cases, entries, metadata, name_keys
from storage.repositories import cases as cases_module
from storage.repositories.cases import CODE_LETTERS, NoFreeCode
from storage.unit_of_work import Store
from tests.storage.conftest import NOW, PUPIL, Staff, append, entry

ANSWERS: Answers = {"what": "Zat stil in de hoek", "present": ("a", "b")}


def count_rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        tables = metadata.sorted_tables
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do all at the same moment, each in a thread; return what each gave or raised."""
    start, results = threading.Barrier(len(deeds)), [None for _ in deeds]

    def run(place: int) -> None:
        start.wait()
        try:
            results[place] = deeds[place]()  # type: ignore[call-overload]
        except Exception as error:
            results[place] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(results)


@pytest.mark.rule("S1.2")
def test_what_was_committed_is_there_for_another_connection(store: Store, staff: Staff, case: CaseHeader) -> None:
    with store.transaction() as uow:
        appended = append(uow, case, staff.sanne, ANSWERS, key="V1")
    with store.transaction() as uow:
        contents = uow.cases.contents(case.id)
        assert contents.pupil == PUPIL
        assert contents.entries == (entry(case, staff.sanne, ANSWERS),)
        assert uow.cases.get(case.id) == appended


def test_an_exception_leaves_nothing(store: Store, staff: Staff, engine: Engine) -> None:
    before = count_rows(engine)
    with pytest.raises(RuntimeError), store.transaction() as uow:
        case = uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.sanne.id, NOW)
        append(uow, case, staff.sanne, ANSWERS, key="V1")
        uow.drafts.save("V2", staff.sanne.id, ANSWERS, NOW)
        uow.outbox.put(OutboxMessage(staff.karin.id, case.id, "1", DeputyArranged()), NOW)
        uow.cases.read(case.id, Reading(staff.sanne.id, NOW, "case"))
        raise RuntimeError
    assert count_rows(engine) == before


def test_a_case_that_nobody_can_be_found_for_is_not_half_there(store: Store, staff: Staff, engine: Engine) -> None:
    before = count_rows(engine)
    with pytest.raises(Exception, match=r"(?i)foreign key"), store.transaction() as uow:
        uow.cases.open(staff.school, uow.plans.current(), PUPIL, uuid4(), NOW)
    assert count_rows(engine) == before


def test_of_two_at_once_one_is_outdated_and_none_is_lost(store: Store, staff: Staff, case: CaseHeader) -> None:
    def fill_in(key: str) -> Callable[[], CaseHeader]:
        def deed() -> CaseHeader:
            with store.transaction() as uow:
                return append(uow, case, staff.sanne, {"what": key}, key=key)

        return deed

    results = at_once(*[fill_in(f"V{i}") for i in range(4)])
    won = [result for result in results if isinstance(result, CaseHeader)]
    assert len(won) == 1
    assert [type(result) for result in results].count(Outdated) == 3
    with store.transaction() as uow:
        kept = uow.cases.contents(case.id).entries
        assert len(kept) == 1
        assert uow.cases.get(case.id).version == 1


def test_the_same_submission_twice_at_once_is_one_entry(store: Store, staff: Staff, engine: Engine) -> None:
    before = count_rows(engine)

    def report() -> CaseHeader:
        with store.transaction() as uow:
            case = uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.sanne.id, NOW)
            return append(uow, case, staff.sanne, ANSWERS, key="V1")

    results = at_once(report, report, report)
    assert sorted(type(result).__name__ for result in results) == ["AlreadyStored", "AlreadyStored", "CaseHeader"]
    after = count_rows(engine)
    assert {name: after[name] - before[name] for name in ("cases", "case_keys", "entries")} == {
        "cases": 1,
        "case_keys": 1,
        "entries": 1,
    }


def test_a_stored_submission_is_found_again(store: Store, staff: Staff, case: CaseHeader) -> None:
    with store.transaction() as uow:
        append(uow, case, staff.sanne, ANSWERS, key="V1")
    with store.transaction() as uow:
        assert uow.cases.find_submission("V1") == Submission(case.id, 1, "digest of V1")
        assert uow.cases.find_submission("V2") is None


def test_a_case_cannot_be_written_to_out_of_order(store: Store, staff: Staff, case: CaseHeader) -> None:
    late = entry(CaseHeader(**{**case.__dict__, "version": 5}), staff.sanne)
    with pytest.raises(Outdated), store.transaction() as uow:
        uow.cases.append(case, NewEntry(late, State(case.step), None, "V1"))


def test_the_row_follows_the_state(store: Store, staff: Staff, case: CaseHeader) -> None:
    later = NOW + timedelta(days=1)
    with store.transaction() as uow:
        state = State("elsewhere", since=later, status=Status.CLOSED)
        uow.cases.append(case, NewEntry(entry(case, staff.sanne), state, None, "V1"))
    with store.transaction() as uow:
        now = uow.cases.get(case.id)
    assert (now.step, now.since, now.status, now.version) == ("elsewhere", later, Status.CLOSED, 1)


@pytest.mark.rule("G3")
def test_reading_leaves_a_trace(store: Store, staff: Staff, case: CaseHeader) -> None:
    first = Reading(staff.karin.id, NOW, "case", None)
    second = Reading(staff.sanne.id, NOW + timedelta(minutes=1), "form", (Role.CONFIDANT, Role.TEACHER))
    with store.transaction() as uow:
        assert uow.cases.read(case.id, first).pupil == PUPIL
        uow.cases.read(case.id, second)
    with store.transaction() as uow:
        assert uow.readings.of_case(case.id) == [second, first]


@pytest.mark.rule("G3")
def test_without_a_trace_nothing_is_opened(
    store: Store, case: CaseHeader, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(Vault, "case_key", lambda *args: opened.append(args))
    with pytest.raises(Exception, match=r"(?i)foreign key"), store.transaction() as uow:
        uow.cases.read(case.id, Reading(uuid4(), NOW, "case"))
    assert opened == []
    assert count_rows(engine)["readings"] == 0


@pytest.mark.rule("G3")
def test_the_trace_is_written_before_anything_is_fetched(
    store: Store, staff: Staff, case: CaseHeader, engine: Engine
) -> None:
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    with store.transaction() as uow:
        uow.cases.read(case.id, Reading(staff.karin.id, NOW, "case"))
    touching = [s for s in statements if re.search(r"readings|pupil|payload|wrapped_key", s)]
    assert touching[0].startswith("INSERT INTO readings")


@pytest.mark.rule("G3")
def test_a_ciphertext_moved_to_another_case_or_entry_is_refused(
    store: Store, staff: Staff, case: CaseHeader, engine: Engine
) -> None:
    with store.transaction() as uow:
        after = append(uow, case, staff.sanne, {"what": "een"}, key="V1")
        append(uow, after, staff.sanne, {"what": "twee"}, key="V2")
    with engine.begin() as connection:
        first = select(entries.c.payload).where(entries.c.seq == 1).scalar_subquery()
        connection.execute(update(entries).where(entries.c.seq == 2).values(payload=first))
    with pytest.raises(Tampered), store.transaction() as uow:
        uow.cases.contents(case.id)


def test_a_case_without_its_key_cannot_be_opened(store: Store, case: CaseHeader, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(delete(case_keys))
    with pytest.raises(KeyError), store.transaction() as uow:
        uow.cases.contents(case.id)


def _recomputed(vault: Vault, engine: Engine, case: CaseHeader) -> tuple[list[bytes], list[bytes], bytes]:
    """The links that should be there, those that are, and the head."""
    with engine.connect() as connection:
        rows = connection.execute(select(entries).where(entries.c.case == case.id).order_by(entries.c.seq)).all()
        head: bytes = connection.execute(select(cases.c.head).where(cases.c.id == case.id)).scalar_one()
    previous, links = chain.START, []
    for row in rows:
        previous = chain.link(vault, previous, row.case, row.seq, row.author, row.written_at, row.payload)
        links.append(previous)
    return links, [row.chain for row in rows], head


@pytest.fixture
def written(store: Store, staff: Staff, case: CaseHeader) -> CaseHeader:
    """The case with three entries."""
    with store.transaction() as uow:
        for i in range(3):
            case = append(uow, case, staff.sanne, {"what": str(i)}, key=f"V{i}")
    return case


@pytest.mark.rule("S1.2")
def test_the_chain_runs_over_all_entries_to_the_head(vault: Vault, engine: Engine, written: CaseHeader) -> None:
    expected, stored, head = _recomputed(vault, engine, written)
    assert stored == expected
    assert head == expected[-1]


@pytest.mark.rule("S1.2")
@pytest.mark.parametrize("change", ["payload", "author", "written_at", "removed"])
def test_an_altered_entry_breaks_the_chain(
    vault: Vault, engine: Engine, written: CaseHeader, staff: Staff, change: str
) -> None:
    altered = {"payload": b"\x01other", "author": staff.karin.id, "written_at": NOW + timedelta(seconds=1)}
    second = entries.c.seq == 2
    with engine.begin() as connection:
        if change == "removed":
            connection.execute(delete(entries).where(second))
        else:
            connection.execute(update(entries).where(second).values({change: altered[change]}))
    expected, stored, head = _recomputed(vault, engine, written)
    assert stored != expected
    assert head != expected[-1]


def test_without_the_key_no_chain_can_be_made(engine: Engine, written: CaseHeader) -> None:
    expected, stored, _ = _recomputed(Vault(MasterKey(bytes(32)), bytes(32)), engine, written)
    assert not set(expected) & set(stored)


def test_a_code_names_nothing_and_nobody(case: CaseHeader) -> None:
    assert re.fullmatch(rf"26-[{CODE_LETTERS}]{{4}}", case.code)
    assert not set(CODE_LETTERS) & set("AEIOU01")


def test_a_code_that_is_taken_is_not_given_again(
    store: Store, staff: Staff, case: CaseHeader, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = iter([case.code, case.code, "26-FREE"])
    monkeypatch.setattr(cases_module, "_new_code", lambda now: next(codes))
    with store.transaction() as uow:
        assert uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.sanne.id, NOW).code == "26-FREE"
    monkeypatch.setattr(cases_module, "_new_code", lambda now: case.code)
    with pytest.raises(NoFreeCode), store.transaction() as uow:
        uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.sanne.id, NOW)


@pytest.mark.rule("G3")
def test_a_case_is_found_only_in_its_school(store: Store, staff: Staff, case: CaseHeader) -> None:
    with store.transaction() as uow:
        assert uow.cases.find(case.code, [staff.school]) == case
        assert uow.cases.find(case.code, [uuid4()]) is None
        assert uow.cases.find(case.code, []) is None
        assert uow.cases.find("26-XXXX", [staff.school]) is None
        with pytest.raises(KeyError):
            uow.cases.get(uuid4())
        with pytest.raises(KeyError):
            uow.cases.contents(uuid4())


def test_cases_about_the_same_pupil_are_found_oldest_first(store: Store, staff: Staff, case: CaseHeader) -> None:
    with store.transaction() as uow:
        earlier, later = NOW - timedelta(days=9), NOW + timedelta(days=9)
        older = uow.cases.open(staff.school, uow.plans.current(), Pupil("NOOR", "jansen", "4"), staff.karin.id, earlier)
        alike = uow.cases.open(staff.school, uow.plans.current(), Pupil("Noor", "Janssen", "5"), staff.karin.id, later)
        uow.cases.open(staff.school, uow.plans.current(), Pupil("Sem", "Jansen", "5"), staff.karin.id, NOW)
    with store.transaction() as uow:
        assert uow.cases.find_by_pupil(staff.school, PUPIL) == [older, case, alike]
        assert uow.cases.find_by_pupil(uuid4(), PUPIL) == []
        assert uow.cases.pupil(older.id) == Pupil("NOOR", "jansen", "4")


def test_placeholders_never_find_each_other(store: Store, staff: Staff) -> None:
    nobody = Pupil("Onbekend", "Onbekend", "5")
    with store.transaction() as uow:
        uow.cases.open(staff.school, uow.plans.current(), nobody, staff.sanne.id, NOW)
        assert uow.cases.find_by_pupil(staff.school, nobody) == []


def test_names_of_an_earlier_version_are_indexed_once(
    engine: Engine, store: Store, staff: Staff, case: CaseHeader
) -> None:
    with engine.begin() as db:
        db.execute(delete(name_keys))
        db.execute(update(cases).values(indexed=0))
    with store.transaction() as uow:
        assert uow.cases.find_by_pupil(staff.school, PUPIL) == []
        assert uow.cases.index_names(lambda error: pytest.fail(repr(error))) == 1
        assert uow.cases.find_by_pupil(staff.school, PUPIL) == [case]
        assert uow.cases.index_names(lambda error: pytest.fail(repr(error))) == 0


def test_a_name_that_does_not_open_stops_no_other(engine: Engine, store: Store, staff: Staff, case: CaseHeader) -> None:
    with store.transaction() as uow:
        other = uow.cases.open(staff.school, uow.plans.current(), Pupil("Sem", "Bakker", "5"), staff.sanne.id, NOW)
    with engine.begin() as db:
        db.execute(update(cases).values(indexed=0))
        db.execute(update(cases).where(cases.c.id == other.id).values(pupil=b"x"))
    failed: list[Exception] = []
    with store.transaction() as uow:
        assert uow.cases.index_names(failed.append) == 1
        assert uow.cases.find_by_pupil(staff.school, PUPIL) == [case]
    assert [type(error) for error in failed] == [Tampered]


def test_headers_come_longest_waiting_first(store: Store, staff: Staff, case: CaseHeader) -> None:
    with store.transaction() as uow:
        plan, earlier = uow.plans.current(), NOW - timedelta(days=9)
        older = uow.cases.open(staff.school, plan, PUPIL, staff.karin.id, earlier)
        uow.cases.open(staff.school, plan, PUPIL, staff.karin.id, earlier)
    with store.transaction() as uow:
        assert uow.cases.headers([case.id, older.id]) == [older, case]


def test_a_case_that_is_handed_over_is_the_new_teachers_alone(store: Store, staff: Staff, case: CaseHeader) -> None:
    with store.transaction() as uow:
        assert uow.cases.hand_over(case.id, staff.karin.id).teachers == {staff.karin.id}
    with store.transaction() as uow:
        assert uow.cases.get(case.id).teachers == {staff.karin.id}


def test_a_joined_case_points_to_the_other(store: Store, staff: Staff, case: CaseHeader) -> None:
    with store.transaction() as uow:
        other = uow.cases.open(staff.school, uow.plans.current(), PUPIL, staff.karin.id, NOW)
        uow.cases.set_joined(other.id, case.id)
    with store.transaction() as uow:
        assert [joined.id for joined in uow.cases.joined(case.id)] == [other.id]
        assert uow.cases.get(other.id).joined_to == case.id
        assert uow.cases.joined(other.id) == []
