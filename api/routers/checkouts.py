"""Check-outs: a part of the registry as a GeoPackage, the list of those that are out, and what comes back."""

import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path as FilePath
from typing import Annotated, Any, BinaryIO, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from api.dependencies import ActorDep, ReadingDep, RegistryDep
from api.encoding import json_bytes
from api.parameters import County, known_form
from api.problems import documented
from api.records import JSON, LIST, OBJECT, Order, do, done_with, listed, look, look_in
from api.records import reads as reads_of
from api.records import writes as writes_of
from api.routers.export import MEDIA_TYPES, disposition
from gisreg.checkout.errors import CheckoutNotFound, ReturnedTooLarge
from gisreg.counties import choose_county
from gisreg.documents import MEGABYTE
from gisreg.vocab import CheckoutState, Kind

router = APIRouter(tags=["checkouts"])
reads, writes = partial(reads_of, router), partial(writes_of, router)

CHUNK_BYTES = 256 * 1024
MAX_NAMES = 10_000
BINARY = "application/octet-stream"
ID_FORM = re.compile(r"[0-9a-f]{12}")
CheckoutId = Annotated[str, Path(description="签出号 · the check-out's number", examples=["5f0c7a1b22e4"])]
Names = Annotated[list[str] | None, Query(max_length=MAX_NAMES)]
_BODY = {"requestBody": {"required": True, "content": {BINARY: {"schema": {"type": "string", "format": "binary"}}}}}
_FILE: dict[int | str, dict[str, Any]] = {
    201: {
        "description": "GeoPackage；签出的地址在 Location · the file; the check-out's address is in Location",
        "content": {MEDIA_TYPES["gpkg"]: {"schema": {"type": "string", "format": "binary"}}},
        "headers": {
            "Location": {"schema": {"type": "string"}},
            "Content-Disposition": {"schema": {"type": "string"}},
            "Checked-Out-Elsewhere": {
                "description": "同一宗地的其他在外签出 · other open check-outs with some of the parcels",
                "schema": {"type": "string"},
            },
        },
    }
}


class CheckoutOrder(Order):
    """签出 · a check-out."""

    filter: str | None = Field(None, max_length=20_000, description="CQL2 条件 · a CQL2 filter")
    kinds: list[Kind] = Field(default_factory=list, max_length=len(Kind))
    crs: str = Field("auto", max_length=40, description="EPSG:n，或 auto（本县分带）· or auto, the county's zone")
    by: str | None = Field(None, min_length=1, max_length=200, description="领取人 · who takes it")


class AbandonOrder(Order):
    """作废 · giving one up."""

    reason: str = Field(min_length=1, max_length=1_000)


def _known(checkout: str) -> str:
    if not ID_FORM.fullmatch(checkout):
        raise CheckoutNotFound(checkout=checkout[:40])
    return checkout


async def returned_file(request: Request, registry: RegistryDep) -> AsyncIterator[FilePath]:
    """The request's body as a file on disk, gone afterwards; larger than is taken it is not read to the end."""
    limit_mb = registry.settings.checkin_max_mb
    told, limit = request.headers.get("content-length", ""), limit_mb * MEGABYTE
    if told.isdigit() and int(told) > limit:
        raise ReturnedTooLarge(where="body", limit=limit_mb)
    with tempfile.TemporaryDirectory(prefix="gisreg-return-") as folder:
        path = FilePath(folder) / "returned.gpkg"
        with path.open("wb") as file:
            size = 0
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise ReturnedTooLarge(where="body", limit=limit_mb)
                await run_in_threadpool(file.write, chunk)
        yield path


@router.post(
    "/checkouts",
    summary="签出 · check parcels out",
    status_code=201,
    responses={**documented(400, 403, 404, 415, 422, 503, 507), **_FILE},
    response_class=StreamingResponse,
)
def check_out(registry: RegistryDep, actor: ActorDep, order: CheckoutOrder) -> Response:
    """A GeoPackage for QGIS and QField that knows the version of each row. Names of private holders are left out."""
    from gisreg.checkout.hand_out import check_out as work  # noqa: PLC0415 - Arrow and GDAL are loaded by the first

    with registry.transaction() as connection:
        county = choose_county(connection, order.county or registry.settings.county)
    with tempfile.TemporaryDirectory(prefix="gisreg-checkout-") as folder:
        target = FilePath(folder) / f"checkout_{county}.gpkg"
        made = work(
            registry.engine(), target, county=county, by=order.by or actor.name, filter=order.filter,
            kinds=order.kinds, crs=order.crs, actor=actor,
        )  # fmt: skip
        # once open it lives until it is sent, whatever becomes of the request
        file = target.open("rb")
    name = f"checkout_{county}_{made.id}.gpkg"
    headers = {
        "Location": f"/checkouts/{made.id}",
        "Content-Disposition": disposition(name, name),
        "Content-Length": str(made.bytes),
        "Cache-Control": "no-store",
    }
    if made.elsewhere:
        headers["Checked-Out-Elsewhere"] = ", ".join(one.id for one in made.elsewhere)
    return StreamingResponse(_chunks(file), 201, headers, MEDIA_TYPES["gpkg"])


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


