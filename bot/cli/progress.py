"""A progress bar on the error output of a terminal; nothing for a file or another program."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from typing_extensions import override

from storage.db.progress import UNSEEN, Progress


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """Show a bar until the end of the block."""
    if not sys.stderr.isatty():
        yield UNSEEN
        return
    with click.progressbar(length=0, label=label, file=sys.stderr) as bar:
        shown = _Bar(bar)
        yield shown
        if not bar.length:  # there was nothing to do, which is done
            shown.expect(1)
            shown.advance(1)


class _Bar(Progress):
    def __init__(self, bar: click._termui_impl.ProgressBar[int]) -> None:
        self._bar = bar

    @override
    def expect(self, steps: int) -> None:
        self._bar.length = (self._bar.length or 0) + steps

    @override
    def advance(self, steps: int) -> None:
        self._bar.update(steps)
