"""The files to run it elsewhere: container, compose and systemd name what is there, and are verified."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.cli.main import main
from bot.settings import Settings
from meldcode.domain.yaml_text import read_yaml
from tests.docs.documents import DOCS, ROOT, text

CONTAINER = text(ROOT / "Containerfile")
COMPOSE: Any = read_yaml(text(ROOT / "compose.yaml")).value
UNITS = sorted((ROOT / "deploy").iterdir())
PROGRAM, SCHOOL = "/srv/meldwijzer/program", "/srv/meldwijzer/school"


def test_the_container_gets_what_the_package_holds_and_nothing_else() -> None:
    copied = {name for line in re.findall(r"^COPY (?!--from)(.*) \S+$", CONTAINER, re.M) for name in line.split()}
    kept = {line[1:] for line in text(ROOT / ".dockerignore").splitlines() if line.startswith("!")}
    assert copied == kept
    assert {"bot", "handlers", "storage", "meldcode", "practice"} < copied
    assert all((ROOT / name).exists() for name in copied)
    assert text(ROOT / ".dockerignore").splitlines()[1] == "*"


def test_the_container_runs_the_program_and_not_as_root() -> None:
    assert re.search(r"^USER [1-9]\d*:", CONTAINER, re.M)
    assert 'ENTRYPOINT ["meldwijzer"]' in CONTAINER and 'CMD ["run"]' in CONTAINER
    assert "/healthz" in CONTAINER
    [set_] = re.findall(r"^ENV (.*)$", CONTAINER, re.M)
    named = {one.partition("=")[0] for one in set_.split()} - {"PATH", "PYTHONUNBUFFERED"}
    assert named <= {field.upper() for field in Settings.model_fields}


def test_compose_runs_the_bot_with_a_database_that_is_ready() -> None:
    bot, database = COMPOSE["services"]["meldwijzer"], COMPOSE["services"]["database"]
    assert bot["build"]["dockerfile"] == "Containerfile"
    assert bot["command"][0] in main.commands
    assert bot["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert bot["ports"] == ["127.0.0.1:8080:8080"], "only this machine reaches it"
    assert "ports" not in database
    assert {source for mount in bot["volumes"] for source in [mount.split(":")[1]]} == {"/school"}
    assert set(database["secrets"]) == set(COMPOSE["secrets"])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_one_that_systemd_takes(unit: Path, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not on this machine")
    for one in UNITS:
        (tmp_path / one.name).write_text(_here(text(one), tmp_path))
    done = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / unit.name], capture_output=True, text=True, check=False, timeout=60
    )
    ours = [line for line in done.stderr.splitlines() if unit.stem in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def test_the_service_is_shut_off_from_the_rest_of_the_machine(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not on this machine")
    unit = tmp_path / "meldwijzer.service"
    unit.write_text(_here(text(ROOT / "deploy/meldwijzer.service"), tmp_path))
    words = ["systemd-analyze", "security", "--offline=yes", "--threshold=25", str(unit)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    if "Unknown option" in done.stderr or "unrecognized option" in done.stderr:
        pytest.skip("systemd-analyze is too old")
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_backup_of_the_night_does_what_it_says(tmp_path: Path) -> None:
    unit = _here(text(ROOT / "deploy/meldwijzer-backup.service"), tmp_path)
    environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    subprocess.run(
        "meldwijzer keys new > master.key", shell=True, cwd=tmp_path, env=environment, check=True, timeout=60
    )
    subprocess.run(
        ["meldwijzer", "migrate"], cwd=tmp_path, env=environment, check=True, timeout=60, capture_output=True
    )
    for shell in re.findall(r"^ExecStart=/bin/sh -euc '(.*)'$", unit, re.M):
        subprocess.run(
            ["sh", "-euc", shell.replace("%%", "%")],
            cwd=tmp_path,
            env=environment,
            check=True,
            timeout=120,
            umask=0o077,
        )
    [keys], [data] = list((tmp_path / "sleutels").iterdir()), list((tmp_path / "kopie").iterdir())
    assert keys.name == f"{data.name}.keys"
    assert data.stat().st_mode & 0o077 == 0


def test_the_guide_names_all_of_it() -> None:
    guide = text(DOCS / "operations.md")
    assert [unit.name for unit in UNITS if unit.name not in guide] == []
    assert "compose.yaml" in guide and "Containerfile" in guide
    assert [name for name in main.commands if f"meldwijzer {name}" not in guide] == []


def _here(unit: str, folder: Path) -> str:
    """The unit with folders and a user of this machine."""
    program = Path(sys.executable).parent.parent.parent
    here = unit.replace(PROGRAM, str(program)).replace(SCHOOL, str(folder))
    return re.sub("^User=.*", "User=root", here, flags=re.M)
