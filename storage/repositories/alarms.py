"""Alarms in the database (G4)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update
from typing_extensions import override

from meldcode.application.ports.alarms import Alarms
from meldcode.domain.alarm import Alarm, AlarmId, Alert, Answer, Response, due_after
from meldcode.domain.ids import CaseId, PersonId
from storage.crypto.vault import Tampered
from storage.db.schema import alarm_alerts, alarm_answers, alarms, people
from storage.session import Session


class StoredAlarms(Alarms):
    """Alarms within one transaction."""

    def __init__(self, session: Session) -> None:
        self._key = session.vault.alarms
        self._connection = session.connection

    @override
    def latest(self, raised_by: PersonId) -> Alarm | None:
        # The person's row serves as a lock: there may be no alarm yet. `key_share` lets others send them messages.
        lock = select(people.c.id).where(people.c.id == raised_by).with_for_update(key_share=True)
        self._connection.execute(lock)
        query = select(alarms).where(alarms.c.raised_by == raised_by).order_by(alarms.c.raised_at.desc()).limit(1)
        row = self._connection.execute(query).one_or_none()
        return self._alarm(row) if row else None

    @override
    def unanswered_in(self, case: CaseId) -> list[Alarm]:
        query = select(alarms).where(alarms.c.case == case, alarms.c.due.is_not(None)).with_for_update()
        return [self._alarm(row) for row in self._connection.execute(query).all()]

    @override
    def add(self, alarm: Alarm) -> None:
        row = {
            "id": uuid4(),
            "raised_by": alarm.raised_by,
            "raised_at": alarm.raised_at,
            "case": alarm.case,
            "level": alarm.level,
            "version": alarm.version,
            "due": alarm.due,
        }
        self._connection.execute(insert(alarms).values(row))

    @override
    def find(self, alarm: AlarmId) -> Alarm | None:
        row = self._connection.execute(select(alarms).where(*_is(alarm))).one_or_none()
        return self._alarm(row) if row else None

    @override
    def find_to_change(self, alarm: AlarmId) -> Alarm | None:
        self._connection.execute(select(alarms.c.id).where(*_is(alarm)).with_for_update())
        return self.find(alarm)

    @override
    def alert(self, alarm: Alarm, people: Collection[PersonId], level: int) -> Alarm:
        id_ = self._id(alarm)
        rows = [{"alarm": id_, "person": person, "level": level} for person in people]
        if rows:
            self._connection.execute(insert(alarm_alerts), rows)
        return replace(alarm, alerts=(*alarm.alerts, *(Alert(person, level) for person in people)))

    @override
    def set_place(self, alarm: Alarm, place: str) -> Alarm:
        sealed = self._key.seal(place.encode(), **_place(self._id(alarm)))
        return self._changed(replace(alarm, place=place), place=sealed)

    @override
    def answer(self, alarm: Alarm, answer: Answer) -> Alarm:
        id_ = self._id(alarm)
        earlier = (alarm_answers.c.alarm == id_, alarm_answers.c.person == answer.person)
        self._connection.execute(delete(alarm_answers).where(*earlier))
        row = {"alarm": id_, "person": answer.person, "response": answer.response.value, "at": answer.at}
        self._connection.execute(insert(alarm_answers).values(row))
        others = tuple(one for one in alarm.answers if one.person != answer.person)
        return self._changed(replace(alarm, answers=(*others, answer), due=None), due=None)

    @override
    def count(self, raised_by: PersonId, since: datetime) -> int:
        query = select(func.count()).where(alarms.c.raised_by == raised_by, alarms.c.raised_at > since)
        return self._connection.scalar(query) or 0

    @override
    def take_up(self, alarm: Alarm) -> Alarm:
        self._connection.execute(delete(alarm_answers).where(alarm_answers.c.alarm == self._id(alarm)))
        due = due_after(alarm.level, alarm.raised_at)
        again = replace(alarm, answers=(), due=due, ended_by=None, ended_at=None)
        return self._changed(again, due=due, ended_by=None, ended_at=None)

    @override
    def end(self, alarm: Alarm, by: PersonId, at: datetime) -> Alarm:
        return self._changed(replace(alarm, ended_by=by, ended_at=at, due=None), ended_by=by, ended_at=at, due=None)

    @override
    def claim_due(self, now: datetime) -> Alarm | None:
        query = select(alarms).where(alarms.c.due <= now).order_by(alarms.c.due).limit(1)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        level, due = row.level + 1, due_after(row.level + 1, row.raised_at)
        unchanged = (alarms.c.id == row.id, alarms.c.level == row.level, alarms.c.due == row.due)
        raised = update(alarms).where(*unchanged).values(level=level, due=due, version=row.version + 1)
        if self._connection.execute(raised.returning(alarms.c.id)).one_or_none() is None:
            return None
        return replace(self._alarm(row), level=level, due=due, version=row.version + 1)

    @override
    def set_case(self, alarm: Alarm, case: CaseId) -> Alarm:
        return self._changed(replace(alarm, case=case), case=case)

    @override
    def claim_untraced(self) -> Alarm | None:
        changed = (alarms.c.case.is_not(None), alarms.c.traced != alarms.c.version)
        row = self._connection.execute(select(alarms).where(*changed).limit(1)).one_or_none()
        if row is None:
            return None
        unchanged = (alarms.c.id == row.id, alarms.c.version == row.version, alarms.c.traced == row.traced)
        claimed = update(alarms).where(*unchanged).values(traced=row.version)
        if self._connection.execute(claimed.returning(alarms.c.id)).one_or_none() is None:
            return None
        return self._alarm(row)

    @override
    def delete(self, before: datetime, most: int) -> int:
        old = select(alarms.c.id).where(alarms.c.raised_at < before).limit(most)
        return self._connection.execute(delete(alarms).where(alarms.c.id.in_(old))).rowcount

    def _changed(self, alarm: Alarm, **values: Any) -> Alarm:
        version = alarm.version + 1
        self._connection.execute(update(alarms).where(*_is(alarm)).values(version=version, **values))
        return replace(alarm, version=version)

    def _id(self, alarm: Alarm) -> UUID:
        id_: UUID = self._connection.execute(select(alarms.c.id).where(*_is(alarm))).scalar_one()
        return id_

    def _typed_place(self, row: Row[Any]) -> str:
        """The place; none when it does not decrypt, since the alarm itself must be seen whatever fails (G4)."""
        try:
            return self._key.open(row.place, **_place(row.id)).decode() if row.place else ""
        except Tampered:
            return ""

    def _alarm(self, row: Row[Any]) -> Alarm:
        alerts = select(alarm_alerts).where(alarm_alerts.c.alarm == row.id)
        answers = (
            select(alarm_answers)
            .where(alarm_answers.c.alarm == row.id)
            .order_by(alarm_answers.c.at, alarm_answers.c.person)
        )
        return Alarm(
            row.raised_by,
            row.raised_at,
            row.case,
            self._typed_place(row),
            row.level,
            row.version,
            row.due,
            tuple(Alert(one.person, one.level) for one in self._connection.execute(alerts)),
            tuple(Answer(one.person, Response(one.response), one.at) for one in self._connection.execute(answers)),
            row.ended_by,
            row.ended_at,
        )


def _is(alarm: Alarm | AlarmId) -> tuple[ColumnElement[bool], ...]:
    return alarms.c.raised_by == alarm.raised_by, alarms.c.raised_at == alarm.raised_at


def _place(id_: UUID) -> dict[str, str]:
    return {"table": "alarms", "column": "place", "row": str(id_)}
