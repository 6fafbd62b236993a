"""The same weeks in a school with a case and without it: who is excluded from the case sees no difference (G12)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.bot.cases.closing import SIGNAL, opened_case, record
from tests.on_screen import words_of
from tests.running import FATIMA, KARIN, MEHMET, SANNE, Running, running, signal

CODE = re.compile(r"\b26-[0-9A-Z]{4}\b")
WINDOWS = ("Mijn dossiers, met namen", "Vervanging regelen", "Zoeken")
pytestmark = pytest.mark.rule("G12")


async def what_happens(school: Running) -> AsyncIterator[int]:
    """Some weeks in which others work on the case and leave; the days that pass after each event."""
    code = await opened_case(school)
    out = {"exclusion": "out", "excluded_person": FATIMA, "why_excluded": "De moeder."}
    await record(school, KARIN, "excluded", code, **out)
    yield 0
    await record(school, SANNE, "exclusion_agreed", code, exclusion_right="yes")
    yield 1
    await record(school, KARIN, "taken_up", code)
    await school.press(SANNE, await school.open_case(SANNE, code), "Acuut gevaar")
    yield 2
    await record(school, SANNE, "signal", code, **SIGNAL | {"heard_from": "disclosure"})
    yield 4
    for user in (KARIN, SANNE):
        await school.actor(user).leave_or_return(is_gone=True)
    yield 7


async def the_same_without(school: Running) -> AsyncIterator[int]:
    """The same weeks, without the case."""
    for days in (0, 1, 2, 4):
        yield days
    for user in (KARIN, SANNE):
        await school.actor(user).leave_or_return(is_gone=True)
    yield 7


async def seen_by(school: Running, user: str) -> list[str]:
    """All that somebody can look at."""
    home = await school.open_home(user)
    seen = [words_of(home), *(words_of(message) for message in school.messages(user))]
    for text in ("", "dossiers", "rollen"):
        school.workspace.views.clear(user)
        answer = await school.actor(user).command("/meldcode", text)
        seen += [answer.text, *(words_of(view) for view in school.workspace.modals_of(user))]
    for label in WINDOWS:
        school.workspace.views.clear(user)
        await school.press(user, school.workspace.views.homes[user], label)
        seen += [words_of(school.modal(user))]
    return seen


async def weeks(folder: Path, happens: Callable[[Running], AsyncIterator[int]]) -> list[list[str]]:
    """What the excluded leader sees each time, with the codes of other cases left out."""
    seen = []
    async with running(folder) as school:
        school.expect("invalid `user_id`")  # the Home tab of whose account was just closed
        await school.report(MEHMET, signal(Voornaam="Lisa", Achternaam="Vis", Groep="6"))
        async for days in happens(school):
            await school.done_later()
            await school.sent()  # what waits for days is given up
            school.clock.forward(days=days)
            await school.program.scheduler.hourly()
            await school.program.scheduler.tick()
            await school.sent()
            seen.append([CODE.sub("CODE", words) for words in await seen_by(school, FATIMA)])
    return seen


async def test_a_school_with_the_case_looks_like_one_without_it(tmp_path: Path) -> None:
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
    with_it = await weeks(tmp_path / "with", what_happens)
    without = await weeks(tmp_path / "without", the_same_without)
    assert sum(map(len, with_it)) > 40
    assert with_it == without
