"""What all commands share: the settings, and errors as plain sentences."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import click
from pydantic import ValidationError

from bot.database import WRONG_KEY
from bot.settings import ENV_FILE, ConfigError, Settings
from meldcode.domain.plan.file import WrongPlan
from storage.crypto.vault import WrongKey
from storage.db.engine import BadDatabaseUrl
from storage.db.migrate import StrangeDatabase
from storage.integrity.anchor import BadAnchor
from storage.integrity.backup_file import BadBackup
from storage.integrity.private_files import CannotWrite
from storage.repositories.plans import PlanChanged

MENDABLE = (
    *(ConfigError, WrongPlan, PlanChanged, BadDatabaseUrl, StrangeDatabase),
    *(BadBackup, BadAnchor, CannotWrite),
)
"""Errors of which the message tells an administrator what to do."""


def settings() -> Settings:
    """Read the environment and `.env`. Raises ClickException that names what is wrong, but does not repeat it."""
    try:
        return Settings()
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}." for e in error.errors()]
        raise click.ClickException("\n".join(faults)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(
            f"{ENV_FILE} cannot be read: {type(error).__name__}. Save it as UTF-8 text that you may read."
        ) from error


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Turn errors that an administrator can mend into a sentence and exit status 1."""
    try:
        yield
    except MENDABLE as error:
        raise click.ClickException(str(error)) from error
    except WrongKey as error:
        raise click.ClickException(WRONG_KEY.format(error=error)) from error


def show_json(faults: Iterable[str], notes: Iterable[str] = ()) -> NoReturn:
    """Print the findings as JSON, and end with status 1 if there are faults."""
    found = {"faults": list(dict.fromkeys(faults)), "notes": list(dict.fromkeys(notes))}
    click.echo(json.dumps(found, indent=2))
    raise SystemExit(1 if found["faults"] else 0)
