"""G13, promise 10: what somebody typed and did not save is offered again, to them alone, for a day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from handlers.views.forms import form_modal
from meldcode.application.cases.open_form import FormView
from meldcode.domain.plan.file import PLANS, load_plan
from practice.model import View
from storage.db.schema import draft_keys, drafts, entries, readings
from tests.bot.cases.closing import opened_case
from tests.bot.cases.closing import record as store
from tests.bot.staff.test_roles_in_slack import give
from tests.clock import until
from tests.on_screen import button, buttons_of, typed_in, words_of
from tests.running import (
    BEUK,
    FATIMA,
    KARIN,
    LINDE,
    MEHMET,
    SANNE,
    WHAT,
    Running,
    Transport,
    person,
    running,
    signal,
)

pytestmark = pytest.mark.rule("G13")
HALF = {"Voornaam": "Sem", WHAT: "Sem vertelde dat"}
ADVICE = {"Wat was het advies?": "Praat met de ouders."}


@pytest_asyncio.fixture
async def school(tmp_path: Path, database_url: str) -> AsyncIterator[Running]:
    async with running(tmp_path, database_url=database_url) as school:
        yield school


async def begin_signal(school: Running, user: str = SANNE) -> View:
    form = await school.open_form(user)
    await school.actor(user).type_in(form, **HALF)
    return form


async def case_at_consult(school: Running) -> str:
    code = await opened_case(school)
    return await store(school, KARIN, "taken_up", code)


async def begin_record(school: Running, user: str, code: str, label: str, **typed: Any) -> View:
    await school.press(user, await school.open_case(user, code), label)
    form = school.modal(user)
    await school.actor(user).type_in(form, **typed)
    return form


async def offered(school: Running, user: str) -> list[str]:
    """What *Ik was bezig* on the Home tab lists; nothing when the button is not there."""
    await school.open_home(user)
    await until(lambda: school.home(user))
    home = school.workspace.home_of(user)
    if home is None or "Ik was bezig" not in buttons_of(home):
        return []
    await school.press(user, home, "Ik was bezig")
    return [line for line in words_of(school.modal(user)).splitlines() if line.startswith("*")]


def home_buttons(school: Running, user: str) -> list[str]:
    home = school.workspace.home_of(user)
    return buttons_of(home) if home else []


async def goes_on(school: Running, user: str) -> View:
    assert await offered(school, user)
    await school.press(user, school.modal(user), "Verder")
    return school.modal(user)


async def test_after_escape_the_next_signal_form_offers_it(school: Running) -> None:
    assert (await school.actor(SANNE).close(await begin_signal(school))).ok
    form = await school.open_form(SANNE)
    assert not typed_in(form)[WHAT], "a signal about somebody else begins with an empty form"
    await school.press(SANNE, form, "Ik was bezig")
    assert "Alleen jij ziet het." in words_of(school.modal(SANNE))
    await school.press(SANNE, school.modal(SANNE), "Verder")
    again = school.modal(SANNE)
    assert typed_in(again)[WHAT] == HALF[WHAT] and "Ik was bezig" not in buttons_of(again)
    assert (await school.actor(SANNE).fill(again, **signal())).ok
    assert (school.count(entries), school.count(drafts), school.count(draft_keys)) == (1, 0, 0)
    assert await offered(school, SANNE) == []


async def test_what_slack_tells_of_a_closed_form_holds_nothing_that_was_typed(school: Running) -> None:
    await school.open_home(SANNE)
    await school.actor(SANNE).close(await begin_signal(school))
    [closed] = [line.request for line in school.workspace.traffic if line.what.startswith("view_closed")]
    assert closed["view"]["state"] == {"values": {}}
    await until(lambda: "Ik was bezig" in home_buttons(school, SANNE))


@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_a_restart_keeps_it_in_an_open_form_and_in_a_closed_one(tmp_path: Path, transport: Transport) -> None:
    async with running(tmp_path, transport=transport) as school:
        form = await begin_signal(school)
    async with running(tmp_path, transport=transport) as school:
        school.workspace.views.stacks[SANNE] = [form]
        assert await offered(school, SANNE) == ["*Signaal*"]
        school.workspace.views.stacks[SANNE] = [form]
        assert (await school.actor(SANNE).fill(form, **signal())).ok
        assert (school.count(entries), school.count(drafts)) == (1, 0)


@pytest.mark.parametrize("label", ["Niet opslaan", "Aanpassen"])
async def test_what_is_not_saved_after_the_hints_is_offered(school: Running, label: str) -> None:
    hinted = "Sem is misschien geslagen."
    await school.actor(SANNE).fill(await school.open_form(SANNE), **signal(what=hinted))
    review = school.modal(SANNE)
    assert review.payload["callback_id"] == "review" and review.payload["close"]["text"] == "Niet opslaan"
    if label == "Aanpassen":
        await school.press(SANNE, review, label)
        assert typed_in(school.modal(SANNE))[WHAT] == hinted
    await school.actor(SANNE).close(school.modal(SANNE))
    assert typed_in(await goes_on(school, SANNE))[WHAT] == hinted


async def test_what_a_refused_save_holds_is_offered_also_when_slack_told_nothing_before(school: Running) -> None:
    form = await school.open_form(SANNE)
    state = {"what": {"answer": {"type": "plain_text_input", "value": "Alleen hier getypt"}}}
    answer = await school.send(school.submission(SANNE, form, state))
    assert answer["errors"]
    await school.actor(SANNE).close(form)
    assert typed_in(await goes_on(school, SANNE))[WHAT] == "Alleen hier getypt"


async def test_only_its_author_is_offered_it(school: Running) -> None:
    await begin_signal(school)
    assert [await offered(school, user) for user in (MEHMET, KARIN, FATIMA)] == [[], [], []]
    assert await offered(school, SANNE) == ["*Signaal*"]
    value = button(school.modal(SANNE), "Verder")["value"]
    form = await school.open_form(MEHMET)
    await school.send(school.click(MEHMET, form, "go-on", value))
    assert "Wat je had ingevuld, is er niet meer" in words_of(school.modal(MEHMET))
    await school.send(school.click(MEHMET, form, "throw-away", value))
    assert school.count(drafts) == 1


async def test_it_is_thrown_away_with_its_key(school: Running) -> None:
    await school.actor(SANNE).close(await begin_signal(school))
    await offered(school, SANNE)
    await school.press(SANNE, school.modal(SANNE), "Weggooien")
    assert "Er is niets meer" in words_of(school.modal(SANNE))
    assert (school.count(drafts), school.count(draft_keys)) == (0, 0)
    await until(lambda: "Ik was bezig" not in home_buttons(school, SANNE))


async def test_it_is_gone_a_day_after_it_was_begun_however_long_somebody_goes_on(school: Running) -> None:
    form = await begin_signal(school)
    school.clock.forward(hours=23)
    await school.actor(SANNE).type_in(form, **{WHAT: "Sem vertelde dat hij"})
    assert await offered(school, SANNE)
    school.clock.forward(hours=1)
    assert await offered(school, SANNE) == []
    await school.program.scheduler.hourly()
    assert (school.count(drafts), school.count(draft_keys)) == (0, 0)


async def test_a_form_in_a_case_is_offered_there_and_on_the_home_tab(school: Running) -> None:
    code = await case_at_consult(school)
    await school.actor(KARIN).close(await begin_record(school, KARIN, code, "Overleg vastleggen", **ADVICE))
    assert await offered(school, KARIN) == [f"*Overleg vastleggen* · dossier {code}"]
    await school.press(KARIN, await school.open_case(KARIN, code), "Overleg vastleggen")
    assert "Ik was bezig" in buttons_of(school.modal(KARIN))
    form = await goes_on(school, KARIN)
    assert typed_in(form)["Wat was het advies?"] == ADVICE["Wat was het advies?"]
    with school.program.engine.connect() as connection:
        places = connection.scalars(select(readings.c.place)).all()
    assert "form" in places, "what is shown of the case leaves a trace"


async def excluded(school: Running, code: str) -> None:
    out: Any = {"excluded_person": KARIN, "exclusion": "out", "why_excluded": "Familie."}
    await store(school, SANNE, "excluded", code, **out)


async def without_role(school: Running, _code: str) -> None:
    await give(school, FATIMA, KARIN)


@pytest.mark.parametrize("happens", [excluded, without_role])
async def test_who_may_not_read_the_case_any_more_does_not_get_it_back(school: Running, happens: Any) -> None:
    code = await case_at_consult(school)
    form = await begin_record(school, KARIN, code, "Overleg vastleggen", **ADVICE)
    assert await offered(school, KARIN)
    value = button(school.modal(KARIN), "Verder")["value"]
    await happens(school, code)
    assert await offered(school, KARIN) == []
    before = school.count(drafts)
    await school.send(school.click(KARIN, form, "go-on", value))
    shown = words_of(school.modal(KARIN))
    assert code not in shown and ADVICE["Wat was het advies?"] not in shown
    await school.actor(KARIN).type_in(form, **{"Wat was het advies?": "Nog meer."})
    assert school.count(drafts) == before


async def test_what_arrives_after_the_form_was_stored_is_not_kept(school: Running) -> None:
    form = await begin_signal(school)
    [late] = [line.request for line in school.workspace.traffic if "answer" in line.what][-1:]
    await school.actor(SANNE).fill(form, **signal())
    assert school.count(entries) == 1
    await school.send(late)
    assert school.count(drafts) == 0


async def test_who_is_typing_sees_nothing_of_a_database_that_cannot_keep_it(
    school: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = await school.open_form(SANNE)
    monkeypatch.setattr("meldcode.application.cases.drafts.form_of", lambda _: 1 / 0)
    await school.actor(SANNE).type_in(form, **HALF)
    assert school.workspace.modals_of(SANNE) == [form]
    monkeypatch.undo()
    await school.actor(SANNE).type_in(form, **HALF)
    await school.actor(SANNE).close(form)
    assert await offered(school, SANNE)


async def test_a_form_that_asks_on_is_one_draft(school: Running) -> None:
    """The opening form goes on as that of the pupil's case, and as the question which pupil it is."""
    await opened_case(school)
    await school.actor(MEHMET).fill(await school.open_form(MEHMET), **signal())
    await school.actor(MEHMET).close(school.modal(MEHMET))
    assert await offered(school, MEHMET) == ["*Signaal*"]
    assert school.count(drafts) == 1


