"""Nothing is sent to somebody who lost the role for it while it waited (G3, promise 5)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handlers.documents import talk_pdf
from handlers.views.actions import PREPARE, PRINT
from meldcode.application.actor import on_behalf_of
from meldcode.application.cases.preparation import Preparation
from meldcode.application.staff.roles import ChangeRoles, change_roles
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import Identity
from tests.bot.cases.closing import opened_case, record
from tests.bot.cases.test_export import shared
from tests.bot.messages.test_outbox_relay import report, sends
from tests.on_screen import words_of
from tests.running import FATIMA, JORIS, KARIN, SANNE, Running, running

pytestmark = pytest.mark.rule("G3")


def gets_roles(school: Running, user: str, *roles: Role, seen: Role = Role.CARE_COORDINATOR) -> None:
    """The school leader changes the roles of a colleague of De Linde."""
    leader = Identity("slack", school.workspace.app.team_id, FATIMA)
    with school.program.store.transaction(school.clock()) as uow:
        linde = next(one.id for one in uow.staff.schools() if one.name == "De Linde")
        command = ChangeRoles(str(linde), user, frozenset(roles), frozenset({seen}), ("5",) * (Role.TEACHER in roles))
        on_behalf_of(leader, change_roles, command)(uow, school.clock())


def told(school: Running, user: str) -> list[str]:
    return [words_of(message) for message in school.messages(user)]


@pytest.mark.parametrize("roles", [(), (Role.TEACHER,)], ids=["no role", "another role"])
async def test_a_signal_that_waited_is_not_told_to_who_may_not_read_it_any_more(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, roles: tuple[Role, ...]
) -> None:
    async with running(tmp_path, database_url=database_url, worker=False) as school:
        school.expect("rate_limited")
        await report(school)
        school.workspace.faults.rate_limited, school.workspace.faults.retry_after = 2, 60
        await sends(school)
        gets_roles(school, KARIN, *roles)
        school.clock.forward(seconds=120)
        for _ in range(5):
            await sends(school)
        assert len(told(school, KARIN)) == 1 and "Dossier" not in told(school, KARIN)[0], "only that her roles changed"
        assert any("Dossier 26-" in words for words in told(school, JORIS)), "who still reads it hears it"
        assert any("kwam niet aan" in words for words in told(school, FATIMA)), "and who is in charge, that it was lost"


async def at_the_talk(school: Running) -> str:
    """The code of a case in which the talk with the parents can be held."""
    code, today = await opened_case(school), "2026-11-24"
    await record(school, KARIN, "taken_up", code)
    present: Any = {"parents_informed": "yes", "consulted_on": today, "present": (SANNE, KARIN), "consulted": "swv"}
    await record(school, KARIN, "consultation", code, **present, advice="Praat met de ouders.")
    able: Any = {"pupil_able": "cannot", "why_pupil": "Te jong.", "safety_by": (SANNE, KARIN)}
    await record(school, KARIN, "safety", code, danger_by_talk="no", why="Rustig thuis.", **able)
    return code


@pytest.mark.parametrize("is_lost", [False, True])
async def test_the_preparation_of_a_talk_is_not_sent_to_who_lost_the_role_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_lost: bool
) -> None:
    async with running(tmp_path) as school:
        code = await at_the_talk(school)
        asked = json.dumps({"case": code, "record": "parents_talk"})
        await school.send(school.click(KARIN, await school.open_case(KARIN, code), PREPARE, asked))
        make = talk_pdf.pdf

        def made_meanwhile(prepared: Preparation) -> bytes:
            if is_lost:
                gets_roles(school, KARIN)
            return make(prepared)

        monkeypatch.setattr(talk_pdf, "pdf", made_meanwhile)
        await school.send(school.click(KARIN, school.modal(KARIN), PRINT, asked))
        await school.done_later()
        assert bool(shared(school, KARIN)) is not is_lost
        assert ("niet gelukt" in words_of(school.modal(KARIN))) is is_lost
