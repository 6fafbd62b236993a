"""Use cases: the program is installed in a workspace of its platform, or removed from one (ADR 28)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from meldcode.errors import Refusal
from meldcode.ports import Installation, Transaction


def install(tx: Transaction, new: Installation, named: Collection[str]) -> None:
    """Keep the installation, in place of an earlier one in the same workspace.

    Welcome is a workspace that the schools file names, where somebody has a role, or where it is installed already;
    when none is known at all, the first one. Raises Refusal for any other: a stranger's gets nothing (promise 5).
    """
    known = known_workspaces(tx, named)
    if known and new.workspace not in known:
        raise Refusal("install_unexpected", workspace=new.workspace)
    tx.installations.keep(new)


def known_workspaces(tx: Transaction, named: Collection[str]) -> set[str]:
    """Return the workspaces of the schools file (`named`), of the staff and of the installations."""
    installed = {one.workspace for one in tx.installations.all()}
    return {*named, *tx.people.workspaces(), *installed}


def uninstall(tx: Transaction, workspace: str, at: datetime) -> None:
    """Forget the installation of this workspace, and no other; one that is newer than `at` stays (promise 9)."""
    tx.installations.remove(workspace, at)
