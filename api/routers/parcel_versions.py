"""Versions of parcels, what differs between them, and where parcels came from."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from api.dependencies import ReadingDep
from api.edit_orders import MAX_VERSION
from api.encoding import json_bytes
from api.parameters import ParcelCode, known_form
from api.problems import documented
from api.schemas import answers

router = APIRouter(tags=["edits"])

JSON = "application/json"
Version = Annotated[int, Path(ge=1, le=MAX_VERSION, description="版本 · version")]
_DIFF = {
    "type": "object",
    "properties": {
        "parcel_code": {"type": "string"},
        "before": {"type": "object"},
        "after": {"type": "object"},
        "fields": {"type": "array", "items": {"type": "object"}},
        "boundary": {"type": ["object", "null"]},
    },
}
_LINEAGE = {
    "type": "object",
    "properties": {
        "predecessors": {"type": "array", "items": {"type": "object"}},
        "successors": {"type": "array", "items": {"type": "object"}},
    },
}


@router.get(
    "/parcels/{parcel_code}/lineage",
    summary="来源与去向 · where it came from and what came from it",
    responses={**answers(json=_LINEAGE), **documented(404, 422, 503)},
    response_class=Response,
)
def lineage(reading: ReadingDep, parcel_code: ParcelCode) -> Response:
    """The nearest kin; also of numbers out of use."""
    from gisreg.parcels.lineage import lineage_of  # noqa: PLC0415 - loaded when used
    from gisreg.parcels.versions import parcel_id_of  # noqa: PLC0415

    code = known_form(parcel_code)
    with reading.open() as connection:
        parcel_id_of(connection, code)
        found = lineage_of(connection, code)
    return reading.reply(json_bytes(found), JSON)


@router.get(
    "/parcels/{parcel_code}/versions/{version}",
    summary="一个版本 · one version",
    responses={**answers(json={"type": "object"}), **documented(404, 422, 503)},
    response_class=Response,
)
def version(reading: ReadingDep, parcel_code: ParcelCode, version: Version) -> Response:
    """All that the version held, its boundary as GeoJSON (EPSG:4490)."""
    from gisreg.parcels.versions import read_version  # noqa: PLC0415 - as above

    code = known_form(parcel_code)
    with reading.open() as connection:
        found = read_version(connection, code, version)
    return reading.reply(json_bytes(found), JSON)


@router.get(
    "/parcels/{parcel_code}/versions/{version}/diff/{other}",
    summary="比较两个版本 · two versions compared",
    responses={**answers(json=_DIFF), **documented(404, 422, 503)},
    response_class=Response,
)
def diff(reading: ReadingDep, parcel_code: ParcelCode, version: Version, other: Version) -> Response:
    """Each field before and after, how far the boundary moved, and the ground gained and lost."""
    from gisreg.parcels.versions import diff as compare  # noqa: PLC0415 - as above

    code = known_form(parcel_code)
    with reading.open() as connection:
        found = compare(connection, code, version, other)
    return reading.reply(json_bytes(found), JSON)
