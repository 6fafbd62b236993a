"""The ids of all buttons, menus and forms, and the buttons that stand on several screens.

An `action_id` may have a suffix after a dot, which only keeps the ids in one view apart (`Request.action` drops it).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.views import blocks as b
from meldcode.application.cases.view_case import CaseView
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import Effect

OPEN_CASE = "open-case"
NEW_SIGNAL = "signal"
MAKE_RECORD = "make-record"
CORRECT, DENY = "correct", "deny"
MORE_APPOINTMENTS = "more-appointments"
TURN_PAGE = "page"
ADJUST = "adjust"
DRAFTS, GO_ON, THROW_AWAY = "drafts", "go-on", "throw-away"
PREPARE, PRINT = "prepare", "print"
JOIN, TELL_APART = "join", "tell-apart"
ACUTE, ALARM = "acute", "alarm"
GOING, CALLING, FALSE_ALARM = "alarm-going", "alarm-calling", "alarm-false"
RECORD_ALARM = "alarm-record"
RECORD_CALL = "call-record"
DEPUTY, DEPUTY_OF, DEPUTY_STOP = "deputy", "deputy-of", "deputy-stop"
WORKING_DAYS = "working-days"
READERS, UNUSUAL = "readers", "unusual"
ROLES, GIVE_ROLE, ROLES_OF = "roles", "give-role", "roles-of"
HOME_PAGE = "home-page"
SEARCH_FORM, MY_NAMES, SEARCH_PAGE, OPEN_FOUND = "search-form", "my-names", "search-page", "open-found"
SCHOOL_YEAR, SCHOOL_YEAR_PAGE = "school-year", "school-year-page"
HISTORY, HISTORY_PAGE, PARENTS_COPY, OTHER_CASE = "history", "history-page", "parents-copy", "other-case"

FORM, REVIEW, WHICH_PUPIL = "form", "review", "which-pupil"
EXPORT, READ_OVER = "export", "read-over"
DEPUTY_FORM, ROLES_FORM = "deputy", "roles"
WORKING_DAYS_FORM, DEPUTY_PERIOD = "working-days", "deputy-period"
ALARM_PLACE = "alarm-place"
SCHOOL_YEAR_FORM = "school-year"
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


def deny_button(code: str, record: ActionSpec, entry: int) -> b.Block:
    """The button with which somebody says that they did not take part in what this entry records, or disagree."""
    sure = b.confirm(record.title, text("deny_confirm"), text("deny_yes"), text("cancel"))
    value = json.dumps({"case": code, "entry": entry, "says": record.id})
    return b.button(record.button, f"{DENY}.{entry}.{record.id}", value, confirm=sure)


def signal_button() -> b.Block:
    """The button that opens the signal form."""
    return b.button(text("report"), NEW_SIGNAL, "signal", style="primary")


def drafts_button() -> b.Block:
    """The button that lists the forms that somebody was filling in."""
    return b.button(text("drafts"), DRAFTS, "drafts")


def call_button(fast_lane: ActionSpec) -> b.Block:
    """The button with which a call is recorded about a pupil, whose case need not be open (G8)."""
    return b.button(fast_lane.button, RECORD_CALL, "call")


def acute_button(case: str = "", *, asks: bool = False) -> b.Block:
    """The button that is on every screen (G4); `case` is the code of the case on that screen.

    It fires at once, but `asks` where it stands beside another button that is pressed often.
    """
    confirm = b.confirm(*map(text, ("alarm_confirm_title", "alarm_confirm", "alarm_confirm_yes", "alarm_confirm_no")))
    return b.button(text("acute"), ACUTE, case or "acute", style="danger", confirm=confirm if asks else None)


ABOUT_COLLEAGUES = (Effect.HANDS_OVER, Effect.SHARES, Effect.EXCLUDES, Effect.TAKES_OVER)


def menus(view: CaseView, records: Sequence[ActionSpec]) -> Iterator[b.Block]:
    """Yield a menu of what can be recorded, of what is done with the case, and of who has a part in it."""
    colleagues = [record for record in records if _is_about_colleagues(view, record)]
    others = [record for record in records if record not in colleagues]
    yield from _menu(view, "menu", [record for record in others if not record.effect])
    yield from _menu(view, "menu_case", [record for record in others if record.effect])
    yield from _menu(view, "menu_colleagues", colleagues)


def _is_about_colleagues(view: CaseView, record: ActionSpec) -> bool:
    takes_over = bool(record.takes_charge) and not record.effect and record in view.context.plan.always
    return takes_over or record.effect in ABOUT_COLLEAGUES


def _menu(view: CaseView, name: str, records: Sequence[ActionSpec]) -> Iterator[b.Block]:
    options = [b.option(_label(view, record), _value(view, record)) for record in records]
    for start in range(0, len(options), limits.MENU):
        title = text(f"{name}_more" if start else name)
        shown = options[start : start + limits.MENU]
        yield b.section(title, accessory=b.overflow(f"{MAKE_RECORD}.{name}{start}", shown))


def _label(view: CaseView, record: ActionSpec) -> str:
    is_again = record.id in view.context.state.standing and record not in view.context.plan.always
    return text("again", what=record.button) if is_again else record.button


def _value(view: CaseView, record: ActionSpec) -> str:
    return json.dumps({"case": view.context.stored.code, "record": record.id})
