"""The preparation of a talk on screen."""

from __future__ import annotations

import json

from handlers.i18n import texts
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.views import blocks as b
from handlers.views.actions import PREPARE, PRINT, record_button
from meldcode.application.cases.preparation import Preparation
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.forms import Meaning


def prepare_button(code: str, record: ActionSpec) -> b.Block:
    """The button that shows the preparation of this talk."""
    value = json.dumps({"case": code, "record": record.id})
    return b.button(text("prepare_button", what=record.title), f"{PREPARE}.{record.id}", value)


def preparation_modal(prepared: Preparation) -> b.View:
    """Return what comes up in the talk, who holds it and what is not said."""
    record = prepared.record
    blocks = [b.header(record.title)]
    for head, lines in contents(prepared):
        blocks += [b.section(f"*{text(head)}*"), *(b.section(b.escape(line)) for line in lines)]
    if listed := points(prepared):
        numbered = [f"{number}. {b.escape(point)}" for number, point in enumerate(listed, 1)]
        blocks.append(b.section("\n".join([f"*{text('prepare_points')}*", *numbered])))
    value = json.dumps({"case": prepared.code, "record": record.id})
    blocks += b.actions([b.button(text("prepare_print"), PRINT, value), record_button(prepared.code, record)])
    blocks.append(b.context(text("prepare_nothing_kept")))
    return b.modal(text("prepare_title")[: limits.TITLE], blocks, close=text("close"))


def contents(preparation: Preparation) -> list[tuple[str, list[str]]]:
    """Return who holds the talk and what to mind, each with the code of its heading."""
    record = preparation.record
    who = [reason for one in record.present for reason in (one.reason, one.none_of_reason) if reason]
    return [("prepare_who", who or [texts.roles(record.by, preparation.plan)]), ("prepare_mind", [record.prepare])]


def points(preparation: Preparation) -> list[str]:
    """Return the points that come up, in order."""
    field = preparation.record.field(preparation.record.id_of(Meaning.POINTS))
    return [choice.text for choice in field.choices] if field else []
