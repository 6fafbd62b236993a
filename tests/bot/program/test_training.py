"""Prepared cases are played with real forms, the guide follows what was done, and a reset leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.demo.clock import PracticeClock
from bot.demo.director import DemoDirector
from bot.demo.server import settings_for, workspace
from bot.demo.training import Act, PreparedCase, prepared_cases
from bot.demo.training.playing import play
from bot.store import DEFAULT_PLAN
from handlers.i18n.texts import text
from meldcode.domain.plan.file import load_plan
from practice.model import Guide
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from storage.crypto.vault import new_master_key
from tests.clock import until
from tests.running import KARIN, SANNE

CASES = {case.id: case for case in prepared_cases()}


@dataclass
class Played:
    """A demo in one process."""

    workspace: Workspace
    director: DemoDirector
    clock: PracticeClock
    folder: Path

    async def act(self, by: str, press: str, **fill: object) -> None:
        once = PreparedCase(id="x", title="x", summary="x", begin_as=by, situation="x", guide=(), afterwards="x",
                            acts=(Act.model_validate({"as": by, "press": press, "fill": fill}),))  # fmt: skip
        await play(once, self.workspace, self.clock, self.director._code)

    @property
    def guide(self) -> Guide:
        guide = self.director.guide()
        assert guide
        return guide


@asynccontextmanager
async def playing(folder: Path) -> AsyncIterator[Played]:
    clock = PracticeClock(folder / "clock")
    async with PracticeServer(workspace(clock=clock)) as practice:
        director = DemoDirector(practice.workspace, clock, folder, lambda: settings_for(practice, folder))
        ready = asyncio.Event()
        running = asyncio.create_task(director.run(ready.set))
        await ready.wait()
        try:
            yield Played(practice.workspace, director, clock, folder)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


def test_there_are_four_and_each_points_into_the_plan() -> None:
    plan = load_plan(DEFAULT_PLAN)
    people = {person.id for person in workspace().people.values()}
    assert len(CASES) == 4
    for case in CASES.values():
        assert {case.begin_as, *(step.who for step in case.guide)} <= people
        for step in case.guide:
            record = plan.records[step.until]
            assert record in plan.step(step.at).records or record in plan.always or record.owed
            assert step.why.startswith(f"Stap {plan.step(step.at).number}:")
        assert not [word for word in ("dader", "slachtoffer", "bewijs") if word in case.model_dump_json().lower()]


def test_an_unknown_word_in_a_prepared_case_is_refused() -> None:
    with pytest.raises(ValidationError, match="vraag"):
        Act.model_validate({"as": SANNE, "vraag": "x"})


@pytest.mark.parametrize("name", CASES)
async def test_each_prepared_case_can_be_begun(tmp_path: Path, name: str) -> None:
    async with playing(tmp_path / "practice") as played:
        assert await played.director.begin(name) == ""
        first = CASES[name].guide[0]
        assert played.guide.now and (played.guide.now.title, played.guide.done) == (first.title, [])
        assert all(not played.workspace.modals_of(user_id) for user_id in played.workspace.people)


async def test_the_guide_follows_what_the_trainee_does(tmp_path: Path) -> None:
    async with playing(tmp_path / "practice") as played:
        await played.director.begin("het-wordt-erger")
        worse = {"Hoe gaat het nu?": "Het gaat slechter", "Wat zag of hoorde je?": "Hij had een nieuwe plek."}
        await played.act(SANNE, "Hoe gaat het nu?", **worse)
        watched, weigh, *_ = CASES["het-wordt-erger"].guide
        assert [step.title for step in played.guide.done] == [watched.title]
        assert played.guide.now and played.guide.now.title == weigh.title


async def test_that_it_stays_the_same_is_not_the_right_answer_when_it_gets_worse(tmp_path: Path) -> None:
    async with playing(tmp_path / "practice") as played:
        await played.director.begin("het-wordt-erger")
        same = {"Hoe gaat het nu?": "Het blijft hetzelfde", "Wat zag of hoorde je?": "Mama is weg."}
        await played.act(SANNE, "Hoe gaat het nu?", **same)
        assert played.guide.done == []
        assert played.guide.now and played.guide.now.title == CASES["het-wordt-erger"].guide[0].title


async def test_who_goes_another_way_is_not_held_up(tmp_path: Path) -> None:
    async with playing(tmp_path / "practice") as played:
        await played.director.begin("ouders-weten-het-niet")
        danger = {"Kan een gesprek gevaar opleveren voor de leerling?": "Ja, we slaan stap 3 over"}
        await played.act(
            KARIN,
            "Gevaar door een gesprek?",
            **danger,
            **{"Waarom denken jullie dat?": "Thuis is het onrustig.", "Wie hebben dit ingeschat?": [SANNE, KARIN]},
        )
        assert played.guide.now and played.guide.now.title == "Weeg samen hoe groot het risico is"


async def test_a_new_begin_leaves_nothing(tmp_path: Path) -> None:
    async with playing(tmp_path / "practice") as played:
        await played.director.begin("vers-signaal")
        await until(lambda: played.workspace.unread_of(KARIN) > 0)
        await played.clock.move("+1 week")
        key = (played.folder / "master.key").read_text(encoding="ascii")
        assert await played.director.begin("") == ""
        assert played.director.guide() is None
        assert not any(played.workspace.messages_of(user_id) for user_id in played.workspace.people)
        assert not (played.folder / "clock").exists()
        assert (played.folder / "master.key").read_text(encoding="ascii") != key
        assert await played.director.begin("vers-signaal") == ""


async def test_what_the_folder_says_of_a_real_workspace_is_not_for_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = {"SLACK_CLIENT_ID": "1.2", "MELDWIJZER_ANCHOR_FILE": "anchor", "MELDWIJZER_MASTER_KEY": new_master_key()}
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in real.items()), encoding="utf-8")
    async with PracticeServer(workspace()) as practice:
        settings = settings_for(practice, tmp_path / "practice").checked_for_slack()
    assert (settings.is_for_several, settings.meldwijzer_anchor_file) == (False, None)
    assert settings.master_key_text() == (tmp_path / "practice" / "master.key").read_text(encoding="ascii")


async def test_whoever_waits_for_a_new_begin_hears_when_the_demo_ends(tmp_path: Path) -> None:
    async with playing(tmp_path / "practice") as played:
        beginning = asyncio.create_task(played.director.begin(""))
        await asyncio.sleep(0)
    assert await beginning == text("practice_failed")


async def test_a_case_that_cannot_be_played_is_said_so(tmp_path: Path) -> None:
    async with playing(tmp_path / "practice") as played:
        broken = Act.model_validate({"as": KARIN, "press": "Deze knop is er niet"})
        case = CASES["vers-signaal"]
        played.director._cases["kapot"] = case.model_copy(update={"id": "kapot", "acts": (*case.acts, broken)})
        assert await played.director.begin("kapot") == text("practice_failed")
        assert played.director.guide() is None
        assert await played.director.begin("") == ""
