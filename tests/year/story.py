"""A year as a page for people: how many messages each of them got, what was done when, and what was late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from html import escape
from statistics import median

import pygal

from tests.year.judging.log import Event, Log, moment
from tests.year.judging.reminders import CODES, is_reminder, is_urgent
from tests.year.judging.staff import AMSTERDAM

PAGE = """<!doctype html><html lang="nl"><meta charset="utf-8"><title>Een schooljaar</title>
<style>body{{font:1em/1.5 sans-serif;max-width:60em;margin:2em auto}}td,th{{text-align:left;padding:.2em 1em}}</style>
<h1>Een schooljaar op {school}</h1>{parts}</html>"""


def story(log: Log) -> str:
    """Return the page. Its people and pupils are invented."""
    events = log.events
    schools = [event for event in events if event["what"] == "school"]
    saved = [event for event in events if event["what"] == "did" and event["result"] == "saved"]
    parts = [
        _chart("Signalen en stappen per maand", _per_month(saved), _per_month(_signals(saved))),
        _chart("Berichten per maand", _per_month(_messages(events)), _per_month(_reminders(events))),
        _inbox(events, schools),
    ]
    return PAGE.format(school=escape(", ".join(one["name"] for one in schools)), parts="".join(parts))


def inbox(events: Iterable[Event]) -> dict[str, Counter[tuple[int, int]]]:
    """How many messages each person got, by week."""
    found: dict[str, Counter[tuple[int, int]]] = {}
    for event in _messages(events):
        year, week, _ = moment(event).astimezone(AMSTERDAM).isocalendar()
        found.setdefault(event["who"], Counter())[year, week] += 1
    return found


def _messages(events: Iterable[Event]) -> list[Event]:
    return [event for event in events if event["what"] == "message"]


def _reminders(events: Iterable[Event]) -> list[Event]:
    found = _messages(events)
    return [one for one in found if any(is_reminder(one, code) or is_urgent(one, code) for code in CODES(one))]


def _signals(saved: list[Event]) -> list[Event]:
    return [event for event in saved if event["record"] == "signal"]


def _per_month(events: Iterable[Event]) -> Counter[str]:
    return Counter(event["at"][:7] for event in events)


def _chart(title: str, everything: Counter[str], some: Counter[str]) -> str:
    chart = pygal.Bar(title=title, height=320, disable_xml_declaration=True, js=[])
    months = sorted(everything)
    chart.x_labels = months
    chart.add("alles", [everything[month] for month in months])
    chart.add("signalen of herinneringen", [some[month] for month in months])
    return str(chart.render(is_unicode=True))


def _inbox(events: list[Event], schools: list[Event]) -> str:
    """For each role the messages of a person in a week: in the middle week in which there were any, and the worst."""
    counts, rows = inbox(events), []
    people = [one for school in schools for one in school["people"]]
    for role in dict.fromkeys(role for one in people for role in one["roles"]):
        weeks = [n for one in people if role in one["roles"] for n in counts.get(one["slack"], Counter()).values()]
        everybody = [one for one in people if role in one["roles"]]
        mean = sum(weeks) / len(everybody) / 40 if everybody else 0
        rows.append(f"<tr><td>{role}<td>{median(weeks or [0]):g}<td>{max(weeks, default=0)}<td>{mean:.1f}</tr>")
    head = "<tr><th>Rol<th>Middelste week met berichten<th>Drukste week<th>Gemiddeld per schoolweek</tr>"
    return f"<h2>Berichten per persoon en week</h2><table>{head}{''.join(rows)}</table>"
