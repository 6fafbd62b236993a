"""Strategies: plan documents that are valid, and answers that are valid or not."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from meldcode.domain.plan.forms import FieldKind, FieldSpec
from meldcode.domain.plan.roles import Role
from meldcode.domain.yaml_text import dump_yaml, read_yaml
from tests.meldcode.playing import SOURCE_PLAN, STAFF, STRANGER, TYPED

ROLES = [role.value for role in Role if any(role in actor.roles for actor in STAFF)]
"""The roles that somebody plays."""
NONSENSE = ["", " ", "nonsense", "2020-13-01", "3000-01-01", "\x00", STRANGER.user, "x" * 4000]


@cache
def _always() -> list[dict[str, Any]]:
    """What can be recorded at any time is that of the source's plan, without what speaks of its steps."""
    document = read_yaml(SOURCE_PLAN.read_text(encoding="utf-8")).value
    fast = {record["id"] for record in document["always"] if record.get("effect") == "fast_lane"}
    kept = [r for r in document["always"] if not fast & {r["id"], r.get("agrees_with")}]
    ids = {record["id"] for record in kept}
    return [_without_steps(record, ids) for record in kept]


def _for_readers(records: list[dict[str, Any]], readers: list[str]) -> list[dict[str, Any]]:
    """Only a role that reads cases can be taken over; where none of those does, nobody takes one over."""
    left = [_with_roles_of(record, readers) for record in records]
    gone = {record["id"] for record in left if any(field.get("choices") == [] for field in record["fields"])}
    return [record for record in left if not gone & {record["id"], record.get("agrees_with")}]


def _with_roles_of(record: dict[str, Any], readers: list[str]) -> dict[str, Any]:
    if record.get("effect") != "takes_over":
        return record
    fields = [_of_readers(field, readers) if field.get("meaning") == "role" else field for field in record["fields"]]
    return {**record, "fields": fields}


def _of_readers(field: dict[str, Any], readers: list[str]) -> dict[str, Any]:
    return {**field, "choices": [choice for choice in field["choices"] if choice["id"] in readers]}


def _without_steps(record: dict[str, Any], left: set[str]) -> dict[str, Any]:
    fields = [field for field in record.get("fields", ()) if "asked_in" not in field]
    asked = {field["id"] for field in fields}
    tell = [rule for rule in record.get("tell", ()) if rule.get("when", {}).keys() <= asked]
    outdated_by = [other for other in record.get("outdated_by", ()) if other in left]
    rest = {key: value for key, value in record.items() if key not in ("leads", "stands_as", "checks")}
    return {**rest, "fields": fields, "tell": tell, "outdated_by": outdated_by}


def some_roles(least: int = 1, most: int = 3) -> SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(ROLES), min_size=least, max_size=most, unique=True)


@st.composite
def documents(draw: DrawFn) -> str:
    """A small valid plan: steps with records that need, lead to, agree with and tell whatever they can name."""
    steps = [f"step_{number}" for number in range(draw(st.integers(1, 4)))]
    records: list[dict[str, Any]] = []
    readers = draw(some_roles())
    plan = {
        "plan": "random",
        "version": 1,
        "title": "Een plan",
        "source": "Geen",
        "opens": "signal",
        "readers": readers,
        "outcomes": [{"id": "done", "title": "Klaar"}],
        "always": _for_readers(_always(), readers),
        "steps": [draw(_steps(step, steps, records)) for step in steps],
    }
    return dump_yaml(plan)


@st.composite
def _steps(draw: DrawFn, step: str, steps: list[str], earlier: list[dict[str, Any]]) -> dict[str, Any]:
    records = []
    for _ in range(draw(st.integers(1, 3))):
        records.append(draw(_records(f"record_{len(earlier)}", steps, earlier)))
        earlier.append(records[-1])
    later = draw(st.sampled_from([None, *steps[steps.index(step) + 1 :]]))
    then = {"then": later} if later else {}
    return {"id": step, "number": 1, "title": "Een stap", "who": draw(some_roles()), **then, "records": records}


