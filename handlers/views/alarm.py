"""Acute danger: what to do now, who goes there, and the messages to who were alerted (G4)."""

from __future__ import annotations

from datetime import datetime

from handlers.i18n import texts
from handlers.i18n.texts import text
from handlers.platform.forms.alarm_reference import AlarmRef
from handlers.platform.forms.form_state import ANSWER
from handlers.views import blocks as b
from handlers.views.actions import (
    ALARM,
    ALARM_PLACE,
    CALLING,
    FALSE_ALARM,
    GOING,
    RECORD_ALARM,
    open_button,
    record_button,
)
from meldcode.application.cases.alarms.view import AlarmView
from meldcode.application.messages.alarms import AboutAlarm, AlarmStatus, AlarmUnanswered
from meldcode.domain.alarm import ESCALATIONS, PLACE_LENGTH, Answer
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.staff import Person

Rendered = tuple[str, list[b.Block]]


def alarm_button(alarm: AlarmRef) -> b.Block:
    """The button that shows who raised the alarm, to those who were alerted."""
    return b.button(text("alarm_button"), ALARM, alarm.dumped(), style="danger")


def alarm_modal(person: Person, raised_at: datetime) -> b.View:
    """Return who raised the alarm, and when."""
    words = text("alarm_who", name=b.escape(person.name), time=_time(raised_at))
    return b.modal(text("acute_title"), [b.section(words), b.section(text("acute_text"))], close=text("close"))


def acute_modal(view: AlarmView | None) -> b.View:
    """Return what to do now that a child is in danger, who was alerted, and the question where one is (G4).

    Without a view nobody could be alerted.
    """
    if view is None:
        return b.modal(text("acute_title"), acute_blocks(None), close=text("close"))
    if not view.alarm.is_open:
        ended = [b.section(_ended(view)), b.section(text("alarm_numbers"))]
        return b.modal(text("acute_title"), ended, close=text("close"))
    buttons = [*fast_lane_buttons(view), _false_alarm_button(view)]
    more = {"submit": b.plain(text("alarm_place_send")), "callback_id": ALARM_PLACE, "private_metadata": _ref(view)}
    blocks = [*acute_blocks(view), *_place_told(view), _place_input(view), *b.actions(buttons)]
    return b.modal(text("acute_title"), blocks, close=text("close"), **more)


def acute_blocks(view: AlarmView | None) -> list[b.Block]:
    """Return what to do now, and who was alerted, for any screen or message."""
    people = b.escape(texts.listed([person.name for person in view.people])) if view else ""
    who = text("acute_alerted", people=people) if people else text("acute_nobody")
    return [b.section(text("acute_text")), b.section(who)]


def fast_lane_buttons(view: AlarmView) -> list[b.Block]:
    """Return the button with which a reader who may records that 112 or Veilig Thuis was called (G8).

    Of an alarm without a case its form asks for the pupil too.
    """
    if view.fast_lane is None:
        return []
    if view.code:
        return [record_button(view.code, view.fast_lane)]
    return [b.button(view.fast_lane.button, RECORD_ALARM, _ref(view))]


def render_alarm(message: AboutAlarm, view: AlarmView) -> Rendered:
    """Return the message about an alarm as it stands now."""
    match message:
        case AlarmStatus():
            return _status(view)
        case AlarmUnanswered():
            return _nobody_answers(view)
        case _:
            return _alert(view)


def _alert(view: AlarmView) -> Rendered:
    where, title = _where(view), text("alarm_title")
    if view.code:
        title = f"*{text('told_title', code=view.code, what=view.words)}*"
    by = text("alarm_by", who=_who(view), time=_time(view.alarm.raised_at))
    lines = [title, by, *([where, text("alarm_do", name=_name(view))] if view.alarm.is_open else []), *_course(view)]
    notification = text("alarm_by_notification", who=_who(view), where=where)
    blocks = [b.section("\n".join(lines)), b.section(text("alarm_numbers")), *b.actions(_alert_buttons(view))]
    return notification if view.alarm.is_open else _ended(view), blocks


def _alert_buttons(view: AlarmView) -> list[b.Block]:
    case = [open_button(view.code)] if view.code else []
    if not view.alarm.is_open:
        return case
    going = b.button(text("alarm_go"), GOING, _ref(view), style="primary")
    calling = b.button(text("alarm_call"), CALLING, _ref(view))
    return [going, calling, *fast_lane_buttons(view), *case, _false_alarm_button(view)]


