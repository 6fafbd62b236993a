"""The settings, from the environment and `.env`. Nothing is read at import."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.crypto.key_ring import KeyRing, KeysInFile
from storage.crypto.vault import BadKey, KeyWrapper

SLACK_API = "https://slack.com/api/"
ENV_FILE, KEY_FILE, SCHOOLS_FILE = Path(".env"), Path("master.key"), Path("schools.yaml")
"""Files that are used if they are in the folder where the program starts."""


FORMS = {
    "slack_bot_token": (r"xoxb-[\w-]+", "no bot token (xoxb-…). Copy the Bot User OAuth Token from Install App"),
    "slack_app_token": (r"xapp-[\w-]+", "no app-level token (xapp-…). Copy one from Basic Information"),
    "slack_signing_secret": (
        r"[0-9a-f]{32}",
        "no signing secret (32 digits and letters). Copy it from App Credentials",
    ),
}
"""What a secret looks like, and what is said of one that looks otherwise."""


class ConfigError(Exception):
    """The program cannot start with this configuration. The message tells an administrator what to do."""


def _if_there(file: Path) -> Path | None:
    return file if file.is_file() else None


def _stripped(value: object) -> object:
    if isinstance(value, SecretStr):
        return SecretStr(value.get_secret_value().strip())
    return value.strip() if isinstance(value, str) else value


class Settings(BaseSettings):
    """The settings, named as in the environment but in lower case. The environment takes precedence over `.env`."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_client_id: str = ""
    slack_client_secret: SecretStr = SecretStr("")
    slack_api_url: str = SLACK_API
    database_url: str = "sqlite:///data/meldwijzer.db"
    meldwijzer_master_key: SecretStr = SecretStr("")
    meldwijzer_master_key_file: Path | None = Field(default_factory=lambda: _if_there(KEY_FILE))
    meldwijzer_anchor_file: Path | None = None
    meldwijzer_plan: Path | None = None
    meldwijzer_schools: Path | None = Field(default_factory=lambda: _if_there(SCHOOLS_FILE))
    meldwijzer_log: Literal["text", "json"] = "text"
    meldwijzer_metrics: bool = False
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080

    @model_validator(mode="before")
    @classmethod
    def _without_space(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Leave out the space around each setting, and what is empty: an empty HOST would open all interfaces."""
        stripped = {name: _stripped(value) for name, value in given.items()}
        return {name: value for name, value in stripped.items() if value not in ("", SecretStr(""))}

    @property
    def is_embedded(self) -> bool:
        """Whether the database is the embedded one, which is migrated at start."""
        return self.database_url.startswith("sqlite")

    @property
    def has_socket(self) -> bool:
        """Whether Slack connects by Socket Mode instead of HTTP."""
        return bool(self.slack_app_token.get_secret_value())

    @property
    def is_for_several(self) -> bool:
        """Whether the app is installed over OAuth, in as many workspaces as there are."""
        return bool(self.slack_client_id)

    def master_keys(self) -> KeyWrapper:
        """Return the master keys, newest first. Raises ConfigError when there is none, or they cannot be read."""
        file = self.meldwijzer_master_key_file
        is_given = bool(self.meldwijzer_master_key.get_secret_value())
        name = "MELDWIJZER_MASTER_KEY" if is_given or not file else f"MELDWIJZER_MASTER_KEY_FILE, {file}"
        try:
            return KeyRing.from_text(self.master_key_text()) if is_given or not file else KeysInFile(file)
        except BadKey as error:
            raise ConfigError(f"The master key cannot be used ({name}): {error}. Copy it again, whole.") from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"The master key file is no plain text ({name}). Save it as ASCII.") from error
        except OSError as error:
            raise ConfigError(f"The master key file cannot be read ({name}): {error.strerror}.") from error

    def master_key_text(self) -> str:
        """Return the master keys as they are given. Raises ConfigError when there is none."""
        if text := self.meldwijzer_master_key.get_secret_value():
            return text
        if self.meldwijzer_master_key_file:
            return self.meldwijzer_master_key_file.read_text(encoding="ascii").strip()
        raise ConfigError(
            "There is no master key. Make one with `meldwijzer keys new`, keep a copy in a safe place, and put it in "
            "master.key in this folder, or set MELDWIJZER_MASTER_KEY or MELDWIJZER_MASTER_KEY_FILE."
        )

    def checked_for_slack(self) -> Self:
        """Return these settings. Raises ConfigError when something that Slack needs is missing."""
        missing = self._missing_for_several() if self.is_for_several else self._missing_for_one()
        if missing:
            raise ConfigError(f"Set {' and '.join(missing)}; see docs/install.md.")
        if wrong := [name for name, (form, _) in FORMS.items() if not self._has_form(name, form)]:
            raise ConfigError(
                " ".join(f"{name.upper()} is {FORMS[name][1]}, whole and without quotes." for name in wrong)
            )
        if not self.slack_api_url.endswith("/api/"):
            raise ConfigError("SLACK_API_URL must end in /api/.")
        return self

    def _has_form(self, name: str, form: str) -> bool:
        secret: SecretStr = getattr(self, name)
        return not secret.get_secret_value() or bool(re.fullmatch(form, secret.get_secret_value(), re.ASCII))

    def _missing_for_one(self) -> list[str]:
        missing = [] if self.slack_bot_token.get_secret_value() else ["SLACK_BOT_TOKEN"]
        if not self.slack_app_token.get_secret_value() and not self.slack_signing_secret.get_secret_value():
            missing.append("SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)")
        return missing

    def _missing_for_several(self) -> list[str]:
        of_one = {"SLACK_BOT_TOKEN": self.slack_bot_token, "SLACK_APP_TOKEN": self.slack_app_token}
        if wrong := [name for name, value in of_one.items() if value.get_secret_value()]:
            raise ConfigError(
                f"{' and '.join(wrong)} is for one workspace, SLACK_CLIENT_ID for several: leave out one of the two; "
                "see docs/many-schools.md."
            )
        needed = {"SLACK_CLIENT_SECRET": self.slack_client_secret, "SLACK_SIGNING_SECRET": self.slack_signing_secret}
        return [name for name, value in needed.items() if not value.get_secret_value()]
