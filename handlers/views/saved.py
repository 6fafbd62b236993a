"""What a colleague sees after saving: who was notified, and what happens next."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.i18n import texts
from handlers.i18n.texts import text
from handlers.views import blocks as b
from handlers.views.actions import acute_button, open_button, record_button
from meldcode.application.cases.record_entry import Saved
from meldcode.domain.case.asked import needed, to_act
from meldcode.domain.case.state import Status
from meldcode.domain.case.urgency import is_urgent
from meldcode.domain.plan.actions import ActionSpec


def saved_modal(saved: Saved) -> b.View:
    """Return the confirmation."""
    if not saved.may_open:
        return _passed_on(saved)
    lines = [text("saved", what=saved.record.title, code=saved.code), *_notified_lines(saved), _next_line(saved)]
    if is_urgent(saved.plan, saved.state):
        lines.append(text("must_today"))
    if saved.record.id == saved.plan.opens:
        is_first_step = saved.state.step == saved.plan.steps[0].id
        lines.append(text("saved_teacher" if is_first_step else "saved_more"))
    blocks = [*map(b.section, lines), *_offer(saved)]
    following = [record_button(saved.code, saved.following)] if saved.following else []
    blocks += b.actions([open_button(saved.code, style="primary"), *following, acute_button(saved.code, asks=True)])
    return b.modal(text("saved_title"), blocks, close=text("close"), clear_on_close=True)


def _offer(saved: Saved) -> Iterator[b.Block]:
    """What the plan asks after this record, beside the button that opens the form to answer with."""
    if saved.record.offers and saved.offered:
        yield b.section(b.escape(saved.record.offers.text), accessory=record_button(saved.code, saved.offered))


def _passed_on(saved: Saved) -> b.View:
    """What somebody sees who may not read the case: that it is stored and who was notified, and no code (G3)."""
    lines = [text("saved_passed_on", what=saved.record.title), *_notified_lines(saved)]
    blocks = [*map(b.section, lines), *b.actions([acute_button()])]
    return b.modal(text("saved_title"), blocks, close=text("close"), clear_on_close=True)


def _notified_lines(saved: Saved) -> list[str]:
    if saved.is_repeat:
        return []
    lines = []
    if saved.notified:
        names = [person.name for person in saved.notified if person.id != saved.author]
        you = [text("saved_told_you")] if len(names) < len(saved.notified) else []
        lines.append(text("saved_told", people=b.escape(texts.listed([*names, *you]))))
    if saved.missing_roles:
        code = "saved_gap" if saved.notified else "saved_nobody"
        lines.append(text(code, gap=texts.roles(saved.missing_roles, saved.plan)))
    return lines


def _next_line(saved: Saved) -> str:
    if saved.state.status is Status.CLOSED:
        outcome = saved.plan.outcome(saved.state.outcome)
        return text("saved_closed", outcome=outcome.title if outcome else "")
    step = saved.plan.step(saved.state.step)
    here = text("saved_next", step=texts.step_in_sentence(saved.plan, step))
    waiting = needed(saved.plan, saved.state)
    return " ".join([here, *(_needed_line(saved, waiting[0]) if waiting else [text("case_watch")])])


def _needed_line(saved: Saved, record: ActionSpec) -> list[str]:
    turn = text("turn", who=texts.whose_turn(saved.plan, to_act(saved.plan, saved.state), record))
    proposal = saved.state.standing.get(record.agrees_with or "")
    if proposal and proposal.author == saved.author:
        return [turn, texts.waits_for(saved.plan, record, saved.state)]
    return [turn, text("now_needed", record=record.title)]
