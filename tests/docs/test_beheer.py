"""The commands in docs/beheer.md do what they are said to do, one after the other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings
from storage.crypto.vault import MasterKey, new_master_key
from tests.docs.documents import ROOT, text

pytestmark = pytest.mark.slow

BLOCKS = re.findall(r"```sh\n(.*?)```", text(ROOT / "docs/beheer.md"), re.S)
PRINTER = '#!/bin/sh\ncat > "$PRINTED"\n'


@pytest.mark.timeout(900)
def test_every_command_works_in_its_place(tmp_path: Path) -> None:
    old = new_master_key()
    (tmp_path / "master.key").write_text(old + "\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "lp").write_text(PRINTER)
    (tmp_path / "bin" / "lp").chmod(0o700)
    bare = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    environment = bare | {
        "PATH": f"{tmp_path / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PRINTED": str(tmp_path / "printed"),
    }
    said = []
    for block in BLOCKS:
        command = ["bash", "-euo", "pipefail", "-c", block]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        said.append(done.stdout)
    assert "\n".join(said).count("All chains are whole.") == 6
    assert (tmp_path / "printed").read_text().count("HERSTELBLAD") == 3
    [new] = (tmp_path / "master.key").read_text().split()
    assert MasterKey.from_text(new).key_id != MasterKey.from_text(old).key_id
    private = [tmp_path / "master.key", tmp_path / "anker", *(tmp_path / "kopie").iterdir()]
    assert len(private) == 5
    assert all(file.stat().st_mode & 0o077 == 0 for file in private)
