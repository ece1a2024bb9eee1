"""Check-out: a filtered part of the registry as a GeoPackage that knows the version of each row."""

import hashlib
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from gisreg.checkout.errors import NotGeoPackage
from gisreg.checkout.held import Elsewhere, HandedFile, enter
from gisreg.checkout.layer import LAYER, choices, layer_columns, recorded_text, source
from gisreg.checkout.package import ROWS, Handed, write_side_tables
from gisreg.checkout.style import qml
from gisreg.days import TIME_ZONE
from gisreg.db.engine import Actor, transaction
from gisreg.db.models import Parcel, ParcelVersion
from gisreg.export.statement import export_statement, restrict
from gisreg.export.stream import is_small, open_stream
from gisreg.export.targets import choose_srid, put_in_place, workspace
from gisreg.filters import compile_filter
from gisreg.parcels.current import parcel_current
from gisreg.vocab import State

SUFFIX = ".gpkg"
NO_RECORD = "-"


@dataclass(frozen=True)
class CheckedOut:
    """What was handed out."""

    id: str
    file: Path
    county: str
    crs: str
    rows: int
    bytes: int
    seconds: float
    elsewhere: list[Elsewhere] = field(default_factory=list)
    """Other open check-outs that hold some of the same parcels."""


def check_out(
    engine: Engine,
    target: Path,
    *,
    county: str,
    by: str,
    filter: str | None = None,
    kinds: Sequence[str] = (),
    crs: str | None = None,
    include_personal: bool = False,
    actor: Actor | None = None,
    progress: Callable[[int], None] | None = None,
) -> CheckedOut:
    """Write the parcels in use of a county to ``target`` and enter it in the list; ``crs`` is by default its own zone.

    ``by`` is who takes the file, ``actor`` who hands it out.

    Raises:
        NotGeoPackage, FilterError, CrsUnsupported and the faults of writing a file.
    """
    began = time.monotonic()
    require_geopackage(target)
    where = restrict(parcel_current, county, kinds, compile_filter(filter) if filter else None)
    table = source([*where, parcel_current.c.state != State.REMOVED])
    with transaction(engine) as connection:
        srid = choose_srid(connection, crs or "auto", "gpkg", county)
        lists, mark = choices(connection, county), fingerprint(connection, county)
    columns = layer_columns()
    statement = export_statement(
        table, [column.field for column in columns], srid=srid, include_personal=include_personal
    )
    if is_small(engine, statement):
        statement = statement.order_by(table.c.parcel_code)
    from gisreg.export.ogr import write_geopackage  # noqa: PLC0415 - heavy, and only this needs it

    with workspace(target) as folder:
        made = folder / target.name
        with open_stream(engine, statement) as stream:
            rows = write_geopackage(
                stream, [column.field for column in columns], made, layer=LAYER, srid=srid, progress=progress
            )
        now = datetime.now(ZoneInfo(TIME_ZONE))
        handed = Handed(
            uuid.uuid4().hex[:12], county, mark, f"EPSG:{srid}", now.isoformat(timespec="seconds"), by,
            filter or "", " ".join(kinds),
            "yes" if include_personal else "no", str(rows), " ".join(column.name for column in columns),
        )  # fmt: skip
        style = qml(columns, lists, kinds[0] if len(kinds) == 1 else None)
        write_side_tables(made, handed, style, lists)
        about = HandedFile(target.name, now, rows, _sha256(made), made.stat().st_size)
        with transaction(engine, actor or Actor(by, "checkout")) as connection:
            others = enter(connection, handed, about, _handed_rows(made))
            # the last step: a file that cannot be put there is not on the list either
            put_in_place(made, target)
    seconds = round(time.monotonic() - began, 3)
    return CheckedOut(handed.id, target, county, handed.crs, rows, int(about.bytes or 0), seconds, others)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _handed_rows(file: Path) -> Iterator[tuple[str, int]]:
    with closing(sqlite3.connect(file)) as connection:
        yield from connection.execute(f"SELECT parcel_code, version FROM {ROWS}")  # noqa: S608 - a name of ours


def require_geopackage(target: Path) -> None:
    """Refuse another suffix.

    Raises:
        NotGeoPackage.
    """
    if target.suffix.lower() != SUFFIX:
        raise NotGeoPackage(where=str(target))


def fingerprint(connection: Connection, county: str) -> str:
    """The county and the moment of its first record: it outlives backups and moves to another server."""
    firsts: list[Any] = []
    for table, key in ((Parcel.__table__, "id"), (ParcelVersion.__table__, "parcel_id")):
        first = select(table.c[key], recorded_text(table.c.recorded_at)).where(
            table.c.county_code == county, table.c.version == 1
        )
        firsts += connection.execute(first.order_by(table.c[key]).limit(1)).all()
    return f"{county}:{min(firsts)[1] if firsts else NO_RECORD}"
