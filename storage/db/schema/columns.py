"""What every table is made of: the classes of columns, moments, row numbers and naming conventions.

Every column says in `info["class"]` what it holds; the inventory test fails on one that does not. The classes are
`identifier` (a random id of ours, or a platform's id), `plain` (identifies nobody), `encrypted` (AES-256-GCM), `keyed`
(HMAC, useless without the key), `hash` (of public data, or a link of the chain), `key` (wrapped) and `moment` (UTC).
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData
from sqlalchemy.types import TypeDecorator

IDENTIFIER = {"class": "identifier"}
PLAIN = {"class": "plain"}
ENCRYPTED = {"class": "encrypted"}
KEYED = {"class": "keyed"}
HASH = {"class": "hash"}
KEY = {"class": "key"}
MOMENT = {"class": "moment"}
CLASSES = frozenset(c["class"] for c in (IDENTIFIER, PLAIN, ENCRYPTED, KEYED, HASH, KEY, MOMENT))


class Moment(TypeDecorator[datetime]):
    """A moment in UTC on both databases. Raises ValueError for a naive datetime."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Convert to UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Convert to UTC; SQLite does not store the zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Number = BigInteger().with_variant(Integer(), "sqlite")
"""A row number. SQLite numbers rows itself in a column of type INTEGER only."""