@reads("/checkouts", "签出清单 · check-outs", LIST)
def checkouts(
    reading: ReadingDep,
    county: County = None,
    state: Annotated[CheckoutState | None, Query(description="状态 · state")] = None,
    parcel: Annotated[str | None, Query(description="含有这一宗的 · those with this parcel")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> Response:
    """The newest first: who has which parcels, and since when."""
    from gisreg.checkout.held import listed as found  # noqa: PLC0415 - as above

    code = known_form(parcel) if parcel is not None else None

    def work(connection: Connection, at: str) -> dict[str, Any]:
        page = found(connection, at, state=state, parcel_code=code, limit=limit)
        return listed(page.items, page.total)

    return look_in(reading, county, work)


@reads("/checkouts/{checkout_id}", "一次签出 · one check-out", OBJECT)
def checkout(reading: ReadingDep, checkout_id: CheckoutId) -> Response:
    """With the edits that came of it, and who else has some of its parcels."""
    from gisreg.checkout.held import read  # noqa: PLC0415 - as above

    return look(reading, lambda connection: read(connection, _known(checkout_id)))


@writes("/checkouts/{checkout_id}/abandon", "作废 · give up a file that does not come back")
def abandon(registry: RegistryDep, actor: ActorDep, checkout_id: CheckoutId, order: AbandonOrder) -> Response:
    """Its parcels count as out no longer."""
    from gisreg.checkout.held import abandon as work  # noqa: PLC0415 - as above

    return do(registry, actor, lambda connection: work(connection, _known(checkout_id), order.reason))


@router.post(
    "/checkouts/{checkout_id}/return",
    summary="签入 · check in again",
    responses={**documented(400, 403, 404, 409, 413, 415, 422, 503, 507), **done_with()},
    response_class=Response,
    openapi_extra=_BODY,
)
def give_back(  # noqa: PLR0917 - FastAPI passes by name
    registry: RegistryDep,
    actor: ActorDep,
    checkout_id: CheckoutId,
    file: Annotated[FilePath, Depends(returned_file)],
    dry_run: Annotated[bool, Query(description="只比较 · compare only")] = False,
    accept: Annotated[Names, Query(description="接受哪些，默认全部；none 为都不 · which; all by default")] = None,
    accept_deleted: Annotated[bool, Query(description="删除的予以核减 · strike off what was deleted")] = False,
    mine: Annotated[Names, Query(description="冲突取文件的：编号、编号:字段或 all · the file's values stand")] = None,
    theirs: Annotated[Names, Query(description="冲突取库中的 · the registry's values stand")] = None,
    reason: Annotated[str | None, Query(max_length=1_000)] = None,
    close: Annotated[bool | None, Query(description="结清；默认无遗留时 · by default once nothing is left")] = None,
    again: Annotated[bool, Query(description="已签回或作废的再次写入 · although it was closed")] = False,
) -> Response:
    """Send the file itself as `application/octet-stream`. The answer is the diff and what was written of it.

    What is in conflict or refused stays as it is in the registry; `counts` tells how many, `checkout.state` whether
    the check-out is still open.
    """
    from gisreg.checkout.check_in import Decisions, check_in  # noqa: PLC0415 - as above
    from gisreg.checkout.held import read  # noqa: PLC0415

    code = _known(checkout_id)
    with registry.transaction() as connection:
        read(connection, code)
    sides: dict[str, Literal["mine", "theirs"]] = {}
    sides |= dict.fromkeys(mine or (), "mine")
    sides |= dict.fromkeys(theirs or (), "theirs")
    decisions = Decisions(_accepted(accept), accept_deleted, sides, close, again)
    done = check_in(
        registry.engine(), file, actor=actor.name, decisions=decisions, reason=reason, dry_run=dry_run, checkout=code
    )
    return Response(json_bytes({**done.as_json(), "file": file.name}), media_type=JSON)


def _accepted(names: list[str] | None) -> frozenset[str] | None:
    if names is None or names == ["all"]:
        return None
    return frozenset() if names == ["none"] else frozenset(names)
