"""What the pages look like: the templates, and the filters and words that they use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader

from practice.client.fields import options_of
from practice.model import Exchange, Json, Person
from practice.web import forms, mrkdwn
from practice.web.traffic import is_wrong, mark_of

TEMPLATES = Path(__file__).parent / "templates"
_ZONE = ZoneInfo("Europe/Amsterdam")
_DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_MONTHS = ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
           "november", "december")  # fmt: skip
_INPUT_TYPES = {
    "plain_text_input": "text",
    "email_text_input": "email",
    "number_input": "number",
    "url_text_input": "url",
    "datepicker": "date",
    "timepicker": "time",
    "datetimepicker": "datetime-local",
}


def environment(people: Mapping[str, Person]) -> Environment:
    """The templates for a workspace of these people, whose names stand in mentions and pick lists."""
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters.update(_text_filters(people))
    made.filters.update(_word_filters())
    made.globals.update(
        text_kinds=forms.TEXT_KINDS,
        moment_kinds=forms.MOMENT_KINDS,
        select_kinds=forms.SELECT_KINDS,
        group_kinds=forms.GROUP_KINDS,
        input_types=_INPUT_TYPES,
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
        "rich_text": lambda block: mrkdwn.rich_text_html(block, names()),
    }


def _word_filters() -> dict[str, Any]:
    return {
        "initials": initials,
        "day": day,
        "date_words": date_words,
        "time": clock_time,
        "milliseconds": milliseconds,
        "bytes": size_in_words,
        "file_kind": file_kind,
        "pretty": pretty,
        "is_wrong": is_wrong,
        "mark": mark_of,
        "result": result,
        "options": options_of,
        "dispatch_on": forms.dispatch_on,
        "is_shown": forms.is_shown,
        "is_web_link": mrkdwn.is_web_link,
    }


def initials(name: str) -> str:
    """The first letters of the first and last word of a name."""
    words = name.split() or ["?"]
    return "".join(word[0] for word in (words if len(words) == 1 else (words[0], words[-1]))).upper()


def day(moment: datetime) -> str:
    """The date in words: always a date, since the clock of the workspace can be moved."""
    local = moment.astimezone(_ZONE)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"


def date_words(iso: str) -> str:
    """A chosen date in words; nothing for what is none."""
    try:
        return day(datetime.fromisoformat(iso).replace(tzinfo=_ZONE))
    except ValueError:
        return ""


def clock_time(moment: datetime, seconds: bool = False) -> str:
    """The time of day in the Netherlands."""
    return moment.astimezone(_ZONE).strftime("%H:%M:%S" if seconds else "%H:%M")


def milliseconds(value: float) -> str:
    """A duration, as precise as one wants to know it."""
    return f"{value:.1f} ms".replace(".", ",") if value < 10 else f"{value:.0f} ms"  # noqa: PLR2004


def size_in_words(size: int) -> str:
    """The size of a file, as precise as one wants to know it."""
    kilobytes = size / 1000
    return f"{kilobytes / 1000:.1f} MB".replace(".", ",") if kilobytes >= 1000 else f"{max(kilobytes, 1):.0f} kB"  # noqa: PLR2004


def file_kind(name: str) -> str:
    """The kind of a file, in the few letters after its last dot."""
    return Path(name).suffix.removeprefix(".")[:4].upper() or "—"


def pretty(value: Json) -> str:
    """JSON for reading."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def result(exchange: Exchange) -> str:
    """How it ended, in a word: the error when there was one."""
    return str(exchange.answer.get("error") or ("fout" if is_wrong(exchange) else "ok"))
