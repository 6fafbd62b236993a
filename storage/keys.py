"""Opens the vault: the installation's root secret, made at first use and kept wrapped by the master key."""

from __future__ import annotations

import secrets as random

from sqlalchemy import Connection, Engine, insert, select

from storage.engine import one_at_a_time
from storage.schema import secrets
from storage.vault import KEY_BYTES, KeyWrapper, Vault

ROOT = "root"
_ROOT_CONTEXT = b"secrets\0wrapped_key\0root"


def open_vault(engine: Engine, wrapper: KeyWrapper) -> Vault:
    """Return the vault of this database. Raises WrongKey when it was made with another master key (promise 3)."""
    with engine.begin() as connection:
        one_at_a_time(connection)
        wrapped = connection.scalar(select(secrets.c.wrapped_key).where(secrets.c.name == ROOT))
        if wrapped is None:
            wrapped = _new_root(connection, wrapper)
        return Vault(wrapper, wrapper.unwrap(wrapped, _ROOT_CONTEXT))


def _new_root(connection: Connection, wrapper: KeyWrapper) -> bytes:
    wrapped = wrapper.wrap(random.token_bytes(KEY_BYTES), _ROOT_CONTEXT)
    connection.execute(insert(secrets).values(name=ROOT, wrapped_key=wrapped, key_id=wrapper.key_id))
    return wrapped
