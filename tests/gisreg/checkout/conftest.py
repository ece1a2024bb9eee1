"""A small county surveyed in zone 38 (EPSG:4547), a file checked out of it, and means to edit it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import Engine, text

from gisreg.checkout.check_in import CheckedIn, Decisions, check_in
from gisreg.checkout.hand_out import CheckedOut, check_out
from gisreg.db.engine import Actor, transaction

X, Y = 410_000.0, 4_010_000.0
COUNTY = "149901"

_COUNTY = """
INSERT INTO county (code, name, invented, last_parcel_no) VALUES ('149901', '示例县', true, 4);
INSERT INTO admin_unit (county_code, level, code, name, boundary)
SELECT '149901', level, code, name,
    ST_Multi(ST_Transform(ST_MakeEnvelope(west, 4009000, east, 4012000, 4547), 4490))
FROM (VALUES ('county', '149901', '示例县', 409000, 413000), ('township', '149901100', '东乡', 409000, 411000),
    ('township', '149901101', '西镇', 411000, 413000)) AS u (level, code, name, west, east);
"""
_PARCEL = """
INSERT INTO parcel (county_code, parcel_code, kind, state, name, source_code, source_hash, township_code, holder_name,
    holder_class, official_area_m2, official_area_source, price_wan, contract_on, tags, area_m2, planar_area_m2,
    survey_crs, survey_boundary, boundary)
SELECT '149901', :code, :kind, 'registered', '地块' || :code, 'S' || :code, md5(:code)::uuid, '149901100', '示例公司',
    'private', 9990, 'deed', 300, '2020-01-31', '{园区,老旧}', ST_Area(ST_Transform(g, 4490)::geography), ST_Area(g),
    'EPSG:4547', g, ST_Multi(ST_Transform(g, 4490))
FROM (SELECT ST_GeomFromText(:wkt, 4547) AS g) AS drawn
"""
_UNMAPPED = """
INSERT INTO parcel (county_code, parcel_code, kind, state, name, source_hash)
VALUES ('149901', '149901-0000004', 'idle_land', 'registered', '未上图', md5('4')::uuid)
"""


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle in metres from the corner, its corners in the order surveyors give them."""
    ring = [(west, south), (east, south), (east, north), (west, north)]
    return shapely.Polygon([(X + x, Y + y) for x, y in ring])


@pytest.fixture
def county(engine: Engine) -> Engine:
    """Two neighbours and a third 10 m on, with coordinates of odd digits; a fourth without a boundary."""
    boxes = {1: box(0, 0, 100, 100), 2: box(100, 0, 200, 100), 3: box(210.123, 0.457, 310, 100)}
    with transaction(engine, Actor("li", "import:1")) as connection:
        connection.execute(text(_COUNTY))
        for number, shape in boxes.items():
            code = f"149901-{number:07}"
            connection.execute(text(_PARCEL), {"code": code, "kind": "idle_land", "wkt": shape.wkt})
        connection.execute(text(_UNMAPPED))
    return engine


@pytest.fixture
def file(county: Engine, tmp_path: Path) -> Path:
    """All four, checked out."""
    target = tmp_path / "外业.gpkg"
    hand_out(county, target)
    return target


def hand_out(engine: Engine, target: Path, **options: Any) -> CheckedOut:
    """A check-out for Wang."""
    return check_out(engine, target, county=COUNTY, by="wang", **options)


@pytest.fixture
def comes_back(county: Engine, file: Path) -> Callable[..., CheckedIn]:
    """Checks the file in; keywords are those of the decisions, ``dry_run``, ``reason`` and ``checkout``."""

    def run(
        accept: set[str] | None = None, deleted: bool = False, take: dict[str, Any] | None = None, **options: Any
    ) -> CheckedIn:
        named = None if accept is None else frozenset(accept)
        decisions = Decisions(named, deleted, take or {}, options.pop("close", None), options.pop("again", False))
        return check_in(county, options.pop("path", file), actor="wang", decisions=decisions, **options)

    return run


@pytest.fixture
def ask(county: Engine) -> Callable[..., Any]:
    """Rows by SQL, one value alone as itself."""

    def read(question: str, **parameters: Any) -> Any:
        with transaction(county) as connection:
            rows = [tuple(row) for row in connection.execute(text(question), parameters)]
        return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows

    return read


@pytest.fixture
def others(county: Engine) -> Callable[..., Any]:
    """Somebody else at work: a use case in a transaction of its own."""

    def run(use_case: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        with transaction(county, Actor("zhao", "web")) as connection:
            return use_case(connection, *arguments, **options)

    return run


class Desk:
    """Edits a GeoPackage row by row, as programs do; the index is left to them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(sqlite3.connect(path)) as db:
            for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                db.execute(f'DROP TRIGGER "{name}"')
            db.commit()

    def run(self, statement: str, *values: Any) -> list[Any]:
        """One statement."""
        with closing(sqlite3.connect(self.path)) as db:
            found = db.execute(statement, values).fetchall()
            db.commit()
        return found

    def set(self, number: int, **values: Any) -> None:
        """Cells of the parcel with that number."""
        names = ", ".join(f'"{name}" = ?' for name in values)
        self.run(f"UPDATE parcels SET {names} WHERE parcel_code = ?", *values.values(), f"149901-{number:07}")

    def draw(self, shape: Any, **values: Any) -> None:
        """A new row."""
        cells = {"kind": "idle_land", **values, "geom": cell(shape)}
        names = ", ".join(f'"{name}"' for name in cells)
        self.run(f"INSERT INTO parcels ({names}) VALUES ({', '.join('?' * len(cells))})", *cells.values())

    def shape(self, number: int) -> Any:
        """The boundary of the parcel with that number."""
        blob = self.run("SELECT geom FROM parcels WHERE parcel_code = ?", f"149901-{number:07}")[0][0]
        return shapely.from_wkb(blob[8 + 32 * (blob[3] >> 1 & 1) :])


def cell(shape: Any, srid: int = 4547) -> bytes | None:
    """A GeoPackage geometry without an envelope."""
    if shape is None:
        return None
    return b"GP\x00\x01" + srid.to_bytes(4, "little") + shapely.to_wkb(shape, byte_order=1, flavor="iso")


@pytest.fixture
def desk(file: Path) -> Iterator[Desk]:
    """The file on somebody's desk."""
    return Desk(file)
