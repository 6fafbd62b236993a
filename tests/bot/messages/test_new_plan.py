"""School leaders are told once of another plan or a new version of it, in their language, and nobody else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store import DEFAULT_PLAN
from meldcode.domain.plan.file import PLANS, load_plan
from tests.bot.messages.test_languages import speaks_english
from tests.bot.messages.test_reminders import messages
from tests.on_screen import words_of
from tests.running import FATIMA, LINDE, Running, person, running

PETRA = "U0PETRA"
SCHOOL = {**LINDE, "people": [*LINDE["people"], person(PETRA, "Petra Vos", "school_leader")]}


def next_version(folder: Path) -> Path:
    version, file = load_plan(DEFAULT_PLAN).version, folder / "plan.yaml"
    written = DEFAULT_PLAN.read_text(encoding="utf-8")
    file.write_text(written.replace(f"\nversion: {version}\n", f"\nversion: {version + 1}\n"), encoding="utf-8")
    return file


def told(school: Running, user: str) -> list[str]:
    said = map(words_of, school.messages(user))
    return [words for words in said if "stappenplan van De Linde" in words or "step plan of De Linde" in words]


async def test_school_leaders_hear_once_of_a_new_version(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, database_url=database_url, schools=[SCHOOL]) as school:
        await speaks_english(school, PETRA)
        assert messages(school, "new_plan") == [], "the first version is no news"
    monkeypatch.setattr("bot.store.DEFAULT_PLAN", next_version(tmp_path))
    async with running(tmp_path, database_url=database_url, schools=[SCHOOL]) as school:
        assert len(messages(school, "new_plan")) == 2
        await school.sent()
        [dutch], [english] = told(school, FATIMA), told(school, PETRA)
        version = load_plan(DEFAULT_PLAN).version + 1
        assert f"versie {version}" in dutch and "Wat doe je nu?" in dutch
        assert f"version {version}" in english and "What to do now?" in english
    async with running(tmp_path, database_url=database_url, schools=[SCHOOL]) as school:
        assert len(messages(school, "new_plan")) == 2


async def test_school_leaders_hear_each_time_that_another_plan_is_chosen(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = [DEFAULT_PLAN, PLANS / "landelijk.yaml", PLANS / "landelijk.yaml", DEFAULT_PLAN]
    for plan, count in zip(plans, (0, 2, 2, 4), strict=True):
        monkeypatch.setattr("bot.store.DEFAULT_PLAN", plan)
        async with running(tmp_path, database_url=database_url) as school:
            assert len(messages(school, "new_plan")) == count
            await school.sent()
            assert not told(school, FATIMA) or load_plan(plan).title in told(school, FATIMA)[-1]
