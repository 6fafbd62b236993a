"""`meldwijzer keys`: the master key."""

from __future__ import annotations

import click

from storage.vault import new_master_key


@click.group()
def keys() -> None:
    """Make and keep the master key."""


@keys.command("new")
def new_key() -> None:
    """Print a new master key. Keep a copy in a safe place: without it nothing can be read."""
    click.echo(new_master_key())