@st.composite
def _records(draw: DrawFn, name: str, steps: list[str], earlier: list[dict[str, Any]]) -> dict[str, Any]:
    choice, people, text = (f"{name}_{kind}" for kind in ("choice", "people", "text"))
    record: dict[str, Any] = {
        "id": name,
        "title": "Vastleggen",
        "button": "Vastleggen",
        "by": draw(some_roles()),
        "optional": draw(st.booleans()),
        "fields": [
            {
                "id": choice,
                "kind": "choice",
                "label": "Kies",
                "choices": [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}],
            },
            {"id": people, "kind": "people", "label": "Wie", "required": draw(st.booleans())},
            {"id": text, "kind": "long_text", "label": "Wat", "required": draw(st.booleans())},
        ],
        "present": draw(st.lists(_presences(people), max_size=2)),
        "leads": draw(st.lists(_leads(choice, steps), max_size=2)),
        "tell": [{"roles": draw(some_roles()), "otherwise": draw(st.sampled_from(ROLES))}],
    }
    if draw(st.booleans()):
        record["checks"] = [{"when": {choice: "b"}, "needs": {text: "given"}, "at": text, "reason": "Waarom?"}]
    if earlier:
        record |= draw(_ties(draw(st.sampled_from(earlier))))
    return record


@st.composite
def _presences(draw: DrawFn, field: str) -> dict[str, Any]:
    roles = draw(some_roles(most=4))
    none = [role for role in draw(some_roles(least=0)) if role not in roles]
    return {"field": field, "all_of": roles[:2], "one_of": roles[2:], "none_of": none, "reason": "Wie?"}


def _leads(choice: str, steps: list[str]) -> SearchStrategy[dict[str, Any]]:
    when = st.sampled_from([{}, {choice: "a"}, {choice: "b"}])
    to = st.sampled_from(steps).map(lambda step: {"to": step})
    return st.builds(lambda when, where: {"when": when, **where}, when, st.one_of(to, st.just({"close": "done"})))


@st.composite
def _ties(draw: DrawFn, other: dict[str, Any]) -> dict[str, Any]:
    """What ties a record to an earlier one."""
    answer = {f"{other['id']}.{other['id']}_choice": draw(st.sampled_from(["a", "b"]))}
    tie = draw(st.sampled_from(["none", "when", "needs", "agrees"]))
    if tie == "when":
        return {"when": answer}
    if tie == "needs":
        return {
            "needs": [{"condition": draw(st.sampled_from([answer, {other["id"]: "done"}])), "reason": "Eerst dat."}]
        }
    if tie == "agrees":
        return {"agrees_with": other["id"], "by": draw(some_roles(least=2, most=2))}
    return {}


def choices_of(field: FieldSpec) -> SearchStrategy[Any]:
    """A choice of the field, or several where it takes several."""
    one = st.sampled_from([choice.id for choice in field.choices])
    return st.lists(one, min_size=1, unique=True).map(tuple) if field.kind is FieldKind.CHOICES else one


def answers(field: FieldSpec, usual: Any) -> SearchStrategy[Any]:
    """An answer to the question: mostly one that is possible."""
    people = [actor.user for actor in STAFF]
    possible: dict[FieldKind, SearchStrategy[Any]] = {
        FieldKind.CHOICE: st.sampled_from([choice.id for choice in field.choices] or [""]),
        FieldKind.CHOICES: st.lists(st.sampled_from([choice.id for choice in field.choices] or [""])).map(tuple),
        FieldKind.PEOPLE: st.lists(st.sampled_from(people), max_size=4).map(tuple),
        FieldKind.PERSON: st.sampled_from(people),
    }
    plausible = possible.get(field.kind, st.just(TYPED))
    wrong = st.one_of(st.sampled_from(NONSENSE), st.lists(st.sampled_from(NONSENSE), max_size=2).map(tuple))
    return st.sampled_from([0, 0, 0, 0, 1, 1, 1, 2]).flatmap(lambda n: [st.just(usual), plausible, wrong][n])
