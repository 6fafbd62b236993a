"""What people see: a case, what was saved, what to look at again.

A screen shows content only after the access check of the use case that gave it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from handlers.i18n import texts
from handlers.i18n.texts import text
from handlers.platform.form_reference import FormRef
from handlers.platform.form_state import REVIEW
from handlers.views import blocks as b
from handlers.views.days import day
from handlers.views.logbook import logbook
from handlers.views.readers import readers_button
from meldcode import hints
from meldcode.application.cases.record_entry import NeedsReview, Saved
from meldcode.application.cases.view_case import CaseView
from meldcode.application.jobs.reminders import IN_CHARGE
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import Status, needed, to_act
from meldcode.domain.plan.forms import FieldKind
from meldcode.domain.plan.model import ActionSpec, Effect, Plan, Step
from meldcode.domain.staff import Person

OPEN_CASE, MAKE_RECORD, NEW_SIGNAL = "open-case", "make-record", "signal"
JOIN, TELL_APART, ADJUST, ACUTE, DEPUTY = "join", "tell-apart", "adjust", "acute", "deputy"


def open_button(code: str, *, style: str = "") -> b.Block:
    """The button that shows the case to whoever may read it."""
    return b.button(text("open_case"), OPEN_CASE, code, style=style)


def signal_button() -> b.Block:
    """The button that opens the form for a signal."""
    return b.button(text("report"), NEW_SIGNAL, "signal", style="primary")


def acute_button(case: str = "") -> b.Block:
    """The button that is everywhere (G4); `case` is the code of the case it is shown in."""
    return b.button(text("acute"), ACUTE, case or "acute", style="danger")


def acute_modal(alerted: Sequence[Person]) -> b.View:
    """What to do now when a child is in danger, and who were alerted (G4)."""
    names = b.escape(texts.listed([person.name for person in alerted]))
    told = text("acute_alerted", people=names) if alerted else text("acute_nobody")
    return b.modal(text("acute_title"), [b.section(text("acute_text")), b.section(told)], close=text("close"))


def message_modal(words: str) -> b.View:
    """A modal that says one thing."""
    return b.modal(text("product"), [b.section(words)], close=text("close"))


def review_modal(review: NeedsReview, ref: FormRef) -> b.View:
    """What was found in the text, marked; nothing has been stored yet (S1.4, S1.5)."""
    blocks = [b.section(text("review_intro"))]
    kinds = {spot.kind for spots in review.found.values() for spot in spots}
    for field in review.record.fields:
        if spots := review.found.get(field.id):
            blocks.append(b.context(f"*{b.escape(field.label)}*"))
            blocks += b.typed(hints.mark(str(review.answers[field.id]), spots))
    reasons = [text("review_hedges")] if "hedge" in kinds else []
    reasons += [text("review_names")] if kinds - {"hedge"} else []
    blocks.append(b.context("\n".join([*reasons, text("review_silence")])))
    blocks += b.actions([b.button(text("adjust"), ADJUST, "adjust", style="primary")])
    return b.modal(
        text("review_title"),
        blocks,
        close=text("do_not_save"),
        submit=b.plain(text("save_anyway")),
        callback_id=REVIEW,
        private_metadata=ref.dumped(),
    )


def saved_modal(saved: Saved) -> b.View:
    """That it is stored, who was told, and what happens now."""
    lines = [text("saved", what=saved.record.title, code=saved.code), *_told_lines(saved), _next_line(saved)]
    if saved.record.id == saved.plan.opens:
        lines.append(text("saved_teacher"))
    blocks = [b.section(line) for line in lines]
    blocks += b.actions([open_button(saved.code, style="primary"), acute_button(saved.code)])
    return b.modal(text("saved_title"), blocks, close=text("close"), clear_on_close=True)


def case_modal(view: CaseView, page: int | None = None) -> b.View:
    """The case: where it stands, what is needed, and a page of its logbook (the last one unless asked otherwise)."""
    case, pupil, plan = view.context.stored, view.context.pupil, view.context.plan
    typed = {"first": pupil.first_name, "last": pupil.last_name, "group": pupil.group}
    name = text("case_pupil", **{part: b.isolated(words) for part, words in typed.items()})
    readers = texts.roles(plan.readers, joined_by="and")
    blocks = [
        b.header(name),
        *_standing(view),
        *_same_pupil(view),
        *b.actions(_case_buttons(view)),
        b.divider(),
        *logbook(view, page),
        b.divider(),
        b.context(_steps(plan, plan.step(case.step))),
        *b.actions([readers_button(case.code)] if view.may_see_readers else []),
        b.context(text("case_private", readers=readers)),
    ]
    return b.modal(text("case", code=case.code), blocks, close=text("close"), clear_on_close=True)


def _told_lines(saved: Saved) -> list[str]:
    if saved.is_repeat:
        return []
    lines = []
    if saved.told:
        names = [person.name for person in saved.told if person.id != saved.author]
        you = [text("saved_told_you")] if len(names) < len(saved.told) else []
        lines.append(text("saved_told", people=b.escape(texts.listed([*names, *you]))))
    if saved.gap:
        code = "saved_gap" if saved.told else "saved_nobody"
        lines.append(text(code, gap=texts.roles(saved.gap)))
    return lines


def _next_line(saved: Saved) -> str:
    if saved.state.status is Status.CLOSED:
        outcome = saved.plan.outcome(saved.state.outcome)
        return text("saved_closed", outcome=outcome.title if outcome else "")
    step = saved.plan.step(saved.state.step)
    here = text("saved_next", step=step_short(saved.plan, step), who=texts.roles(to_act(saved.plan, saved.state)))
    first = [text("now_needed", record=record.title) for record in needed(saved.plan, saved.state)[:1]]
    return " ".join([here, *first])


def step_short(plan: Plan, step: Step) -> str:
    """Where a case stands, within a sentence."""
    return text("step_short", number=str(step.number), total=_total(plan), title=step.title)


def _total(plan: Plan) -> str:
    return str(max(step.number for step in plan.steps))


def _standing(view: CaseView) -> list[b.Block]:
    state, plan = view.context.state, view.context.plan
    step = plan.step(state.step)
    if state.status is Status.CLOSED:
        outcome = plan.outcome(state.outcome)
        closed = b.section(text("case_closed", outcome=outcome.title if outcome else ""))
        return [closed, *([b.context(_kept_until(view.kept_until, plan))] if view.kept_until else [])]
    if state.status is Status.JOINED:
        return [b.section(text("case_joined", who=texts.roles(plan.record_with(Effect.JOINS).by)))]
    waiting = _as_list([record.title for record in view.open])
    lines = [
        f"*{text('step_of', number=str(step.number), total=_total(plan), title=step.title)}*",
        text("case_turn", who=texts.roles(to_act(plan, state))),
        text("case_needed", records=waiting) if waiting else text("case_watch"),
        *([text("agrees")] if any(_is_own_proposal(view, record) for record in view.open) else []),
        *_done(view, step),
        *_postponed(view),
    ]
    return [b.section("\n".join(lines)), *([b.context(step.explain)] if step.explain else [])]


def _kept_until(moment: datetime, plan: Plan) -> str:
    warned = plan.hold.by if plan.hold else IN_CHARGE
    return text("case_kept_until", day=day(moment), who=texts.roles(warned, joined_by="and"))


def _done(view: CaseView, step: Step) -> list[str]:
    """What was done in this step, by whom and when."""
    standing = view.context.state.standing
    entries = [(record.title, standing[record.id]) for record in step.records if record.id in standing]
    done = [
        text("done_by", title=title, author=b.escape(view.names.get(str(entry.author), "")), day=day(entry.written_at))
        for title, entry in entries
    ]
    return [text("case_done", records=_as_list(done))] if done else []


def _postponed(view: CaseView) -> list[str]:
    """Until when the reminders of this step were put off, by whom and why (G2)."""
    entry = view.postponement
    if entry is None:
        return []
    record = view.context.plan.records[entry.record]
    until = day(date.fromisoformat(str(entry.answers[record.day_field])))
    reasons = [str(entry.answers[field.id]) for field in record.fields_of(FieldKind.TEXT) if field.id in entry.answers]
    who = view.names.get(str(entry.author)) or text("a_colleague")
    return [text("case_postponed", until=until, author=b.escape(who), why=b.escape(" ".join(reasons)))]


def _as_list(titles: list[str]) -> str:
    return "".join(titles) if len(titles) < 2 else "".join(f"\n• {title}" for title in titles)  # noqa: PLR2004


def _case_buttons(view: CaseView) -> list[b.Block]:
    """What comes next first, alone in colour; what was made already and what seldom happens in a menu."""
    plan, standing = view.context.plan, view.context.state.standing
    menu = [r for r in view.doable if (r.id in standing or r in plan.always) and r.id != plan.opens]
    shown = sorted((r for r in view.doable if r not in menu), key=lambda record: _urgency(view, record))
    buttons = []
    for number, record in enumerate(shown):
        is_next = number == 0 and _urgency(view, record) == 0
        action = f"{MAKE_RECORD}.{record.id}"
        buttons.append(b.button(record.button, action, _record_value(view, record), style="primary" if is_next else ""))
    return [*buttons, acute_button(view.context.stored.code), *_menus(view, menu)]


def _urgency(view: CaseView, record: ActionSpec) -> int:
    """0 for what the step calls for now, 1 for what it allows, 2 for what waits for a colleague or can always be."""
    if record.id == view.context.plan.opens or _is_own_proposal(view, record):
        return 2
    is_called_for = bool(record.when) or record.id in {waiting.id for waiting in view.open}
    return 0 if is_called_for else 1


def _is_own_proposal(view: CaseView, record: ActionSpec) -> bool:
    """Whether this confirms what the reader proposed, so that a colleague must do it (S4.3)."""
    proposal = view.context.state.standing.get(record.agrees_with or "")
    return proposal is not None and proposal.author == view.context.person.id


def _menus(view: CaseView, records: Sequence[ActionSpec]) -> list[b.Block]:
    standing = view.context.state.standing
    options = []
    for record in records:
        is_again = record.id in standing and record not in view.context.plan.always
        label = text("again", what=record.button) if is_again else record.button
        options.append(b.option(label, _record_value(view, record)))
    starts = range(0, len(options), b.OVERFLOW)
    return [b.overflow(f"{MAKE_RECORD}.menu{start}", options[start : start + b.OVERFLOW]) for start in starts]


def _record_value(view: CaseView, record: ActionSpec) -> str:
    return json.dumps({"case": view.context.stored.code, "record": record.id})


def _same_pupil(view: CaseView) -> list[b.Block]:
    blocks = []
    for number, other in enumerate(view.same_pupil[:5]):
        blocks.append(b.section(text("same_pupil", code=other.code, day=day(other.opened_at))))
        blocks += b.actions(_join_buttons(view.context.stored, other, number))
    return blocks


def _join_buttons(case: CaseHeader, other: CaseHeader, number: int) -> list[b.Block]:
    value = json.dumps({"case": case.code, "other": other.code})
    sure = b.confirm(text("same_button"), text("same_confirm"), text("yes_join"), text("cancel"))
    return [
        b.button(text("same_button"), f"{JOIN}.{number}", value, confirm=sure),
        b.button(text("differs_button"), f"{TELL_APART}.{number}", value),
    ]


def _steps(plan: Plan, current: Step) -> str:
    lines = [f"*{text('case_steps')}*"]
    for step in plan.steps:
        words = f"{step.number}. {step.title} ({texts.roles(step.who)})"
        lines.append(f"*{words}*" if step.id == current.id else words)
    return "\n".join(lines)
