"""Removes files that were given along from Slack when their time is over; after a restart too, and until it worked."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
from slack_sdk.errors import SlackApiError

from handlers.office import Office
from handlers.trouble import note
from handlers.workspaces import NotInstalled, Workspaces
from meldcode.ports import Transaction

LEASE = timedelta(minutes=10)
GONE = ("file_not_found", "file_deleted")


async def remove_due_files(office: Office[Transaction], workspaces: Workspaces) -> None:
    """Remove the files whose time is over; what does not work is tried again when the lease ends."""
    for file, workspace in await office.run(lambda tx, now: tx.files.claim(now, LEASE)):
        if await _remove(workspaces, workspace, file):
            await _forget(office, file)


async def _forget(office: Office[Transaction], file: str) -> None:
    await office.run(lambda tx, _now: tx.files.removed(file))


async def _remove(workspaces: Workspaces, workspace: str, file: str) -> bool:
    try:
        client = await workspaces.client(workspace)
        await client.files_delete(file=file)
    except NotInstalled:
        return False  # only the app itself can, should it be installed there again
    except SlackApiError as error:
        if error.response.get("error") in GONE:
            return True
        note(error, "file")
        return False
    except (aiohttp.ClientError, TimeoutError) as error:
        note(error, "file")
        return False
    return True
