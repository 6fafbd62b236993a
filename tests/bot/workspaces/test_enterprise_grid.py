"""In an Enterprise Grid the home of a colleague is another workspace, or the organisation itself (bolt-js #1875)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import prepared
from bot.cli.doctor.slack import slack_findings
from bot.settings import ConfigError
from handlers.platform.request import Request
from meldcode.application.executor import JOB_SECONDS
from meldcode.domain.plan.file import load_plan, shipped_plans
from tests.on_screen import words_of
from tests.running import FATIMA, KARIN, SANNE, TODAY, Running, Transport, running, signal

HOME, ORGANISATION = "T0HOME", "E0BESTUUR"


def in_grid(school: Running, home: str) -> None:
    """Put the workspace in an organisation, where everybody has their home elsewhere."""
    workspace = school.workspace
    workspace.app = replace(workspace.app, enterprise_id=ORGANISATION)
    workspace.people |= {user: replace(person, team_id=home) for user, person in workspace.people.items()}


@pytest.mark.parametrize("transport", ["http", "socket"])
@pytest.mark.parametrize("home", [HOME, ORGANISATION])
async def test_forms_buttons_and_alarms_work_for_people_of_the_whole_organisation(
    tmp_path: Path, transport: Transport, home: str
) -> None:
    async with running(tmp_path, transport=transport) as school:
        in_grid(school, home)
        await school.report(SANNE, signal())
        await school.sent()
        [message] = school.messages(KARIN)
        await school.press(KARIN, message, "Dossier openen")
        assert "Sem Bakker" in words_of(school.modal(KARIN))
        await school.open_home(FATIMA)
        assert "geen rol" not in school.home(FATIMA)
        await school.press(KARIN, message, "Acuut gevaar")
        await school.sent()
        assert len(school.messages(FATIMA)) >= 1


async def test_a_stranger_of_a_shared_channel_stays_one(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        school.workspace.people[KARIN] = replace(school.workspace.people[KARIN], team_id="T0ELSEWHERE")
        await school.press(KARIN, school.messages(KARIN)[0], "Dossier openen")
        assert "Sem" not in " ".join(words_of(view) for view in school.workspace.modals_of(KARIN))


def test_a_form_counts_in_the_workspace_where_the_app_is() -> None:
    user = {"id": KARIN, "team_id": "T0ELSEWHERE"}
    body = {"user": user, "team": None, "enterprise": {"id": ORGANISATION}, "view": {"app_installed_team_id": "T0APP"}}
    assert Request(body).identity.workspace == "T0APP"
    assert Request({**body, "enterprise": None}).identity.workspace == "T0ELSEWHERE", "a stranger"
    assert Request({"user_id": KARIN, "team_id": "T0APP", "enterprise_id": ORGANISATION}).identity.workspace == "T0APP"


async def test_an_installation_in_a_whole_organisation_is_refused_with_the_reason(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        school.workspace.app = replace(school.workspace.app, is_org_wide=True)
        settings = school.program.settings
        with pytest.raises(ConfigError, match="whole organisation"):
            async with prepared(settings):
                pass
        plan = load_plan(shipped_plans()[0])
        findings = await school.program.executor.execute(
            lambda *_: list(slack_findings(settings, plan, TODAY)), seconds=JOB_SECONDS
        )
        [words] = [found.words for found in findings if "organisation" in found.words]
        assert "own workspace" in words
