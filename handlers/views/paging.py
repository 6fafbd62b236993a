"""Lists that do not fit: cut into pages with buttons to turn them, or ended with how much is left.

Every list that can grow goes through here, so that Slack refuses no screen because a school or a case is large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from handlers.i18n import texts
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.views import blocks as b

TURN = ("home_previous", "home_next")
"""The labels of the buttons to the page before and the page after."""


def full_from_the_end(shares: Sequence[float], most: int) -> list[range]:
    """Split a list into pages of at most so many items; all but the first page are full.

    `shares` are the parts of a page that the items take. One that takes more than a page has one of its own.
    """
    pages, end, taken = [], len(shares), 0.0
    for at in range(len(shares) - 1, -1, -1):
        if end - at > most or (taken + shares[at] > 1 and end > at + 1):
            pages.append(range(at + 1, end))
            end, taken = at + 1, 0.0
        taken += shares[at]
    return [range(end), *reversed(pages)]


def turn_buttons(
    turn: str, number: int, pages: int, value: Callable[[int], str] = str, labels: tuple[str, str] = TURN
) -> Iterator[b.Block]:
    """The buttons to the pages beside this one; `value` says what a button sends for a page."""
    for label, page in zip(labels, (number - 1, number + 1), strict=True):
        if 0 <= page < pages:
            yield b.button(text(label), f"{turn}.{label}", value(page))


def turned(turn: str, number: int, pages: int, value: Callable[[int], str] = str) -> list[b.Block]:
    """The buttons to the other pages, and which one this is; nothing when there is one page."""
    if pages == 1:
        return []
    where = text("search_page", page=str(number + 1), pages=str(pages))
    return [*b.actions([*turn_buttons(turn, number, pages, value)]), b.context(where)]


def listing(lines: Sequence[str], *, joined: str = "\n", most: int = 100, room: int = limits.LISTING) -> str:
    """Return the lines as one text: as many as there is room for, and how many are left."""
    shown, taken = 0, 0
    for line in lines[:most]:
        taken += len(line) + len(joined)
        if taken > room and shown:
            break
        shown += 1
    left, before = len(lines) - shown, "\n" if joined == "\n" else " "
    return joined.join(lines[:shown]) + (before + texts.counted("and_more", left) if left else "")


def in_a_message(
    groups: Sequence[list[b.Block]], message: Callable[[list[b.Block], int], list[b.Block]]
) -> list[b.Block]:
    """Return a message with as many of the groups as Slack takes; `message` puts the rest around them.

    It gets the blocks of these groups, and how many groups are left.
    """
    counts = range(len(groups), -1, -1)
    tried = (message([block for group in groups[:n] for block in group], len(groups) - n) for n in counts)
    return next(blocks for blocks in tried if b.fits_a_message(blocks))
