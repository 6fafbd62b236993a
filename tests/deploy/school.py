"""A school's folder as the guide tells to make it, and a Slack for it. Run as a program it is that Slack."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from bot.manifest import manifest
from practice.model import AppConfig, Person
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer

BOT, APP, SIGNING = "xoxb-1-practice", "xapp-1-A0PRACTICE-1-practice", "0123456789abcdef" * 2
SCHOOLS = """\
schools:
  - name: De Linde
    region: noord
    people:
      - {slack: U0SANNE, name: Sanne de Boer, roles: [teacher]}
      - {slack: U0KARIN, name: Karin Visser, roles: [care_coordinator, confidant]}
      - {slack: U0FATIMA, name: Fatima el Amrani, roles: [school_leader, cluster_director]}
"""


def slack(port: int) -> PracticeServer:
    """A Slack in which the app is installed; its server."""
    app = AppConfig(manifest=manifest(""), bot_token=BOT, app_token=APP, signing_secret=SIGNING, app_id="A0PRACTICE")
    people = [Person(user, user) for user in ("U0SANNE", "U0KARIN", "U0FATIMA")]
    return PracticeServer(Workspace(app, people, now=lambda: datetime.now(UTC)), port)


def write_school(folder: Path, key: str, slack_port: int, **more: object) -> None:
    """Write the settings, the key and the schools file."""
    folder.mkdir(parents=True)
    settings = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "SLACK_API_URL": f"http://127.0.0.1:{slack_port}/api/"}
    lines = [f"{name}={value}\n" for name, value in {**settings, **more}.items()]
    for name, text in ((".env", "".join(lines)), ("master.key", key), ("schools.yaml", SCHOOLS)):
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o600)


if __name__ == "__main__":
    with slack(int(sys.argv[1])):
        Event().wait()
