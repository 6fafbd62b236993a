"""The whole list, and the part of docs/operations.md that shows it. `make rules` writes that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.bot_cli.wrong.databases import DATABASES
from tests.bot_cli.wrong.files import FILES
from tests.bot_cli.wrong.network import NETWORK
from tests.bot_cli.wrong.running import RUNNING
from tests.bot_cli.wrong.settings import SETTINGS
from tests.bot_cli.wrong.situation import Situation
from tests.bot_cli.wrong.states import STATES

PARTS: dict[str, list[Situation]] = {
    "Settings, tokens and keys": SETTINGS,
    "The network and Slack": NETWORK,
    "The database and its folder": DATABASES,
    "Schools, plan, port and backups": FILES,
    "What `doctor` and `verify` read of a program that ran": STATES,
}
SITUATIONS = [situation for part in PARTS.values() for situation in part]
OPERATIONS = Path(__file__).parents[3] / "docs" / "operations.md"
BEGIN, END = "<!-- wrong situations: begin -->", "<!-- wrong situations: end -->"


def tables() -> str:
    """The list as the document shows it."""
    return "\n".join(_lines())


def shown() -> str:
    """What the document shows now."""
    return OPERATIONS.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip()


def write() -> None:
    words = OPERATIONS.read_text(encoding="utf-8")
    new = f"{BEGIN}\n\n{tables()}\n\n{END}"
    OPERATIONS.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: new, words, flags=re.S), encoding="utf-8")


def _lines() -> Iterator[str]:
    for heading, part in PARTS.items():
        yield from (f"### {heading}", "", "| what is wrong | it says | seen by |", "|---|---|---|")
        yield from (f"| {one.what} | {_quoted(one.says)} | {_commands(one)} |" for one in part)
        yield ""
    yield from (
        "### While it runs",
        "",
        "| what is wrong | the log and `doctor` say | `failing` names |",
        "|---|---|---|",
    )
    yield from (f"| {one.what} | {_quoted(one.says)} | `{one.part}` |" for one in RUNNING)


def _quoted(says: str) -> str:
    begins, ends = "" if says[0].isupper() else "… ", "" if says.endswith((".", "…")) else " …"
    return f"{begins}{says.strip()}{ends}".replace("{time}", "(time)")


def _commands(one: Situation) -> str:
    return ", ".join(f"`{command.split()[0]}`" for command in one.commands)


if __name__ == "__main__":
    write()
