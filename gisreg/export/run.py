"""One export from query to file: nothing appears under the target's name before it is whole."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import ColumnElement, Engine, FromClause, select

from gisreg.days import today
from gisreg.db.engine import transaction
from gisreg.db.models import County
from gisreg.export.boundary_text import FIELDS as TEXT_FIELDS
from gisreg.export.boundary_text import needed_zone, write_boundary_text
from gisreg.export.encoding import read_encoding
from gisreg.export.fields import Field, fields
from gisreg.export.statement import export_statement, restrict
from gisreg.export.stream import ArrowStream, is_small, open_stream
from gisreg.export.targets import EncodingNotUsed, FormatName, Target, choose_srid, put_in_place, read_target, workspace
from gisreg.parcels.asof import current_at

DEFAULT_ENCODING = "GBK"
"""What ArcGIS on a Chinese Windows expects, and the readers of boundary-point text."""
ENCODED: tuple[FormatName, ...] = ("shapefile", "txt")


@dataclass(frozen=True)
class ExportSummary:
    """What was written."""

    file: Path
    format: str
    crs: str
    encoding: str
    rows: int
    bytes: int
    seconds: float
    files: tuple[str, ...]
    """The names inside the zip, or the file's own."""
    unmapped: int = 0
    """Parcels left out because they have no boundary and the format holds nothing else."""


def export(
    engine: Engine,
    target: Path,
    *,
    county: str | None = None,
    kinds: Sequence[str] = (),
    where: ColumnElement[bool] | None = None,
    source: FromClause | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    as_of: date | None = None,
    include_personal: bool = False,
    progress: Callable[[int], None] | None = None,
) -> ExportSummary:
    """Write the parcels to ``target``; its suffix (.shp.zip, .gpkg, .geojson, .txt) is the format.

    ``where`` is compiled against ``source`` (default: the read model as of ``as_of``). ``crs`` is ``EPSG:n``, ``auto``
    (the county's own zone) or None (the format's own default). ``progress`` hears the rows done so far.
    """
    began = time.monotonic()
    goal = read_target(target)
    code_page = _code_page(goal, encoding)
    table = current_at(as_of) if source is None else source
    with transaction(engine) as connection:
        srid = choose_srid(connection, crs, goal.format, county)
        unit = connection.scalar(select(County.name).where(County.code == county)) or "" if county else ""
    shapefile, text = goal.format == "shapefile", goal.format == "txt"
    if text:
        needed_zone(srid)
    wanted = _wanted(goal)
    statement = export_statement(
        table, wanted, srid=srid, where=restrict(table, county, kinds, where), as_of=as_of,
        include_personal=include_personal, clockwise=shapefile, mark_surveyed=text,
    )  # fmt: skip
    if is_small(engine, statement):
        statement = statement.order_by(table.c.parcel_code)
    with workspace(target) as folder:
        with open_stream(engine, statement) as stream:
            parts, rows, unmapped = _write(
                goal, stream, wanted, folder,
                srid=srid, code_page=code_page, unit=unit, day=as_of or today(), progress=progress,
            )  # fmt: skip
        made, names = _pack(goal, parts, folder)
        size = made.stat().st_size
        put_in_place(made, target)
    return ExportSummary(
        target, goal.format, f"EPSG:{srid}", code_page, rows, size, round(time.monotonic() - began, 3), names, unmapped
    )


def _wanted(goal: Target) -> list[Field]:
    if goal.format == "txt":
        return [field for field in fields() if field.name in TEXT_FIELDS]
    return [field for field in fields() if field.dbf or goal.format != "shapefile"]


def _code_page(goal: Target, encoding: str | None) -> str:
    if goal.format in ENCODED:
        return read_encoding(encoding or DEFAULT_ENCODING)
    if encoding is not None and read_encoding(encoding) != "UTF-8":
        raise EncodingNotUsed(format=goal.format)
    return "UTF-8"


def _write(
    goal: Target,
    stream: ArrowStream,
    wanted: Sequence[Field],
    folder: Path,
    *,
    srid: int,
    code_page: str,
    unit: str,
    day: date,
    progress: Callable[[int], None] | None,
) -> tuple[list[Path], int, int]:
    if goal.format == "shapefile":
        from gisreg.export.shapefile import write_parts  # noqa: PLC0415 - each format loads only what it needs

        parts, rows = write_parts(
            stream, wanted, folder, goal.stem, srid=srid, encoding=code_page, day=day, progress=progress
        )
        return parts, rows, 0
    made = folder / goal.path.name
    if goal.format == "txt":
        done = write_boundary_text(
            stream, wanted, made, zone=needed_zone(srid), encoding=code_page, unit=unit, day=day, progress=progress
        )
        return [made], done.rows, done.unmapped
    from gisreg.export import ogr  # noqa: PLC0415 - each format loads only what it needs

    write: Callable[..., int] = ogr.write_geopackage if goal.format == "gpkg" else ogr.write_geojson
    return [made], write(stream, wanted, made, layer=goal.stem, srid=srid, progress=progress), 0


def _pack(goal: Target, parts: list[Path], folder: Path) -> tuple[Path, tuple[str, ...]]:
    names = tuple(part.name for part in parts)
    if goal.format != "shapefile":
        return parts[0], names
    from gisreg.export.shapefile import write_zip  # noqa: PLC0415 - each format loads only what it needs

    made = folder / goal.path.name
    write_zip(parts, made)
    return made, names
