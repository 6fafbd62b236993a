"""What Slack can show: its own limits, and how much of a worklist, a logbook or a dossier goes on one screen.

The core knows none of this: where a use case returns a page, the handler passes the size of it.
"""

from __future__ import annotations

from meldcode.application.cases.exports.export import ReviewPageSize
from meldcode.application.home import OverviewSize

SECTION, FIELD, INPUT = 3000, 2000, 3000
"""Characters in a section's text, in one of a section's fields, and in a text input."""
HEADER, TITLE, OPTION = 150, 24, 75
"""Characters in a header, in a modal's title, and in an option or its description."""
BLOCKS, BUTTONS = 100, 25
"""Blocks in a modal, and buttons in a row."""
PAIRS, MENU, RADIO_BUTTONS, OPTIONS = 5, 5, 10, 100
"""Pairs of fields in a section, and options of an overflow menu, of radio buttons and of a select."""

MESSAGE, MESSAGE_BLOCK = 12_000, 135
"""Characters of all text in a message, and of them for each block. Slack does not document it; others measured this."""

ANSWER = 12_000
"""Bytes of an acknowledgement as ASCII JSON. Over Socket Mode Slack drops one of 20 KB or more without a word."""

HOME = OverviewSize(cases=10, week=30, workloads=15)
HOME_DEPUTIES = 20
WAITING = 3
"""Cases in the answer to `/meldcode`."""
REMINDERS = 40
"""Cases in the overview of somebody's reminders."""
READERS = 30
"""Lines on a page of who read a case."""
UNUSUAL_PEOPLE, UNUSUAL_CASES = 20, 10
ROLE_HOLDERS, ROLE_CHANGES = 60, 10
MISSING_ROLES = 40
"""Blocks about roles that nobody has."""
APPOINTMENTS = 8
"""Open appointments that a case or a Home tab shows with buttons."""
FOUND_CASES, OTHER_CASES = 10, 8
"""Cases on a page of a search, and to choose from where two belong together (at most RADIO_BUTTONS)."""
SAME_PUPIL = 5
"""Other cases with the same name that a case shows."""
LOGBOOK_ENTRIES = 8
"""Entries on a page of the logbook: an entry with ten answers takes some twenty blocks."""
ABOVE_FORM, ABOVE_FORM_BYTES = 70, 200_000
"""Blocks and bytes of a logbook above a form, out of the 100 blocks and 250 KB of a modal."""
READ_OVER = ReviewPageSize(entries=6, parts=10, part=2900, longest=INPUT)
