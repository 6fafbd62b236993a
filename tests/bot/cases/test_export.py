"""A dossier is exported: an encrypted file in a direct message, its password shown once, and a trace of it."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import insert, select

from handlers.controllers.export import _sealed as sealed
from meldcode.application.actor import on_behalf_of
from meldcode.application.cases.exports.exported import Export
from meldcode.application.staff.roles import ChangeRoles, change_roles
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity
from practice.model import File, View
from storage.db.schema import files, metadata, pending_exports
from tests.bot.cases.closing import closed_case, opened_case, record
from tests.bot.cases.test_drafts import goes_on
from tests.clock import until
from tests.on_screen import words_of
from tests.proxying import proxying
from tests.running import FATIMA, JORIS, KARIN, SANNE, Running, logged, running

TO, WHY = "Voor wie is het?", "Waarom?"
WHOLE, PARENTS = "Alles, met namen: voor Veilig Thuis", "Voor de ouders: zonder anderen"
PASSWORD = re.compile(r"\b(?:[2-9B-Z]{5}-){3}[2-9B-Z]{5}\b")


async def asks(school: Running, user: str, code: str, version: str) -> View:
    """Somebody fills in the form in the case, and gets what is shown then."""
    shown = await school.open_case(user, code)
    value = json.dumps({"case": code, "record": "given"})
    await school.send(school.click(user, shown, "make-record.menu0", value))
    assert school.modal(user).payload["title"]["text"] == "Dossier meegeven"
    answers = {"Welk dossier?": version, TO: "Veilig Thuis Groningen", WHY: "Zij vroegen erom."}
    assert (await school.actor(user).fill(school.modal(user), **answers)).ok
    return school.modal(user)


async def password(school: Running, user: str) -> str:
    """The password, if the modal shows it."""
    await until(lambda: PASSWORD.search(words_of(school.modal(user))))
    found = PASSWORD.search(words_of(school.modal(user)))
    assert found
    return found[0]


def shared(school: Running, user: str) -> list[File]:
    return [file for message in school.workspace.messages_of(user) for file in message.files]


async def opened(school: Running, user: str, secret: str) -> str:
    """The text of the received file, opened with its password."""
    await until(lambda: shared(school, user))
    [file] = shared(school, user)
    reader = PdfReader(io.BytesIO(file.content or b""))
    assert reader.is_encrypted
    assert not reader.decrypt("verkeerd")
    assert reader.decrypt(secret)
    return "\n".join(page.extract_text() for page in reader.pages)


async def test_the_whole_dossier_goes_to_who_asked_with_a_password_shown_once(
    tmp_path: Path, database_url: str
) -> None:
    with logged() as log:
        async with running(tmp_path, database_url=database_url) as school:
            code = await closed_case(school)
            assert "Het bestand wordt gemaakt" in words_of(await asks(school, KARIN, code, WHOLE))
            secret = await password(school, KARIN)
            paper = await opened(school, KARIN, secret)
            for words in ("Sem Bakker", "oom Henk", "Sanne de Boer", "Gehoord van een andere ouder", "06-12345678"):
                assert words in paper, words
            assert "Meegegeven aan" in paper
            assert "Veilig Thuis Groningen" in paper
            [file] = shared(school, KARIN)
            assert file.name == f"dossier-{code}.pdf"
            await until(lambda: school.count(pending_exports) == 0)
            told = school.messages(KARIN)
            assert not [word for word in (secret, "Sem", "Bakker") if word in repr(told)]
            assert secret not in everything(school)
            logbook = words_of(await school.open_case(FATIMA, code))
            for words in ("Dossier meegeven · ", "Veilig Thuis Groningen", "Zij vroegen erom.", "door Karin Visser"):
                assert words in logbook
            assert shared(school, FATIMA) == shared(school, SANNE) == []
    assert secret not in log.text
    assert "Henk" not in log.text


async def test_the_file_goes_through_the_proxy_as_all_calls_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with proxying() as (address, paths):
        monkeypatch.setenv("HTTP_PROXY", address)
        async with running(tmp_path) as school:
            await asks(school, KARIN, await opened_case(school), WHOLE)
            await password(school, KARIN)
            assert [path for path in paths if path.startswith("/upload/v1/")]
            assert "/api/files.getUploadURLExternal" in paths


def everything(school: Running) -> str:
    """Every value in the database."""
    with school.program.engine.connect() as connection:
        return repr([connection.execute(select(table)).all() for table in metadata.sorted_tables])


NAMED: dict[str, Any] = {"reporter_named": "yes"}
UNNAMED: dict[str, Any] = {
    "reporter_named": "no",
    "unnamed_by": (KARIN, FATIMA),
    "why_unnamed": "De vader dreigt.",
}


@pytest.mark.rule("S4.7")
@pytest.mark.parametrize("naming", [NAMED, UNNAMED], ids=["named", "not safe"])
async def test_the_parents_copy_names_who_reported_unless_two_found_that_not_safe(
    tmp_path: Path, naming: dict[str, Any]
) -> None:
    async with running(tmp_path) as school:
        code = await reported_case(school, **naming)
        await asks(school, FATIMA, code, WHOLE)
        paper = await opened(school, FATIMA, await password(school, FATIMA))
        assert "Directeur De Linde" in paper
        assert "Fatima el Amrani" in paper
        await asks(school, KARIN, code, PARENTS)
        await reads_all(school, KARIN)
        paper = await opened(school, KARIN, await password(school, KARIN))
        assert "Melding bij Veilig Thuis" in paper
        for words in ("Directeur De Linde", "Fatima el Amrani"):
            assert (words in paper) is (naming is NAMED), words
        for words in ("Sanne", "de Boer", "andere ouder", "Henk", "06-12345678"):
            assert words not in paper, "who passed on a signal stays withheld"
        assert "Sem Bakker" in paper
        assert "schoolleider" in paper


ON = {"still_suspected": "yes", "leader_there": "no"}


async def reported_case(school: Running, **naming: Any) -> str:
    code, day = await opened_case(school), "2026-11-24"
    await record(school, KARIN, "taken_up", code)
    met = {
        "parents_informed": "yes",
        "consulted_on": day,
        "present": (SANNE, KARIN),
        "consulted": "swv",
        "advice": "Bel oom Henk: 06-12345678.",
    }
    await record(school, KARIN, "consultation", code, **met)
    await record(school, KARIN, "safety", code, danger_by_talk="yes", why="Er is gevaar.", safety_by=(SANNE, KARIN))
    await record(school, KARIN, "weighing", code, weighed_by=(SANNE, KARIN), risk="Groot.", unsafe="yes", **ON)
    await record(school, KARIN, "leader_told", code, discussed_on=day, discussed_by=(SANNE, KARIN, FATIMA))
    asked = {"decision": "report", "unsafe_now": "as_weighed"}
    await record(school, KARIN, "proposal", code, **asked, why_decision="Zo besluiten we.")
    await record(school, FATIMA, "confirmation", code, agreed="yes")
    by = {"reporter": FATIMA, "reporter_role": "Directeur De Linde", **(naming or NAMED)}
    await record(school, FATIMA, "reported", code, reported_on=day, **by)
    return code


async def reads_all(school: Running, user: str, **changed: Any) -> int:
    """Review all pages, with these changes and entries left out, and confirm; return the number of pages."""
    count = 0
    while (view := school.modal(user)).payload.get("callback_id") == "read-over":
        count += 1
        answers: dict[str, Any] = {}
        labels = [block["label"]["text"] for block in view.payload["blocks"] if block["type"] == "input"]
        if "Klopt het zo?" in labels:
            answers["Klopt het zo?"] = ["Ik heb alles nagelezen. Dit mogen de ouders krijgen."]
        answers |= {label: words for label, words in changed.items() if label in labels}
        outcome = await school.actor(user).fill(view, **answers)
        assert outcome.ok, outcome
    return count


async def test_parents_get_what_was_read_over_adapted_and_not_left_out(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        code = await closed_case(school, notes=3)  # more entries than a page holds
        first = await asks(school, KARIN, code, PARENTS)
        assert "Een blauwe plek. Sem zei: “ik ben gevallen bij " in json.dumps(first.payload, ensure_ascii=False)
        assert "Henk" not in json.dumps(first.payload)
        assert not [word for word in ("Sem", "Groningen") if word in first.payload["private_metadata"]]
        changed = {"Wat zag of hoorde je?": "Een blauwe plek op de arm."}
        assert await reads_all(school, KARIN, **changed) > 1
        paper = await opened(school, KARIN, await password(school, KARIN))
        assert "Een blauwe plek op de arm." in paper
        assert "gevallen" not in paper
        for words in ("Henk", "Mehmet", "12345678", "Sanne", "Gehoord van", "Zij vroegen erom."):
            assert words not in paper, words
        again = words_of(await school.open_case(KARIN, code))
        assert "Dossier meegeven · " in again
        assert "oom Henk" in words_of(await school.open_case(KARIN, code)) or "Eerdere regels" in again


async def test_a_review_that_was_closed_halfway_goes_on_with_what_was_changed(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        code, what = await closed_case(school, notes=3), "Wat zag of hoorde je?"
        first = await asks(school, KARIN, code, PARENTS)
        left_out = next(block for block in first.payload["blocks"] if block.get("block_id") == "left_out")
        note = left_out["element"]["options"][1]["text"]["text"]
        changed = {what: "Een blauwe plek op de arm.", left_out["label"]["text"]: [note]}
        assert (await school.actor(KARIN).fill(first, **changed)).ok
        assert (await school.actor(KARIN).close(school.modal(KARIN))).ok
        form = await goes_on(school, KARIN)
        assert (await school.actor(KARIN).fill(form)).ok
        again = school.modal(KARIN)
        assert "Een blauwe plek op de arm." in json.dumps(again.payload, ensure_ascii=False)
        left_out = next(block for block in again.payload["blocks"] if block.get("block_id") == "left_out")
        assert [option["text"]["text"] for option in left_out["element"]["initial_options"]] == [note]


async def test_without_confirming_nothing_is_made_and_no_trace_is_left(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        code = await opened_case(school)
        page = await asks(school, KARIN, code, PARENTS)
        outcome = await school.actor(KARIN).submit(page, {})
        assert "confirmed" in outcome.errors
        assert shared(school, KARIN) == []
        assert "Dossier meegeven · " not in words_of(await school.open_case(KARIN, code))


@pytest.mark.rule("G1")
@pytest.mark.parametrize("user", [SANNE, JORIS])
async def test_a_role_that_may_not_gets_no_form_and_a_forged_one_makes_no_file(tmp_path: Path, user: str) -> None:
    async with running(tmp_path) as school:
        code = await opened_case(school)
        shown = await school.open_case(user, code)
        assert '\\"given\\"' not in json.dumps(shown.payload)
        await school.send(school.click(user, shown, "make-record.menu0", json.dumps({"case": code, "record": "given"})))
        assert "andere rol" in words_of(school.modal(user))
        form = await school.open_form(user)
        ref = json.dumps({"record": "given", "case": code, "seen": 1})
        state = {
            "given_as": {"answer": {"type": "radio_buttons", "selected_option": {"value": "whole"}}},
            "given_to": {"answer": {"type": "plain_text_input", "value": "mijzelf"}},
            "why_given": {"answer": {"type": "plain_text_input", "value": "zomaar"}},
        }
        for callback in ("export", "read-over", "form"):
            forged = school.submission(user, form, state, callback_id=callback, private_metadata=ref)
            answer = await school.send(forged)
            assert answer["response_action"] in ("errors", "push"), callback
        assert shared(school, user) == []
        assert "Dossier meegeven · " not in words_of(await school.open_case(KARIN, code))


async def test_the_file_is_gone_after_a_day_also_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        code = await opened_case(school)
        await asks(school, KARIN, code, WHOLE)
        await password(school, KARIN)
        await until(lambda: shared(school, KARIN))
        school.clock.forward(hours=23)
        await school.program.scheduler.tick()
        assert shared(school, KARIN)[0].content
        school.clock.forward(hours=2)
        await school.program.scheduler.tick()
        assert shared(school, KARIN)[0].is_deleted
        assert school.count(files) == 0
    async with running(tmp_path) as school:  # what another process sent and did not live to remove
        announced, address = school.workspace.files.announce("dossier.pdf", 3)
        school.workspace.files.receive(address, b"pdf")
        with school.program.engine.begin() as connection:
            connection.execute(insert(files).values(file=announced.id, remove_at=school.clock()))
            connection.execute(insert(files).values(file="F0NOTTHERE", remove_at=school.clock()))
        school.expect("file_not_found")
        await school.program.scheduler.tick()
        assert announced.is_deleted
        assert school.count(files) == 0


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_what_fails_shares_nothing_and_stands_in_the_logbook(
    tmp_path: Path, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as school:
        code = await opened_case(school)
        name = method.replace(".", "_")

        async def broken(**_: Any) -> None:
            raise TimeoutError

        monkeypatch.setattr(await school.program.workspaces.client(""), name, broken)
        await asks(school, KARIN, code, WHOLE)
        await until(lambda: "lukte niet" in words_of(school.modal(KARIN)))
        assert not PASSWORD.search(words_of(school.modal(KARIN)))
        assert shared(school, KARIN) == []
        assert not [message for message in school.messages(KARIN) if "hieronder als bestand" in message.text]
        logbook = words_of(await school.open_case(KARIN, code))
        assert "Er is niets meegegeven." in logbook
        assert school.count(pending_exports) == 0
        assert "verbetert regel 2" in logbook


async def test_an_export_that_was_killed_halfway_is_corrected_at_a_later_tick(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        code = await opened_case(school)
        with monkeypatch.context() as killed:
            killed.setattr("handlers.controllers.export._deliver", _nothing)
            await asks(school, KARIN, code, WHOLE)
        assert "Dossier meegeven · " in words_of(await school.open_case(KARIN, code))
        assert school.count(pending_exports) == 1
    async with running(tmp_path, database_url=database_url) as school:
        await school.program.scheduler.tick()
        assert school.count(pending_exports) == 1, "it may still be under way in another process"
        school.clock.forward(minutes=16)
        for _ in range(2):
            await school.program.scheduler.tick()
        logbook = words_of(await school.open_case(KARIN, code))
        assert logbook.count("Of het bestand is aangekomen, is niet zeker.") == 1
        assert "verbetert regel 2" in logbook
        assert school.count(pending_exports) == 0


@pytest.mark.rule("G3")
async def test_who_loses_the_role_meanwhile_gets_no_file_and_the_logbook_says_so(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        code = await opened_case(school)
        fatima = Identity("slack", school.workspace.app.team_id, FATIMA)

        async def sealed_after_the_role_was_lost(given: Export, secret: str) -> bytes:
            of_school, held = str(given.view.context.school), frozenset({Role.CARE_COORDINATOR})
            command = ChangeRoles(of_school, KARIN, frozenset(), held)
            await school.program.executor.execute(on_behalf_of(fatima, change_roles, command))
            return await sealed(given, secret)

        monkeypatch.setattr("handlers.controllers.export._sealed", sealed_after_the_role_was_lost)
        await asks(school, KARIN, code, WHOLE)
        await until(lambda: "lukte niet" in words_of(school.modal(KARIN)))
        assert not PASSWORD.search(words_of(school.modal(KARIN)))
        assert shared(school, KARIN) == []
        assert "Er is niets meegegeven." in words_of(await school.open_case(SANNE, code))


async def _nothing(*_: Any) -> None:
    """The process ends here."""


async def test_a_second_click_makes_no_second_file(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        code = await opened_case(school)
        shown = await school.open_case(KARIN, code)
        value = json.dumps({"case": code, "record": "given"})
        await school.send(school.click(KARIN, shown, "make-record.menu0", value))
        state = {
            "given_as": {"answer": {"type": "radio_buttons", "selected_option": {"value": "whole"}}},
            "given_to": {"answer": {"type": "plain_text_input", "value": "Veilig Thuis"}},
            "why_given": {"answer": {"type": "plain_text_input", "value": "Melding"}},
        }
        twice = school.submission(KARIN, school.modal(KARIN), state)
        assert [(await school.send(twice))["response_action"] for _ in range(2)] == ["update", "update"]
        await until(lambda: shared(school, KARIN))
        assert len(shared(school, KARIN)) == 1


def test_the_roles_that_may_are_the_plans(tmp_path: Path) -> None:
    from meldcode.domain.plan.file import load_plan, shipped_plans

    for file in shipped_plans():
        assert load_plan(file).records["given"].by == (Role.CARE_COORDINATOR, Role.SCHOOL_LEADER)


async def test_no_trace_stands_without_a_file_that_was_asked_for(tmp_path: Path) -> None:
    """Only an export stores the action of an export; a plain form of it is refused for everybody."""
    async with running(tmp_path) as school:
        code = await opened_case(school)
        form = await school.open_form(KARIN)
        ref = json.dumps({"record": "given", "case": code, "seen": 1})
        state = {
            "given_as": {"answer": {"type": "radio_buttons", "selected_option": {"value": "whole"}}},
            "given_to": {"answer": {"type": "plain_text_input", "value": "Veilig Thuis"}},
            "why_given": {"answer": {"type": "plain_text_input", "value": "Melding"}},
        }
        forged = school.submission(KARIN, form, state, callback_id="form", private_metadata=ref)
        assert (await school.send(forged))["response_action"] in ("errors", "push")
        assert "Dossier meegeven · " not in words_of(await school.open_case(KARIN, code))
