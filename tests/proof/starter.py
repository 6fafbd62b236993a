"""Starts the program's processes from one in which it is imported already: a start costs a tenth, so kills can be many.

Each is a process of its own that runs the command as `meldwijzer` would. A line of JSON on standard input asks for one,
the answer is its process id. `broken` (see tests/proof/broken.py) makes the program wrong on purpose.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from bot import app
from bot.cli import main as cli
from bot.schools_file import read_schools
from handlers.i18n.catalogues import LANGUAGES, sentences
from meldcode.domain.calendar import SchoolCalendar
from meldcode.domain.plan.file import load_plan, shipped_plans
from tests.children import end_with_parent
from tests.proof import broken


def main(fault: str = "") -> None:
    """Start what is asked for, until there are no more questions."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever ends is gone at once, also for the one who asks
    _read_beforehand()
    if fault:
        broken.FAULTS[fault]()
    for line in sys.stdin:
        asked = json.loads(line)
        app.read_schools(Path(asked["environment"]["MELDWIJZER_SCHOOLS"]))  # type: ignore[attr-defined]
        pid = os.fork()
        if pid == 0:
            _become(asked)
        print(pid, flush=True)  # noqa: T201


def _read_beforehand() -> None:
    """What every start reads and imports, and what no kill can change: half of the time that a start takes."""
    app.load_plan = cache(load_plan)  # type: ignore[attr-defined]
    app.read_schools = cache(read_schools)  # type: ignore[attr-defined]
    for file in shipped_plans():
        app.load_plan(file)  # type: ignore[attr-defined]
    SchoolCalendar("noord").last_known_day()
    for language in LANGUAGES:
        sentences(language)
    uvicorn.Config(Starlette()).load()


def _become(asked: dict[str, Any]) -> None:
    end_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.environ.update(asked["environment"])
    os.chdir(Path(asked["log"]).parent)
    try:
        cli.main([asked["command"]])
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
