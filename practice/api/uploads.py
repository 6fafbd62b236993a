"""Receives the content of a file from the app, up to its announced size."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.requests import Request

from practice.errors import ApiError
from practice.model import Json
from practice.state.files import Files

FORM_OVERHEAD = 10_000


async def receive_file(files: Files, request: Request) -> Json:
    """Store a file that is sent raw or in a form. Raises ApiError if it differs from what was announced."""
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
    if int(request.headers.get("content-length") or 0) > size + FORM_OVERHEAD:
        raise ApiError("file_size_mismatch")
    async with request.form() as form:
        files = [value for value in form.values() if isinstance(value, UploadFile)]
        return await files[0].read() if files else b""
