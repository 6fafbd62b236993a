"""The schools of the bench. There are many, because Slack takes one message a second for each person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.settings import Settings
from meldcode.domain.yaml_text import dump_yaml
from storage.crypto.vault import new_master_key

TEAM = "T0BENCH"
SECRET = "0" * 32
SCHOOLS = 200
MESSAGES = 2
"""How many messages a signal makes: to the IB-er and to the confidant."""


def teacher(number: int) -> str:
    """The teacher who sends the submission with this number."""
    return member("teacher", number % SCHOOLS)


def member(role: str, school: int) -> str:
    """The person with this role in this school."""
    return f"U0{role.upper().replace('_', '')}{school}"


def settings(folder: Path, port: int, slack_url: str, schools: int = SCHOOLS) -> Settings:
    """Return the program's settings: a new SQLite database and so many invented schools, in this folder."""
    file = folder / "schools.yaml"
    file.write_text(dump_yaml({"schools": [_school(number) for number in range(schools)]}), encoding="utf-8")
    return Settings(
        slack_bot_token=SecretStr("xoxb-bench"),
        slack_app_token=SecretStr(""),
        slack_signing_secret=SecretStr(SECRET),
        slack_api_url=f"{slack_url}/api/",
        database_url=f"sqlite:///{folder / 'bench.db'}",
        meldwijzer_master_key=SecretStr(new_master_key()),
        meldwijzer_master_key_file=None,
        meldwijzer_plan=None,
        meldwijzer_schools=file,
        host="127.0.0.1",
        port=port,
    )


def _school(number: int) -> dict[str, Any]:
    roles = ("teacher", "care_coordinator", "confidant", "school_leader")
    people = [{"slack": member(role, number), "name": f"Lid {role} {number}", "roles": [role]} for role in roles]
    return {"name": f"School {number}", "region": "noord", "people": people}
