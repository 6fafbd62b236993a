"""Nothing leaks sideways (promise 4): marks typed in every field are searched in all that the bot sends or stores."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from practice.client import payloads
from practice.model import Exchange, Json
from storage.db.schema import outbox
from tests.clock import until
from tests.on_screen import words_of
from tests.running import (
    KARIN,
    LINDE,
    MEHMET,
    SANNE,
    WHAT,
    Logged,
    Running,
    Transport,
    linde_with,
    logged,
    person,
    running,
    signal,
)

pytestmark = pytest.mark.rule("G3")
MARK, STAFF = "Kanarie", "Spreeuw"
NAMING_A_COLLEAGUE = (
    f"gedaan door Sanne {STAFF}",
    f"Sanne {STAFF} vervangt jou",
    f"vervangen door Sanne {STAFF}",
    f"Sanne {STAFF} legde dit vast",
    f"Sanne {STAFF} noemt jou",
    r"Gevraagd aan [^:]*:",
)
"""Sentences of messages that may: who did something, stands in for somebody, or is asked to do something."""
MARKED = signal(
    Voornaam="Kanarievoor",
    Achternaam="Kanarieachter",
    Groep="Kanarie5",
    what="Kanariekind is misschien geslagen door Kanariepiet. Bel 06-12345678 of Kanarie@voorbeeld.nl.",
)
HIDDEN = ("private_metadata", "value", "callback_id", "external_id", "action_id", "block_id", "metadata", "url")
SENT = ("chat.postMessage", "views.publish", "chat.postEphemeral", "chat.update")


async def _the_whole_story(school: Running) -> None:
    sanne, karin = school.actor(SANNE), school.actor(KARIN)
    form = await school.open_form(SANNE, "Kanarietekst achter het commando")
    await sanne.fill(form, **MARKED)
    assert MARK in words_of(school.modal(SANNE)), "the hints are shown to who typed it"
    await school.press(SANNE, school.modal(SANNE), "Aanpassen")
    await sanne.submit(school.modal(SANNE), {})
    await _with_failing_commit(school)
    await sanne.close(school.modal(SANNE))
    school.workspace.faults.server_error = 2
    await sanne.submit(school.modal(SANNE), {})
    assert school.modal(SANNE).payload["title"]["text"] == "Opgeslagen"
    await until(lambda: not school.workspace.faults.server_error)
    await school.report(MEHMET, {**MARKED, WHAT: "Kanarietwee."})
    school.clock.forward(minutes=2)
    await school.sent()
    first, second = school.codes(KARIN)

    await school.press(SANNE, await school.open_case(SANNE, first), "Verbeteren")
    await sanne.fill(school.modal(SANNE), **{"Hoe is het juist?": "Kanarieverbetering."})
    await school.press(KARIN, await school.open_case(KARIN, second), "Hoort bij elkaar")
    assert "Kanarieverbetering." in words_of(school.modal(KARIN))
    await karin.command("/meldcode", "Kanariewoord")
    await karin.command("/meldcode", "dossier Kanariecode")
    await karin.command("/meldcode", "dossiers")
    await school.open_home(KARIN)
    school.clock.forward(minutes=2)
    await school.sent()
    await _expired(school)
    await until(lambda: first in school.home(KARIN))


async def _with_failing_commit(school: Running) -> None:
    def fail(_: object) -> None:
        raise OperationalError("COMMIT", {"what": "Kanarieparameter"}, Exception("Kanariefout"))

    event.listen(school.program.engine, "commit", fail)
    await school.actor(SANNE).submit(school.modal(SANNE), {})
    event.remove(school.program.engine, "commit", fail)
    assert "lukte niet" in words_of(school.modal(SANNE))


async def _expired(school: Running) -> None:
    """A command whose time is up: Slack's error holds the view that it refused."""
    late = payloads.command(school.workspace, school.workspace.people[SANNE], "/signaal", "Kanarielaat")
    school.clock.forward(seconds=4)
    assert "(code " in (await school.send(late, "slash_commands"))["text"]


@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_what_is_typed_stays_where_it_belongs(tmp_path: Path, transport: Transport) -> None:
    odd = person(SANNE, f"Sanne {STAFF}", "teacher")
    colleague = person(MEHMET, "Mehmet Yılmaz", "teacher")
    people = [odd, colleague, *(someone for someone in LINDE["people"] if someone["slack"] not in (SANNE, MEHMET))]
    with logged() as log:
        async with running(tmp_path, transport=transport, schools=[linde_with(*people)]) as school:
            school.expect("server_error", "expired_trigger_id")
            await _the_whole_story(school)
            _not_in_what_is_sent(school)
            _not_in_what_is_hidden(school)
            _not_in_the_outbox(school)
    assert "reference=" in log.text
    assert not _leaks(log, transport)


def _not_in_what_is_sent(school: Running) -> None:
    """Messages, notification texts and the Home tab: no personal data at all."""
    sent = [line for line in school.workspace.traffic if line.what in SENT]
    assert len(sent) >= 6
    for line in sent:
        written = json.dumps(line.request, ensure_ascii=False)
        assert MARK not in written, line
        for sentence in NAMING_A_COLLEAGUE:
            written = re.sub(sentence, "", written)
        assert STAFF not in written or line.what == "views.publish", line
    for user in school.workspace.people:
        for message in school.workspace.messages_of(user):
            assert MARK not in message.text + json.dumps(message.blocks), message


def _not_in_what_is_hidden(school: Running) -> None:
    """What Slack keeps with a view unseen: private_metadata, values of buttons, ids."""
    seen = 0
    for line in school.workspace.traffic:
        for name, value in _hidden(_ours(line)):
            seen += 1
            assert MARK not in json.dumps(value, ensure_ascii=False), (line.what, name)
            assert STAFF not in json.dumps(value, ensure_ascii=False), (line.what, name)
    assert seen > 50


def _ours(line: Exchange) -> Json:
    """What the bot sent in this exchange."""
    return line.request if line.direction == "from_app" else line.answer


def _hidden(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        yield from ((name, value) for name, value in part.items() if name in HIDDEN)
    for item in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _hidden(item)


def _not_in_the_outbox(school: Running) -> None:
    with school.program.engine.connect() as connection:
        rows = connection.execute(select(outbox)).all()
    assert len(rows) >= 4
    assert not [row for row in rows if MARK in str(row) or STAFF in str(row)]


def _leaks(log: Logged, transport: Transport) -> list[str]:
    """Log lines with a mark, without those of the practice workspace's own socket server."""
    return [
        line[:400]
        for line in log.lines
        if (MARK in line or STAFF in line) and not (transport == "socket" and line.startswith("DEBUG uvicorn.error"))
    ]


async def test_the_log_tells_enough_to_find_the_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a leak is compared with. Without places in the code nobody could fix an error."""
    async with running(tmp_path) as school:
        form = await school.open_form(SANNE)
        monkeypatch.setattr("meldcode.application.cases.record_entry.context_of", lambda *_: 1 / 0)
        with logged() as log:
            await school.actor(SANNE).fill(form, **signal())
        assert "ERROR meldwijzer.trouble reference=" in log.text
        assert "record_entry.py:" in log.text
