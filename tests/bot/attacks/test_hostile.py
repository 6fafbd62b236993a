"""Hostile requests change nothing (promise 9): all tables are the same before and after, to the last byte.

Each request is properly signed, as if Slack's secret had leaked or a request was intercepted. Unsigned requests are
refused before that (see `test_http`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from practice.client import payloads
from practice.model import Json, View
from practice.state.views import Views
from storage.db.schema import entries
from tests.bot.attacks.test_bad_input import _FORM, GOOD, text
from tests.bot.program.test_http import answered, packed, signed
from tests.on_screen import button, said, words_of
from tests.running import FATIMA, KARIN, MEHMET, SANNE, Logged, Running, logged, running, signal

DEEP = "[" * 50_000
HUGE = 10**4000
MARK = "Kanarie"


@contextmanager
def nothing_changes(school: Running, *, but: frozenset[str] = frozenset()) -> Iterator[Logged]:
    """All tables stay the same `but` these, and the log has nothing of the request."""
    before = school.digest()
    with logged() as log:
        yield log
    after = school.digest()
    assert {name for name in before if before[name] != after[name]} == but
    assert MARK not in log.text


async def a_case(school: Running) -> str:
    """A case of Sanne's, after its messages were sent."""
    await school.report(SANNE, signal())
    await school.sent()
    return school.codes(KARIN)[0]


def forged_form(school: Running, user: str, ref: Any, callback: str = "form") -> View:
    """An open form whose `private_metadata` was forged like this."""
    form = Views(school.workspace.app).open(user, _FORM)
    metadata = ref if isinstance(ref, str) else json.dumps(ref)
    form.payload |= {"private_metadata": metadata, "callback_id": callback}
    return form


REFS: list[Any] = [
    DEEP,
    '{"record": "signal", "record": "taken_up", "case": "CODE"}',
    {"record": "signal", "case": "26-ZZZZ"},
    {"record": "signal", "case": "CODE\x00"},
    {"record": "signal", "case": "CODE\ud800"},
    {"record": "signal", "case": "' OR 1=1 --"},
    {"record": "signal", "case": "%"},
    {"record": "signal", "case": ["CODE"]},
    {"record": "signal", "school": "CODE"},
    {"record": "correction", "case": "CODE", "refers_to": HUGE},
    {"record": "correction", "case": "CODE", "refers_to": 1e308},
    {"record": "proposal", "case": "CODE", "seen": -HUGE},
    {"record": "taken_up", "case": "CODE"},
    {"record": "handed_over", "case": "CODE", "seen": "x"},
    {"record": "__class__", "case": "CODE"},
    {"record": "signal", "case": "CODE", "__init__": 1},
]


