"""Settings that are empty, or have another form than they should: one sentence names the variable, never its value."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import ConfigError, Settings
from storage.crypto.vault import new_master_key
from tests.bot_cli.conftest import Cli

SECRET = "0123456789abcdef" * 2
VALID = {"SLACK_BOT_TOKEN": "xoxb-1-a", "SLACK_APP_TOKEN": "xapp-1-a", "SLACK_SIGNING_SECRET": SECRET}


@pytest.mark.parametrize("empty", ["", " ", "\t\n"])
def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch, empty: str) -> None:
    monkeypatch.delenv("PORT")
    unset = Settings()
    for name in Settings.model_fields:
        monkeypatch.setenv(name.upper(), empty)
    assert Settings() == unset


def test_an_empty_host_opens_no_other_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "")
    assert Settings().host == "127.0.0.1"
    assert Settings(host=" ").host == "127.0.0.1"


def test_an_empty_line_of_the_env_file_counts_as_unset(bare_environment: Path) -> None:
    (bare_environment / ".env").write_text("HOST=\nPORT=\nMELDWIJZER_MASTER_KEY_FILE=\nDATABASE_URL=\n")
    assert Settings() == Settings(_env_file=None)  # type: ignore[call-arg]


def test_space_around_a_setting_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VALID.items():
        monkeypatch.setenv(name, f" {value}\r\n")
    settings = Settings().checked_for_slack()
    assert settings.slack_bot_token == SecretStr("xoxb-1-a")
    assert settings.slack_signing_secret == SecretStr(SECRET)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1-geheim"),
        ("SLACK_BOT_TOKEN", "xoxp-1-geheim"),
        ("SLACK_BOT_TOKEN", '"xoxb-1-geheim"'),
        ("SLACK_BOT_TOKEN", "xoxb-1 geheim"),
        ("SLACK_BOT_TOKEN", "xoxb-geheim…"),
        ("SLACK_BOT_TOKEN", "xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-1-geheim"),
        ("SLACK_APP_TOKEN", "geheim"),
        ("SLACK_SIGNING_SECRET", "geheim"),
        ("SLACK_SIGNING_SECRET", f"{SECRET}geheim"),
        ("SLACK_SIGNING_SECRET", "xoxb-1-geheim"),
    ],
)
@pytest.mark.parametrize("command", ["run", "doctor"])
def test_a_secret_of_another_form_is_named(cli: Cli, command: str, name: str, value: str) -> None:
    key = {"MELDWIJZER_MASTER_KEY": new_master_key()}
    result = cli(command, **{**VALID, **key, "SLACK_API_URL": "http://127.0.0.1:1/api/", name: value})
    said = [line for line in result.output.splitlines() if line.removeprefix("Error: ").lstrip("- ").startswith(name)]
    assert (result.exit_code, len(said)) == (1, 1), result.output
    assert "copy" in said[0].lower()
    assert "geheim" not in result.output and "Traceback" not in result.output


@pytest.mark.parametrize("key", ["geheim", "geheim" * 20, "xoxb-1-geheim", "é" * 43, '"geheim"'])
def test_a_master_key_of_another_form_is_named(cli: Cli, key: str) -> None:
    result = cli("run", **VALID, MELDWIJZER_MASTER_KEY=key)
    assert result.exit_code == 1
    assert "MELDWIJZER_MASTER_KEY" in result.stderr and "geheim" not in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("content", [b"", b"geheim", "geheim".encode("utf-16"), b"\xff\xfe\x00"])
def test_a_master_key_file_of_another_form_is_named(cli: Cli, bare_environment: Path, content: bytes) -> None:
    (bare_environment / "sleutel").write_bytes(content)
    result = cli("run", **VALID, MELDWIJZER_MASTER_KEY_FILE="sleutel")
    assert result.exit_code == 1
    assert "MELDWIJZER_MASTER_KEY_FILE" in result.stderr and "geheim" not in result.stderr
    assert result.stderr.count("\n") == 1, result.stderr


def test_a_port_that_is_none(cli: Cli) -> None:
    assert "PORT" in cli("doctor", PORT="70000").stderr


def test_doctor_and_the_checks_see_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    with pytest.raises(ConfigError, match="SLACK_SIGNING_SECRET"):
        Settings().checked_for_slack()
