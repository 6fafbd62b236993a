"""Plays a case through the use cases until it is closed, as the start of a test."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from meldcode.application.actor import on_behalf_of
from meldcode.application.cases.record_entry import Saved, record_entry
from meldcode.application.cases.submission import RecordEntry
from meldcode.domain.staff import Identity
from tests.running import FATIMA, KARIN, SANNE, Running

SIGNAL: dict[str, Any] = {
    "first_name": "Sem",
    "last_name": "Bakker",
    "group": "5",
    "kind": ("abuse_or_neglect",),
    "what": "Een blauwe plek. Sem zei: “ik ben gevallen bij oom Henk”.",
    "happened_on": "2026-11-23",
    "heard_from": "other_parent",
}


async def record(school: Running, by: str, record_id: str, code: str = "", **answers: Any) -> str:
    """Store a form despite its hints, and return the case's code."""
    who = Identity("slack", school.workspace.app.team_id, by)
    command = RecordEntry(uuid4().hex, record_id, answers, code, seen=1000, reviewed=True)
    saved = await school.program.executor.execute(on_behalf_of(who, record_entry, command))
    assert isinstance(saved, Saved)
    return saved.code


async def opened_case(school: Running) -> str:
    """Return the code of a case with a signal by Sanne."""
    return await record(school, SANNE, "signal", **SIGNAL)


async def closed_case(school: Running, notes: int = 0) -> str:
    """Return the code of a case that was closed because the talk took the suspicion away."""
    code, today = await opened_case(school), "2026-11-24"
    for _ in range(notes):
        await record(school, SANNE, "note", code, noted_on=today, noted_kind="call", noted="Sem is er weer.")
    await record(school, KARIN, "taken_up", code)
    present: Any = {"parents_informed": "yes", "consulted_on": today, "present": (SANNE, KARIN), "consulted": "swv"}
    await record(school, KARIN, "consultation", code, **present, advice="Praat met de ouders, Mehmet Yılmaz gaat mee.")
    able: Any = {"pupil_able": "cannot", "why_pupil": "Te jong.", "safety_by": (SANNE, KARIN)}
    await record(school, KARIN, "safety", code, danger_by_talk="no", why="Rustig thuis.", **able)
    talk: Any = {"parents_talk_on": today, "parents_present": (KARIN, FATIMA), "points": ("aim", "reaction")}
    talk |= {"points_why": "Geen tijd.", "parents_there": ("with_custody",), "interpreter": "no"}
    gone: Any = {"suspicion": "gone", "why_outcome": "Het is duidelijk."}
    await record(school, KARIN, "parents_talk", code, **talk, **gone, parents_said="De moeder belt 06-12345678.")
    await record(school, FATIMA, "talk_agreed", code, gone_agreed="yes")
    return code
