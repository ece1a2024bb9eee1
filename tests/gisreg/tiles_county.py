"""A small county for tests of tiles: parcels side by side, with labels."""

from typing import Any

import pyproj
from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction
from gisreg.tiles.grids import WEB_MERCATOR, Grid, Tile

WRITER = Actor("tester", "test")

# Parcels of about 100 m on the corners of a raster near 113°E 36°N; township 102 has no boundary.
FILL = """
INSERT INTO county (code, name, name_en, invented, last_parcel_no) VALUES ('149901', '示例县', 'Sample', true, :n)
ON CONFLICT DO NOTHING;
INSERT INTO admin_unit (county_code, level, code, name, name_en, boundary)
SELECT '149901', 'township', '14990110' || n, '示例' || n || '镇', 'Sample ' || n,
    ST_Multi(ST_MakeEnvelope(113 + n * 0.1, 36, 113.1 + n * 0.1, 36.1, 4490)) FROM generate_series(0, 1) AS n;
INSERT INTO parcel (county_code, parcel_code, kind, state, township_code, official_area_m2, official_area_source,
    holder_class, ownership_status, boundary, area_m2)
SELECT '149901', '149901-' || lpad(n::text, 7, '0'), (ARRAY['idle_land', 'idle_factory'])[1 + n % 2],
    CASE WHEN n % 7 = 0 THEN 'closed' ELSE 'registered' END, CASE WHEN n % 5 > 0 THEN '14990110' || n % 3 END,
    10000, 'ledger', 'state', 'registered',
    ST_Multi(ST_MakeEnvelope(x, y, x + :size, y + :size, 4490)), 10000
FROM generate_series(1, :n) AS n,
    LATERAL (SELECT 113.0005 + n % :across * :step AS x, 36.0005 + n / :across * :step AS y) AS corner;
INSERT INTO plan_run (county_code, ruleset, ruleset_version, ruleset_sha256, ruleset_toml, as_of, status, parcels)
VALUES ('149901', 'sample', '1', 'x', 'x', '2026-01-01', 'accepted', :n);
INSERT INTO plan_rule (county_code, run_id, rule_no, rule, kind, label, measure, measure_zh, measure_en, reason_zh,
    reason_en, basis, agency, days_allowed)
SELECT '149901', max(id), n, 'rule_' || n, 'idle_land', (ARRAY['use', 'sell'])[1 + n], 'm' || n, '措施', 'Measure',
    '理由', 'Reason', '依据', '单位', 90 FROM plan_run, generate_series(0, 1) AS n GROUP BY n;
INSERT INTO plan_label (run_id, parcel_id, county_code, rule_no, gates, unknown_gates)
SELECT (SELECT max(id) FROM plan_run), id, '149901', id % 2, 0, 0 FROM parcel;
"""


def fill(engine: Engine, n: int = 60, *, across: int = 10, step: float = 0.002, size: float = 0.001) -> None:
    """So many parcels, side by side in rows."""
    with transaction(engine, WRITER) as connection:
        for statement in FILL.split(";\n"):
            if statement.strip():
                connection.execute(text(statement), {"n": n, "across": across, "step": step, "size": size})


def change(engine: Engine, statement: str, **given: Any) -> None:
    """A change of the registry, by whatever way."""
    with transaction(engine, WRITER) as connection:
        connection.execute(text(statement), given)


def tile_at(matrix: int, lon: float = 113.01, lat: float = 36.01, grid: Grid = WEB_MERCATOR) -> Tile:
    """The tile over a place."""
    east, north = pyproj.Transformer.from_crs(4490, grid.srid, always_xy=True).transform(lon, lat)
    (west, top), span = grid.corner, grid.span(matrix)
    return grid.tile(matrix, int((top - north) / span), int((east - west) / span))
