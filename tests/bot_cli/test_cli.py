"""The `meldwijzer` command: what each prints, and that it exits with 0, 1 (failed) or 2 (wrong use)."""

from __future__ import annotations

import base64
import json
import logging
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import click
import pytest

from bot.cli.log import log_as_json
from bot.cli.main import main
from meldcode.domain.yaml_text import dump_yaml, read_yaml
from tests.bot_cli.conftest import Cli

PROCFILE = Path(__file__).parents[2] / "Procfile"
PROCESSES = {"web": "web", "worker": "worker", "release": "migrate"}
SLACK = {"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_APP_TOKEN": "xapp-test"}


def commands(command: click.Command = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group, by the words that call it."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner, name
            yield from commands(inner, (*path, name))


# help, version and wrong use


def test_the_version_is_that_of_the_package(cli: Cli) -> None:
    result = cli("--version")
    assert (result.exit_code, result.stdout) == (0, f"meldwijzer, version {metadata.version('meldwijzer')}\n")


def test_the_commands_of_the_design_are_there() -> None:
    found = {path[0] for path in commands() if path}
    assert found >= {"run", "web", "worker", "demo", "migrate", "plan", "manifest", "keys", "doctor"}
    assert {("plan", "check"), ("plan", "show"), ("keys", "new")} <= set(commands())


def test_the_procfile_starts_web_and_worker_and_migrates_before_a_release() -> None:
    started = dict(line.split(": ") for line in PROCFILE.read_text(encoding="utf-8").splitlines())
    assert started == {kind: f"meldwijzer {name}" for kind, name in PROCESSES.items()}
    assert {(name,) for name in PROCESSES.values()} <= set(commands())


@pytest.mark.parametrize("path", list(commands()), ids=lambda path: " ".join(path) or "meldwijzer")
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_has_help(cli: Cli, path: tuple[str, ...], option: str) -> None:
    result = cli(*path, option)
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage:")
    explained = result.stdout.split("\n\n")[1].strip()
    assert explained and not explained.startswith("Options:")


@pytest.mark.parametrize("path", list(commands()), ids=lambda path: " ".join(path) or "meldwijzer")
def test_an_unknown_option_is_wrong_use(cli: Cli, path: tuple[str, ...]) -> None:
    assert cli(*path, "--no-such-option").exit_code == 2


@pytest.mark.parametrize(
    "words",
    [
        ["no-such-command"],
        ["plan", "no-such-command"],
        ["plan", "check"],
        ["plan", "check", "no-such-file.yaml"],
        ["plan", "check", "."],
        ["plan", "show", "no-such-file.yaml"],
        ["plan", "show", "a.yaml", "b.yaml"],
        ["demo", "--port", "many"],
        ["manifest", "--url"],
        ["keys", "new", "extra"],
        ["backup", ""],
        ["restore", "kopie", "--keys", ""],
        ["verify", "--write", ""],
    ],
)
def test_wrong_use_exits_with_2_and_says_how(cli: Cli, words: list[str]) -> None:
    result = cli(*words)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert result.stdout == ""


# the manifest


def test_the_manifest_is_yaml_with_the_fewest_scopes(cli: Cli) -> None:
    result = cli("manifest")
    assert result.exit_code == 0
    found = read_yaml(result.stdout).value
    assert found["oauth_config"] == {"scopes": {"bot": ["chat:write", "commands", "files:write", "users:read"]}}
    assert [command["command"] for command in found["features"]["slash_commands"]] == ["/signaal", "/meldcode"]
    assert "usage_hint" not in found["features"]["slash_commands"][0], "nothing is typed after it"
    assert [(s["name"], s["type"]) for s in found["features"]["shortcuts"]] == [("Signaal doorgeven", "global")]
    home = found["features"]["app_home"]
    assert home["home_tab_enabled"] and home["messages_tab_read_only_enabled"]
    assert "app_home_opened" in found["settings"]["event_subscriptions"]["bot_events"]


def test_the_manifest_without_an_address_is_for_socket_mode(cli: Cli) -> None:
    found = read_yaml(cli("manifest").stdout).value
    assert found["settings"]["socket_mode_enabled"] is True
    assert "http" not in json.dumps(found)
    assert "app_uninstalled" not in json.dumps(found)


@pytest.mark.parametrize("url", ["https://meldwijzer.example", "https://meldwijzer.example/"])
def test_the_manifest_for_http_sends_everything_to_one_address(cli: Cli, url: str) -> None:
    found = read_yaml(cli("manifest", "--url", url).stdout).value
    address, settings = "https://meldwijzer.example/slack/events", found["settings"]
    assert settings["socket_mode_enabled"] is False
    assert settings["interactivity"] == {"is_enabled": True, "request_url": address}
    assert settings["event_subscriptions"]["request_url"] == address
    assert {command["url"] for command in found["features"]["slash_commands"]} == {address}
    assert found["oauth_config"]["redirect_urls"] == ["https://meldwijzer.example/slack/oauth_redirect"]
    assert {"app_uninstalled", "tokens_revoked"} <= {*settings["event_subscriptions"]["bot_events"]}
    assert settings["token_rotation_enabled"] is False


def test_the_manifest_as_json_says_the_same(cli: Cli) -> None:
    assert json.loads(cli("manifest", "--json").stdout) == read_yaml(cli("manifest").stdout).value


# keys


def test_a_new_key_is_32_bytes_and_another_each_time(cli: Cli) -> None:
    keys = [cli("keys", "new").stdout for _ in range(2)]
    assert len(set(keys)) == 2
    for key in keys:
        assert key.count("\n") == 1
        text = key.strip()
        assert len(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)) == 32


