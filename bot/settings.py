"""The settings, from the environment and `.env`. Nothing is read at import."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.crypto.key_ring import KeyRing, KeysInFile
from storage.crypto.vault import BadKey, KeyWrapper

SLACK_API = "https://slack.com/api/"
ENV_FILE, KEY_FILE, SCHOOLS_FILE = Path(".env"), Path("master.key"), Path("schools.yaml")
"""Files that are used if they are in the folder where the program starts."""


class ConfigError(Exception):
    """The program cannot start with this configuration. The message tells an administrator what to do."""


def _if_there(file: Path) -> Path | None:
    return file if file.is_file() else None


class Settings(BaseSettings):
    """The settings, named as in the environment but in lower case. The environment takes precedence over `.env`."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8", extra="ignore", hide_input_in_errors=True
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
    host: str = "127.0.0.1"
    port: int = 8080

    @property
    def is_embedded(self) -> bool:
        """Whether the database is the embedded one, which is migrated at start."""
        return self.database_url.startswith("sqlite")

    @property
    def is_for_several(self) -> bool:
        """Whether the app is installed over OAuth, in as many workspaces as there are."""
        return bool(self.slack_client_id)

    def master_keys(self) -> KeyWrapper:
        """Return the master keys, newest first. Raises ConfigError when there is none, or they cannot be read."""
        try:
            if self.meldwijzer_master_key.get_secret_value().strip() or not self.meldwijzer_master_key_file:
                return KeyRing.from_text(self.master_key_text())
            return KeysInFile(self.meldwijzer_master_key_file)
        except BadKey as error:
            raise ConfigError(f"The master key cannot be used: {error}.") from error
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"The master key file cannot be read: {type(error).__name__}.") from error

    def master_key_text(self) -> str:
        """Return the master keys as they are given. Raises ConfigError when there is none."""
        if text := self.meldwijzer_master_key.get_secret_value().strip():
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
        if not self.slack_api_url.endswith("/api/"):
            raise ConfigError("SLACK_API_URL must end in /api/.")
        return self

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
