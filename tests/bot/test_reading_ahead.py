"""Whoever reports first after a start waits for no file: on a busy machine that took the whole time Slack gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from meldcode import calendar, hint_lists
from tests.on_screen import words_of
from tests.running import KARIN, SANNE, WHAT, running, signal


def not_again(*_args: object, **_options: object) -> None:
    raise AssertionError("this was to be read at start")


async def test_the_first_signal_reads_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for remembered in (*vars(calendar).values(), *vars(hint_lists).values()):
        if hasattr(remembered, "cache_clear"):
            remembered.cache_clear()
    async with running(tmp_path) as school:
        monkeypatch.setattr(calendar, "country_holidays", not_again)
        monkeypatch.setattr(hint_lists, "DATA", Path("nowhere"))
        shown = await school.report(SANNE, signal(**{WHAT: "Ik denk dat Piet de Vries riep."}))
        assert "Opgeslagen in dossier" in words_of(shown)
        await school.sent()
        assert len(school.messages(KARIN)) == 1
