"""The images and the compose file, started with podman; on Debian from debootstrap when no registry answers."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from storage.crypto.vault import new_master_key
from tests.deploy.school import write_school

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TOOLS = ("podman", "podman-compose", "unshare")
IMAGES = re.findall(
    r"docker\.io/\S+", (ROOT / "Containerfile").read_text("utf-8") + (ROOT / "compose.yaml").read_text("utf-8")
)
BASE, USER = "localhost/meldwijzer-base", 10001
PACKAGES = "python3,python3-venv,ca-certificates,postgresql"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
NO_LIMITS = '[containers]\ncgroups = "disabled"\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'
"""Also a machine that may not set these can start containers."""
STAND_INS = f"""\
services:
  database:
    image: localhost/meldwijzer-database
    networks: {{default: {{ipv4_address: 10.199.7.2}}}}
  meldwijzer:
    build: {{args: {{BASE: {BASE}}}}}
    ulimits: {{nofile: 1024, nproc: 1024}}
    extra_hosts: ["database:10.199.7.2"]
networks:
  default: {{ipam: {{config: [{{subnet: 10.199.7.0/24}}]}}}}
"""
DATABASE = f"""\
FROM {BASE}
COPY database.sh /
ENTRYPOINT ["/bin/sh", "/database.sh"]
"""


@cache
def cannot() -> str:
    """Why this machine cannot start the containers; nothing if it can."""
    if os.geteuid():
        return "only root may lay another view of cgroups over its own"
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        return f"there is no {missing[0]}"
    if not (_has_base() or shutil.which("debootstrap") or _given()):
        return "no registry gives the images, and there is no debootstrap"
    return ""


def started() -> str:
    """Build and start all of it, and return what `containers.sh` says."""
    stand_ins = "" if not _has_base() and _given() else "stand-in.yaml"
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _write(folder)
        if stand_ins:
            _make_stand_ins(folder)
        words = ["unshare", "--mount", "sh", str(HERE / "containers.sh"), stand_ins]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=1800)
    return done.stdout


def _has_base() -> bool:
    return not subprocess.run(["podman", "image", "exists", BASE], check=False, timeout=60).returncode


@cache
def _given() -> bool:
    """Whether a registry gives the images that the files name."""
    pulled = [subprocess.run(["podman", "pull", "--quiet", one], check=False, timeout=600) for one in set(IMAGES)]
    return all(one.returncode == 0 for one in pulled)


def _write(folder: Path) -> None:
    """Put the program and a school's folder there, as the guide tells."""
    names = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.M)
    for name in (*names, ".dockerignore", "Containerfile", "compose.yaml", "tests/deploy/school.py"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / Path(name).name)
    password = secrets.token_hex(24)
    (folder / "database_password").write_text(password)
    (folder / "containers.conf").write_text(NO_LIMITS)
    url = f"postgresql://meldwijzer:{password}@database/meldwijzer"
    write_school(folder / "school", new_master_key(), 8765, DATABASE_URL=url)
    for one in (folder / "school", *(folder / "school").iterdir()):
        os.chown(one, USER, USER)


def _make_stand_ins(folder: Path) -> None:
    if not _has_base():
        root = folder / "base"
        subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "stable", root], check=True, timeout=1500
        )
        shutil.copy(CERTIFICATES, f"{root}{CERTIFICATES}")  # what this machine trusts
        packed = f"tar -C {root} -c . | podman import --change ENV=SSL_CERT_FILE={CERTIFICATES} - {BASE}"
        subprocess.run(packed, shell=True, check=True, timeout=600)
        shutil.rmtree(root)
    (folder / "stand-in.yaml").write_text(STAND_INS)
    database = folder / "database"
    database.mkdir()
    (database / "Containerfile").write_text(DATABASE)
    shutil.copy(HERE / "database.sh", database)
    words = ["podman", "build", "--quiet", "--tag=localhost/meldwijzer-database", str(database)]
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True, timeout=300)
