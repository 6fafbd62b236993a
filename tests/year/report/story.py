"""A year as a page that a school leader reads: what was recorded, who got messages, how fast people were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from html import escape
from statistics import median

import pygal
from pygal.style import CleanStyle

from handlers.i18n.days import month
from handlers.i18n.texts import role
from tests.year.judging.log import Event, Log
from tests.year.judging.paper import CLOSED
from tests.year.judging.plan_file import Json, steps
from tests.year.report.figures import Figures, Stand, per_month

PAGE = """<!doctype html><html lang="nl"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>table{{border-collapse:collapse}}body{{font:1em/1.5 sans-serif;max-width:52em;margin:2em auto;padding:0 1em}}
td,th{{text-align:right;padding:.2em .8em;border-bottom:1px solid #ccc}}td:first-child,th:first-child{{text-align:left}}
svg{{max-width:100%;height:auto}}div{{overflow-x:auto}}</style><h1>{title}</h1>
<p>{school}, {first} tot en met {last}. Alles is verzonnen, behalve de berichten: die zijn van het echte programma.</p>
{parts}</html>"""
STYLE = CleanStyle(
    font_family="sans-serif", title_font_size=18, label_font_size=12, major_label_font_size=12, legend_font_size=14
)
WHOLE_YEAR = 300
"""Days. What is shorter is a part of a school year."""
IN_DAYS = "In schooldagen; 0 is dezelfde dag."
SPEED = {"dezelfde dag": 0, "1 schooldag": 1, "2 tot 5": 5, "6 tot 10": 10, "langer": 10_000}


def story(plan: Json, log: Log) -> str:
    """Return the page. Its people and pupils are invented, and no pupil is named."""
    figures = Figures(plan, log)
    everybody = sorted({name for roles in figures.roles.values() for name in roles})
    parts = [_summary(figures), *_by_month(figures), _inbox(figures, everybody), _answers(figures, everybody)]
    days = [f"{day.day} {month(day)} {day.year}" for day in figures.days]
    school = escape(", ".join(one["name"] for one in figures.schools))
    title = f"{_how_long(*figures.days)} met Meldwijzer"
    return PAGE.format(title=title, school=school, first=days[0], last=days[1], parts="".join([*parts, _late(figures)]))


def _how_long(first: date, last: date) -> str:
    return "Een schooljaar" if (last - first).days > WHOLE_YEAR else "Een deel van een schooljaar"


def _summary(figures: Figures) -> str:
    cases, people = sum(figures.cases.values()), len({event["who"] for event in figures.messages})
    return (
        f"<p><strong>{people} mensen kregen samen {len(figures.messages)} berichten, waarvan {len(figures.reminders)} "
        f"herinneringen.</strong> Signalen: {len(figures.signals)}. Dossiers: {cases}, waarvan {figures.cases[CLOSED]} "
        f"dicht en {figures.open} nog open.</p>"
    )


def _by_month(figures: Figures) -> Iterable[str]:
    signals, reminders = figures.signals, figures.reminders
    others = [event for event in figures.saved if event not in signals]
    yield _chart("Wat er per maand is vastgelegd", figures.months, {"signalen": signals, "al het andere": others})
    plain = [event for event in figures.messages if event not in reminders]
    yield _chart("Berichten per maand", figures.months, {"herinneringen": reminders, "andere berichten": plain})


def _chart(title: str, months: list[date], series: dict[str, list[Event]]) -> str:
    counts = {name: per_month(events) for name, events in series.items()}
    numbers = {name: [count[month] for month in months] for name, count in counts.items()}
    return _bars(title, [month(day) for day in months], numbers)


def _bars(title: str | None, labels: list[str], series: dict[str, list[int]]) -> str:
    chart = pygal.StackedBar(
        title=title,
        height=340,
        style=STYLE,
        disable_xml_declaration=True,
        js=[],
        legend_at_bottom=True,
        max_scale=6,
        truncate_label=12,
        no_data_text="Niets",
    )
    chart.x_labels, chart.value_formatter = labels, lambda value: f"{value:.0f}"
    for name, numbers in series.items():
        chart.add(name, numbers)
    return str(chart.render(is_unicode=True))


def _inbox(figures: Figures, roles: list[str]) -> str:
    """For each role the messages of a person: in a usual week, in the busiest one, and in all."""
    rows = []
    for name in roles:
        people = [figures.weeks(who) for who in figures.with_role(name)]
        weeks = [count for counts in people for count in counts]
        rows.append(
            [role(name), len(people), median(weeks or [0]), max(weeks, default=0), round(sum(weeks) / len(people))]
        )
    head = ["rol", "mensen", "gewone week", "drukste week", "in totaal, gemiddeld"]
    about = "Een gewone week is de middelste van alle schoolweken. Wie twee rollen heeft, telt bij beide mee."
    return _table("Berichten per persoon", about, head, rows)


def _answers(figures: Figures, roles: list[str]) -> str:
    found = {name: figures.answers(name) for name in roles}
    limits = list(SPEED.values())
    fast = {role(name): Counter(next(most for most in limits if n <= most) for n in found[name]) for name in roles}
    bars = _bars(None, list(SPEED), {name: [count[most] for most in limits] for name, count in fast.items() if count})
    rows = [[role(name), len(days), median(days), max(days)] for name, days in found.items() if days]
    head, title = ["rol", "keren", "gewoonlijk", "langst"], "Hoe lang tot iemand na een bericht iets vastlegt"
    return _table(title, f"{IN_DAYS} Wie niets vastlegt, telt niet mee.", head, rows, bars)


def _late(figures: Figures) -> str:
    """For each step how long cases stood there, and how often longer than the plan gives."""
    periods, rows = list(figures.stands()), []
    for name, step in steps(figures.plan).items():
        here = [period for period in periods if period.step == name]
        if here:
            rows.append(
                [f"{step['number']}. {step['title']}", len(here), *_in_days(here), sum(s.is_late for s in here)]
            )
    head = ["stap", "keren", "gewoonlijk", "langst", "te laat"]
    return _table(
        "Hoe lang een stap duurde",
        f"{IN_DAYS} Te laat is later dan het stappenplan zegt. Een stap die nog loopt, telt tot de laatste dag.",
        head,
        rows,
    )


def _in_days(periods: list[Stand]) -> tuple[float, int]:
    days = [period.days for period in periods]
    return median(days), max(days)


def _table(title: str, about: str, head: list[str], rows: list[list[object]], chart: str = "") -> str:
    shown = [f"<th scope=col>{escape(cell)}" for cell in head]
    lines = "".join("<tr>" + "".join(f"<td>{_cell(cell)}" for cell in row) for row in rows)
    return f"<h2>{escape(title)}</h2><p>{escape(about)}</p>{chart}<div><table><tr>{''.join(shown)}{lines}</table></div>"


def _cell(value: object) -> str:
    return f"{value:g}".replace(".", ",") if isinstance(value, (int, float)) else escape(str(value))
