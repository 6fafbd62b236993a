"""A case on screen: where it stands, what can be done now, and its logbook.

A screen shows content only after the access check of the use case that returned it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from handlers.i18n import texts
from handlers.i18n.days import day, in_full
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.views import blocks as b
from handlers.views.actions import (
    HISTORY,
    JOIN,
    OPEN_FOUND,
    OTHER_CASE,
    TELL_APART,
    TURN_PAGE,
    acute_button,
    menus,
    record_button,
)
from handlers.views.logbook import logbook, owed_words
from handlers.views.paging import listing, turned
from handlers.views.pupils.names import pupil_name
from handlers.views.readers import readers_button
from handlers.views.talks import prepare_button
from meldcode.application.cases.logbook import LogbookLine, OlderLine
from meldcode.application.cases.view_case import CaseView, OpenAppointment, may_record
from meldcode.application.jobs.audience import IN_CHARGE
from meldcode.domain.case.asked import needed, to_act
from meldcode.domain.case.header import CaseHeader
from meldcode.domain.case.state import State, Status
from meldcode.domain.case.urgency import is_urgent
from meldcode.domain.paging import page_of
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.model import Plan, Step

ALWAYS_SHOWN = (Effect.FAST_LANE, Effect.NOTES, Effect.READS)
"""Effects of actions that are never in the menu: what cannot wait, and what is done every day."""


def case_modal(view: CaseView, page: int | None = None, appointments: int = 0) -> b.View:
    """Return the modal of a case, with a page of its logbook (by default the last one) and one of its appointments."""
    case, pupil, plan = view.context.stored, view.context.pupil, view.context.plan
    readers = texts.readers(plan, joined_by="and")
    above = [
        b.header(pupil_name(pupil)),
        *_standing(view),
        *_newer(view),
        *_same_pupil(view),
        *_siblings(view),
        *_case_buttons(view),
        *_owed(view),
        *_appointments(view, appointments),
        b.divider(),
    ]
    below = [
        b.divider(),
        b.context(_steps(plan, plan.step(case.step))),
        *_people(view),
        *b.actions(_further_buttons(view)),
        b.context(text("case_private", readers=readers)),
    ]
    blocks = [*above, *logbook(view, page, [*above, *below]), *below]
    return b.modal(text("case", code=case.code), blocks, close=text("close"), clear_on_close=True)


def _people(view: CaseView) -> list[b.Block]:
    """Who has no part in the case, and who took over a role in it (G12)."""
    held = [(b.escape(name), texts.role(role, view.context.plan)) for name, role in view.stand_ins]
    lines = [text("case_taken_over", name=name, role=role) for name, role in held]
    if view.excluded:
        lines.append(text("case_excluded", people=b.escape(texts.listed(list(view.excluded)))))
    return [b.section("\n".join(lines))] if lines else []


def _standing(view: CaseView) -> list[b.Block]:
    state, plan = view.context.state, view.context.plan
    step = plan.step(state.step)
    if state.status is Status.CLOSED:
        outcome = plan.outcome(state.outcome)
        closed = b.section(text("case_closed", outcome=outcome.title if outcome else ""))
        return [closed, *([b.context(_kept_until(view.kept_until, plan))] if view.kept_until else [])]
    if state.status is Status.JOINED:
        return [b.section(text("case_joined", who=texts.roles(plan.record_with(Effect.JOINS).by, plan)))]
    own = [record for record in view.open if _is_own_proposal(view, record)]
    waiting = _bullets([record.title for record in view.open if record not in own])
    lines = [
        f"*{text('step_of', number=str(step.number), total=texts.steps_in(plan), title=step.title)}*",
        *([text("must_today")] if is_urgent(plan, state) else []),
        *([text("case_turn", who=_whose_turn(plan, state))] if view.open else []),
        b.escape(texts.responsible(view.responsible)),
        *([text("case_needed", records=waiting)] if waiting else []),
        *([] if view.open else [text("case_watch")]),
        *(texts.waits_for(plan, record, state) for record in own),
        *_done(view, step),
        *_postponed(view),
    ]
    return [b.section("\n".join(lines)), *([b.context(step.explain)] if step.explain else [])]


def _whose_turn(plan: Plan, state: State) -> str:
    return texts.whose_turn(plan, to_act(plan, state), next(iter(needed(plan, state)), None))


def _newer(view: CaseView) -> list[b.Block]:
    """The signals that came after the weighing, so that nobody decides on an old one (S4.1)."""
    entries = {entry.seq for entry in view.newer}
    code = view.context.stored.code
    all_: list[OlderLine | LogbookLine] = [*view.older, *view.lines]
    new = [line for line in all_ if line.seq in entries and line.code == code]
    lines = [f"{line.seq}. {line.record.title}, {day(line.happened)}" for line in new]
    listed = listing([f"• {b.escape(line)}" for line in lines])
    return [b.section(f"*{text('case_newer_signals')}*\n{listed}")] if lines else []


def _owed(view: CaseView) -> list[b.Block]:
    """What is still to be done of earlier steps, with the buttons to do it, and what need not be done any more (G8)."""
    buttons = [record_button(view.context.stored.code, record) for record in view.doable if record in view.owed]
    owed = [b.section(owed_words(view.owed)), *b.actions(buttons)] if view.owed else []
    titles = texts.listed([record.title for record in view.waived])
    return [*owed, *([b.context(text("case_waived", records=titles))] if view.waived else [])]


def _appointments(view: CaseView, page: int) -> list[b.Block]:
    """The open appointments with what this reader can do about each, and the button that makes one (S3.6)."""
    code, part = view.context.stored.code, page_of(view.appointments, page, limits.APPOINTMENTS)
    shown = part.items
    make = [record_button(code, record) for record in view.doable if record.effect is Effect.APPOINTS]
    if not shown and not make:
        return []
    title = f"*{text('case_appointments')}*" if shown else text("case_no_appointments")
    blocks = [b.section(title, accessory=make[0] if make else None)]
    for one in shown:
        number = one.appointment.number
        blocks += b.typed(f"{one.appointment.what}\n{_kept_by(view, one)}")
        blocks += b.actions([record_button(code, record, appointment=number) for record in view.deciding])
    action = f"{TURN_PAGE}.{Effect.APPOINTS}"
    return blocks + turned(action, part.number, part.pages, lambda at: json.dumps({"case": code, "appointments": at}))


def _kept_by(view: CaseView, one: OpenAppointment) -> str:
    """Who sees to an appointment, on which day, and how late it is."""
    owner = view.names.get(str(one.appointment.owner), "")
    keepers = texts.people(sorted(one.keepers, key=lambda kept: kept.person.name)) or text(
        "case_appointment_nobody", name=owner
    )
    when = in_full(one.appointment.day)
    late = [texts.counted("late", one.late)] if one.late else []
    other = one.appointment.other
    who = text("case_appointment_by", other=other, name=keepers) if other else keepers
    return ", ".join([who, when, *late])


def _kept_until(moment: datetime, plan: Plan) -> str:
    warned = plan.hold.by if plan.hold else IN_CHARGE
    return text("case_kept_until", day=day(moment), who=texts.roles(warned, plan, joined_by="and"))


def _done(view: CaseView, step: Step) -> list[str]:
    """What was recorded in this step, by whom and when."""
    standing = view.context.state.standing
    entries = [(record.title, standing[record.id]) for record in step.records if record.id in standing]
    done = [
        text("done_by", title=title, author=b.escape(view.names.get(str(entry.author), "")), day=day(entry.written_at))
        for title, entry in entries
    ]
    return [text("case_done", records=_bullets(done))] if done else []


def _postponed(view: CaseView) -> list[str]:
    """Until when the reminders of this step were postponed, by whom and why (G2)."""
    entry = view.postponement
    if entry is None:
        return []
    record = view.context.plan.records[entry.record]
    until = day(date.fromisoformat(str(entry.answers[record.id_of(Meaning.UNTIL)])))
    reason = str(entry.answers.get(record.id_of(Meaning.REASON), ""))
    who = view.names.get(str(entry.author)) or text("a_colleague")
    return [text("case_postponed", until=until, author=b.escape(who), why=b.escape(reason))]


def _bullets(titles: list[str]) -> str:
    return "".join(titles) if len(titles) < 2 else "".join(f"\n• {title}" for title in titles)  # noqa: PLR2004


def _case_buttons(view: CaseView) -> list[b.Block]:
    """The next action first, as the only coloured button; actions that were done already or are rare go into a menu.

    The fast lane is never in the menu (G8), and what it skipped has a place of its own.
    """
    doable = [r for r in view.doable if r not in view.owed and r.effect is not Effect.APPOINTS]
    menu = [record for record in doable if _is_rare(view, record)]
    shown = sorted((r for r in doable if r not in menu), key=lambda record: _urgency(view, record))
    buttons = []
    for number, record in enumerate(shown):
        is_next = number == 0 and _urgency(view, record) == 0
        buttons.append(record_button(view.context.stored.code, record, style="primary" if is_next else ""))
        buttons += [prepare_button(view.context.stored.code, record)] if record.prepare else []
    return [*b.actions([*buttons, acute_button(view.context.stored.code)]), *menus(view, menu)]


def _further_buttons(view: CaseView) -> list[b.Block]:
    """Who read it, and other cases: of this pupil, and any other that it may belong to."""
    code, plan = view.context.stored.code, view.context.plan
    together = [record for record in plan.always if record.effect in (Effect.JOINS, Effect.LINKS)]
    may_join = any(may_record(view.context, record) for record in together)
    return [
        *([readers_button(code)] if view.may_see_readers else []),
        *([b.button(text("history_button"), HISTORY, code)] if view.has_history else []),
        *([b.button(text("two_title_button"), OTHER_CASE, code)] if may_join and _is_open(view) else []),
    ]


def _is_open(view: CaseView) -> bool:
    return view.context.state.status in (Status.OPEN, Status.CLOSED)


def _siblings(view: CaseView) -> list[b.Block]:
    """The cases of brothers and sisters, each with a button."""
    return [
        b.section(
            text("case_sibling", code=case.code),
            accessory=b.button(text("open_case"), f"{OPEN_FOUND}.{case.code}", case.code),
        )
        for case in view.siblings[: limits.SAME_PUPIL]
    ] + _more(view.siblings, "and_more")


def _more(cases: Sequence[CaseHeader], words: str) -> list[b.Block]:
    """How many cases of a list are not shown."""
    left = len(cases) - limits.SAME_PUPIL
    return [b.context(texts.counted(words, left))] if left > 0 else []


def _is_rare(view: CaseView, record: ActionSpec) -> bool:
    plan, state = view.context.plan, view.context.state
    if record.id == plan.opens or record.effect in ALWAYS_SHOWN or record in view.open:
        return False
    return record.id in state.standing or record in plan.always


def _urgency(view: CaseView, record: ActionSpec) -> int:
    """0 for what the step needs now, 1 for what it allows, 2 for what waits for a colleague or is always possible."""
    if (record in view.context.plan.always and record not in view.open) or _is_own_proposal(view, record):
        return 2
    is_called_for = bool(record.when) or record.id in {waiting.id for waiting in view.open}
    return 0 if is_called_for else 1


def _is_own_proposal(view: CaseView, record: ActionSpec) -> bool:
    """Whether this confirms a proposal of the reader's own, so that a colleague must do it (S4.3)."""
    proposal = view.context.state.standing.get(record.agrees_with or "")
    return proposal is not None and proposal.author == view.context.person.id


def _same_pupil(view: CaseView) -> list[b.Block]:
    blocks = []
    for number, other in enumerate(view.same_pupil[: limits.SAME_PUPIL]):
        group = b.escape(b.isolated(view.groups[other.id]))
        blocks.append(b.section(text("same_pupil", code=other.code, day=day(other.opened_at), group=group)))
        blocks += b.actions(_join_buttons(view.context.stored, other, number))
    return blocks + _more(view.same_pupil, "case_more_same")


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
        who = ", ".join(texts.role(role, plan, is_short=True) for role in step.who)
        words = f"{step.number}. {step.title} ({who})"
        lines.append(f"*{words}*" if step.id == current.id else words)
    return "\n".join(lines)
