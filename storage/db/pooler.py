"""Finds out whether a pooler in front of PostgreSQL changes servers between transactions."""

from __future__ import annotations

from sqlalchemy import Engine, text

ROUNDS = 3


def changes_servers(engine: Engine) -> bool:
    """Whether two connections meet on one server, or one connection on two, as with PgBouncer's transaction mode.

    What a connection sets for itself is then lost or shared: the time limits, and prepared statements.
    """
    by_itself = engine.execution_options(isolation_level="AUTOCOMMIT")
    with by_itself.connect() as one, engine.connect() as other:
        for _ in range(ROUNDS):
            before = one.scalar(text("SELECT pg_backend_pid()"))
            with other.begin():
                beside = other.scalar(text("SELECT pg_backend_pid()"))
                if before == beside or one.scalar(text("SELECT pg_backend_pid()")) != before:
                    return True
    return False