async def test_the_draft_of_a_colleague_of_two_schools_keeps_the_school(tmp_path: Path) -> None:
    both = {**BEUK, "people": [*BEUK["people"], person(SANNE, "Sanne de Boer", "teacher", groups=["8"])]}
    async with running(tmp_path, schools=[LINDE, both]) as school:
        await school.actor(SANNE).type_in(await school.open_form(SANNE), School="De Beuk", **HALF)
        form = await goes_on(school, SANNE)
        assert typed_in(form)["School"] == "De Beuk"
        assert (await school.actor(SANNE).fill(form, **signal(Groep="8"))).ok


@pytest.mark.parametrize("name", ["heutink", "landelijk"])
def test_every_form_of_both_plans_tells_what_is_typed(name: str) -> None:
    """Slack sends what changes in an input only when its block asks for that."""
    plan = load_plan(PLANS / f"{name}.yaml")
    for record in (*plan.records.values(), plan.fast_lane_with_pupil):
        form = form_modal(FormView(record, plan, {}))
        inputs = [block for block in form["blocks"] if block["type"] == "input"]
        assert all(block["dispatch_action"] for block in inputs), record.id
        texts = [block["element"] for block in inputs if block["element"]["type"] == "plain_text_input"]
        told = [element["dispatch_action_config"] for element in texts]
        assert all(config == {"trigger_actions_on": ["on_character_entered"]} for config in told), record.id
        assert form["notify_on_close"]
