"""Alembic runs this for every command; `storage.db.migrate` hands it the connection."""

from alembic import context

from storage.db.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite rolls back changes of tables too, now that transactions are begun by ourselves.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
