"""Takes in a file from the app, of the announced size at most."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.requests import Request

from practice.model import Json
from practice.refusal import ApiError
from practice.state.files import Files

FORM_AROUND_IT = 10_000


async def uploaded(files: Files, request: Request) -> Json:
    """Take in a file, raw or as the file of a form; Refusal when it is not what was announced."""
    address = request.path_params["address"]
    file = files.announced(address)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        content = await _in_form(request, file.size)
    else:
        content = await _raw(request, file.size)
    files.receive(address, content)
    return {"id": file.id, "size": file.size}


async def _raw(request: Request, size: int) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > size:
            break
    return bytes(content)


async def _in_form(request: Request, size: int) -> bytes:
    if int(request.headers.get("content-length") or 0) > size + FORM_AROUND_IT:
        raise ApiError("file_size_mismatch")
    async with request.form() as form:
        files = [value for value in form.values() if isinstance(value, UploadFile)]
        return await files[0].read() if files else b""
