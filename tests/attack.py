"""All attacks that were tried, each with one line of result: `python -m tests.attack [--quick] [NAME...]`.

Each attack is a set of tests: bounded in count and time, and on loopback alone. `docs/threat-model.md` says what each
tries and what held.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from time import monotonic

import click

ATTACKS: dict[str, tuple[str, ...]] = {
    "wrong clock": ("tests/bot/program/test_clock_guard.py",),
    "stopped halfway": ("tests/proof/test_stopping.py",),
    "links": ("tests/storage/integrity/test_private_files.py", "tests/bot/program/test_starting.py"),
    "killed": ("tests/proof/test_kills.py",),
    "schools file": ("tests/bot/program/test_schools_file.py",),
    "doctored backup": ("tests/storage/integrity/test_backup.py", "tests/storage/integrity/test_private_files.py"),
    "tampering": ("tests/storage/integrity/test_verify.py",),
    "older copy put back": ("tests/storage/integrity/test_anchor.py", "tests/bot/program/test_anchor.py"),
    "looking for what is gone": ("tests/storage/integrity/test_gone_is_gone.py",),
    "stolen database": ("tests/storage/integrity/test_canary.py", "tests/storage/db/test_schema.py"),
    "joining": ("tests/bot/attacks/test_two_teachers.py", "tests/meldcode/steps/test_separating.py"),
    "moving": ("tests/meldcode/steps/test_moving.py",),
    "forged views and buttons": ("tests/bot/attacks/test_bad_input.py",),
    "replays and late events": ("tests/bot/attacks/test_hostile.py", "tests/bot/attacks/test_replays.py"),
    "forged addresses": ("tests/bot/cases/test_large_answers.py",),
    "mutilated requests": ("tests/bot/attacks/test_body_fuzz.py", "tests/bot/attacks/test_parsing_fuzz.py"),
    "two requests at once": ("tests/storage/repositories/test_races.py",),
    "cases of others": ("tests/meldcode/access/test_every_use_case_denies.py",),
    "excluded colleague": (
        "tests/meldcode/access/test_exclusion_machine.py",
        "tests/meldcode/access/test_exclusion.py",
        "tests/bot/attacks/test_with_and_without.py",
    ),
    "roles in one case": ("tests/meldcode/access/test_taking_over.py", "tests/meldcode/access/test_two_people.py"),
    "deputies": ("tests/meldcode/access/test_deputies.py",),
    "search": ("tests/meldcode/access/test_finding.py",),
    "drafts of others": ("tests/storage/repositories/test_drafts.py",),
    "named without being there": ("tests/meldcode/traces", "tests/bot/messages/test_named.py"),
    "role lost during an export": ("tests/bot/cases/test_export.py",),
    "role lost while it waits": ("tests/bot/messages/test_role_lost.py", "tests/meldcode/access/test_still_theirs.py"),
    "alarm flood": ("tests/meldcode/alarm/test_alarm_flood.py",),
    "message flood": ("tests/storage/repositories/test_claiming.py",),
    "answers of Slack": ("tests/bot/messages/test_slack_answers.py",),
    "strangers on HTTP": ("tests/proof/test_http_strangers.py",),
}
LONGEST = 3600
"""Seconds that one attack may take; it takes minutes where nothing else runs."""
VERDICTS, BROKEN = {0: "held", 5: "not tried"}, "BROKEN"
"""By the exit code of pytest; 5 says that no test was quick enough."""


def main() -> int:
    """Run the attacks that are named, or all; return 1 if one succeeded."""
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ATTACKS))
    parser.add_argument("--quick", action="store_true", help="leave out what takes long")
    given = parser.parse_args()
    if unknown := set(given.names) - ATTACKS.keys():
        parser.error(f"no such attack: {', '.join(sorted(unknown))}")
    held = [attack(name, quick=given.quick) for name in given.names or ATTACKS]
    return 0 if all(held) else 1


def attack(name: str, *, quick: bool) -> bool:
    """Run one attack, and say in one line what came of it; tell whether nothing broke."""
    which = ["-m", "not slow"] if quick else []
    command = [sys.executable, "-m", "pytest", "-q", "--no-cov", "-n0", "--tb=no", *which, *ATTACKS[name]]
    began = monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
        code, last = done.returncode, (done.stdout.strip().splitlines() or ["no output"])[-1]
    except subprocess.TimeoutExpired:
        code, last = 1, f"not done in {LONGEST} seconds"
    said = VERDICTS.get(code, BROKEN)
    tried = re.sub(r" in [0-9.]+s.*", "", last)
    click.echo(f"{said:9} {name}: {tried} ({monotonic() - began:.0f} s)")
    return said != BROKEN


if __name__ == "__main__":
    raise SystemExit(main())
