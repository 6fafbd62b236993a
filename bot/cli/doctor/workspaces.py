"""What `meldwijzer doctor` says about each workspace, when the app is installed over OAuth in several."""

from __future__ import annotations

from collections.abc import Iterator

from bot.schools_file import SchoolsFile, read_schools
from bot.settings import Settings
from bot.workspaces import placed
from handlers.controllers.install import INSTALL
from meldcode.application.installations import known_workspaces
from meldcode.application.ports.unit_of_work import UnitOfWork


def workspace_complaints(settings: Settings, uow: UnitOfWork) -> Iterator[str]:
    """Yield where the app is not installed yet, and where it is without a school. Raises ConfigError."""
    if not settings.is_for_several or settings.slack_bot_token.get_secret_value():
        return
    file = read_schools(settings.meldwijzer_schools) if settings.meldwijzer_schools else None
    named = file.workspaces if file else frozenset()
    known, installed = known_workspaces(uow, named), {one.workspace for one in uow.installations.all()}
    if not known:
        yield f"The app is installed in no workspace yet. Open {INSTALL} at the bot's address."
    for workspace in sorted(known - installed):
        yield (
            f"Workspace {workspace}{_schools(file, workspace)}: the app is not installed there, and messages for it "
            f"cannot be delivered. Open {INSTALL} at the bot's address."
        )
    for workspace in sorted(installed - named - uow.identities.workspaces()):
        yield f"Workspace {workspace} belongs to no school. Add `workspace: {workspace}` to a school in the file."
    placed(file.schools if file else (), known)


def _schools(file: SchoolsFile | None, workspace: str) -> str:
    names = [school.name for school in file.schools if school.workspace == workspace] if file else []
    return f" ({', '.join(names)})" if names else ""
