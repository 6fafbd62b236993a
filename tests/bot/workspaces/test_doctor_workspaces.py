"""`meldwijzer doctor` says what is missing in each workspace."""

from __future__ import annotations

import asyncio
from pathlib import Path
from unittest.mock import patch

import pytest
from pydantic import SecretStr

from bot.cli.doctor.findings import complaints, findings
from bot.settings import ConfigError, Settings
from meldcode.domain.events import StaffChanged
from meldcode.domain.yaml_text import dump_yaml
from tests.bot.workspaces.installing import SCHOOLS, T_BEUK, T_LINDE, install, two_workspaces, uninstall
from tests.running import BEATRIX, BEUK, LINDE, Running, signal

NOT_THERE = "Workspace T0BEUK (De Beuk): the app is not installed there, and messages for it cannot be delivered."


async def of_workspaces(school: Running) -> list[str]:
    """The faults of workspaces that it reports."""
    with patch("bot.cli.doctor.findings.utc_now", school.clock):
        found = await asyncio.to_thread(lambda: list(findings(school.program.settings)))
    return [finding.words for finding in found if finding.is_fault and "orkspace" in finding.words]


async def test_where_the_app_is_missing_is_told_and_after_a_removal_again(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path, worker=False) as (linde, beuk):
        assert len(await of_workspaces(linde)) == 2
        await install(linde)
        [missing] = await of_workspaces(linde)
        assert missing == f"{NOT_THERE} Open /slack/install at the bot's address."
        await install(beuk)
        assert await of_workspaces(linde) == []
        await beuk.report(BEATRIX, signal())
        await uninstall(beuk)
        await linde.program.outbox_relay.drain()
        assert (await of_workspaces(linde))[0].startswith(NOT_THERE)
        found = await asyncio.to_thread(lambda: list(complaints(linde.program.settings)))
        assert any("could not be delivered" in complaint for complaint in found)


async def test_each_token_is_asked_about_and_named_by_its_workspace(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (linde, beuk):
        for school in (linde, beuk):
            await install(school)
        beuk.expect("account_inactive")
        beuk.workspace.faults.refuses = "account_inactive"
        assert await of_workspaces(linde) == ["Workspace T0BEUK: Slack does not accept the token: account_inactive."]
        asked = [len([line for line in s.workspace.traffic if line.what == "blocks.validate"]) for s in (linde, beuk)]
        assert asked[1] == 0


async def test_a_school_that_does_not_say_its_workspace_among_several_is_told(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (linde, _):
        await install(linde)
        file = linde.program.settings.meldwijzer_schools
        assert file is not None
        file.write_text(dump_yaml({"schools": [LINDE, SCHOOLS[1]]}), encoding="utf-8")
        said = f"De Linde: say to which Slack workspace it belongs (workspace: T…), for there are several: {T_BEUK}, "
        assert f"{said}{T_LINDE}." in await of_workspaces(linde)


async def test_before_the_first_installation_it_says_where_to_begin(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path, schools=(LINDE,)) as (linde, _):
        assert "The app is installed in no workspace yet. Open /slack/install at the bot's address." in (
            await of_workspaces(linde)
        )


async def test_an_installation_for_no_school_is_told(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (linde, beuk):
        await install(beuk)
        with linde.program.store.transaction() as uow:
            for one in uow.staff.schools():
                for person in uow.staff.of_school(one.id):
                    uow.staff.set_roles(person.id, one.id, (), (), None)
                    uow.emit(StaffChanged(one.id, frozenset({person.id})))
        file = linde.program.settings.meldwijzer_schools
        assert file is not None
        file.write_text(dump_yaml({"schools": [{**BEUK, "workspace": T_LINDE}]}), encoding="utf-8")
        assert any("Workspace T0BEUK belongs to no school." in words for words in await of_workspaces(linde))


def several(**changed: object) -> Settings:
    secrets = {"slack_client_secret": SecretStr("c"), "slack_signing_secret": SecretStr("0" * 32)}
    return Settings(slack_client_id="1.2", **{**secrets, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (several(slack_client_secret=SecretStr("")), "SLACK_CLIENT_SECRET"),
        (several(slack_signing_secret=SecretStr("")), "SLACK_SIGNING_SECRET"),
        (several(slack_bot_token=SecretStr("xoxb-1")), "SLACK_BOT_TOKEN is for one workspace"),
        (several(slack_app_token=SecretStr("xapp-1")), "SLACK_APP_TOKEN is for one workspace"),
    ],
)
def test_what_several_workspaces_need_is_said(settings: Settings, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        settings.checked_for_slack()


def test_all_that_several_workspaces_need() -> None:
    assert several().checked_for_slack().is_for_several
    assert not Settings(slack_bot_token=SecretStr("x"), slack_signing_secret=SecretStr("s")).is_for_several
