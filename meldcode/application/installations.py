"""Use cases: the app is installed in a workspace, or removed from one (ADR 28)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from meldcode.application.ports.installations import Installation
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.errors import Refused


def install(uow: UnitOfWork, new: Installation, named: Collection[str]) -> None:
    """Keep the installation, in place of an earlier one in the same workspace.

    A workspace may install the app if the schools file names it, if somebody has a role in it, or if it has installed
    the app before. While no workspace is known, the first one may. Raises Refused for any other (promise 5).
    """
    known = known_workspaces(uow, named)
    if known and new.workspace not in known:
        raise Refused("install_unexpected", workspace=new.workspace)
    uow.installations.save(new)


def known_workspaces(uow: UnitOfWork, named: Collection[str]) -> set[str]:
    """Return the workspaces of the schools file (`named`), of the staff and of the installations."""
    installed = {one.workspace for one in uow.installations.all()}
    return {*named, *uow.identities.workspaces(), *installed}


def uninstall(uow: UnitOfWork, workspace: str, at: datetime) -> None:
    """Delete the installation of this workspace, unless it was made after `at` (promise 9)."""
    uow.installations.remove(workspace, at)
