"""The school's files, the plan, the port, backups and anchors."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

from meldcode.domain.plan.file import PLANS
from tests.bot_cli.wrong.house import House
from tests.bot_cli.wrong.situation import Situation
from tests.bot_cli.wrong.started import start_once
from tests.deploy.school import SCHOOLS

LANDELIJK = PLANS / "landelijk.yaml"


def _schools(house: House, old: str, new: str) -> None:
    assert old in SCHOOLS
    house.write("schools.yaml", SCHOOLS.replace(old, new, 1))


def _again(house: House, name: str) -> None:
    house.write("schools.yaml", f'{SCHOOLS}  - {{name: "{name}", region: zuid}}\n')


def _guest(house: House) -> None:
    people = house.slack.workspace.people
    people["U0SANNE"] = replace(people["U0SANNE"], flags=frozenset({"is_restricted"}))


def _closed_account(house: House) -> None:
    people = house.slack.workspace.people
    people["U0SANNE"] = replace(people["U0SANNE"], is_active=False)


def _school_gone(house: House) -> None:
    """The database knows De Linde from an earlier start."""
    start_once(house)
    _schools(house, "De Linde", "De Eik")


def _plan(house: House, content: str | bytes) -> None:
    house.set(MELDWIJZER_PLAN=str(house.write("eigen.yaml", content)))


def _half_plan(house: House) -> None:
    _plan(house, LANDELIJK.read_text(encoding="utf-8").replace("plan: landelijk\n", ""))


def _changed_plan(house: House) -> None:
    document = LANDELIJK.read_text(encoding="utf-8").replace("plan: landelijk", "plan: eigen")
    _plan(house, document)
    house.call("doctor")
    _plan(house, document.replace("title: Wegen", "title: Anders").replace('"Wegen": ', '"Anders": '))


def _late(house: House) -> None:
    """So late that nobody knows the vacations."""
    start_once(house)
    later = datetime(2040, 1, 1, tzinfo=UTC)
    house.patch.setattr("bot.cli.doctor.findings.utc_now", lambda: later)
    house.slack.workspace.now = lambda: later


def _port_taken(house: House) -> None:
    taken = house.stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    house.set(PORT=str(taken.getsockname()[1]))


def _backup(house: House) -> None:
    assert house.call("backup", "kopie")[0] == 0
    house.set(DATABASE_URL="sqlite:///nieuw/meldwijzer.db")


def _not_empty(house: House) -> None:
    _backup(house)
    house.set(DATABASE_URL="sqlite:///data/meldwijzer.db")
    house.call("doctor")


def _cut_off(house: House) -> None:
    _backup(house)
    file = house.folder / "kopie"
    file.write_bytes(file.read_bytes()[:20_000])


def _changed_backup(house: House) -> None:
    _backup(house)
    with closing(sqlite3.connect(house.folder / "kopie")) as connection:
        connection.execute("CREATE TABLE extra (x)")


def _without_its_keys(house: House) -> None:
    _backup(house)
    (house.folder / "kopie.keys").unlink()


FILES = [
    Situation(
        "the schools file is elsewhere",
        "weg.yaml cannot be read: FileNotFoundError.",
        lambda h: h.set(MELDWIJZER_SCHOOLS="weg.yaml"),
    ),
    Situation(
        "the schools file is no YAML",
        "schools.yaml:3: this is not YAML; look at the indentation, colons, quotes and brackets here and just above.",
        lambda h: _schools(h, "    region: noord", "   region: noord"),
    ),
    Situation(
        "the schools file is no UTF-8 text",
        "schools.yaml: this is not UTF-8 text; save it as UTF-8.",
        lambda h: h.write("schools.yaml", SCHOOLS.encode("utf-16")),
    ),
    Situation(
        "a key stands twice in the schools file",
        "schools.yaml:4: a key occurs twice in one entry; take one of the two out.",
        lambda h: _schools(h, "    region: noord\n", "    region: noord\n    region: zuid\n"),
    ),
    Situation(
        "a person stands twice in a school",
        "U0KARIN occurs twice in this school; put all roles in one entry, or correct the member ID.",
        lambda h: _schools(h, "U0FATIMA", "U0KARIN"),
    ),
    Situation(
        "a school stands twice, with a space behind its name",
        "two schools have the same name; give each a name of its own.",
        lambda h: _again(h, "De Linde "),
    ),
    Situation(
        "a role is unknown",
        "schools.yaml:5: De Linde › Sanne de Boer: roles is a list of teacher",
        lambda h: _schools(h, "[teacher]", "[leraar]"),
    ),
    Situation(
        "the region is unknown",
        "schools.yaml:3: De Linde: region is noord, midden or zuid.",
        lambda h: _schools(h, "noord", "oost"),
    ),
    Situation(
        "a member ID is none",
        "slack is no member ID; copy it from the profile in Slack, it begins with U or W.",
        lambda h: _schools(h, "U0SANNE", "sanne"),
    ),
    Situation(
        "a member ID is of nobody, as those in the example",
        "De Linde › Sanne de Boer: Slack does not know U0AAAAAAA. Copy the member ID from the profile in Slack again.",
        lambda h: _schools(h, "U0SANNE", "U0AAAAAAA"),
        ("doctor",),
    ),
    Situation(
        "somebody's account in Slack was closed",
        "De Linde › Sanne de Boer: U0SANNE is a closed account, a bot or a stranger, and gets no messages. Correct it.",
        _closed_account,
        ("doctor",),
    ),
    Situation(
        "somebody in the schools file is a guest of the workspace",
        "De Linde › Sanne de Boer: U0SANNE is a guest of the workspace, and has no role until the schools file says "
        "that one is meant. Add `guest: true`, or give the role to a colleague.",
        _guest,
        ("doctor",),
    ),
    Situation(
        "the school belongs to another workspace",
        "De Linde belongs to workspace T0BEUK, but SLACK_BOT_TOKEN is of T0PRACTICE. See SLACK_CLIENT_ID.",
        lambda h: _schools(h, "    region: noord\n", "    region: noord\n    workspace: T0BEUK\n"),
        ("run",),
    ),
    Situation(
        "a school of the database is missing in the file",
        "The schools file does not name De Linde, which the database has.",
        _school_gone,
        beside=3,
    ),
    Situation(
        "nobody has a role that is needed",
        "De Linde: nobody has the role confidant (vertrouwenspersoon).",
        lambda h: _schools(h, ", confidant", ""),
        ("doctor",),
    ),
    Situation(
        "there is no school yet",
        "There is no school yet: for a first start, write schools.yaml in this folder or set MELDWIJZER_SCHOOLS.",
        lambda h: (h.folder / "schools.yaml").unlink(),
        ("doctor",),
    ),
    Situation(
        "the end of the vacations that are known is near",
        "De Linde: the vacations are known until",
        _late,
        ("doctor",),
    ),
    Situation(
        "the plan is elsewhere",
        "The plan weg.yaml (MELDWIJZER_PLAN) cannot be read: FileNotFoundError.",
        lambda h: h.set(MELDWIJZER_PLAN="weg.yaml"),
    ),
    Situation("the plan lacks a key", "eigen.yaml:1: plan: Field required", _half_plan),
    Situation("the plan was changed without a new version", "was changed: give it a new version", _changed_plan),
    Situation("the port is taken", "(HOST, PORT) cannot be used: another program has it", _port_taken, ("run",)),
    Situation(
        "the address is not this machine's",
        "(HOST, PORT) cannot be used: another program has it, or it is not this machine's.",
        lambda h: h.set(HOST="192.0.2.1", PORT="8099"),
        ("run",),
    ),
    Situation(
        "the anchor is not there yet",
        "There is no anchor weg yet. Does a worker run?",
        lambda h: h.set(MELDWIJZER_ANCHOR_FILE="weg"),
        ("doctor",),
    ),
    Situation(
        "the anchor is damaged",
        "The anchor anker was changed, or belongs to another installation. Find out which before you remove it.",
        lambda h: h.set(MELDWIJZER_ANCHOR_FILE=str(h.write("anker", b"\x00half").name)),
        ("doctor", "verify"),
    ),
    Situation(
        "there is a backup of that name already",
        "kopie exists already. Give another name: nothing is overwritten.",
        lambda h: h.write("kopie", ""),
        ("backup kopie",),
    ),
    Situation(
        "the folder for the backup is missing",
        "The folder of kopie does not exist.",
        lambda h: None,
        ("backup weg/kopie",),
    ),
    Situation(
        "the database to restore into is not empty",
        "The database is not empty. Restore into a new one: nothing is ever overwritten.",
        _not_empty,
        ("restore kopie",),
    ),
    Situation(
        "the backup is cut off",
        "kopie is no whole file of a backup (DatabaseError). Take another backup.",
        _cut_off,
        ("restore kopie",),
    ),
    Situation(
        "the backup was changed",
        "kopie is damaged: it does not hold what was written into it. Take another backup.",
        _changed_backup,
        ("restore kopie",),
    ),
    Situation(
        "the keys of the backup are missing",
        "There is no file kopie.keys. Name it, and its keys with --keys.",
        _without_its_keys,
        ("restore kopie",),
    ),
]
