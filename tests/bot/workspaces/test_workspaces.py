"""Which school belongs to which workspace: the one in the file, or the only one, but never a guess among several."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.schools_file import SchoolsFile, read_schools
from bot.settings import ConfigError
from bot.workspaces import placed, put_in_place
from meldcode.domain.events import StaffChanged
from meldcode.domain.staff import Identity
from meldcode.domain.yaml_text import dump_yaml
from tests.bot.workspaces.installing import T_BEUK, T_LINDE, install, two_workspaces
from tests.running import BEATRIX, BEUK, LINDE, running


def file_of(*schools: dict[str, Any]) -> SchoolsFile:
    return SchoolsFile.model_validate({"schools": schools})


@pytest.mark.parametrize(
    ("says", "known", "belongs"),
    [
        ("T0ONE", {"T0ONE", "T0TWO"}, ["T0ONE"]),
        ("T0ONE", set(), ["T0ONE"]),
        ("", {"T0ONE"}, ["T0ONE"]),
        ("", set(), []),
    ],
)
def test_a_school_is_where_it_says_or_in_the_only_workspace(says: str, known: set[str], belongs: list[str]) -> None:
    found = placed(file_of({**LINDE, "workspace": says}).schools, known)
    assert [school.workspace for school in found] == belongs


def test_among_several_it_must_be_said() -> None:
    with pytest.raises(ConfigError, match=r"De Linde: say to which .*: T0ONE, T0TWO"):
        placed(file_of(LINDE).schools, {"T0TWO", "T0ONE"})


def test_two_schools_of_one_name_are_refused(tmp_path: Path) -> None:
    """They would be one school, which shares its cases."""
    file = tmp_path / "schools.yaml"
    two = [{**LINDE, "workspace": "T0ONE"}, {**LINDE, "workspace": "T0TWO"}]
    file.write_text(dump_yaml({"schools": two}), encoding="utf-8")
    with pytest.raises(ConfigError, match="two schools have the same name"):
        read_schools(file)


@pytest.mark.parametrize("wrong", ["linde", "U0AAAA", "T", "T0abc"])
def test_a_workspace_that_is_none_is_refused(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "schools.yaml"
    file.write_text(dump_yaml({"schools": [{**LINDE, "workspace": wrong}]}), encoding="utf-8")
    with pytest.raises(ConfigError, match="workspace"):
        read_schools(file)


async def test_with_one_token_a_school_of_another_workspace_is_refused(tmp_path: Path) -> None:
    elsewhere = {**LINDE, "workspace": "T0ELSEWHERE"}
    with pytest.raises(
        ConfigError, match="De Linde belongs to workspace T0ELSEWHERE, but SLACK_BOT_TOKEN is of T0PRACTICE"
    ):
        async with running(tmp_path, schools=(elsewhere,)):
            pass


async def test_with_one_token_nothing_can_be_installed_and_its_own_workspace_may_be_named(tmp_path: Path) -> None:
    async with running(tmp_path, schools=({**LINDE, "workspace": "T0PRACTICE"}, BEUK)) as school:
        await school.open_form(BEATRIX)
        assert school.program.slack.oauth_flow is None


async def test_a_school_is_not_handed_to_another_workspace(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (linde, _):
        await install(linde)
        with linde.program.store.transaction() as uow:
            [beuk] = [school for school in uow.staff.schools() if school.name == "De Beuk"]
            [bram] = [one for one in uow.staff.of_school(beuk.id) if one.name == "Bram Kok"]
            newcomer = uow.staff.register(Identity("slack", T_BEUK, "U0NIEUW"), "Nieuw")
            uow.staff.set_roles(newcomer, beuk.id, {*bram.roles_in(beuk.id)}, (), bram.id)
            uow.emit(StaffChanged(beuk.id, frozenset({newcomer})))
        moved = file_of({**LINDE, "workspace": T_LINDE}, {**BEUK, "workspace": T_LINDE})
        with pytest.raises(ConfigError, match="De Beuk has people of another Slack workspace"):
            put_in_place(linde.program.store, moved, "", linde.clock())