async def test_forms_that_name_what_is_not_theirs_change_nothing(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        code = await a_case(school)
        with nothing_changes(school):
            for ref in REFS:
                for user in (MEHMET, FATIMA) if "taken_up" in str(ref) else (MEHMET,):
                    for callback in ("form", "review"):
                        named = json.dumps(ref) if isinstance(ref, dict) else ref
                        form = forged_form(school, user, named.replace("CODE", code), callback)
                        answer = await school.send(school.submission(user, form, {**GOOD, "text": text(MARK)}))
                        assert said(answer), (ref, answer)
                        assert "reference" not in said(answer)


VALUES: list[Any] = [
    DEEP,
    '{"case": "CODE", "case": "26-ZZZZ"}',
    {"case": "CODE", "page": HUGE},
    {"case": "CODE", "page": -1},
    {"case": "CODE", "record": "proposal"},
    {"case": "CODE", "refers_to": HUGE},
    {"case": "CODE\x00"},
    {"case": "\ud800"},
    {"case": {"CODE": 1}, "other": []},
    "CODE",
    "CODE\x00",
    "\ud800",
    "5 5",
    "00000000-0000-0000-0000-000000000000 x",
    "x" * 2000,
]
ACTIONS = ["make-record.x", "correct.1", "page.older", "join.0", "tell-apart.0", "open-case", "adjust", "alarm"]
ACTIONS += ["deny.1", "", "weg", "__class__", "\x00", "open-case\x00"]


async def test_buttons_of_another_role_or_case_change_nothing(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        school.expect("invalid_arguments", "too long", "dispatch_failed")
        code = await a_case(school)
        message = school.workspace.post(MEHMET, "knop")
        with nothing_changes(school):
            for action in ACTIONS:
                for value in VALUES:
                    named = (json.dumps(value) if isinstance(value, dict) else value).replace("CODE", code)
                    await school.send(school.click(MEHMET, message, action, named))
                    assert words_of(school.modal(MEHMET)), (action, value)
                    school.workspace.views.clear(MEHMET)


async def test_every_code_there_is_not_gets_the_same_answer_as_one_that_is_there(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        code = await a_case(school)
        tried = [
            code,
            code.lower(),
            f" {code} ",
            "26-2222",
            "26-ZZZZ",
            code[:-1],
            code + "X",
            "*",
            "%",
            "' OR ''='",
            "",
        ]
        tried += ["\x00", f"{code}\x00", "\u2028", "26-\ufe0f", "9" * 3000]
        with nothing_changes(school):
            answers = {
                name: (await school.actor(MEHMET).command("/meldcode", f"dossier {name}")).text for name in tried
            }
        assert set(answers.values()) == {"Dit dossier is er niet, of jij kunt het niet lezen. Controleer de code."}


BODIES: list[tuple[str, bytes]] = [
    ("a payload twice", urlencode([("payload", "{}"), ("payload", '{"type": "block_actions"}')]).encode()),
    ("deep", urlencode({"payload": '{"type": "view_submission", "view": ' + DEEP}).encode()),
    ("deep and closed", urlencode({"payload": '{"view": ' + "[" * 900 + "]" * 900 + "}"}).encode()),
    ("a huge number", urlencode({"payload": '{"type": "block_actions", "actions": ' + "9" * 5000 + "}"}).encode()),
    ("not a number", b'payload={"type": NaN}'),
    ("a lone surrogate", urlencode({"payload": '{"type": "\\ud800", "team": {"id": "T0PRACTICE"}}'}).encode()),
    ("a command without a name", urlencode({"command": "", "team_id": "T0PRACTICE", "user_id": SANNE}).encode()),
    ("NUL", b"payload=%00&command=%00"),
    ("ssl_check", b"ssl_check=1"),
]


async def test_bodies_that_no_slack_sends_change_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await a_case(school)
        with nothing_changes(school) as log:
            for name, body in BODIES:
                status, words = await answered(school, body, signed(school, body))
                assert status < 500, (name, status)
                assert "Traceback" not in words, name
        assert "Traceback" not in log.text


async def play_twice(school: Running, payload: Json, *, is_command: bool = False) -> None:
    """The same signed bytes twice: the original request and its replay."""
    body = urlencode(payload).encode() if is_command else packed(payload)
    headers = signed(school, body)
    assert (await answered(school, body, headers))[0] == 200
    await school.sent()
    school.clock.forward(minutes=4)
    with nothing_changes(school):
        status, words = await answered(school, body, headers)
        assert status == 200 or not words, "the right to open a modal is used up, so nobody can be shown anything"
        await school.sent()


def command(school: Running, user: str, name: str, typed: str) -> Json:
    return payloads.command(school.workspace, school.workspace.people[user], name, typed)


async def test_what_is_played_again_within_five_minutes_changes_nothing(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        school.expect("exchanged_trigger_id", "expired_trigger_id", "dispatch_failed")
        code = await a_case(school)
        told = school.messages(KARIN)[0]
        await play_twice(school, command(school, SANNE, "/signaal", "x"), is_command=True)
        await play_twice(school, command(school, KARIN, "/meldcode", f"dossier {code}"), is_command=True)
        await play_twice(school, command(school, KARIN, "/meldcode", "dossiers"), is_command=True)
        await play_twice(school, command(school, SANNE, "/meldcode", "acuut"), is_command=True)
        for label in ("Dossier openen", "Acuut gevaar"):
            pressed = button(told, label)
            await play_twice(school, school.click(KARIN, told, pressed["action_id"], pressed["value"]))
        make = json.dumps({"case": code, "record": "taken_up"})
        await play_twice(school, school.click(KARIN, told, "make-record.x", make))
        correct = json.dumps({"case": code, "refers_to": 1})
        await play_twice(school, school.click(KARIN, told, "correct.1", correct))


async def test_forms_that_are_played_again_change_nothing(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        school.expect("dispatch_failed", "expired_trigger_id", "not_found", "hash_conflict")
        form = await school.open_form(SANNE)
        hinted = {**GOOD, "what": text("Sem is misschien geslagen.")}
        await play_twice(school, school.submission(SANNE, form, hinted))
        await play_twice(school, school.submission(SANNE, form, hinted, callback_id="review"))
        await play_twice(school, school.submission(SANNE, form, hinted))
        assert school.count(entries) == 1
        await school.actor(KARIN).command("/meldcode", "vervanging")
        days = {name: {"answer": {"type": "datepicker", "selected_date": "2026-11-30"}} for name in DAYS}
        deputy = {"deputy": {"answer": {"type": "users_select", "selected_user": FATIMA}}, **days}
        await play_twice(school, school.submission(KARIN, school.modal(KARIN), deputy))


@pytest.mark.rule("G3")
async def test_what_is_played_again_is_not_shown_again(tmp_path: Path, database_url: str) -> None:
    """A draft, questions that follow, a search and an export: no second trace, and nothing of the case (promise 6)."""
    async with running(tmp_path, database_url=database_url) as school:
        school.expect("expired_trigger_id", "exchanged_trigger_id", "not_found", "hash_conflict", "dispatch_failed")
        school.expect("push_limit_reached")
        code = await a_case(school)
        shown = await school.open_case(KARIN, code)
        note = json.dumps({"case": code, "record": "note"})
        await school.send(school.click(KARIN, shown, "make-record.x", note))
        await school.actor(KARIN).fill(school.modal(KARIN), **{"Wat wil je vastleggen?": "Henk is misschien geslagen."})
        form = school.modal(KARIN)
        assert form.payload["callback_id"] == "review"
        await shows_once(school, school.click(KARIN, form, "adjust", "x"), "Henk")
        form = next(view for view in school.workspace.modals_of(KARIN) if view.id == form.id)
        await shows_once(school, school.click(KARIN, form, "answer.x", "x"), "Henk")
        await school.send(school.click(KARIN, school.messages(KARIN)[0], "search-form", "x"))
        await shows_once(school, school.submission(KARIN, school.modal(KARIN)), "Bakker")
        await school.send(school.click(KARIN, shown, "make-record.x", json.dumps({"case": code, "record": "given"})))
        text_of = {"given_to": "Ouders", "why_given": "Zij vroegen erom."}
        asked: Json = {id_: {"answer": {"type": "plain_text_input", "value": said}} for id_, said in text_of.items()}
        for_parents = {"type": "radio_buttons", "selected_option": {"value": "for_parents"}}
        asked["given_as"] = {"answer": for_parents}
        await shows_once(school, school.submission(KARIN, school.modal(KARIN), asked), "blauwe plek")


async def shows_once(school: Running, payload: Json, words: str) -> None:
    """The request shows these words; sent again it shows nothing of them, and leaves no trace."""
    user, body = str(payload["user"]["id"]), packed(payload)
    headers = signed(school, body)
    first = await answered(school, body, headers)
    before = [view.payload for view in school.workspace.modals_of(user)]
    assert words in first[1] or words in str(before)
    with nothing_changes(school):
        again = await answered(school, body, headers)
    assert words not in str(again)
    now = [view.payload for view in school.workspace.modals_of(user)]
    assert [shown for shown in now if words in str(shown)] == [shown for shown in before if words in str(shown)]


DAYS = ("first_day", "last_day")


@pytest.mark.rule("G5")
async def test_an_event_that_is_played_again_does_not_send_somebody_away_again(
    tmp_path: Path, database_url: str
) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        await a_case(school)
        await gone(school, True, "Ev1", 100)
        await gone(school, False, "Ev2", 200)
        await school.sent()
        with nothing_changes(school):
            await gone(school, True, "Ev1", 100)
        assert (await school.actor(SANNE).command("/signaal")).ok


async def gone(school: Running, deleted: bool, event_id: str, at: int, **changed: str) -> None:
    """Slack reports, about a change at that time, whether Sanne's account is closed."""
    event = {"type": "user_change", "user": {"id": SANNE, "deleted": deleted, **changed}}
    about = {"type": "event_callback", "team_id": "T0PRACTICE", "event_id": event_id, "event_time": at}
    body = json.dumps({**about, "event": event}).encode()
    assert (await answered(school, body, signed(school, body, kind="application/json")))[0] == 200
    await school.done_later()  # the cases that were left are reported after the acknowledgement


@pytest.mark.rule("G5")
async def test_an_older_event_that_comes_later_gives_a_closed_account_nothing_back(
    tmp_path: Path, database_url: str
) -> None:
    async with running(tmp_path, database_url=database_url) as school:
        code = await a_case(school)
        await gone(school, True, "Ev2", 200)
        await school.sent()
        with nothing_changes(school, but=frozenset({"processed_requests"})):
            await gone(school, False, "Ev1", 100, locale="en-GB")
        assert "Je hebt nog geen rol" in (await school.actor(SANNE).command("/meldcode", f"dossier {code}")).text
        await gone(school, False, "Ev3", 200)
        assert (await school.actor(SANNE).command("/signaal")).ok


@pytest.mark.rule("G5")
async def test_an_older_event_that_comes_after_slack_was_asked_gives_a_closed_account_nothing_back(
    tmp_path: Path, database_url: str
) -> None:
    """The account was closed while the bot was down; the event from before that comes only now."""
    async with running(tmp_path, database_url=database_url) as school:
        before = int(school.clock().timestamp()) - 3600
        known = school.workspace.people[SANNE]
        school.workspace.people[SANNE] = replace(known, is_active=False)
        await school.program.scheduler.hourly()
        school.workspace.people[SANNE] = known
        with nothing_changes(school, but=frozenset({"processed_requests"})):
            await gone(school, False, "Ev1", before)
        assert "Je hebt nog geen rol" in (await school.actor(SANNE).command("/meldcode", "dossiers")).text
        await gone(school, False, "Ev2", before + 3600)
        assert (await school.actor(SANNE).command("/signaal")).ok


@pytest.mark.rule("G4")
async def test_an_alarm_without_the_right_to_open_a_modal_is_never_taken_for_a_repetition(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        school.expect("trigger_id", "dispatch_failed", "invalid_arguments")
        for _ in range(2):
            payload = {**command(school, SANNE, "/meldcode", "acuut"), "trigger_id": ""}
            body = urlencode(payload).encode()
            await answered(school, body, signed(school, body))
            await school.sent()
            school.clock.forward(minutes=1)
        assert len(school.messages(KARIN)) == 2
