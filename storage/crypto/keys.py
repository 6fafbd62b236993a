"""The wrapped keys in the database: the root secret and the data keys. Opens them at start, and rotates them."""

from __future__ import annotations

import secrets as random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, bindparam, func, insert, select, update

from storage.crypto.vault import KEY_BYTES, KeyWrapper, Vault, WrongKey, case_context, draft_context
from storage.db.engine import one_at_a_time
from storage.db.schema import case_keys, draft_keys, secrets

ROOT = "root"
KEYS_AT_ONCE = 500
_ROOT_CONTEXT = b"secrets\0wrapped_key\0root"


@dataclass(frozen=True)
class _DataKeys:
    """A table of wrapped data keys, and the context that each wrapping is bound to."""

    table: Table
    context: Callable[[Row[Any]], bytes]


_DATA_KEYS = (
    _DataKeys(case_keys, lambda row: case_context(row.case)),
    _DataKeys(draft_keys, lambda row: draft_context(row.key, row.author)),
)


def open_vault(engine: Engine, wrapper: KeyWrapper) -> Vault:
    """The vault of this database. A new database gets its root secret.

    Raises WrongKey when these master keys do not open all of it (promise 3).
    """
    with engine.begin() as connection:
        one_at_a_time(connection)
        if _wrapped_root(connection) is None:
            wrapped = wrapper.wrap(random.token_bytes(KEY_BYTES), _ROOT_CONTEXT)
            row = {"name": ROOT, "wrapped_key": wrapped.key, "key_id": wrapped.key_id}
            connection.execute(insert(secrets).values(row))
        return vault_in(connection, wrapper)


def vault_in(connection: Connection, wrapper: KeyWrapper) -> Vault:
    """The vault of the keys that are in the database. Raises WrongKey."""
    vault = root_vault(connection, wrapper)
    strange = sum(_count(connection, of.table.c.key_id.not_in(wrapper.key_ids)) for of in _DATA_KEYS)
    if strange:
        raise WrongKey(
            f"{strange} data key(s) are wrapped by another master key; give that one too, on a line of its own below "
            "the newest"
        )
    return vault


def root_vault(connection: Connection, wrapper: KeyWrapper) -> Vault:
    """The vault, without a look at the data keys; also of a database of an older version. Raises WrongKey."""
    return Vault(wrapper, wrapper.unwrap(_wrapped_root(connection) or b"", _ROOT_CONTEXT))


def outdated(connection: Connection, wrapper: KeyWrapper) -> int:
    """The number of keys that are not wrapped by the newest master key yet."""
    root = select(func.count()).select_from(secrets).where(secrets.c.key_id != wrapper.key_id)
    rest = sum(_count(connection, of.table.c.key_id != wrapper.key_id) for of in _DATA_KEYS)
    return (connection.scalar(root) or 0) + rest


def rotate(engine: Engine, wrapper: KeyWrapper) -> Iterator[int]:
    """Wrap the root secret and all data keys with the newest master key, a batch in each transaction.

    Yields the number done so far. After an interruption it continues, because each row names the key that wraps it.
    """
    with engine.begin() as connection:
        done = _rewrap_root(connection, wrapper)
    yield done
    for of in _DATA_KEYS:
        while count := _rewrap_some(engine, wrapper, of):
            done += count
            yield done


def _rewrap_root(connection: Connection, wrapper: KeyWrapper) -> int:
    old = secrets.c.key_id != wrapper.key_id
    for row in connection.execute(select(secrets).where(old).with_for_update()).all():
        wrapped = wrapper.wrap(wrapper.unwrap(row.wrapped_key, _ROOT_CONTEXT), _ROOT_CONTEXT)
        anew = update(secrets).where(secrets.c.name == row.name)
        connection.execute(anew.values(wrapped_key=wrapped.key, key_id=wrapped.key_id))
        return 1
    return 0


def _rewrap_some(engine: Engine, wrapper: KeyWrapper, of: _DataKeys) -> int:
    some = select(of.table).where(of.table.c.key_id != wrapper.key_id).limit(KEYS_AT_ONCE).with_for_update()
    which = [column == bindparam(f"of_{column.name}") for column in of.table.primary_key]
    anew = update(of.table).where(*which)
    with engine.begin() as connection:
        rows = []
        for row in connection.execute(some).all():
            context = of.context(row)
            wrapped = wrapper.wrap(wrapper.unwrap(row.wrapped_key, context), context)
            place = {f"of_{column.name}": row._mapping[column] for column in of.table.primary_key}
            rows.append({**place, "wrapped_key": wrapped.key, "key_id": wrapped.key_id})
        if rows:
            connection.execute(anew, rows)
    return len(rows)


def _wrapped_root(connection: Connection) -> bytes | None:
    wrapped: bytes | None = connection.scalar(select(secrets.c.wrapped_key).where(secrets.c.name == ROOT))
    return wrapped


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).where(condition)) or 0
