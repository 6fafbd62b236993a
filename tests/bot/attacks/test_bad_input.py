"""Bad input gets a clear Dutch sentence, stores nothing and keeps the text. Typed text is shown as it was typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from meldcode.domain.typed_text import without_directions
from practice.model import Json, View
from practice.state.views import Views
from storage.db.schema import cases, entries, outbox, readings
from tests.on_screen import said, texts_of, typed_in, words_of
from tests.running import (
    BEATRIX,
    BRAM,
    JORIS,
    KARIN,
    LINDE,
    MEHMET,
    NOOR,
    SANNE,
    WHAT,
    Running,
    linde_with,
    logged,
    person,
    running,
    signal,
)

HOSTILE = "<!channel> <@U0KARIN> *vet* _schuin_ ~weg~ `code` &<>& :smile: 😀 \u202eשלום https://x.nl"
MARKS = ("<!channel>", "<@U0KARIN>", "*vet*", "_schuin_", "~weg~", "`code`")


def text(value: str | None) -> Json:
    return {"answer": {"type": "plain_text_input", "value": value}}


def day(value: str) -> Json:
    return {"answer": {"type": "datepicker", "selected_date": value}}


def choice(value: str) -> Json:
    return {"answer": {"type": "radio_buttons", "selected_option": {"value": value}}}


def several(*values: str) -> Json:
    return {"answer": {"type": "checkboxes", "selected_options": [{"value": value} for value in values]}}


GOOD = {
    "first_name": text("Sem"),
    "last_name": text("Bakker"),
    "group": text("5"),
    "kind": several("abuse_or_neglect"),
    "what": text("Een blauwe plek."),
    "heard_from": choice("self"),
}
MISSING, LONG, SIGN, CHOICE = "Vul dit nog in.", "Dit is te lang.", "niet bewaard kan worden", "Kies een van de mog"
BAD: list[tuple[str, Json, str]] = [
    ("what", text(None), MISSING),
    ("what", text(" \n\t"), MISSING),
    ("what", text("x" * 3001), LONG),
    ("what", text("x\x00y"), SIGN),
    ("what", text("x\ud800y"), SIGN),
    ("first_name", text(""), MISSING),
    ("first_name", text("x" * 61), LONG),
    ("last_name", text("x\x00"), SIGN),
    ("group", text("x" * 13), LONG),
    ("kind", several("others", "weg"), CHOICE),
    ("kind", several(), "Kies een of meer soorten."),
    ("heard_from", choice("weg"), CHOICE),
    ("happened_on", day("2026-11-25"), "Deze dag moet nog komen."),
    ("happened_on", day("9999-12-31"), "Deze dag moet nog komen."),
    ("happened_on", day("2026-02-30"), "Kies een datum"),
    ("happened_on", day("0000-00-00"), "Kies een datum"),
    ("happened_on", day("gisteren"), "Kies een datum"),
    # what Slack's client never sends: another kind of element in the field
    ("first_name", {"answer": {"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}}, ""),
    ("what", {"answer": {"type": "multi_users_select", "selected_users": ["U1", "U2"]}}, ""),
    ("kind", choice("others"), ""),
    ("happened_at", {"answer": {"type": "timepicker", "selected_time": "25:00"}}, "Kies een tijd"),
    ("happened_on", {"answer": {"type": "multi_users_select", "selected_users": ["2026-11-20"]}}, ""),
]


def nothing_stored(school: Running) -> bool:
    return (school.count(cases), school.count(entries), school.count(outbox)) == (0, 0, 0)


async def test_a_wrong_answer_is_named_at_its_field_and_nothing_is_stored(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        form = await school.open_form(SANNE)
        for field, answer, sentence in BAD:
            found = await school.send(school.submission(SANNE, form, {**GOOD, field: answer}))
            assert found.get("response_action") == "errors", (field, answer, found)
            assert sentence in found["errors"][field], (field, answer, found)
            assert nothing_stored(school), (field, answer)


async def test_all_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        form = await school.open_form(MEHMET)
        found = await school.send(school.submission(MEHMET, form, {name: text(None) for name in GOOD}))
        assert set(found["errors"]) == {"first_name", "last_name", "kind", "what", "group", "heard_from"}


async def test_fields_that_are_none_of_ours_are_left_out(tmp_path: Path) -> None:
    strange: Json = {**GOOD, "weg": text("kanarie-1"), "kind2": choice("x"), "leeg": {}, "ander": {"weg": text("x")}}
    async with running(tmp_path) as school:
        form = await school.open_form(SANNE)
        answer = await school.send(school.submission(SANNE, form, strange))
        assert answer["response_action"] == "update"
        await school.sent()
        assert "kanarie-1" not in words_of(await school.open_case(KARIN, school.codes(KARIN)[0]))


@pytest.mark.parametrize("state", [None, [], "x", {"values": None}, {"values": []}, {"values": {"what": []}}])
async def test_a_state_that_cannot_be_read_stores_nothing(tmp_path: Path, state: Any) -> None:
    async with running(tmp_path) as school:
        payload = school.submission(SANNE, await school.open_form(SANNE))
        payload["view"] = {**payload["view"], "state": state}
        answer = await school.send(payload)
        assert answer.get("response_action") in ("errors", "push")
        assert nothing_stored(school)


METADATA = ["", "geen json", "[]", "5", "null", '{"weg": 1}', '{"record": 5}', '{"record": ["signal"]}', "{}" * 5]
METADATA += ['{"record": "weg"}', '{"record": "signal", "case": 5}', '{"record": "signal", "school": "x"}']
METADATA += ['{"record": "signal", "school": "00000000-0000-0000-0000-000000000000"}', '{"record": "correction"}']


async def test_private_metadata_that_is_none_of_ours_stores_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        form = await school.open_form(SANNE)
        for metadata in METADATA:
            for callback in ("form", "review"):
                payload = school.submission(SANNE, form, GOOD, private_metadata=metadata, callback_id=callback)
                answer = await school.send(payload)
                assert answer.get("response_action") in ("errors", "push"), (metadata, answer)
                assert said(answer), (metadata, answer)
                assert nothing_stored(school), metadata


async def test_a_form_of_another_name_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        form = await school.open_form(SANNE)
        for name in ("", "weg", "x" * 255):
            answer = await school.send(school.submission(SANNE, form, GOOD, callback_id=name))
            assert "Deze knop werkt niet meer." in said(answer), name
        assert nothing_stored(school)


IN_CASE: list[tuple[Json, str]] = [
    ({"record": "proposal"}, ""),
    ({"record": "weighing"}, ""),
    ({"record": "weg"}, ""),
    ({"record": "belongs"}, ""),
    ({"record": "received"}, ""),
    ({"record": "other_pupil"}, ""),
    ({"record": "correction", "refers_to": 0}, "Dit staat niet meer zo in het logboek."),
    ({"record": "correction", "refers_to": 9}, "Dit staat niet meer zo in het logboek."),
    ({"record": "correction", "refers_to": -1}, "Dit staat niet meer zo in het logboek."),
    ({"record": "correction", "refers_to": "1"}, ""),
]


@pytest.mark.rule("G1")
async def test_a_view_that_names_a_record_which_is_not_due_stores_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        form = await school.open_form(KARIN)
        for named, sentence in IN_CASE:
            metadata = json.dumps({"case": code, **named})
            typed = {**GOOD, "text": text("Anders.")}
            answer = await school.send(school.submission(KARIN, form, typed, private_metadata=metadata))
            assert answer.get("response_action") in ("errors", "push"), (named, answer)
            assert said(answer), named
            assert sentence in said(answer), (named, answer)
            assert school.count(entries) == 1, named


@pytest.mark.rule("G1")
async def test_a_teacher_cannot_take_up_a_signal_by_a_forged_view(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        metadata = json.dumps({"case": school.codes(KARIN)[0], "record": "taken_up"})
        answer = await school.send(school.submission(SANNE, await school.open_form(SANNE), private_metadata=metadata))
        assert "IB-er/zorgcoördinator of vertrouwenspersoon" in said(answer)
        assert school.count(entries) == 1


VALUES = ["", "x", "[]", "5", "null", "{}", '{"case": 5}', '{"case": "CODE", "other": "CODE"}']
VALUES += ['{"case": "CODE", "page": "x"}', '{"case": "CODE", "page": {}}', '{"case": "CODE", "record": 5}']
VALUES += ['{"case": "CODE", "refers_to": 99}', '{"case": "CODE", "refers_to": -1}']
VALUES += ['{"case": "CODE", "refers_to": "x"}', '{"case": "CODE", "record": "weg"}']
ACTIONS = ["make-record.x", "correct.1", "page.older", "join.0", "tell-apart.0", "open-case", "adjust", "weg", ""]


async def test_buttons_with_values_that_are_none_of_ours_do_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        message = school.messages(KARIN)[0]
        for action in ACTIONS:
            for value in VALUES:
                before = len(school.workspace.traffic)
                await school.send(school.click(KARIN, message, action, value.replace("CODE", code)))
                shown = [line.what for line in list(school.workspace.traffic)[before:]]
                assert "views.open" in shown, (action, value)
                assert words_of(school.modal(KARIN)), (action, value)
        assert school.count(entries) == 1


NUMBERS = ["x", "1e5", "\N{SUPERSCRIPT TWO}", [1], {"a": 1}, 0.5, float("inf"), float("nan"), 2**63, -(10**30)]
NUMBERED = ["make-record.x", "correct.1", "deny.1", "page.older", "readers", "adjust"]
NAMES = ("page", "appointments", "appointment", "refers_to", "entry")


async def test_numbers_that_are_none_of_ours_are_refused_and_no_trouble(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        message = school.messages(KARIN)[0]
        with logged() as log:
            for action in NUMBERED:
                for number in NUMBERS:
                    value = json.dumps({"case": code, **dict.fromkeys(NAMES, number)})
                    await school.send(school.click(KARIN, message, action, value))
                    assert "Deze knop werkt niet meer." in words_of(school.modal(KARIN)), (action, number)
                    school.workspace.views.clear(KARIN)
        assert "meldwijzer.trouble" not in log.text


async def test_an_unknown_button_says_what_to_do(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        form = await school.open_form(SANNE)
        await school.send(school.click(SANNE, form, "weg", "x"))
        assert "Deze knop werkt niet meer." in words_of(school.modal(SANNE))
        assert len(school.workspace.modals_of(SANNE)) == 2, "the form is still there"


@pytest.mark.rule("G3")
async def test_a_case_that_is_not_yours_answers_as_one_that_does_not_exist(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        seen_before = school.count(readings)
        for user in (MEHMET, BEATRIX, BRAM, NOOR):
            there, nowhere = (
                await _tried_everything(school, user, code),
                await _tried_everything(school, user, "26-ZZZZ"),
            )
            assert there == nowhere, user
            assert "Sem" not in "".join(there), user
        assert (school.count(entries), school.count(readings)) == (1, seen_before)


async def _tried_everything(school: Running, user: str, code: str) -> list[str]:
    """What somebody sees on every way to open a case by its code."""
    answers = [(await school.actor(user).command("/meldcode", f"dossier {code}")).text]
    message = school.workspace.post(user, "knop")
    buttons: list[tuple[str, Json | str]] = [
        ("open-case", code),
        ("make-record.x", {"case": code, "record": "taken_up"}),
        ("correct.1", {"case": code, "refers_to": 1}),
        ("page.older", {"case": code, "page": 0}),
        ("join.0", {"case": code, "other": "26-YYYY"}),
        ("tell-apart.0", {"case": code, "other": "26-YYYY"}),
    ]
    for action, value in buttons:
        await school.send(school.click(user, message, action, value if isinstance(value, str) else json.dumps(value)))
        answers.append(words_of(school.modal(user)))
    form = Views(school.workspace.app).open(user, _FORM)
    for record in ("signal", "correction", "taken_up"):
        metadata = json.dumps({"case": code, "record": record, "refers_to": 1})
        answers.append(said(await school.send(school.submission(user, form, GOOD, private_metadata=metadata))))
    assert all(answers)
    return answers


_FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Signaal"},
    "submit": {"type": "plain_text", "text": "Opslaan"},
    "blocks": [
        {
            "type": "input",
            "block_id": "what",
            "label": {"type": "plain_text", "text": WHAT},
            "element": {"type": "plain_text_input", "action_id": "answer", "multiline": True},
        }
    ],
}


async def test_somebody_without_a_role_cannot_store_by_a_forged_view(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        form = await school.open_form(SANNE)
        answer = await school.send(school.submission(NOOR, form, GOOD))
        assert "Je hebt nog geen rol op een school die Meldwijzer kent." in said(answer)
        assert nothing_stored(school)


async def test_what_is_typed_is_shown_as_it_was_typed_and_never_as_a_mention(tmp_path: Path) -> None:
    odd = person(SANNE, "Sanne <!channel> & co", "teacher")
    people = [odd, *(someone for someone in LINDE["people"] if someone["slack"] != SANNE)]
    people[2] = person(KARIN, "Karin <@U0KARIN>", "care_coordinator")
    async with running(tmp_path, schools=[linde_with(*people)]) as school:
        form = await school.open_form(SANNE, HOSTILE)
        assert typed_in(form)[WHAT] == HOSTILE
        names = {"Voornaam": "<!channel> *vet*", "Achternaam": "&<>& _schuin_", "Groep": "`code`"}
        await school.actor(SANNE).fill(form, **signal(what=HOSTILE, **names))
        if school.modal(SANNE).payload["callback_id"] == "review":
            await school.actor(SANNE).submit(school.modal(SANNE), {})
        await school.sent()
        case = await school.open_case(KARIN, school.codes(KARIN)[0])
        assert without_directions(HOSTILE) in words_of(case)
        assert "<!channel> *vet* &<>& _schuin_, groep `code`" in words_of(case)
        assert "Sanne <!channel> & co" in words_of(case)
        _no_format(school)


def _no_format(school: Running) -> None:
    """The bot shows no typed text as a mention or as formatting."""
    for line in school.workspace.traffic:
        for shown in texts_of([line.request if line.direction == "from_app" else line.answer]):
            if shown["type"] == "mrkdwn":
                assert not [mark for mark in MARKS if mark in shown["text"]], shown
                assert shown["verbatim"], shown
            else:
                assert shown["emoji"] is False, shown


async def test_a_name_from_right_to_left_turns_nothing_around_it(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal(Voornaam="\u202eمحمد", Achternaam="Bakker"))
        await school.sent()
        case = await school.open_case(KARIN, school.codes(KARIN)[0])
        assert "\u2068محمد\u2069 Bakker, groep 5" in words_of(case)
        assert "\u202e" not in words_of(case)


async def test_a_text_of_the_greatest_length_is_stored_and_shown_whole(tmp_path: Path) -> None:
    longest = ("é😀" * 1500)[:3000]
    of_any_group = person(SANNE, "Sanne de Boer", "teacher")
    people = [of_any_group, *(someone for someone in LINDE["people"] if someone["slack"] != SANNE)]
    async with running(tmp_path, schools=[linde_with(*people)]) as school:
        await school.report(SANNE, signal(what=longest, Voornaam="x" * 60, Achternaam="y" * 80, Groep="z" * 12))
        await school.sent()
        for user in (KARIN, JORIS):
            assert longest in words_of(await school.open_case(user, school.codes(user)[0]))


async def test_a_command_text_that_is_too_long_still_opens_the_form(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        form: View = await school.open_form(SANNE, "x" * 8000)
        assert typed_in(form)[WHAT] == "x" * 3000
