"""Files for other programs, made on request and gone once they are sent."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from api.dependencies import ReadingDep
from api.filters import compiled
from api.parameters import AsOf, County, Filter, FilterLang
from api.problems import documented
from gisreg.counties import choose_county
from gisreg.days import today
from gisreg.parcels.asof import current_at
from gisreg.parcels.mapdata import county_names
from gisreg.vocab import Kind

router = APIRouter(tags=["export"])

CHUNK_BYTES = 256 * 1024
Format = Literal["shp", "gpkg", "geojson", "txt"]
SUFFIXES: dict[Format, str] = {"shp": ".shp.zip", "gpkg": ".gpkg", "geojson": ".geojson", "txt": ".txt"}
MEDIA_TYPES: dict[Format, str] = {
    "shp": "application/zip",
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
    "txt": "text/plain",
}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "文件，文件名在 Content-Disposition · the file, its name in Content-Disposition",
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()},
        "headers": {"Content-Disposition": {"schema": {"type": "string"}}},
    },
    304: {"description": "自上次 ETag 以来没有变化 · unchanged since the ETag given"},
}
Crs = Annotated[
    str | None,
    Query(
        max_length=40,
        description="EPSG:n，或 auto（本县分带）；空为格式默认 · EPSG:n or auto, the county's zone",
        examples=["EPSG:4547"],
    ),
]
Encoding = Annotated[
    str | None,
    Query(
        max_length=40, description="仅 shapefile、txt：GBK（默认）或 UTF-8 · shapefile and txt only", examples=["GBK"]
    ),
]
Kinds = Annotated[list[Kind] | None, Query(alias="kind", description="只要这些类型，可重复 · only these kinds")]


@router.get(
    "/export",
    summary="导出 shapefile、GeoPackage、GeoJSON、界址点 TXT · export a file",
    responses={**_FILES, **documented(400, 404, 422, 503, 507)},
    response_class=Response,
)
def export_file(  # noqa: PLR0917 - FastAPI passes by name
    reading: ReadingDep,
    format: Annotated[
        Format, Query(description="shp 为 zip，txt 为界址点 · shp comes zipped, txt is boundary points")
    ] = "shp",
    crs: Crs = None,
    encoding: Encoding = None,
    filter: Filter = None,
    filter_lang: FilterLang = "cql2-text",
    kind: Kinds = None,
    county: County = None,
    as_of: AsOf = None,
) -> Response:
    """All parcels of the county, or those a filter chooses, as one file.

    A character that the encoding lacks is refused with row and field, never dropped: ask for UTF-8 then. Holders'
    names are left out. Boundary points are written in a zone (by default the county's own); parcels without a boundary
    are left out of them.
    """
    source = current_at(as_of)
    where = compiled(filter, filter_lang, source)
    with reading.open() as connection:
        code = choose_county(connection, county or reading.registry.settings.county)
        names = county_names(connection, code) or (code, code)
    from gisreg.export import export  # noqa: PLC0415 - Arrow and GDAL are loaded by the first export

    with tempfile.TemporaryDirectory(prefix="gisreg-export-") as folder:
        target = Path(folder) / f"gisreg_{code}{SUFFIXES[format]}"
        export(
            reading.registry.engine(), target, county=code, kinds=kind or (), where=where, source=source,
            crs=crs or None, encoding=encoding or None, as_of=as_of,
        )  # fmt: skip
        size = target.stat().st_size
        # Once open, the file lives until it is sent, whatever becomes of the request; its name can go at once.
        file = target.open("rb")
    stem = f"{names[0]}_{(as_of or today()).isoformat()}"
    headers = {
        **reading.headers(),
        "Content-Disposition": disposition(f"{stem}{SUFFIXES[format]}", target.name),
        "Content-Length": str(size),
    }
    # a text's characters are those of its encoding, not those that a browser would guess
    media_type = f"text/plain; charset={encoding or 'GBK'}" if format == "txt" else MEDIA_TYPES[format]
    return StreamingResponse(_chunks(file), headers={**headers, "Content-Type": media_type})


def disposition(name: str, plain: str) -> str:
    """The file name in UTF-8 (RFC 6266), with a plain one for programs that know no better."""
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
