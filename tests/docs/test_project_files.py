"""The files beside the code: licences, versions, and the examples to copy."""

from __future__ import annotations

import configparser
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.schools_file import PersonInFile, SchoolInFile, read_schools
from bot.settings import ConfigError, Settings
from meldcode.domain.plan.roles import Role
from meldcode.domain.yaml_text import read_yaml
from meldcode.hints.word_lists import DATA
from tests.docs.documents import ROOT, text

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SOURCES = sorted(folder for folder in DATA.iterdir() if folder.is_dir())


# licences


def test_the_licence_is_that_of_the_package() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License\n                           Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert not [name for name in PROJECT["project"]["classifiers"] if name.startswith("License")]


def test_every_licence_goes_along_with_the_package() -> None:
    taken = {file for pattern in PROJECT["project"]["license-files"] for file in ROOT.glob(pattern)}
    assert taken == {ROOT / "LICENSE", ROOT / "NOTICE", *(folder / "LICENSE" for folder in SOURCES)}


@pytest.mark.parametrize("folder", SOURCES, ids=lambda folder: folder.name)
def test_lists_of_others_have_a_licence_that_allows_shipping_them(folder: Path) -> None:
    licence = (folder / "LICENSE").read_text(encoding="utf-8")
    assert re.search(r"Permission is hereby granted|Redistribution and use in source|in the public domain", licence)
    assert not re.search(r"GENERAL PUBLIC|GPL", licence)
    assert re.search(rf"^  {folder.name} ", (ROOT / "NOTICE").read_text(encoding="utf-8"), re.M)
    for file in folder.glob("*.txt"):
        assert re.match(r"# .* From .*, (?:MIT|BSD-3-Clause|public domain)\.\n", file.read_text(encoding="utf-8"))


def test_all_other_lists_are_our_own() -> None:
    assert SOURCES
    heads = [file.read_text(encoding="utf-8").partition("\n")[0] for file in DATA.glob("*.txt")]
    assert [head for head in heads if not head.endswith("Own work.")] == []


# versions


def test_the_changelog_tells_of_this_version() -> None:
    releases = re.findall(r"^## \[(.+)\](?: - (.+))?$", text(ROOT / "CHANGELOG.md"), re.M)
    assert releases[0] == ("Unreleased", "")
    assert releases[1][0] == PROJECT["project"]["version"]
    days = [date.fromisoformat(day) for _, day in releases[1:]]
    assert days == sorted(days, reverse=True)
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text(ROOT / "CHANGELOG.md"), re.M)) <= kinds


def test_the_security_policy_says_how_to_report_what_is_supported_and_what_is_in_scope() -> None:
    words = text(ROOT / "SECURITY.md")
    headings = re.findall(r"^## (.+)$", words, re.M)
    assert headings == ["Report privately", "Supported versions", "In scope", "Out of scope"]
    assert "(docs/threat-model.md)" in words


# examples to copy


def test_the_example_of_the_environment_names_every_setting() -> None:
    lines = text(ROOT / ".env.example").splitlines()
    named = [match[1] for line in lines if (match := re.match(r"#?([A-Z_]+)=", line))]
    assert set(named) == {field.upper() for field in Settings.model_fields}


@pytest.mark.parametrize("settings_shown", [False, True], ids=["as it is", "with all that it shows"])
def test_the_example_of_the_environment_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings_shown: bool
) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(field.upper(), raising=False)
    words = text(ROOT / ".env.example")
    file = tmp_path / ".env"
    file.write_text(re.sub(r"^#(?=[A-Z_]+=)", "", words, flags=re.M) if settings_shown else words, encoding="utf-8")
    read = Settings(_env_file=file)  # type: ignore[call-arg]
    if settings_shown:
        assert read.model_fields_set == set(Settings.model_fields)
        assert read.master_keys()
    else:
        assert read.model_fields_set == {"slack_bot_token", "slack_app_token"}
        with pytest.raises(ConfigError, match=r"SLACK_BOT_TOKEN .* SLACK_APP_TOKEN"):
            read.checked_for_slack()  # until they are filled in


def test_what_the_example_of_the_environment_calls_a_default_is_one() -> None:
    shown = dict(re.findall(r"^#([A-Z_]+)=(sqlite.*|https.*|127.*|\d{4})$", text(ROOT / ".env.example"), re.M))
    assert shown == {name: str(Settings.model_fields[name.lower()].default) for name in shown}
    assert shown.keys() == {"SLACK_API_URL", "DATABASE_URL", "HOST", "PORT"}


def test_the_example_of_the_schools_can_be_read_and_shows_everything(tmp_path: Path) -> None:
    words = text(ROOT / "schools.example.yaml")
    assert len(read_schools(ROOT / "schools.example.yaml").schools) == 2
    file = tmp_path / "schools.yaml"
    file.write_text(re.sub(r"# (?=workspace:)", "", words), encoding="utf-8")
    read = read_schools(file)
    assert len(read.workspaces) == len(read.schools) == 2
    document = read_yaml(file.read_text(encoding="utf-8")).value
    people = [person for school in document["schools"] for person in school["people"]]
    assert {key for school in document["schools"] for key in school} == SchoolInFile.model_fields.keys()
    assert {key for person in people for key in person} == PersonInFile.model_fields.keys()
    assert {role for person in people for role in person["roles"]} == set(Role)


# tools


def test_editors_are_told_what_ruff_holds() -> None:
    config = configparser.ConfigParser()
    config.read_string("[top]\n" + text(ROOT / ".editorconfig"))
    assert config["*"]["max_line_length"] == str(PROJECT["tool"]["ruff"]["line-length"])
    assert config["Makefile"]["indent_style"] == "tab"


def test_a_commit_is_checked_as_by_hand() -> None:
    [repository] = read_yaml(text(ROOT / ".pre-commit-config.yaml")).value["repos"]
    [hook] = repository["hooks"]
    assert (repository["repo"], hook["entry"], hook["language"]) == ("local", "make check", "system")
    assert hook["always_run"] is True and hook["pass_filenames"] is False
