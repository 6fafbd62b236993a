"""Starts the containers and the systemd units: `python -m tests.deploy [containers] [units]`.

What a machine cannot start is said in a sentence, and is no failure. A base image that had to be made is kept.
"""

from __future__ import annotations

import argparse
import sys

import click

from tests.deploy import containers, units

PARTS = {"containers": containers, "units": units}


def main() -> int:
    """Start the parts that are named, or all; return 1 if something is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.deploy", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    given = parser.parse_args()
    if unknown := set(given.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return int(sum(map(_is_broken, given.parts or PARTS)) > 0)


def _is_broken(name: str) -> bool:
    if why := PARTS[name].cannot():
        click.echo(f"{name}: not tried here, for {why}.")
        return False
    said = PARTS[name].started()
    click.echo(f"{name}:\n{said}")
    return "BROKEN" in said or "held orderly stop" not in said


if __name__ == "__main__":
    sys.exit(main())
