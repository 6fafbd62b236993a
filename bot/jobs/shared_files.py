"""Deletes exported files from Slack when their time is over, with retries."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
from slack_sdk.errors import SlackApiError

from handlers.platform.errors import log_error
from handlers.platform.workspaces import NotInstalled, Workspaces
from meldcode.application.executor import Executor
from meldcode.application.ports.unit_of_work import UnitOfWork

LEASE = timedelta(minutes=10)
GONE = ("file_not_found", "file_deleted")


async def remove_due_files(executor: Executor[UnitOfWork], workspaces: Workspaces) -> None:
    """Delete the files whose time is over. A file that cannot be deleted is tried again when its lease ends."""
    for file, workspace in await executor.execute(lambda uow, now: uow.files.claim(now, LEASE)):
        if await _remove(workspaces, workspace, file):
            await _forget(executor, file)


async def _forget(executor: Executor[UnitOfWork], file: str) -> None:
    await executor.execute(lambda uow, _now: uow.files.delete(file))


async def _remove(workspaces: Workspaces, workspace: str, file: str) -> bool:
    try:
        client = await workspaces.client(workspace)
        await client.files_delete(file=file)
    except NotInstalled:
        return False  # only the app can delete it, once it is installed there again
    except SlackApiError as error:
        if error.response.get("error") in GONE:
            return True
        log_error(error, "file")
        return False
    except (aiohttp.ClientError, TimeoutError) as error:
        log_error(error, "file")
        return False
    return True
