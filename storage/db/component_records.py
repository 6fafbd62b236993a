"""The last success and the last failure of each part of the program, which `doctor` and the log read (promise 11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.db.insert_once import insert_all_once
from storage.db.schema import components


@dataclass(frozen=True)
class ComponentRecord:
    """When a part last worked and last failed. `failure` is a kind of error or a code, never its message."""

    name: str
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str | None = None

    @property
    def is_failing(self) -> bool:
        """Whether it has not worked since it failed."""
        return self.failed_at is not None and (self.succeeded_at is None or self.failed_at > self.succeeded_at)


def store_records(connection: Connection, records: Iterable[ComponentRecord]) -> None:
    """Store what is newer than the stored records. What a record leaves open stays as it was."""
    for record in records:
        insert_all_once(connection, components, [{"name": record.name}], [components.c.name])
        given = {name: value for name, value in vars(record).items() if value is not None and name != "name"}
        if given:
            connection.execute(update(components).where(components.c.name == record.name).values(given))


def all_records(connection: Connection) -> list[ComponentRecord]:
    """Return the records of all parts, by name."""
    rows = connection.execute(select(components).order_by(components.c.name))
    return [ComponentRecord(**row._mapping) for row in rows]