# starting


@pytest.mark.parametrize("command", ["run", "web", "worker"])
def test_it_does_not_run_without_a_master_key(cli: Cli, bare_environment: Path, command: str) -> None:
    result = cli(command, **SLACK)
    assert result.exit_code == 1
    assert "There is no master key. Make one with `meldwijzer keys new`" in result.stderr
    assert "Traceback" not in result.stderr


def test_it_does_not_run_with_a_key_that_is_none(cli: Cli) -> None:
    result = cli("run", **SLACK, MELDWIJZER_MASTER_KEY="geheim")
    assert result.exit_code == 1
    assert "master key cannot be used" in result.stderr
    assert "geheim" not in result.stderr


def test_it_does_not_run_with_another_key_than_the_databases(cli: Cli) -> None:
    first, second = (cli("keys", "new").stdout.strip() for _ in range(2))
    cli("doctor", MELDWIJZER_MASTER_KEY=first)
    result = cli("run", **SLACK, MELDWIJZER_MASTER_KEY=second)
    assert result.exit_code == 1
    assert "master key cannot be used" in result.stderr
    assert first not in result.stderr and second not in result.stderr


def test_it_does_not_run_without_slack(cli: Cli) -> None:
    result = cli("run")
    assert result.exit_code == 1
    assert "SLACK_BOT_TOKEN" in result.stderr and "SLACK_APP_TOKEN" in result.stderr


# the database


def test_migrate_brings_the_database_to_this_version(cli: Cli, bare_environment: Path) -> None:
    file = bare_environment / "school.db"
    for _ in range(2):
        result = cli("migrate", DATABASE_URL=f"sqlite:///{file}")
        assert (result.exit_code, result.stdout) == (0, "The database is of this version.\n")
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT count(*) FROM cases").fetchone() == (0,)
    database.close()


@pytest.mark.parametrize("command", ["migrate", "doctor"])
def test_a_database_url_that_cannot_be_read_is_not_repeated(cli: Cli, command: str) -> None:
    result = cli(command, DATABASE_URL="geheim", MELDWIJZER_MASTER_KEY=cli("keys", "new").stdout.strip())
    assert result.exit_code == 1
    assert "the database URL cannot be read" in result.output
    assert "geheim" not in result.output


# doctor


