"""What Slack can show: its own limits, and how much of a worklist, a logbook or a dossier goes on one screen.

The core knows none of this: where a use case returns a page, the handler passes the size of it.
"""

from __future__ import annotations

from meldcode.application.cases.exports.read_over import ReviewPageSize
from meldcode.application.home import OverviewSize

SECTION, FIELD, INPUT = 3000, 2000, 3000
"""Characters in a section's text, in one of a section's fields, and in a text input."""
HEADER, TITLE, OPTION, BUTTON = 150, 24, 75, 75
"""Characters in a header, in a modal's title, in an option or its description, and on a button."""
LISTING = 2800
"""Characters of the lines of a list in one section, which has room for a heading and for how many are left."""
BLOCKS, BUTTONS = 100, 25
"""Blocks in a modal, and buttons in a row."""
PAIRS, MENU, RADIO_BUTTONS, OPTIONS = 5, 5, 10, 100
"""Pairs of fields in a section, and options of an overflow menu, of radio buttons and of a select."""

MESSAGE, MESSAGE_BLOCK, MESSAGE_BLOCKS = 12_000, 135, 50
"""Characters of all text in a message, and of them for each block; and blocks. Slack documents only the last; others
measured the first two.
"""
VIEW = 250_000
"""Bytes of a view, as ASCII JSON."""

ANSWER = 12_000
"""Bytes of an acknowledgement as ASCII JSON. Over Socket Mode Slack drops one of 20 KB or more without a word."""

NAMES = 6
"""Names of schools in one sentence."""
HOME = OverviewSize(cases=10, week=30, workloads=15, late=8, schools=5, deputies=10, missing=3, doubles=5)
"""How much of each list one page of the Home tab holds: together less than 100 blocks."""
WAITING = 3
"""Cases in the answer to `/meldcode`."""
READERS = 30
"""Lines on a page of who read a case."""
UNUSUAL_PEOPLE, UNUSUAL_CASES = 20, 20
ROLE_CHANGES = 10
WORKING_DAYS = 40
"""Schools in one form about somebody's working days."""
APPOINTMENTS = 8
"""Open appointments that a case or a Home tab shows with buttons."""
FOUND_CASES, OTHER_CASES = 10, 8
"""Cases on a page of a search, and to choose from where two belong together (at most RADIO_BUTTONS)."""
SCHOOL_YEAR = 10
"""Cases on a page of the new school year: three blocks each."""
SAME_PUPIL = 5
"""Other cases with the same name that a case shows."""
LOGBOOK_ENTRIES = 8
"""Entries on a page of the logbook, where the modal has room for them."""
READ_OVER = ReviewPageSize(entries=6, parts=10, part=2900, longest=INPUT)
