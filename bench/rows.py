"""A row of the table: a measurement, its reference from the same run, and its target."""

from __future__ import annotations

import os
from dataclasses import dataclass
from statistics import median

CORES = os.cpu_count() or 1
MISSED: list[str] = []
"""The rows that missed their target."""


@dataclass(frozen=True)
class Target:
    """What is to be reached: at least or at most this much. `cores` says how many the row needs to be judged."""

    value: float
    at_most: bool = True
    cores: int = 1
    unit: str = "x"

    def __str__(self) -> str:
        return f"{'<=' if self.at_most else '>='} {self.value:g} {self.unit}"

    def verdict(self, figure: float) -> str:
        """Whether the figure reaches the target, if this machine can tell."""
        if self.cores > CORES:
            return f"not judged: it needs {self.cores} cores"
        return "ok" if (figure <= self.value if self.at_most else figure >= self.value) else "MISSED"


def at_most(value: float, unit: str = "x", cores: int = 1) -> Target:
    """A target that smaller figures reach."""
    return Target(value, at_most=True, cores=cores, unit=unit)


def at_least(value: float, unit: str = "x", cores: int = 1) -> Target:
    """A target that larger figures reach."""
    return Target(value, at_most=False, cores=cores, unit=unit)


def show(what: str, reference: str, here: str, figure: float, target: Target, cpu: str = "") -> None:
    """Print a row of the table."""
    verdict = target.verdict(figure)
    if verdict == "MISSED":
        MISSED.append(what)
    _line(what, reference, here, cpu, f"{figure:.2f}", str(target), verdict)


def heading() -> None:
    """Print the header of the table."""
    _line("what", "reference", "Meldwijzer", "CPU ms an operation", "figure", "target", "")


def _line(*columns: str) -> None:
    widths = (58, 14, 14, 20, 9, 12, 0)
    print("".join(f"{column:<{width}}" for column, width in zip(columns, widths, strict=True)).rstrip(), flush=True)


def ratio(pairs: list[tuple[float, float]]) -> float:
    """The median of what was measured in each round as a multiple of its reference in that round."""
    return median(here / reference for reference, here in pairs)
