"""Alembic's environment and the revisions; run by `storage.db.migrate`."""
