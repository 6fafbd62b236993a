"""Who may record what in a case, by the plan file: in a role of theirs, at its step, while they have a part."""

from __future__ import annotations

from datetime import datetime

from tests.year.judging.log import Event
from tests.year.judging.paper import Paper
from tests.year.judging.plan_file import Json, records, steps
from tests.year.judging.staff import Staff


def of_record(plan: Json, event: Event, paper: Paper, staff: Staff, school: str, at: datetime) -> str:
    """What is wrong with an entry that the app took; empty if nothing is. The case is as it was before."""
    spec = records(plan).get(event["record"])
    if spec is None:  # the program's own, as about an appointment
        return ""
    acting = staff.with_a_part(event["who"], paper, school, at)
    roles = {role for one in acting for role in staff.roles[school].get(one, ())} - {"teacher"}
    roles |= {"teacher"} if acting & {*paper.teachers} else set()
    if not roles & {*spec["by"]}:
        return "recorded by who may not"
    order = list(steps(plan))
    own = [place for place, step in enumerate(plan["steps"]) if spec in step.get("records", [])]
    here = {order.index(step) for step in paper.may_show(at) if step in order}
    is_owed = bool(spec.get("owed") and own and here and max(here) > own[0])  # the fast lane led over it
    return "" if not own or not here or here & {*own} or is_owed else "recorded at another step"


def of_answer(event: Event, paper: Paper, staff: Staff, school: str, at: datetime) -> str:
    """What is wrong with the screen that answers: who may not read the case reads nothing of others there.

    Who gives up gets no answer, and sees the screen that they had.
    """
    may = event["result"] == "gone" or staff.may_ever_read(event["who"], paper, school, at)
    return "" if may or not event.get("shown") else "shown to who may not read"
