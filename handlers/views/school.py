"""What a school leader sees of the school on the Home tab: counts and names of staff, never a case (G2, G3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.i18n import texts
from handlers.i18n.texts import text
from handlers.views import blocks as b
from handlers.views.paging import listing
from meldcode.application.worklists import RoleWorkload, SchoolOverview
from meldcode.domain.plan.model import Plan


def figures(schools: Sequence[SchoolOverview], plan: Plan) -> Iterator[list[b.Block]]:
    """Yield the figures of each school that somebody leads: open cases, what is overdue, and whose turn it is."""
    for school in schools:
        if school.steps:
            counts = b.section(b.escape(listing([*_counts(school)])))
            head = b.header(text("home_school_title"))
            yield [head, counts, *_workloads(school, plan), *_responsible_people(school)]


def _counts(school: SchoolOverview) -> Iterator[str]:
    open_, overdue = sum(step.open for step in school.steps), sum(step.overdue for step in school.steps)
    whole = "home_school_overdue" if overdue else "home_school"
    yield text(whole, school=school.school.name, open=str(open_), overdue=str(overdue))
    if kept := school.appointments:
        words = "home_school_promises_overdue" if kept.overdue else "home_school_promises"
        yield text(words, open=str(kept.open), overdue=str(kept.overdue))
    for at in school.steps:
        words = "home_school_step_overdue" if at.overdue else "home_school_step"
        number, open_at, overdue_at = str(at.step.number), str(at.open), str(at.overdue)
        yield text(words, number=number, title=at.step.title, open=open_at, overdue=overdue_at)


def _workloads(school: SchoolOverview, plan: Plan) -> list[b.Block]:
    lines = []
    for workload in school.workloads:
        words = "home_minds_overdue" if workload.overdue else "home_minds"
        lines.append(text(words, who=_who(workload, plan), count=str(workload.count), overdue=str(workload.overdue)))
    return [b.section("\n".join([text("home_minding"), listing([*map(b.escape, lines)])]))] if lines else []


def _responsible_people(school: SchoolOverview) -> list[b.Block]:
    lines = [
        text("home_minds", who=texts.people([one]), count=str(count))
        if one
        else text("home_responsible_nobody", count=str(count))
        for one, count in school.responsible
    ]
    return [b.section("\n".join([text("home_responsible"), listing([*map(b.escape, lines)])]))]


def _who(workload: RoleWorkload, plan: Plan) -> str:
    names = texts.people(workload.people)
    if workload.role is None:
        return text("home_minds_teacher", name=names) if names else text("home_minds_gone")
    return text("home_minds_role", role=texts.role(workload.role, plan), people=names or text("home_minds_nobody"))