def _status(view: AlarmView) -> Rendered:
    course = _course(view) or [text("acute_nobody")]
    told = [text("alarm_told", people=b.escape(texts.listed([person.name for person in view.people])))]
    alone = [text("alarm_alone")] if view.alarm.is_open and not view.alarm.answers else []
    lines = [text("alarm_yours", time=_time(view.alarm.raised_at)), *course, *(told if view.people else []), *alone]
    buttons = [*fast_lane_buttons(view), _false_alarm_button(view)] if view.alarm.is_open else []
    blocks = [b.section("\n".join(lines)), b.section(text("alarm_numbers")), *b.actions(buttons)]
    return text("alarm_yours_notification", status=course[-1]), blocks


def _nobody_answers(view: AlarmView) -> Rendered:
    """Without content: no name, no place, no case."""
    school = b.escape(texts.listed([school.name for school in view.schools]))
    words = {"school": school, "time": _time(view.alarm.raised_at), "minutes": _minutes(view.alarm.level)}
    if not view.alarm.is_open:
        return text("alarm_was_false", **words), [b.section(text("alarm_was_false", **words))]
    if view.alarm.answers:
        return text("alarm_now_answered", **words), [b.section(text("alarm_now_answered", **words))]
    blocks = [b.section(text("alarm_nobody_answers", **words)), b.section(text("alarm_numbers"))]
    return text("alarm_nobody_answers_notification", **words), blocks


def _course(view: AlarmView) -> list[str]:
    """What happened since it was raised: who answered, that nobody did, or that it was a false alarm."""
    answers = [_answer(view, answer) for answer in view.alarm.answers]
    if not view.alarm.is_open:
        return [*answers, _ended(view)]
    if not answers and view.alarm.level:
        return [text("alarm_unanswered")]
    return answers


def _answer(view: AlarmView, answer: Answer) -> str:
    name = b.escape(view.names[answer.person])
    return text(f"alarm_{answer.response}", name=name, raiser=_name(view), time=_time(answer.at))


def _ended(view: AlarmView) -> str:
    by, at = view.alarm.ended_by, view.alarm.ended_at
    return text("alarm_ended", name=b.escape(view.names[by]), time=_time(at)) if by and at else ""


def _where(view: AlarmView) -> str:
    if not view.alarm.place:
        return text("alarm_where_unknown", name=_name(view))
    return text("alarm_where", place=b.escape(b.isolated(view.alarm.place)))


def _who(view: AlarmView) -> str:
    """The name of who raised it, with their groups; without these, with their roles."""
    groups = text("alarm_group", groups=texts.listed(list(view.groups))) if view.groups else ""
    return b.escape(f"{view.raiser.name} ({groups or texts.roles(view.roles, view.plan, joined_by='and')})")


def _name(view: AlarmView) -> str:
    return b.escape(view.raiser.name)


def _minutes(level: int) -> str:
    return str(int(ESCALATIONS[level].after.total_seconds()) // 60)


def _time(moment: datetime) -> str:
    return moment.astimezone(AMSTERDAM).strftime("%H:%M")


def _ref(view: AlarmView) -> str:
    return AlarmRef(view.alarm.raised_by, view.alarm.raised_at).dumped()


def _false_alarm_button(view: AlarmView) -> b.Block:
    words = ("alarm_false_title", "alarm_false_confirm", "alarm_false_yes", "alarm_confirm_no")
    return b.button(text("alarm_false"), FALSE_ALARM, _ref(view), confirm=b.confirm(*map(text, words)))


def _place_told(view: AlarmView) -> list[b.Block]:
    place = b.escape(b.isolated(view.alarm.place))
    return [b.section(text("alarm_place_told", place=place))] if place else []


def _place_input(view: AlarmView) -> b.Block:
    initial = {"initial_value": view.alarm.place} if view.alarm.place else {}
    element = {"type": "plain_text_input", "action_id": ANSWER, "max_length": PLACE_LENGTH, **initial}
    return {
        "type": "input",
        "block_id": "place",
        "optional": True,
        "label": b.plain(text("alarm_place")),
        "hint": b.plain(text("alarm_place_hint")),
        "element": element,
    }
