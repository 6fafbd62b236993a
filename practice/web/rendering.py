"""The templates of the pages, with the filters that they use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader

from practice.i18n import language, text
from practice.model import Exchange, Json, Person
from practice.web import forms, mrkdwn
from practice.web.traffic import is_wrong, mark_of

TEMPLATES = Path(__file__).parent / "templates"
_ZONE = ZoneInfo("Europe/Amsterdam")
IN_SCRIPTS = ("busy", "clock_failed", "clock_now", "did_not_work", "offline", "trouble")
"""The codes of the sentences that the scripts show."""


def environment(people: Mapping[str, Person]) -> Environment:
    """Return the templates for a workspace with these people; their names are in mentions and lists of people."""
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters.update(_text_filters(people))
    made.filters.update(_VALUE_FILTERS)
    made.globals.update(
        t=text,
        language=language,
        script_texts=lambda: json.dumps({code: text(code, time="{time}") for code in IN_SCRIPTS}, ensure_ascii=False),
        select_types=forms.SELECT_TYPES,
        group_types=forms.GROUP_TYPES,
        source_of=forms.source_of,
        people_options=lambda: forms.people_options(list(people.values())),
    )
    return made


def _text_filters(people: Mapping[str, Person]) -> dict[str, Any]:
    def names() -> dict[str, str]:
        return {person.id: person.name for person in people.values()}

    return {
        "text": lambda text: mrkdwn.text_html(text, names()),
        "mrkdwn": lambda text: mrkdwn.mrkdwn(text, names()),
    }


def initials(name: str) -> str:
    """Return the first letters of the first and last word of a name."""
    words = name.split() or ["?"]
    return "".join(word[0] for word in (words if len(words) == 1 else (words[0], words[-1]))).upper()


def day(moment: datetime) -> str:
    """Return the date in words. It is never "today", because the clock of the workspace can be moved."""
    local = moment.astimezone(_ZONE)
    weekday, month = text("weekdays").split()[local.weekday()], text("months").split()[local.month - 1]
    return f"{weekday} {local.day} {month} {local.year}"


def date_in_words(iso: str) -> str:
    """Return a chosen date in words, or nothing for an invalid date."""
    try:
        return day(datetime.fromisoformat(iso).replace(tzinfo=_ZONE))
    except ValueError:
        return ""


def clock_time(moment: datetime, seconds: bool = False) -> str:
    """Return the time of day in the Netherlands."""
    return moment.astimezone(_ZONE).strftime("%H:%M:%S" if seconds else "%H:%M")


def milliseconds(value: float) -> str:
    """Return a duration; short ones have one decimal."""
    return f"{_one_decimal(value) if value < 10 else round(value)} ms"  # noqa: PLR2004


def file_size(size: int) -> str:
    """Return the size of a file in kB, or in MB from 1 MB on."""
    kilobytes = size / 1000
    if kilobytes >= 1000:  # noqa: PLR2004
        return f"{_one_decimal(kilobytes / 1000)} MB"
    return f"{max(kilobytes, 1):.0f} kB"


def _one_decimal(value: float) -> str:
    return f"{value:.1f}".replace(".", text("decimal_mark"))


def file_type(name: str) -> str:
    """Return the extension of a file, four letters at most."""
    return Path(name).suffix.removeprefix(".")[:4].upper() or "—"


def pretty(value: Json) -> str:
    """Return JSON with indents."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def result(exchange: Exchange) -> str:
    """Return in a word how an exchange ended: the error, if there was one."""
    return str(exchange.answer.get("error") or text("error" if is_wrong(exchange) else "ok"))


_VALUE_FILTERS = {
    "initials": initials,
    "day": day,
    "date_in_words": date_in_words,
    "time": clock_time,
    "milliseconds": milliseconds,
    "file_size": file_size,
    "file_type": file_type,
    "pretty": pretty,
    "is_wrong": is_wrong,
    "mark": mark_of,
    "result": result,
    "has_state": forms.has_state,
}
