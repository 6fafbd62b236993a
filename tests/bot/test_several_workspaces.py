"""One bot, two Slack workspaces: installed over OAuth, each with its own token, and neither touches the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.installing import install, two_workspaces
from tests.running import BEATRIX, BRAM, KARIN, SANNE, Running, signal


def methods(school: Running, name: str) -> int:
    """How often a method was called with the token of this workspace."""
    return len([line for line in school.workspace.traffic if line.what == name])


@pytest.mark.rule("S1.1")
async def test_each_workspace_is_served_with_its_own_token(tmp_path: Path, database_url: str) -> None:
    async with two_workspaces(tmp_path, database_url=database_url) as (linde, beuk):
        for school in (linde, beuk):
            page = await install(school)
            assert (page.status, "staat nu in deze Slack-werkruimte" in page.text) == (200, True)
        await linde.report(SANNE, signal())
        await beuk.report(BEATRIX, signal())
        await linde.sent()
        [to_karin], [to_bram] = linde.messages(KARIN), beuk.messages(BRAM)
        assert to_karin.text.replace(linde.codes(KARIN)[0], "") == to_bram.text.replace(beuk.codes(BRAM)[0], "")
        assert methods(linde, "auth.test") + methods(beuk, "auth.test") == 2, "once for an installation"
