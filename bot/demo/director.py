"""Runs the demo: the bot and its data, which can be reset, with or without a prepared case to train on."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from bot.app import Program, prepared, working
from bot.demo.clock import PracticeClock, school_is_open
from bot.demo.training import PreparedCase, Step, prepared_cases
from bot.demo.training.playing import NotPlayed, play
from bot.settings import Settings
from bot.stopping import in_thread
from handlers.i18n.texts import text
from handlers.platform.call_budget import CallBudget
from meldcode.domain.case.fold import fold
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Status
from practice.model import Advice, Guide, Training
from practice.state.workspace import Workspace

log = logging.getLogger("meldwijzer")
LINK_SECONDS = 5.0


class DemoDirector:
    """Directs the practice workspace. A reset deletes everything in `folder`."""

    def __init__(
        self, workspace: Workspace, clock: PracticeClock, folder: Path, settings: Callable[[], Settings]
    ) -> None:
        self._workspace = workspace
        self._clock = clock
        self._folder = folder
        self._settings = settings
        self._cases = {case.id: case for case in prepared_cases()}
        self._playing: PreparedCase | None = None
        self._begun: CaseHeader | None = None
        self._program: Program | None = None
        self._again = asyncio.Event()
        self._ready = asyncio.Event()
        self._turn = asyncio.Lock()

    @property
    def trainings(self) -> Sequence[Training]:
        """The prepared cases that can be chosen."""
        return [Training(case.id, case.title, case.summary, case.begin_as) for case in self._cases.values()]

    async def run(self, started: Callable[[], None]) -> None:
        """Run the bot until cancelled, and restart it at each reset. `started` is called after the first start."""
        try:
            await self._run(started)
        finally:
            self._program = None
            self._ready.set()  # otherwise a caller would wait for the restart for ever

    async def _run(self, started: Callable[[], None]) -> None:
        while True:
            # By the demo's clock: what was sent "yesterday" counts no more.
            budget = CallBudget(lambda: self._clock.now().timestamp())
            async with prepared(self._settings(), self._clock.now, budget=budget) as program, working(program):
                self._clock.begin(program)
                self._program = program
                self._ready.set()
                started()
                started = _nothing
                await self._again.wait()
                self._ready.clear()
                self._program = None
            self._again.clear()
            await self._forget()

    async def begin(self, training_id: str) -> str:
        """Reset the demo, with this prepared case or (empty) without one. Returns why that failed, or an empty text."""
        async with self._turn:
            self._playing = None
            self._again.set()
            self._ready.clear()
            await self._ready.wait()
            if self._program is None:
                return text("practice_failed")
            return await self._prepare(self._cases[training_id]) if training_id else ""

    async def _prepare(self, case: PreparedCase) -> str:
        try:
            await self._into_school_hours()
            await play(case, self._workspace, self._clock, self._code)
        except (NotPlayed, TimeoutError):
            log.exception("A prepared case could not be played")
            return text("practice_failed")
        self._begun = await self._newest_case()
        self._playing = case
        return ""

    async def _into_school_hours(self) -> None:
        """Move to the next school day if the school is closed, because nobody passes on a signal at night."""
        async with asyncio.timeout(LINK_SECONDS):
            while not len(self._workspace.sockets):
                await asyncio.sleep(0.01)
        if not await in_thread(school_is_open, self._running(), self._clock.now()):
            await self._clock.move(text("practice_school_day"))

    def _running(self) -> Program:
        if self._program is None:
            raise NotPlayed("the bot is not there")
        return self._program

    async def _forget(self) -> None:
        """Delete the data of the demo, and everything in the workspace."""
        await asyncio.to_thread(shutil.rmtree, self._folder, True)
        self._clock.begin_anew()
        self._workspace.reset()

    # The guide beside the case.
    def guide(self) -> Guide | None:
        """The advice for the next step of the case that is trained on."""
        case, program = self._playing, self._program
        if case is None or program is None or self._begun is None:
            return None
        header, made = _progress(program, self._begun, self._clock.now())
        done = [_advice(step) for step in case.guide if step.until in made]
        waiting = (step for step in case.guide if step.at == header.step and step.until not in made)
        now = [_advice(step) for step in waiting][:1] if header.status is Status.OPEN else []
        return Guide(case.title, case.situation, next(iter(now), None), done, case.afterwards)

    async def _code(self) -> str:
        return (await self._newest_case()).code

    async def _newest_case(self) -> CaseHeader:
        return await in_thread(_newest_case, self._running(), self._clock.now())


def _newest_case(program: Program, now: datetime) -> CaseHeader:
    with program.store.transaction(now) as uow:
        return uow.cases.all_open()[-1]


def _progress(program: Program, begun: CaseHeader, now: datetime) -> tuple[CaseHeader, set[str]]:
    """The header of the training case, and the records that were made since it began. Their content is not shown."""
    with program.store.transaction(now) as uow:
        header, entries = uow.cases.get(begun.id), uow.cases.contents(begun.id).entries
        standing = fold(uow.plans.get(header.plan, header.plan_version), entries).standing
        stood_as = {record for record, entry in standing.items() if entry.seq > begun.version}
        return header, stood_as | {entry.record for entry in entries[begun.version :]}


def _advice(step: Step) -> Advice:
    return Advice(step.title, step.do, step.why, step.who)


def _nothing() -> None:
    """Only the first start is reported."""
