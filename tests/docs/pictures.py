"""Renews the pictures of the documents from the stories, played against the running demo: `make docs-pictures`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.docs.documents import DOCUMENTS, ROOT, relative_links

PICTURES = ROOT / "docs/pictures"
STORIES = ROOT / "tests/story"


def shown() -> set[str]:
    """The names of the pictures that the documents show."""
    targets = (target.resolve() for document in DOCUMENTS for _, target, _ in relative_links(document))
    return {target.name for target in targets if target.parent == PICTURES}


def renew() -> None:
    """Play the stories and keep the documents' pictures. Raises SystemExit, with nothing kept, if one is missing."""
    with tempfile.TemporaryDirectory() as folder:
        _play(Path(folder))
        if missing := shown() - {file.name for file in Path(folder).iterdir()}:
            raise SystemExit(f"No story makes: {', '.join(sorted(missing))}")
        shutil.rmtree(PICTURES, ignore_errors=True)
        PICTURES.mkdir()
        for name in shown():
            shutil.copy(Path(folder) / name, PICTURES)


def stories() -> list[Path]:
    """The stories in which these pictures are taken."""
    names = {name.removesuffix(".png").removesuffix("-phone") for name in shown()}
    files = sorted(STORIES.glob("test_*.py"))
    return [file for file in files if any(f'"{name}"' in file.read_text(encoding="utf-8") for name in names)]


def _play(folder: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", *map(str, stories())]
    here = {**os.environ, "MELDWIJZER_PICTURES": str(folder)}
    if subprocess.run(command, check=False, cwd=ROOT, env=here).returncode:
        raise SystemExit("A story failed; the pictures are as they were.")


if __name__ == "__main__":
    renew()
