"""The logbook of a case: a page of its entries in order of events, or all of it above a form (S1.2)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from handlers.i18n import texts
from handlers.i18n.answers import Answered, answered, happened
from handlers.i18n.days import day
from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.views import blocks as b
from handlers.views.actions import CORRECT, MAKE_RECORD, TURN_PAGE, deny_button
from handlers.views.paging import full_from_the_end, turn_buttons
from meldcode.application.cases.logbook import LogbookLine, OlderLine
from meldcode.application.cases.view_case import CaseView
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.outline import Weight
from meldcode.domain.plan.actions import ActionSpec

OLDER_AND_NEWER = ("case_older", "case_newer")
OWN_BLOCKS, OWN_BYTES, BLOCK_BYTES = 4, 10_000, 1500
"""Blocks of a logbook beside its entries; bytes of a modal beside its blocks, and of a block beside the answers."""


def logbook(view: CaseView, page: int | None, beside: Sequence[b.Block] = (), turn: str = TURN_PAGE) -> list[b.Block]:
    """Return a page of the logbook, by default the last one, `beside` the rest of the modal.

    Every page but the first is full. `turn` is the action of the buttons to the other pages.
    """
    room = _room_beside(beside)
    lines: list[OlderLine | LogbookLine] = [*view.older, *view.lines]
    pages = full_from_the_end([_share(line.weight, *room) for line in lines], limits.LOGBOOK_ENTRIES)
    number = min(max(page if page is not None else len(pages) - 1, 0), len(pages) - 1)
    shown = pages[number]
    blocks = [b.section(f"*{text('case_log')}*")]
    if len(pages) > 1:
        where = {"first": str(shown.start + 1), "last": str(shown.stop), "total": str(len(lines))}
        blocks.append(b.context(text("case_log_part", **where)))
    for at in shown:
        blocks += _entry(view.lines[at - len(view.older)], view)
    return blocks + b.actions([*turn_buttons(turn, number, len(pages), _page_of(view), OLDER_AND_NEWER)])


def _page_of(view: CaseView) -> Callable[[int], str]:
    return lambda page: json.dumps({"case": view.context.stored.code, "page": page})


def _room_beside(blocks: Sequence[b.Block]) -> tuple[int, int]:
    """The blocks and the bytes that a modal with these blocks has room for."""
    return limits.BLOCKS - len(blocks) - OWN_BLOCKS, limits.VIEW - b.size_of(blocks) - OWN_BYTES


def _share(weight: Weight, room: int, bytes_: int) -> float:
    """The part of a page with so much room that an entry takes at most."""
    long, short, size = weight
    blocks = 3 + 2 * long + min(short, 1 + long + short // limits.PAIRS)
    return max(blocks / room, (BLOCK_BYTES * blocks + size) / bytes_)


def owed_words(records: Iterable[ActionSpec]) -> str:
    """Return what is still to be done of earlier steps, as a list (G8)."""
    return text("case_owed", records="".join(f"\n• {b.escape(record.title)}" for record in records))


def logbook_above(view: CaseView, title: str, beside: Sequence[b.Block]) -> list[b.Block]:
    """Return these entries, to read above the questions of a form beside all that it shows already (S4.1).

    Long ones are set more densely.

    The oldest entries are left out only when Slack cannot show all of them, and the text says so.
    """
    head, (room, bytes_) = b.section(f"*{title}*"), _room_beside(beside)
    roomy = [block for line in view.lines for block in _without_buttons(_entry(line, view))]
    if len(roomy) <= room and b.size_of(roomy) <= bytes_:
        return [head, *roomy]
    dense = [b.typed(_in_one_text(line, view)) for line in view.lines]
    fitting = _newest_that_fit(dense, room, bytes_)
    shortened = [] if len(fitting) == len(dense) else [b.context(text("log_shortened"))]
    return [head, *shortened, *(block for entry in fitting for block in entry)]


def _newest_that_fit(entries: list[list[b.Block]], most: int, bytes_: int) -> list[list[b.Block]]:
    blocks = size = 0
    for number, entry in enumerate(reversed(entries)):
        blocks, size = blocks + len(entry), size + b.size_of(entry)
        if blocks > most or size > bytes_:
            return entries[len(entries) - number :]
    return entries


def _in_one_text(line: LogbookLine, view: CaseView) -> str:
    """An entry as one text, with a line for each answer."""
    answers = [f"{a.label}{'' if a.label.endswith('?') else ':'} {a.words}" for a in answered(line, view.names)]
    is_here = line.code == view.context.stored.code
    return "\n".join([_head(line, is_here=is_here), *answers, " · ".join(_notes(line, view, is_here=is_here))])


def _without_buttons(blocks: list[b.Block]) -> list[b.Block]:
    kept = [block for block in blocks if block["type"] != "actions"]
    return [{name: part for name, part in block.items() if name != "accessory"} for block in kept]


def _entry(line: LogbookLine, view: CaseView) -> list[b.Block]:
    code = view.context.stored.code
    is_here = line.code == code
    correct = _correct_button(code, line) if is_here and line.record.fields else None
    blocks = [b.section(f"*{b.escape(_head(line, is_here=is_here))}*", accessory=correct)]
    for is_long, answers in groupby(answered(line, view.names), key=lambda answer: answer.is_long):
        blocks += (_long if is_long else _short)(answers)
    notes = b.context(b.escape(" · ".join(_notes(line, view, is_here=is_here))))
    return [*blocks, notes, *b.actions(_buttons(view, line) if is_here else [])]


def _head(line: LogbookLine, *, is_here: bool) -> str:
    number = f"{line.entry.seq}. " if is_here else ""
    return text("line_head", number=number, title=line.record.title, day=happened(line))


def _long(answers: Iterable[Answered]) -> list[b.Block]:
    return [block for answer in answers for block in (b.context(f"*{b.escape(answer.label)}*"), *b.typed(answer.words))]


def _short(answers: Iterable[Answered]) -> list[b.Block]:
    return b.pairs([(answer.label, answer.words) for answer in answers])


def _notes(line: LogbookLine, view: CaseView, *, is_here: bool) -> Iterator[str]:
    written = f"{day(line.entry.written_at)} {line.entry.written_at.astimezone(AMSTERDAM):%H:%M}"
    yield text(
        "line_written",
        author=line.author,
        role=texts.role(line.entry.role, view.context.plan, is_short=True),
        written=written,
    )
    if line.corrects:
        yield text("line_corrects", number=str(line.corrects))
    if line.denies:
        yield text("line_about", number=str(line.denies))
    yield from (text(f"line_{effect}", name=name) for effect, name in line.denied)
    if line.other:
        yield text("case", code=line.other)
    if not is_here:
        yield text("line_other", number=str(line.entry.seq), code=line.code)


def _correct_button(code: str, line: LogbookLine) -> b.Block:
    value = json.dumps({"case": code, "refers_to": line.entry.seq})
    return b.button(text("correct"), f"{CORRECT}.{line.entry.seq}", value)


def _buttons(view: CaseView, line: LogbookLine) -> list[b.Block]:
    """Say that one was not there or disagrees; move a signal to another pupil's case, for who may do that (G10)."""
    said = view.context.plan.denials_of(line.record) if line.may_deny else ()
    buttons = [deny_button(line.code, one, line.entry.seq) for one in said]
    if view.moves and line.record.id == view.context.plan.opens:
        value = json.dumps({"case": line.code, "record": view.moves.id, "refers_to": line.entry.seq})
        buttons.append(b.button(view.moves.button, f"{MAKE_RECORD}.move{line.entry.seq}", value))
    return buttons