NOT_ASKED = (
    "- Slack could not be asked: the connection is refused. Check the network, the firewall and SLACK_API_URL. "
    "Token, scopes, clock and views are not checked.\n"
)


@pytest.fixture
def well(cli: Cli, bare_environment: Path) -> dict[str, str]:
    """An environment in which nothing is missing."""
    roles = ["teacher", "care_coordinator", "confidant", "school_leader", "cluster_director"]
    person = {"slack": "U0AAAAAAA", "name": "Sanne de Boer", "roles": roles}
    schools: dict[str, Any] = {"schools": [{"name": "De Linde", "region": "noord", "people": [person]}]}
    file = bare_environment / "schools.yaml"
    file.write_text(dump_yaml(schools), encoding="utf-8")
    return {
        **SLACK,
        "SLACK_API_URL": "http://127.0.0.1:1/api/",
        "MELDWIJZER_MASTER_KEY": cli("keys", "new").stdout.strip(),
        "MELDWIJZER_SCHOOLS": str(file),
    }


def test_on_windows_it_says_how(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    result = cli("keys", "new")
    assert (result.exit_code, "docs/windows.md" in result.stderr) == (1, True)


def test_no_command_leaves_a_core_dump(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
    cli("keys", "new")
    assert limits == {resource.RLIMIT_CORE: (0, 0)}


def test_doctor_says_only_that_slack_does_not_answer_when_all_else_is_well(cli: Cli, well: dict[str, str]) -> None:
    result = cli("doctor", **well)
    assert (result.exit_code, result.stdout) == (1, NOT_ASKED)


def test_doctor_says_it_as_json_too(cli: Cli, well: dict[str, str]) -> None:
    result = cli("doctor", "--json", **well)
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"faults": [NOT_ASKED[2:-1]], "notes": []})


HELP = """
import json, sys
from bot.cli.main import main
for path in json.loads(sys.argv[1]):
    main([*path, "--help"], standalone_mode=False)
print(json.dumps(sorted(sys.modules)))
"""


def test_help_of_no_command_imports_the_program() -> None:
    """Each help then answers in a tenth of a second of processor time."""
    words = [sys.executable, "-c", HELP, json.dumps(list(commands()))]
    shown = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout
    imported = json.loads(shown.splitlines()[-1])
    assert shown.count("Usage: ") == len(list(commands()))
    assert [name for name in imported if name.startswith("bot.")] == ["bot.cli", "bot.cli.log", "bot.cli.main"]
    heavy = {"sqlalchemy", "slack_sdk", "slack_bolt", "pydantic", "uvicorn", "cryptography", "asyncio", "meldcode"}
    assert heavy.isdisjoint(imported)


@pytest.mark.parametrize("path", list(commands()), ids=lambda path: " ".join(path) or "meldwijzer")
def test_no_line_of_help_is_cut(cli: Cli, path: tuple[str, ...]) -> None:
    assert "...\n" not in cli(*path, "--help", COLUMNS="80").stdout.partition("Commands:")[2]


