"""A row of the table: what was measured, beside its reference of the same run, and what it should reach."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure beside another; `reach` is the issue's aim."""

    what: str
    reference: str
    here: str
    ratio: str
    reach: str


def show(row: Row) -> None:
    """Print it."""
    print(f"{row.what:<52}{row.reference:>16}{row.here:>16}{row.ratio:>10}  {row.reach}", flush=True)


def heading() -> None:
    """Print what stands above the rows."""
    show(Row("what", "reference", "Meldwijzer", "ratio", "to reach"))


def throughput(what: str, reference: float, here: float, reach: str) -> Row:
    """How many in a second, and their ratio."""
    return Row(what, f"{reference:,.0f}/s", f"{here:,.0f}/s", f"{here / reference:.2f}", reach)


def latency(what: str, reference: float, here: float, reach: str) -> Row:
    """Milliseconds, and their ratio."""
    return Row(what, f"{reference:.1f} ms", f"{here:.1f} ms", f"{here / reference:.2f}", reach)
