"""The answers of an entry in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from handlers.i18n.days import day
from handlers.i18n.texts import listed, text
from meldcode.application.cases.logbook import LogbookLine
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.state import Answer, Answers
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import FieldKind, FieldSpec, Meaning


@dataclass(frozen=True)
class Answered:
    """A question and its answer in words."""

    label: str
    words: str
    is_long: bool = False


def happened(line: LogbookLine) -> str:
    """Return the day that an entry is about, with the time if it is known."""
    return text("line_day_time", day=day(line.happened), time=line.at) if line.at else day(line.happened)


def answered(
    line: LogbookLine, names: Mapping[str, str], reporters: Mapping[str, str] | None = None
) -> Iterator[Answered]:
    """Yield the questions and answers of an entry; of a check list also what was not ticked (S3.6).

    First comes the appointment that it decided on, if any. `reporters` are the names of who reported, if other people
    have other `names` (S4.7).
    """
    if line.record.effect is Effect.ALARMS:
        yield from _alarm(line.entry.answers, names)
    if line.appointment:
        yield Answered(text("appointment"), line.appointment)
    for field in line.record.fields:
        if answer := line.entry.answers.get(field.id):
            called = reporters if reporters and field.meaning is Meaning.REPORTER else names
            yield Answered(field.label, _in_words(field, answer, called), field.kind is FieldKind.LONG_TEXT)
        if field.meaning is Meaning.POINTS:
            left_out = [
                choice.text for choice in field.choices if choice.id not in line.entry.answers.get(field.id, ())
            ]
            if left_out:
                yield Answered(text("left_out"), "\n".join(left_out))


def _alarm(answers: Answers, names: Mapping[str, str]) -> Iterator[Answered]:
    """What happened with an alarm, and who got a message of it (G4)."""
    if what := answers.get("alarm"):
        at = datetime.fromisoformat(str(answers["at"])).astimezone(AMSTERDAM)
        people = sorted(names.get(person, text("somebody_gone")) for person in answers.get("people", ()))
        told = text("alarm_trace_told", people=listed(people)) if people else ""
        yield Answered(text("alarm_trace"), text(f"alarm_trace_{what}", time=f"{at:%H:%M}", told=told).strip())


def _in_words(field: FieldSpec, answer: Answer, names: Mapping[str, str]) -> str:
    values = (answer,) if isinstance(answer, str) else answer
    return "\n".join(_value_in_words(field, value, names) for value in values)


def _value_in_words(field: FieldSpec, value: str, names: Mapping[str, str]) -> str:
    if field.kind is FieldKind.DATE:
        return day(date.fromisoformat(value))
    if field.kind in (FieldKind.PEOPLE, FieldKind.PERSON):
        return names.get(value, text("somebody_gone"))
    choice = field.choice(value)
    return f"{choice.text} {choice.description}".strip() if choice else value
