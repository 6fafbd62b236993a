"""Who is named as having taken part in something, and who says that they did not, or do not agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from meldcode.domain.case.state import Answers, Entry
from meldcode.domain.ids import PersonId
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import DENIALS
from meldcode.domain.plan.forms import FieldSpec, Meaning
from meldcode.domain.plan.model import Plan


def named_in(record: ActionSpec, answers: Answers) -> frozenset[str]:
    """Return the colleagues whom the answers name as having taken part; not who is to do something later."""
    fields = [field for field in record.people_fields if field.meaning in (None, Meaning.REPORTER)]
    later = {follow_up.owner for follow_up in record.follow_ups} if fields else set()
    return _people_in((field for field in fields if field.id not in later), answers)


def people_in(record: ActionSpec, answers: Answers) -> frozenset[str]:
    """Return everybody whom the answers name."""
    return _people_in(record.people_fields, answers)


def _people_in(fields: Iterable[FieldSpec], answers: Answers) -> frozenset[str]:
    said = [answers.get(field.id, ()) for field in fields]
    return frozenset(id_ for answer in said for id_ in ((answer,) if isinstance(answer, str) else answer) if id_)


def denials(plan: Plan, entries: Sequence[Entry], seq: int) -> list[Entry]:
    """Return the entries whose author says that they did not take part in what this one records, or disagree."""
    return [e for e in entries if e.refers_to == seq and plan.records[e.record].effect in DENIALS]


def may_deny(plan: Plan, entries: Sequence[Entry], entry: Entry, person: PersonId) -> bool:
    """Tell whether this person can say that they did not take part or disagree: a colleague named them, and once."""
    record = plan.records[entry.record]
    return (
        bool(plan.denials_of(record))
        and str(person) in named_in(record, entry.answers)
        and entry.author != person
        and person not in {denial.author for denial in denials(plan, entries, entry.seq)}
    )
