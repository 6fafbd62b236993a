"""Who the plan wants at a talk or a decision, as the person who writes it down fills them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.year.judging.plan_file import records, several
from tests.year.people.knowledge import Json, Knowledge

if TYPE_CHECKING:
    from tests.year.people.someone import Someone


def who_were_there(someone: Someone, record: str, field: str, known: Knowledge) -> list[str]:
    """Who the plan wants in this field, the person themselves in the roles that they have."""
    rules = [rule for rule in records(someone.around.plan).get(record, {}).get("present", []) if rule["field"] == field]
    if not rules:
        return known.teachers or [someone.who.slack]
    avoided, named = _avoided_and_named(someone, rules, known)
    if someone.who.slack in {*avoided, *named} or not {*someone.roles_at(known.school)} - {"teacher"}:
        return named
    return [*named, someone.who.slack]


def _avoided_and_named(someone: Someone, rules: list[Json], known: Knowledge) -> tuple[set[str], list[str]]:
    unwanted = {role for rule in rules for role in several(rule.get("none_of", []))}
    wanted = [role for rule in rules for role in (*rule.get("all_of", []), *rule.get("one_of", [])[:1])]
    avoided = {slack for role in unwanted for slack in _holders(someone, role, known)}
    named: list[str] = []
    for role in wanted:  # two roles are two people
        able = [slack for slack in _holders(someone, role, known) if slack not in avoided]
        named += [slack for slack in able if slack not in named][:1] if role not in unwanted else []
    return avoided, named


def _holders(someone: Someone, role: str, known: Knowledge) -> list[str]:
    if role == "teacher":
        return known.teachers
    found = [one.slack for one in known.school.with_role(role)]
    return sorted(found, key=lambda slack: slack != someone.who.slack)
