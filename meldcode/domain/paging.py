"""Pages of a list that is longer than what is shown at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """What a page (counted from 0) of a list holds. A page beyond the last one gives the last one."""

    items: Sequence[T]
    number: int
    pages: int


def pages_of(count: int, most: int) -> int:
    """Return how many pages of at most so many there are; no items make one page."""
    return max(1, -(-count // most))


def page_of(items: Sequence[T], number: int, most: int) -> Page[T]:
    """Return a page of at most so many."""
    pages = pages_of(len(items), most)
    number = min(max(number, 0), pages - 1)
    return Page(items[number * most : (number + 1) * most], number, pages)
