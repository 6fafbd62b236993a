"""All cases of one pupil that a reader may read, as one logbook in order of events (G11)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from meldcode.application.actor import Actor
from meldcode.application.case_context import read_case, readable_case
from meldcode.application.cases.logbook import in_order_of_events
from meldcode.application.cases.pupils.same_pupil import other_cases
from meldcode.application.cases.view_case import CaseView, build_case_view, may_record
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.case.names import same_name
from meldcode.domain.plan.effects import Effect


@dataclass(frozen=True)
class PupilHistory:
    """The cases of one name, the latest first, and their entries together as the logbook of the one that was asked for.

    `exported_as` is the record with which this reader can give parents a copy of a case, by its code.
    """

    cases: tuple[CaseView, ...]
    together: CaseView
    exported_as: dict[str, str]


def pupil_history(uow: UnitOfWork, actor: Actor, code: str, now: datetime) -> PupilHistory:
    """Return the history of the pupil of this case. Each case that is read gets a trace. Raises Refused."""
    context = read_case(uow, actor.person, readable_case(uow, actor.person, code), now)
    same = [case for case in other_cases(uow, context) if same_name(context.pupil, uow.cases.pupil(case.id))]
    contexts = [context, *(read_case(uow, actor.person, case, now) for case in same)]
    views = [build_case_view(uow, one, now) for one in contexts]
    lines = {(line.code, line.entry.seq): line for view in views for line in view.lines}
    exports = {view.context.stored.code: _exported_as(view) for view in views}
    together = replace(views[0], lines=tuple(in_order_of_events(lines.values())), moves=None)
    latest_first = sorted(views, key=lambda view: view.context.stored.opened_at, reverse=True)
    return PupilHistory(tuple(latest_first), together, exports)


def _exported_as(view: CaseView) -> str:
    record = view.context.plan.find_record(Effect.EXPORTS)
    return record.id if record and may_record(view.context, record) else ""
