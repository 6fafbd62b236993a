"""The documents are right about links, commands, settings, folders and labels on screen."""

from __future__ import annotations

import os
import re
import socket
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bot.cli.main import main
from bot.manifest import SCOPES
from bot.schools_file import read_schools
from bot.settings import Settings
from handlers.i18n.catalogues import DUTCH, sentences
from handlers.platform.limits import HOME
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.model import Plan
from meldcode.domain.yaml_text import read_yaml
from storage.db.schema import metadata
from tests.docs.documents import (
    DOCS,
    DOCUMENTS,
    INSTALL,
    MANY_SCHOOLS,
    README,
    ROOT,
    TOUR,
    code,
    headings,
    name,
    prose,
    relative_links,
    section,
    table,
    text,
)

ARCHITECTURE = DOCS / "architecture.md"
LIST = DOCS / "README.md"
GUIDES = [TOUR, DOCS / "gebruik.md"]

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=name)


@each_document
def test_every_link_leads_somewhere(document: Path) -> None:
    broken = [
        link
        for link, target, heading in relative_links(document)
        if not target.exists() or (heading and heading not in headings(target))
    ]
    assert broken == []


@each_document
def test_every_command_exists(document: Path) -> None:
    asked = re.findall(r"(?<![\w/.@-])meldwijzer((?: [a-z][a-z-]*)*)((?: --[a-z-]+)*)", code(document))
    wrong = [f"meldwijzer{words}{options}" for words, options in asked if not _is_command(words, options)]
    assert wrong == []


@each_document
def test_every_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"\bmake ([a-z-]+)", code(document))) <= targets


@each_document
def test_every_file_that_is_named_exists(document: Path) -> None:
    named = re.findall(r"`((?:bot|handlers|storage|meldcode|practice|tests|bench|docs)/[\w/.-]*)`", text(document))
    assert [path for path in named if not (ROOT / path).exists()] == []


@each_document
def test_the_documents_name_no_machine_and_no_registry(document: Path) -> None:
    here = [f"{folder}/" for folder in (ROOT, *ROOT.parents, Path.home()) if len(folder.parts) > 1]
    words = text(document)
    assert [place for place in here if re.search(rf"(?<![\w.~]){re.escape(place)}", words)] == []
    assert socket.gethostname() not in words
    assert set(re.findall(r"https?://([^/\s`)>:]+)", words)) <= HOSTS
    assert [host for host in _registries() if host in words] == []


def test_the_settings_are_those_of_the_program() -> None:
    rows = {row[0]: row[1] for row in table(DOCS / "settings.md", "## All settings")}
    assert list(rows) == [field.upper() for field in Settings.model_fields]
    told = {field: default for field, default in rows.items() if re.fullmatch(r"[\w:/.]+", default)}
    defaults = {field.upper(): str(info.default) for field, info in Settings.model_fields.items()}
    assert told == {field: default for field, default in defaults.items() if field in told}
    assert told.keys() == {"SLACK_API_URL", "DATABASE_URL", "MELDWIJZER_LOG", "HOST", "PORT"}


def test_the_schools_files_of_the_documents_can_be_read(tmp_path: Path) -> None:
    [first], [several] = (re.findall(r"```yaml\n(.*?) *```", text(file), re.S) for file in (INSTALL, MANY_SCHOOLS))
    file = tmp_path / "schools.yaml"
    file.write_text(textwrap.dedent(several), encoding="utf-8")
    assert len(read_schools(file).workspaces) == len(read_schools(file).schools) == 2
    file.write_text(textwrap.dedent(first), encoding="utf-8")
    [school] = read_schools(file).schools
    assert {role for person in school.people for role in person.roles} == {
        "teacher",
        "care_coordinator",
        "confidant",
        "school_leader",
        "cluster_director",
    }
    shown = read_yaml(file.read_text(encoding="utf-8")).value["schools"][0].keys()
    assert shown | {"workspace", "was", "closed"} == school.model_dump().keys()


def test_installation_leads_to_a_running_bot_in_ten_steps() -> None:
    steps = re.findall(r"^(\d+)\. ", section(INSTALL, "Ten steps"), re.M)
    assert steps == [str(number) for number in range(1, 11)]


def test_installation_says_what_each_scope_is_for() -> None:
    assert sorted(row[0] for row in table(INSTALL, "## What the app may do")) == sorted(SCOPES)


def test_the_readme_is_one_page_and_shows_one_picture_and_the_two_commands() -> None:
    words = text(README)
    assert len(words.splitlines()) < 120
    assert len(re.findall(r"!\[", words)) == 1
    [commands] = re.findall(r"```sh\n(.*?)```", words, re.S)
    assert [line.partition("#")[0].strip() for line in commands.splitlines()] == ["make demo", "make test"]


