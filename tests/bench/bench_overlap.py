"""What parcels share: all registered ones against each other, and a small batch against all of them.

The reference for all is one plain self-join; the limit for a batch of 1,000 is a second beyond reading the file.
"""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psycopg2
import pyogrio
import shapely
from bench_edit import corner
from clusters import registry

from gisreg.db.engine import make_engine, transaction
from gisreg.intake.load import Wanted, import_parcels
from gisreg.parcels.overlaps import overlaps_in, tolerance_m2
from gisreg.settings import Settings

COUNTY = "149901"
BATCH = 1_000
LIMIT, BATCH_LIMIT_S = 1.5, 1.0
SHIFTED = """
    UPDATE parcel SET survey_boundary = moved, boundary = ST_Multi(ST_Transform(moved, 4490))
    FROM (SELECT id AS n, ST_Translate(survey_boundary, 30, 0) AS moved FROM parcel WHERE id % 10 = 0) AS m WHERE id = n
"""
"""Every tenth parcel onto its neighbour: a registry has overlaps."""
BY_HAND = """
    CREATE TEMPORARY TABLE shared AS
    SELECT a.id AS one, b.id AS other, ST_Area(ST_Intersection(a.boundary, b.boundary)) AS area
    FROM parcel AS a JOIN parcel AS b ON a.id < b.id AND ST_Intersects(a.boundary, b.boundary)
"""


def all_of_them(app_url: str, admin_uri: str, n: int) -> dict[str, Any]:
    """Everything against everything."""
    connection = psycopg2.connect(admin_uri, options="-c search_path=gisreg,public")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(SHIFTED)
    cursor.execute("VACUUM ANALYZE parcel")
    started = time.perf_counter()
    cursor.execute(BY_HAND)
    by_hand = time.perf_counter() - started
    cursor.execute("SELECT count(*) FROM shared")
    (expected,) = cursor.fetchone()
    connection.close()
    engine = make_engine(app_url)
    started = time.perf_counter()
    with transaction(engine) as reading:
        found = overlaps_in(reading, COUNTY, tolerance_m2(reading, COUNTY))
    ours = time.perf_counter() - started
    engine.dispose()
    return {
        "work": f"overlaps: {len(found):,} found, by hand {expected:,}", "n": n, "ours_s": ours,
        "reference": "ST_Intersects self-join", "reference_s": by_hand, "ratio": ours / by_hand, "limit": LIMIT,
    }  # fmt: skip


def write_batch(path: Path, n: int) -> None:
    """A thousand new parcels on top of registered ones, far apart."""
    first = [corner(i * (n // BATCH) + 1) for i in range(BATCH)]
    shapes = [shapely.box(x + 10, y + 10, x + 40, y + 40) for x, y in first]
    codes = np.array([f"NEW{i}" for i in range(BATCH)], object)
    pyogrio.raw.write(
        path, shapely.to_wkb(shapes), [codes], ["BSM"], geometry_type="Polygon", crs="EPSG:4547", driver="GPKG"
    )


def a_batch(app_url: str, n: int) -> dict[str, Any]:
    """The whole import of the batch, reading included, in a process that runs already."""
    with tempfile.TemporaryDirectory(prefix="gisreg-bench-") as folder:
        settings = Settings(home=Path(folder) / "home", database_url=app_url)
        file = Path(folder) / "batch.gpkg"
        write_batch(file, n)
        tried = Wanted(file, "idle_land", county=COUNTY, dry_run=True)
        import_parcels(settings, app_url, tried)  # warms up
        started = time.perf_counter()
        report = import_parcels(settings, app_url, Wanted(file, "idle_land", county=COUNTY))
        ours = time.perf_counter() - started
    overlapping = sum(problem.fault == "overlap_registered" for problem in report.problems)
    return {
        "work": f"import of {BATCH:,} rows, {overlapping:,} overlap", "n": n, "ours_s": ours,
        "reference": "limit 1 s", "reference_s": BATCH_LIMIT_S, "ratio": ours / BATCH_LIMIT_S, "limit": 1.0,
    }  # fmt: skip


def main(sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Two rows for each size."""
    rows = []
    for n in sizes:
        with registry(n) as (app_url, _uri, admin_uri):
            rows += [a_batch(app_url, n), all_of_them(app_url, admin_uri, n)]
    return rows
