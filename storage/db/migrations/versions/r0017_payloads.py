"""Messages that wait hold a typed payload, no longer a mapping of texts in which facts were joined."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

Words = dict[str, str]
Payload = dict[str, Any]
outbox = sa.table(
    "outbox",
    sa.column("id", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("state", sa.String),
    sa.column("payload", sa.JSON),
)


def upgrade() -> None:
    op.alter_column("outbox", "words", new_column_name="payload")
    connection = op.get_bind()
    waits = outbox.c.state.in_(("pending", "claimed"))
    for row in connection.execute(sa.select(outbox).where(waits)).all():
        if (payload := converted(row.kind, row.payload)) is not None:
            connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(payload=payload))


def converted(kind: str, words: Words) -> Payload | None:
    """Return the payload; None for one that no program ever wrote: the sender reports what it cannot read."""
    try:
        return CONVERTED[kind](words)
    except (KeyError, ValueError):
        return None


def _recorded(words: Words) -> Payload:
    return {
        "code": words["code"],
        "plan": words["plan"],
        "plan_version": int(words["version"]),
        "record": words["record"],
        "step": words["step"],
        "status": words["status"],
        "assignees": words["who"].split(),
        "rule": int(words["tell"]) if words["tell"] else None,
        "missing_roles": words["gap"].split(),
        "may_open": bool(words.get("may_open")),
    }


def _alarm(words: Words) -> Payload:
    return {"raised_by": words["raised_by"], "raised_at": words["raised_at"]}


def _alarm_in_case(words: Words) -> Payload:
    return _recorded(words) | _alarm(words)


def _reminder(words: Words) -> Payload:
    reminder = {"code": words["code"], "may_hand_over": bool(words.get("may_hand_over"))}
    if words["kind"] == "vacation":
        return reminder | {"first_day": words["day"]}
    if words["kind"] == "follow_up":
        return reminder | {"day": words["day"], "instead_of_owner": bool(words.get("instead"))}
    step, _, rest = words["waiting"].partition(" ")
    since, _, postponements = rest.rpartition(" ")
    waiting = {"step": step, "since": None if since == "None" else since, "postponements": int(postponements)}
    return reminder | {"waiting": waiting}


def _week(words: Words) -> Payload:
    counts = {key: value for key, value in words.items() if key not in ("school", "unusual", "of", "week")}
    unusual = (
        {"school": words["of"], "monday": words["week"], "count": int(words["unusual"])} if "of" in words else None
    )
    return {"school_name": words["school"], "steps": [_step(*one) for one in counts.items()], "unusual": unusual}


def _step(key: str, counts: str) -> Payload:
    plan, version, step = key.split(" ")
    open_, overdue = counts.split(" ")
    return {"plan": plan, "plan_version": int(version), "step": step, "open": int(open_), "overdue": int(overdue)}


def _ending(words: Words) -> Payload:
    return {
        "code": words["code"],
        "day": words["day"],
        "plan": words["plan"],
        "plan_version": int(words["version"]),
        "hold_record": words["record"],
    }


def _without_holder(words: Words) -> Payload:
    return {"code": words["code"], "missing_roles": words["gap"].split()}


def _undelivered(words: Words) -> Payload:
    return {"code": words["code"], "moment": words["moment"]}


def _roles(words: Words) -> Payload:
    return {"school": words["school"]}


def _nothing(_words: Words) -> Payload:
    return {}


CONVERTED: dict[str, Callable[[Words], Payload]] = {
    "recorded": _recorded,
    "alarm_in_case": _alarm_in_case,
    "alarm": _alarm,
    "alarm_undelivered": _nothing,
    "reminder": _reminder,
    "week": _week,
    "ending": _ending,
    "without_holder": _without_holder,
    "undelivered": _undelivered,
    "roles": _roles,
    "deputy": _nothing,
}
