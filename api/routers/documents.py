"""Documents and photographs of parcels: the file is the body, what it is told by its content."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from api.dependencies import ActorDep, ReadingDep, RegistryDep
from api.encoding import json_bytes
from api.parameters import Day, ParcelCode, known_form
from api.problems import documented
from api.records import LIST, MAX_ID, OBJECT, READS, BasedOn, Order, do, listed, look
from api.routers.export import disposition
from api.schemas import answers
from gisreg.documents import (
    MEGABYTE,
    Attaching,
    DocumentType,
    attach,
    get_document,
    list_documents,
    store_of,
    withdraw,
)
from gisreg.filetypes import DocumentTooLarge
from gisreg.records import RecordBasis, parcel_key

router = APIRouter(tags=["documents"])

CHUNK_BYTES = 256 * 1024
IN_MEMORY_BYTES = 1_000_000
BINARY = "application/octet-stream"
NO_SCRIPTS = "default-src 'none'; sandbox"
"""A file that somebody sent opens as nothing but a file, whatever a browser makes of it."""
DocumentId = Annotated[int, Path(ge=1, le=MAX_ID, description="文档编号 · the document's number")]
_BODY = {"requestBody": {"required": True, "content": {BINARY: {"schema": {"type": "string", "format": "binary"}}}}}
_ADDED: dict[int | str, dict[str, Any]] = {
    201: {"description": "已保存 · kept", "content": {"application/json": {"schema": OBJECT}}},
    200: {
        "description": "同一文件此前已有 · the same file was there",
        "content": {"application/json": {"schema": OBJECT}},
    },
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "文件 · the file", "content": {BINARY: {"schema": {"type": "string", "format": "binary"}}}}
}


class WithdrawOrder(Order):
    """撤下 · a withdrawal."""

    based_on: BasedOn
    reason: str = Field(min_length=1, max_length=1_000)


async def body_file(request: Request, registry: RegistryDep) -> AsyncIterator[BinaryIO]:
    """The request's body in a file of its own, gone afterwards; larger than is kept it is not read to the end."""
    limit = registry.settings.document_max_mb * MEGABYTE
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > limit:
        raise DocumentTooLarge(where="body", limit=registry.settings.document_max_mb)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as file:
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise DocumentTooLarge(where="body", limit=registry.settings.document_max_mb)
            await run_in_threadpool(file.write, chunk)
        file.seek(0)
        yield file  # type: ignore[misc]  # a spooled file reads as any other


@router.get(
    "/parcels/{parcel_code}/documents",
    summary="一宗的文档和照片 · the documents of a parcel",
    responses={**answers(json=LIST), **READS},
    response_class=Response,
)
def documents(
    reading: ReadingDep,
    parcel_code: ParcelCode,
    withdrawn: Annotated[bool, Query(description="含已撤下的 · those withdrawn, too")] = False,
) -> Response:
    """Name, size, hash and what the content is."""
    return look(reading, lambda c: listed(list_documents(c, known_form(parcel_code), withdrawn=withdrawn)))


@router.post(
    "/parcels/{parcel_code}/documents",
    summary="加文档或照片 · add a document",
    status_code=201,
    responses={**documented(400, 403, 404, 409, 410, 413, 415, 422, 503, 507), **_ADDED},
    response_class=Response,
    openapi_extra=_BODY,
)
def add(  # noqa: PLR0917 - FastAPI passes by name
    registry: RegistryDep,
    actor: ActorDep,
    parcel_code: ParcelCode,
    body: Annotated[BinaryIO, Depends(body_file)],
    file_name: Annotated[str, Query(min_length=1, max_length=500, description="文件名 · its name")],
    document_type: Annotated[DocumentType, Query(description="用途 · what it is for")] = DocumentType.OTHER,
    taken_on: Annotated[Day | None, Query(description="拍摄或签发日期 · taken or issued on")] = None,
    note: Annotated[str | None, Query(max_length=2_000)] = None,
) -> Response:
    """Send the file itself as `application/octet-stream`. Pages, SVG, programs and macros are refused by content."""
    about = Attaching(file_name, document_type, taken_on, note)
    store = store_of(registry.settings)
    with registry.transaction(actor) as connection:
        row = attach(connection, store, known_form(parcel_code), body, about)
    return Response(json_bytes(row), 201 if row["added"] else 200, media_type="application/json")


@router.get(
    "/parcels/{parcel_code}/documents/{document_id}/file",
    summary="下载 · download",
    responses={**_FILE, **READS},
    response_class=StreamingResponse,
)
def download(reading: ReadingDep, parcel_code: ParcelCode, document_id: DocumentId) -> Response:
    """Always as a file to be saved, never shown in place."""
    with reading.open() as connection:
        parcel = parcel_key(connection, known_form(parcel_code), in_use=False)
        row = get_document(connection, parcel["county_code"], document_id, parcel_code)
    file = store_of(reading.registry.settings).open(row)
    suffix = row["file_name"].rpartition(".")[2]
    headers = {
        **reading.headers(),
        "Content-Disposition": disposition(row["file_name"], f"document-{document_id}.{suffix}"),
        "Content-Length": str(row["file_bytes"]),
        "Content-Security-Policy": NO_SCRIPTS,
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(_chunks(file), headers=headers, media_type=row["media_type"] or BINARY)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


@router.post(
    "/parcels/{parcel_code}/documents/{document_id}/withdraw",
    summary="撤下文档 · withdraw a document",
    responses={**documented(400, 403, 404, 409, 415, 422, 503), **answers(json=OBJECT)},
    response_class=Response,
)
def take_down(
    registry: RegistryDep, actor: ActorDep, parcel_code: ParcelCode, document_id: DocumentId, order: WithdrawOrder
) -> Response:
    """Entry and file stay."""

    def work(connection: Any) -> Any:
        parcel = parcel_key(connection, known_form(parcel_code), in_use=False)
        get_document(connection, parcel["county_code"], document_id, parcel_code)
        basis = RecordBasis(document_id, order.based_on)
        return withdraw(connection, parcel["county_code"], basis, order.reason)

    return do(registry, actor, work)
