"""A dossier of 300 entries is reviewed for the parents: each page takes only the work of its own entries."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from meldcode import hints
from practice.client.actor import Actor
from tests.bot.cases.closing import opened_case, record
from tests.bot.cases.test_export import PARENTS, asks, opened, password
from tests.bot.cases.test_large_answers import shown_at_last
from tests.running import KARIN, Running, running

ENTRIES = 300
READ = {"Klopt het zo?": ["Ik heb alles nagelezen. Dit mogen de ouders krijgen."]}
NOTE = {"noted_on": "2026-11-24", "noted_kind": "call"}
LONG = "Het ging vandaag weer goed op het plein. " * 60
MET = re.compile(r"Regel (\d+): een gesprek met oom (.+?) en (.+?)\. ")


async def reads_all(school: Running) -> list[str]:
    """Review all pages as they are; return all texts that they showed."""
    shown, actor = [], Actor(school.workspace, KARIN)
    while (view := await shown_at_last(school, KARIN)).payload.get("callback_id") == "read-over":
        blocks = [block for block in view.payload["blocks"] if block["type"] == "input"]
        shown += [block["element"].get("initial_value", "") for block in blocks]
        asked: dict[str, Any] = READ if any(block["block_id"] == "confirmed" for block in blocks) else {}
        assert (await actor.fill(view, **asked)).ok
    return shown


@pytest.fixture
def masked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts in which others were masked so far."""
    mask: Callable[..., str] = hints.masked_others
    seen: list[str] = []

    def counted(text: str, **given: Any) -> str:
        seen.append(text)
        return mask(text, **given)

    monkeypatch.setattr(hints, "masked_others", counted)
    return seen


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_dossier_of_300_entries_is_read_over_page_by_page(tmp_path: Path, masked: list[str]) -> None:
    async with running(tmp_path) as school:
        code = await opened_case(school)
        for number in range(1, ENTRIES):
            name = "Henk" if number % 2 else "Piet"
            text = f"Regel {number}: een gesprek met oom {name} en Mehmet Yılmaz. {LONG}"
            await record(school, KARIN, "note", code, **NOTE, noted=text)
        await asks(school, KARIN, code, PARENTS)
        assert len(masked) < 10, "only the first page"
        said = MET.findall(" ".join(await reads_all(school)))
        assert [int(number) for number, *_ in said] == list(range(1, ENTRIES))
        assert len({(int(number) % 2, *words) for number, *words in said}) == 2, "one letter for each, on all pages"
        assert len(masked) == ENTRIES, "each text once"
        paper = await opened(school, KARIN, await password(school, KARIN))
        assert f"Regel {ENTRIES - 1}: " in paper
        assert not [name for name in ("Henk", "Piet", "Mehmet") if name in paper]
