"""Writes the rule table into the README, between its markers: `make readme`."""

from __future__ import annotations

import subprocess
import sys

from tests.docs.documents import README, ROOT, text

BEGIN, END = "<!-- rules:begin -->", "<!-- rules:end -->"


def generated() -> str:
    """The rule table as `make rules` prints it. A process of its own: collecting tests within tests mixes them up."""
    command = [sys.executable, "-m", "tests.rule_table"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8").stdout.strip()


def in_readme() -> str:
    """The table that stands in the README."""
    _, _, below = text(README).partition(BEGIN)
    return below.partition(END)[0].strip()


def write() -> None:
    above, _, rest = text(README).partition(BEGIN)
    _, _, below = rest.partition(END)
    README.write_text(f"{above}{BEGIN}\n{generated()}\n{END}{below}", encoding="utf-8")


if __name__ == "__main__":
    write()
