"""Files in direct messages: uploaded first, and shared when all went well."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.platform.services import Services
from meldcode.application.ports.unit_of_work import UnitOfWork

KEPT_IN_SLACK = timedelta(days=1)


async def send_up(services: Services, workspace: str, name: str, content: bytes) -> str:
    """Upload a file and return its id. That it is deleted after a day is stored before the upload."""
    link = await services.client.files_getUploadURLExternal(filename=name, length=len(content))
    file = str(link["file_id"])
    await services.executor.execute(_keep_file, file, workspace)
    assert services.client.session is not None  # noqa: S101 - made at start-up
    async with services.client.session.post(str(link["upload_url"]), data=content, proxy=services.client.proxy) as sent:
        sent.raise_for_status()
    return file


def _keep_file(uow: UnitOfWork, file: str, workspace: str, now: datetime) -> None:
    uow.files.save(file, workspace, now + KEPT_IN_SLACK)


async def share(services: Services, user: str, words: str, name: str, file: str) -> None:
    """Share an uploaded file in the person's direct messages, below these words."""
    posted = await services.client.chat_postMessage(channel=user, text=words)
    shared: list[dict[str, str | None]] = [{"id": file, "title": name}]
    try:
        await services.client.files_completeUploadExternal(files=shared, channel_id=str(posted["channel"]))
    except Exception:
        await services.client.chat_delete(channel=str(posted["channel"]), ts=str(posted["ts"]))
        raise