def test_the_log_can_be_json_with_a_time_zone(capsys: pytest.CaptureFixture[str]) -> None:
    logger, handler = logging.getLogger(), logging.StreamHandler(sys.stderr)
    logger.addHandler(handler)
    try:
        log_as_json()
        logging.getLogger("meldwijzer").warning("%s is “here”", "it")
    finally:
        logger.removeHandler(handler)
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (line["level"], line["logger"], line["message"]) == ("WARNING", "meldwijzer", "it is “here”")
    assert datetime.fromisoformat(line["time"]).tzinfo


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("SLACK_BOT_TOKEN", "", "SLACK_BOT_TOKEN"),
        ("SLACK_APP_TOKEN", "", "SLACK_SIGNING_SECRET"),
        ("SLACK_API_URL", "https://slack.example", "SLACK_API_URL must end in /api/."),
        ("MELDWIJZER_MASTER_KEY", "", "There is no master key."),
        ("MELDWIJZER_PLAN", "no-such-plan.yaml", "(MELDWIJZER_PLAN) cannot be read: FileNotFoundError."),
        ("MELDWIJZER_PLAN", "wrong.yaml", "wrong.yaml:1: plan: Field required"),
        ("MELDWIJZER_SCHOOLS", "no-such-schools.yaml", "no-such-schools.yaml cannot be read: FileNotFoundError."),
        ("MELDWIJZER_SCHOOLS", "wrong.yaml", "wrong.yaml:1: schools: add it, for it is missing."),
    ],
)
def test_doctor_names_a_bad_setting(
    cli: Cli, well: dict[str, str], bare_environment: Path, setting: str, value: str, said: str
) -> None:
    (bare_environment / "wrong.yaml").write_text("version: 1\n")
    result = cli("doctor", **{**well, setting: value})
    assert result.exit_code == 1
    said_so = [line for line in result.stdout.splitlines() if said in line]
    assert len(said_so) == 1, result.stdout
    assert "Everything is in order." not in result.stdout


def test_doctor_says_that_a_plan_was_changed_without_a_new_version(
    cli: Cli, well: dict[str, str], bare_environment: Path, landelijk: str
) -> None:
    own = bare_environment / "eigen.yaml"
    document = landelijk.replace("plan: landelijk", "plan: eigen")
    own.write_text(document, encoding="utf-8")
    assert cli("doctor", **well, MELDWIJZER_PLAN=str(own)).stdout == NOT_ASKED
    changed = document.replace("title: Wegen", "title: Anders").replace('"Wegen": ', '"Anders": ')
    own.write_text(changed, encoding="utf-8")
    result = cli("doctor", **well, MELDWIJZER_PLAN=str(own))
    assert (result.exit_code, result.stdout) == (
        1,
        f"- plan eigen version {read_yaml(document).value['version']} was changed: give it a new version\n{NOT_ASKED}",
    )


def test_doctor_names_a_role_that_nobody_has(cli: Cli, well: dict[str, str]) -> None:
    file = Path(well["MELDWIJZER_SCHOOLS"])
    file.write_text(file.read_text().replace("confidant", "teacher"))
    result = cli("doctor", **well)
    assert result.exit_code == 1
    assert "De Linde: nobody has the role confidant (vertrouwenspersoon)." in result.stdout


def test_a_setting_of_the_wrong_kind_is_named_and_not_repeated(cli: Cli, well: dict[str, str]) -> None:
    result = cli("doctor", **well, PORT="geheim")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: PORT: ")
    assert "geheim" not in result.output and "Traceback" not in result.output


# the folder where it starts


def test_what_lies_in_the_folder_is_used(cli: Cli, well: dict[str, str], bare_environment: Path) -> None:
    """A first start needs to set its two tokens, in `.env`, and nothing else."""
    (bare_environment / "master.key").write_text(well.pop("MELDWIJZER_MASTER_KEY"), encoding="ascii")
    del well["MELDWIJZER_SCHOOLS"]
    (bare_environment / ".env").write_text("".join(f"{name}={value}\n" for name, value in well.items()))
    for file in (".env", "master.key"):
        (bare_environment / file).chmod(0o600)
    assert cli("doctor").stdout == NOT_ASKED
    assert "SLACK_API_URL must end in /api/." in cli("doctor", SLACK_API_URL="https://slack.example").stdout


def test_tokens_that_others_can_read_are_told_of(cli: Cli, well: dict[str, str], bare_environment: Path) -> None:
    (bare_environment / ".env").touch(0o644)
    assert "Others on this machine can open .env. Run: chmod 600 .env" in cli("doctor", **well).stdout


def test_settings_that_are_no_text_are_refused(cli: Cli, bare_environment: Path) -> None:
    (bare_environment / ".env").write_bytes(b"SLACK_BOT_TOKEN=\xff\n")
    result = cli("doctor")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: .env cannot be read: UnicodeDecodeError. Save it as UTF-8 text that you may read.\n",
    )