def test_the_list_of_documents_is_whole() -> None:
    listed = {target.resolve() for _, target, _ in relative_links(LIST)}
    expected = {file for file in DOCUMENTS if file.parent != DOCS / "adr"} - {LIST}
    assert listed == expected | {DOCS / "adr"}


def test_the_list_of_documents_says_the_language() -> None:
    languages = {
        Path(link.partition("(")[2]).name.strip(")"): row[-1] for link, *row in table(LIST, "## All documents")
    }
    dutch = {file.name for file in DOCUMENTS if len(re.findall(r"\b(?:het|een|wordt)\b", prose(file))) > 9}
    assert {file for file, language in languages.items() if language == "Dutch"} == dutch
    assert set(languages.values()) == {"Dutch", "English"}


def test_the_tree_names_the_folders() -> None:
    block = re.search(r"```\n(bot/.*?)```", text(ARCHITECTURE), re.S)
    assert block
    named = [line.split()[0] for line in block[1].splitlines()]
    assert [folder for folder in named if not (ROOT / folder).is_dir()] == []
    program = {f"{file.parent.name}/" for file in ROOT.glob("*/__init__.py")}
    assert program <= set(named)


def test_the_tables_are_those_of_the_schema() -> None:
    rows = table(ARCHITECTURE, "## The tables, and what is encrypted")
    assert {word for row in rows for word in row[0].replace("`", "").split(", ")} == set(metadata.tables)


def test_the_decisions_are_numbered_without_gaps() -> None:
    decisions = sorted((ROOT / "docs/adr").glob("*.md"))
    assert [file.name[:4] for file in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for file in decisions:
        words = text(file)
        parts = [part for part in PARTS if f"**{part}.**" not in words]
        assert not parts, f"{file.name} lacks {parts}"


@pytest.mark.parametrize("document", GUIDES, ids=name)
def test_what_is_bold_in_a_guide_stands_on_screen(document: Path) -> None:
    bold = re.findall(r"\*\*([^*]+)\*\*", _for_users(document))
    assert bold
    on_screen = set(_on_screen())
    assert [words for words in bold if words not in on_screen] == []


def test_the_guide_is_two_pages_and_tells_how_to_turn_the_pages_of_start() -> None:
    words = without_pictures(text(ROOT / "docs/gebruik.md").partition("\n## Vijf hele zaken\n")[0])
    assert 300 < len(re.findall(r"\w+", words)) <= MOST_WORDS
    assert "Er staan tien dossiers op een bladzijde" in words and HOME.cases == 10
    assert "**Volgende pagina**" in words


def without_pictures(words: str) -> str:
    return re.sub(r"!\[.*?\]\(.*?\)", "", words)


MOST_WORDS = 1200
"""On two pages, tables included."""

HOSTS = {
    "api.slack.com",
    "slack.com",
    "docs.slack.dev",
    "localhost",
    "127.0.0.1",
    "bot.example.nl",
    "pre-commit.com",
    "keepachangelog.com",
    "semver.org",
}
PARTS = ("Context", "Decision", "Weighed", "Consequences", "Scope")
NOT_ON_SCREEN = ("vet", "bold", "Is een kind nu in gevaar? Bel 112.")


def _is_command(words: str, options: str) -> bool:
    command: click.Command = main
    for word in words.split():
        if not isinstance(command, click.Group):
            break  # an argument
        found = command.get_command(click.Context(command), word)
        if found is None:
            return False
        command = found
    known = {option for parameter in command.params for option in parameter.opts}
    return set(options.split()) <= known | {"--help"}


def _registries() -> Iterator[str]:
    """The hosts of the package registries that this machine uses."""
    for variable, value in os.environ.items():
        if variable.endswith(("INDEX_URL", "DEFAULT_INDEX", "REGISTRY", "GOPROXY")):
            yield from re.findall(r"https?://(?:[^@/\s]*@)?([^/\s:,]+)", value)


def _for_users(document: Path) -> str:
    """The part in which bold words are those on screen."""
    words = prose(document)
    for known in NOT_ON_SCREEN:
        words = words.replace(f"**{known}**", known)
    return words


def _on_screen() -> Iterator[str]:
    yield from sentences(DUTCH).values()
    for file in shipped_plans():
        yield from _words_of(load_plan(file))


def _words_of(plan: Plan) -> Iterator[str]:
    for step in plan.steps:
        yield step.title
    for record in plan.records.values():
        yield from (record.title, record.button)
        yield from (tell.text for tell in record.tell)
        for field in record.fields:
            yield field.label
            yield from (choice.text for choice in field.choices)
