"""Who may do what: the whole table, against what a privacy officer would write down (promise 5, G1, G3).

The tables below were written by hand from the step plan's rules, and know nothing of `meldcode.domain.access`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from meldcode.domain.access.matrix import Row, Situation, matrix
from meldcode.domain.access.rules import OF_A_CASE, Permission
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from tests.meldcode.playing import SOURCE_PLAN

pytestmark = [pytest.mark.rule("G1"), pytest.mark.rule("G3")]

UNUSED = "unused"
"""A role that the plan does not name."""

# In the school: Melden, Alarm slaan, zien wie alarm sloeg (Z), Rollen zien, rollen Geven, zien Wie rollen veranderde,
# Vervanging regelen voor een ander, zien wat Opvallend vaak gelezen is.
SCHOOL = {
    "teacher": "MAR",
    "care_coordinator": "MARZW",
    "confidant": "MAR",
    "safeguarding_officer": "MAR",
    "school_leader": "MARZWGVO",
    "cluster_director": "ARWG",
    "": "",
    UNUSED: "AR",
}
# With a case: Lezen, lezen wat erBij is gevoegd, weten van een naamgenoot (K), zien wie het lasT, Noteren.
# A role that reads at some steps only: as the second row where it does not, and at all other steps as the first.
CASE = """
                     own   others called taken out joined joined_by deputy dep_out left away away_taken
