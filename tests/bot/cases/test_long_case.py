"""A long case in Slack: it opens at its last page, and the others are a click away."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from handlers.platform import limits
from meldcode.application.actor import actor_of
from meldcode.application.cases.record_entry import record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.domain.staff import Identity
from storage.repositories.kept_states import LONG
from tests.on_screen import words_of
from tests.running import KARIN, SANNE, Running, running, signal

pytestmark = pytest.mark.rule("S1.2")
COUNT = LONG + 3


async def with_many_notes(school: Running) -> str:
    await school.report(SANNE, signal())
    await school.sent()
    [code] = school.codes(KARIN)
    sanne = Identity("slack", school.workspace.app.team_id, SANNE)
    with school.program.store.transaction(school.clock()) as uow:
        for number in range(2, COUNT + 1):
            now = school.clock() + timedelta(seconds=number)
            said = {"noted": f"Notitie nummer {number}.", "noted_on": f"{now:%Y-%m-%d}", "noted_kind": "other"}
            command = RecordEntry(f"K{number}", "note", said, code, seen=number - 1, reviewed=True)
            record_entry(uow, actor_of(uow, sanne), command, now)
    return code


async def test_a_long_case_opens_at_its_last_page_and_the_others_are_a_click_away(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        shown = await school.open_case(KARIN, await with_many_notes(school))
        assert f"Regels {COUNT - limits.LOGBOOK_ENTRIES + 1} tot {COUNT} van {COUNT}" in words_of(shown)
        seen = [words_of(shown)]
        while "Eerdere regels" in seen[-1]:
            await school.press(KARIN, school.modal(KARIN), "Eerdere regels")
            seen.append(words_of(school.modal(KARIN)))
        assert all(f"Notitie nummer {number}." in "".join(seen) for number in range(2, COUNT + 1))
        await school.press(KARIN, school.modal(KARIN), "Latere regels")
        assert words_of(school.modal(KARIN)) == seen[-2]
