"""A row of the table: a measurement, its reference from the same run, and the target."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A figure and its reference; `reach` is the target."""

    what: str
    reference: str
    here: str
    ratio: str
    reach: str


def show(row: Row) -> None:
    """Print the row."""
    print(f"{row.what:<52}{row.reference:>16}{row.here:>16}{row.ratio:>10}  {row.reach}", flush=True)


def heading() -> None:
    """Print the header of the table."""
    show(Row("what", "reference", "Meldwijzer", "ratio", "to reach"))


def throughput(what: str, reference: float, here: float, reach: str) -> Row:
    """Requests per second, and their ratio."""
    return Row(what, f"{reference:,.0f}/s", f"{here:,.0f}/s", f"{here / reference:.2f}", reach)


def latency(what: str, reference: float, here: float, reach: str) -> Row:
    """Milliseconds, and their ratio."""
    return Row(what, f"{reference:.1f} ms", f"{here:.1f} ms", f"{here / reference:.2f}", reach)