teacher              LBN   -      -      LBKTN -   LBN    -         LBN    -       -    -    LBKTN
care_coordinator     LBKTN LBKTN  LBKTN  LBKTN -   LBKTN  LBKTN     LBKTN  LBKTN   -    -    LBKTN
confidant            LBKN  LBKN   LBKN   LBKTN -   LBKN   LBKN      LBKN   LBKN    -    -    LBKTN
confidant_later      LBN   -      LBKN   LBKTN -   LBN    -         LBN    -       -    -    LBKTN
safeguarding_officer LBKN  LBKN   LBKN   LBKTN -   LBKN   LBKN      LBKN   LBKN    -    -    LBKTN
school_leader        LBKTN LBKTN  LBKTN  LBKTN -   LBKTN  LBKTN     LBKTN  LBKTN   -    -    LBKTN
school_leader_early  LBTN  N      LBKTN  LBKTN -   LBTN   N         LBTN   N       -    -    LBKTN
cluster_director     N     N      N      N     -   N      N         LBN    N       -    -    -
unused               -     -      -      LBKTN -   -      -         LBN    -       -    -    LBKTN
nobody               -     -      -      -     -   -      -         LBN    -       -    -    -
"""
CONFIDANT_NOT_AT = {
    "heutink": "talk weigh decide report tell_parents after_report after_answer watch",
    "landelijk": "decide report inform after_report after_answer watch",
}
LEADER_NOT_AT = "signals consult"
ELSEWHERE = ("left", "elsewhere", "elsewhere_taken_over")
LETTERS = {
    Permission.OPEN: "M",
    Permission.RAISE_ALARM: "A",
    Permission.SEE_ALARM: "Z",
    Permission.SEE_ROLES: "R",
    Permission.ADMINISTER: "G",
    Permission.SEE_ROLE_CHANGES: "W",
    Permission.ARRANGE_DEPUTIES: "V",
    Permission.OVERSEE: "O",
    Permission.READ: "L",
    Permission.READ_JOINED: "B",
    Permission.KNOW_SAME_PUPIL: "K",
    Permission.SEE_READERS: "T",
    Permission.RECORD: "N",
}
# Who records what in the source's plan: Leerkracht (of their own case), IB-er, Vertrouwenspersoon, Schoolleider, and
# the cluster Director.
RECORDS = {
    "LIVS": "signal note correction not_there sees_otherwise acute postponed disclosure veilig_thuis_advice "
    "appointment appointment_done appointment_moved",
    "LIS": "handed_over leader_told vt_contact",
    "LIV": "anonymous_summary consultation",
    "LI": "pupil_talk weighing watch_entry worsened",
    "IVS": "taken_over sibling separation separated separation_agreed",
    "I": "signal_moved pupil_corrected shared",
    "IV": "belongs received other_pupil taken_up read",
    "IS": "given kept_longer safety parents_talk talk_agreed nothing_found nothing_found_agreed proposal confirmation "
    "parents_before reported parent_told watch_end "
    "ending ending_agreed pupil_left "
    "urgent_action urgent_confirmed vt_answer report_end report_end_agreed appointment_dropped",
    "SLIV": "excluded exclusion_agreed stood_in_agreed",
    "LIVSD": "stood_in",
}
BY_LETTER = {
    "L": "teacher",
    "I": "care_coordinator",
    "V": "confidant",
    "S": "school_leader",
    "D": "cluster_director",
}


def expected(plan: Plan, role: str, situation: Situation, step: str) -> set[str]:
    head, *lines = CASE.strip("\n").splitlines()
    assert len(head.split()) == len(Situation)
    cells = {line.split()[0]: dict(zip(Situation, line.split()[1:], strict=True)) for line in lines}
    of_case = set(cells[_row_of(plan, role, step)][situation]) - {"-"}
    if situation in ELSEWHERE:
        return of_case
    return of_case | set(SCHOOL[role]) | (set(SCHOOL["teacher"]) if situation.startswith("deputy") else set())


def _row_of(plan: Plan, role: str, step: str) -> str:
    if role == "confidant" and step in CONFIDANT_NOT_AT[plan.plan].split():
        return "confidant_later"
    return "school_leader_early" if role == "school_leader" and step in LEADER_NOT_AT.split() else role or "nobody"


@pytest.mark.parametrize("path", shipped_plans(), ids=lambda path: path.stem)
def test_the_whole_table_is_as_it_should_be(path: Path) -> None:
    plan = load_plan(path)
    rows = list(matrix(plan))
    assert len(rows) == (len(Role) + 1) * len(Situation) * len(plan.steps)
    for row in rows:
        found = {LETTERS[action] for action in row.actions}
        role = UNUSED if row.role and row.role not in plan.roles else row.role or ""
        assert found == expected(plan, role, row.situation, row.step.id), (row.role, row.situation, row.step.id)


@pytest.mark.rule("G12")
@pytest.mark.parametrize("path", shipped_plans(), ids=lambda path: path.stem)
def test_who_is_excluded_has_nothing_to_do_with_the_case_in_any_role_at_any_step(path: Path) -> None:
    excluded = [row for row in matrix(load_plan(path)) if row.situation is Situation.EXCLUDED]
    assert excluded
    assert not [row for row in excluded if row.actions & OF_A_CASE or row.records]


def test_every_action_has_its_place_in_the_table() -> None:
    assert set(LETTERS) == set(Permission)


@pytest.mark.parametrize("situation", ["own", "called_in"])
def test_who_records_what_is_as_the_source_says(situation: str) -> None:
    plan = load_plan(SOURCE_PLAN)
    assert {name for names in RECORDS.values() for name in names.split()} == set(plan.records)
    for row in _rows(plan, situation):
        may = {record.id for record in row.records}
        should = {name for by, names in RECORDS.items() for name in names.split() if _has_part(row, by, situation)}
        assert may == should, row.role


def _has_part(row: Row, by: str, situation: str) -> bool:
    """Whoever's case it is acts as its teacher too, beside another role; a cluster director has no case."""
    roles = {BY_LETTER[letter] for letter in by}
    own = (
        situation == "own" and "teacher" in roles and (row.role or "") in set(BY_LETTER.values()) - {"cluster_director"}
    )
    return own or (row.role or "") in roles - {"teacher"}


def _rows(plan: Plan, situation: str) -> list[Row]:
    return [row for row in matrix(plan) if row.situation == situation]
