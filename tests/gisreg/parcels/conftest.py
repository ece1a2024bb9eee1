"""A small county with a row of neighbours, surveyed in zone 38 (EPSG:4547), for edits and boundary work."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from gisreg.db.engine import Actor, transaction
from gisreg.parcels.editing import Basis, Edited

X, Y = 410_000.0, 4_010_000.0
"""The south-west corner of the first parcel."""
P1, P2, P3, P4 = (f"149901-000000{n}" for n in range(1, 5))

_COUNTY = """
INSERT INTO county (code, name, invented, last_parcel_no) VALUES ('149901', '示例县', true, 4);
INSERT INTO admin_unit (county_code, level, code, name, boundary)
SELECT '149901', level, code, code,
    ST_Multi(ST_Transform(ST_MakeEnvelope(west, 4009000, east, 4012000, 4547), 4490))
FROM (VALUES ('county', '149901', 409000, 413000), ('township', '149901100', 409000, 411000),
    ('township', '149901101', 411000, 413000)) AS u (level, code, west, east);
"""
_PARCEL = """
INSERT INTO parcel (county_code, parcel_code, kind, state, name, source_code, source_hash, township_code, holder_name,
    official_area_m2, official_area_source, price_wan, area_m2, planar_area_m2, survey_crs, survey_boundary, boundary)
SELECT '149901', :code, :kind, 'registered', '地块' || :code, 'S' || :code, md5(:code)::uuid, '149901100', '示例公司',
    :official, 'deed', 300, ST_Area(ST_Transform(g, 4490)::geography), ST_Area(g), 'EPSG:4547', g,
    ST_Multi(ST_Transform(g, 4490))
FROM (SELECT ST_GeomFromText(:wkt, 4547) AS g) AS drawn
"""


def box(west: float, south: float, east: float, north: float) -> str:
    """A rectangle as WKT, in metres from the corner."""
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return f"POLYGON(({', '.join(f'{X + x} {Y + y}' for x, y in ring)}))"


@pytest.fixture
def row_of_four(engine: Engine) -> Engine:
    """Two neighbours, a third 10 m on, and one of another kind over the first two; each 1 hm² or so."""
    boxes = {P1: box(0, 0, 100, 100), P2: box(100, 0, 200, 100), P3: box(210, 0, 310, 100), P4: box(50, 50, 150, 150)}
    with transaction(engine, Actor("li", "import:1")) as connection:
        connection.execute(text(_COUNTY))
        for code, wkt in boxes.items():
            kind = "half_finished_project" if code == P4 else "idle_land"
            connection.execute(text(_PARCEL), {"code": code, "kind": kind, "wkt": wkt, "official": 9990.0})
    return engine


Does = Callable[..., Edited]


@pytest.fixture
def does(row_of_four: Engine) -> Does:
    """Runs a use case as Wang in a transaction of its own."""

    def run(use_case: Callable[..., Edited], *arguments: Any, **options: Any) -> Edited:
        with transaction(row_of_four, Actor("wang", "test")) as connection:
            return use_case(connection, *arguments, **options)

    return run


@pytest.fixture
def ask(row_of_four: Engine) -> Callable[..., Any]:
    """One value by SQL, or by a function that reads."""

    def read(question: str | Callable[..., Any], *arguments: Any, **parameters: Any) -> Any:
        with transaction(row_of_four) as connection:
            if callable(question):
                return question(connection, *arguments, **parameters)
            return _rows(connection, question, parameters)

    return read


def _rows(connection: Connection, question: str, parameters: dict[str, Any]) -> Any:
    rows = connection.execute(text(question), parameters).all()
    return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows


@pytest.fixture
def at() -> Callable[..., Basis]:
    """A parcel at a version, the first unless said."""
    return lambda code, version=1: Basis(code, version)
