"""The ids of all buttons, menus and forms, and the buttons that stand on several screens.

An `action_id` may have a suffix after a dot, which only keeps the ids in one view apart (`Request.action` drops it).
"""

from __future__ import annotations

import json

from handlers.i18n.texts import text
from handlers.views import blocks as b
from meldcode.domain.plan.model import ActionSpec

OPEN_CASE = "open-case"
NEW_SIGNAL = "signal"
MAKE_RECORD = "make-record"
CORRECT = "correct"
MORE_APPOINTMENTS = "more-appointments"
TURN_PAGE = "page"
ADJUST = "adjust"
PREPARE, PRINT = "prepare", "print"
JOIN, TELL_APART = "join", "tell-apart"
ACUTE, ALARM = "acute", "alarm"
GOING, CALLING, FALSE_ALARM = "alarm-going", "alarm-calling", "alarm-false"
RECORD_ALARM = "alarm-record"
DEPUTY, DEPUTY_OF, DEPUTY_STOP = "deputy", "deputy-of", "deputy-stop"
WORKING_DAYS = "working-days"
READERS, UNUSUAL = "readers", "unusual"
ROLES, GIVE_ROLE, ROLES_OF = "roles", "give-role", "roles-of"
HOME_PAGE = "home-page"
SEARCH_FORM, MY_NAMES, SEARCH_PAGE, OPEN_FOUND = "search-form", "my-names", "search-page", "open-found"
HISTORY, HISTORY_PAGE, PARENTS_COPY, OTHER_CASE = "history", "history-page", "parents-copy", "other-case"

FORM, REVIEW, WHICH_PUPIL = "form", "review", "which-pupil"
EXPORT, READ_OVER = "export", "read-over"
DEPUTY_FORM, ROLES_FORM = "deputy", "roles"
WORKING_DAYS_FORM, DEPUTY_PERIOD = "working-days", "deputy-period"
ALARM_PLACE = "alarm-place"
SEARCH, FIND_OTHER, CHOOSE_CASE = "search", "find-other", "choose-case"
"""The `callback_id` of each form."""


def open_button(code: str, *, style: str = "") -> b.Block:
    """The button that opens a case, for those who may read it."""
    return b.button(text("open_case"), OPEN_CASE, code, style=style)


def record_button(code: str, record: ActionSpec, *, style: str = "", appointment: int = 0) -> b.Block:
    """The button that opens the form of this record in a case; perhaps about the appointment with this number."""
    about = {"appointment": appointment} if appointment else {}
    value = json.dumps({"case": code, "record": record.id, **about})
    place = f"-{appointment}" if appointment else ""
    return b.button(record.button, f"{MAKE_RECORD}.{record.id}{place}", value, style=style)


def signal_button() -> b.Block:
    """The button that opens the signal form."""
    return b.button(text("report"), NEW_SIGNAL, "signal", style="primary")


def acute_button(case: str = "", *, asks: bool = False) -> b.Block:
    """The button that is on every screen (G4); `case` is the code of the case on that screen.

    It fires at once, but `asks` where it stands beside another button that is pressed often.
    """
    confirm = b.confirm(*map(text, ("alarm_confirm_title", "alarm_confirm", "alarm_confirm_yes", "alarm_confirm_no")))
    return b.button(text("acute"), ACUTE, case or "acute", style="danger", confirm=confirm if asks else None)
