"""What forms with an effect may not say: about people, days and exclusions."""

from __future__ import annotations

from datetime import date

from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.names import pupil_in, same_name
from meldcode.domain.case.state import Answers, Pupil
from meldcode.domain.deadlines.schedule import calendar_of
from meldcode.domain.errors import Problem
from meldcode.domain.forms.form_rules import LONGEST_POSTPONEMENT, Circumstances
from meldcode.domain.forms.taking_part import Colleagues
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.retention import longest_hold, term_of
from meldcode.domain.staff import School
from meldcode.domain.typed_text import same_group


def stand_in_problems(record: ActionSpec, answers: Answers, staff: Colleagues) -> list[Problem]:
    """Return what is wrong with who would take over a role: they must not have it already, or lead a cluster (G12)."""
    field, role = record.id_of(Meaning.STAND_IN), Role(str(answers[record.id_of(Meaning.ROLE)]))
    person = staff[str(answers[field])]
    return [] if person.may_stand_in and role not in person.acts_as else [Problem(field, "no_stand_in", rule="G12")]


def teacher_problems(record: ActionSpec, answers: Answers, staff: Colleagues) -> list[Problem]:
    """Return what is wrong with whose pupil it is said to be: they must be teachers of the school (S1.6)."""
    fields = [record.id_of(meaning) for meaning in (Meaning.PUPIL_TEACHERS, Meaning.TEACHERS)]
    named = {field: answers.get(field, ()) for field in fields if field}
    return [
        Problem(field, "only_teachers", rule="S1.6")
        for field, people in named.items()
        if not all(staff[person].teaches for person in people)
    ]


def handover_problems(record: ActionSpec, answers: Answers, staff: Colleagues) -> list[Problem]:
    """Return what is wrong with the chosen new teacher: it must be another teacher of the school (G5)."""
    field = record.id_of(Meaning.NEW_TEACHER)
    return [] if staff[str(answers[field])].can_take_over else [Problem(field, "no_teacher", rule="G5")]


def move_problems(record: ActionSpec, answers: Answers, pupil: Pupil) -> list[Problem]:
    """Return what is wrong with the pupil to whom a signal is moved: it must be another than the case's (G10)."""
    other = pupil_in(record, answers)
    if not (same_name(other, pupil) and same_group(other.group, pupil.group)):
        return []
    return [Problem(record.id_of(Meaning.PUPIL_FIRST_NAME), "moves_nowhere", rule="G10")]


def day_problems(plan: Plan, record: ActionSpec, answers: Answers, school: School, now: Circumstances) -> list[Problem]:
    """Return what is wrong with the day until which reminders are postponed, or a closed case is held."""
    day = date.fromisoformat(str(answers[record.id_of(Meaning.UNTIL)]))
    if record.effect is Effect.HOLDS:
        return _hold_problems(plan, record, day, school, now)
    if now.today < day <= calendar_of(school).add_school_days(now.today, LONGEST_POSTPONEMENT):
        return []
    return [Problem(record.id_of(Meaning.UNTIL), "postponed_too_far", rule="G2")]


def _hold_problems(plan: Plan, record: ActionSpec, day: date, school: School, now: Circumstances) -> list[Problem]:
    """The day must be later than the end of the term, and not too far ahead: a hold can be repeated (promise 8)."""
    term = term_of(plan, now.state, school)
    kept_until = term.destroy_at.astimezone(AMSTERDAM).date() if term else now.today
    field = record.id_of(Meaning.UNTIL)
    if day > longest_hold(now.today):
        return [Problem(field, "held_too_long", words={"day": f"{longest_hold(now.today):%d-%m-%Y}"})]
    if day <= kept_until:
        return [Problem(field, "held_already", words={"day": f"{kept_until:%d-%m-%Y}"})]
    return []
