# ruff: noqa: E501 - wording and SQL stay in one piece

"""Import of a GBK shapefile against the same work by hand: ogr2ogr with COPY, then one SQL script."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import psycopg2
import pyogrio
import shapely

from gisreg.cluster import PrivateCluster, libpq_uri
from gisreg.cluster.prepare import create_database, create_postgis, drop_database
from gisreg.db.upgrade import upgrade

FOLDER = Path(__file__).parent
COUNTY = "149901"
WEST, SOUTH = 410_000.0, 3_980_000.0
"""A corner near 113°E 36°N in EPSG:4547."""
TOWNS_ACROSS, TOWNS_DOWN = 4, 3
STEP_M = 36.0
CHUNK = 100_000
ROUNDS, SHORT = 3, 100_000
LOOK_SECONDS = 0.25
"""Each look walks through the memory of the processes and holds them up meanwhile."""


def rings(n: int, across: int, start: int, random: np.random.Generator) -> Any:
    """Eight-cornered parcels in rows, none touching the next."""
    number = np.arange(start, min(n, start + CHUNK))
    angle = np.linspace(0, 2 * np.pi, 9)[:-1] + random.uniform(-0.2, 0.2, (len(number), 8))
    radius = random.uniform(10, 16, (len(number), 8))
    centre = np.stack([WEST + (number % across + 0.5) * STEP_M, SOUTH + (number // across + 0.5) * STEP_M], -1)
    points = centre[:, None, :] + radius[..., None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    return shapely.to_wkb(shapely.polygons(np.round(points, 3)))


def write_survey(path: Path, n: int) -> None:
    """A survey file as an office has it: codes, names, areas, dates, money, yes and no; GBK."""
    across, random = int(np.ceil(np.sqrt(n * 4 / 3))), np.random.default_rng(7)
    for start in range(0, n, CHUNK):
        shapes = rings(n, across, start, random)
        number = np.arange(start, start + len(shapes))
        down = -(-n // across)
        town = (number // across) * TOWNS_DOWN // down * TOWNS_ACROSS + (number % across) * TOWNS_ACROSS // across
        day = (np.datetime64("2012-01-01") + number % 4000).astype(str)
        values: dict[str, Any] = {
            "BSM": [f"{COUNTY}{i:08d}" for i in number],
            "DKMC": [f"示例{i}号地块" for i in number],
            "ZL": [f"示例县示例{t}号镇建设路{i % 900}号" for i, t in zip(number, town, strict=True)],
            "ZDDM": [f"{COUNTY}{i % 999:03d}002GB{i % 99999:05d}" for i in number],
            "QLR": [f"示例{i % 5000}有限公司" for i in number],
            "XZQDM": [f"{149901100 + t}" for t in town],
            "DLBM": ["0601"] * len(number),
            "PZMJ": np.round(random.uniform(400, 700, len(number)), 2),
            "HTRQ": day, "YDDGRQ": day,
            "TDJK": np.round(random.uniform(10, 900, len(number)), 2),
            "YJJK": np.round(random.uniform(1, 9, len(number)), 2),
            "SFCF": np.where(number % 50 == 0, "是", "否"), "YDY": np.where(number % 9 == 0, "是", "否"),
        }  # fmt: skip
        columns = [
            np.asarray(column, object if not isinstance(column, np.ndarray) or column.dtype.kind == "U" else None)
            for column in values.values()
        ]
        pyogrio.raw.write(
            path, shapes, columns, list(values), geometry_type="Polygon", crs="EPSG:4547", driver="ESRI Shapefile",
            encoding="GBK", append=start > 0,
        )  # fmt: skip


def extent(n: int) -> tuple[float, float]:
    """Width and height of the surveyed ground in metres."""
    across = int(np.ceil(np.sqrt(n * 4 / 3)))
    return across * STEP_M, -(-n // across) * STEP_M


@contextmanager
def database(cluster: PrivateCluster, name: str, n: int) -> Iterator[tuple[str, str]]:
    """A fresh registry with the county and its twelve townships."""
    maintenance = cluster.url("admin", "postgres")
    drop_database(maintenance, name)
    create_database(maintenance, name)
    create_postgis(cluster.url("admin", name))
    upgrade(cluster.url("admin", name))
    app, admin = cluster.url("app", name), libpq_uri(cluster.url("admin", name))
    run_sql(admin, towns_sql(*extent(n)))
    try:
        yield app, admin
    finally:
        drop_database(maintenance, name)


def towns_sql(width: float, height: float) -> str:
    """The county and townships whose borders have as many corners as real ones."""
    return f"""
        INSERT INTO gisreg.county (code, name, invented) VALUES ('{COUNTY}', '示例县', true);
        INSERT INTO gisreg.admin_unit (county_code, level, code, name, parent_code, boundary)
        SELECT '{COUNTY}', 'township', (149901100 + x + {TOWNS_ACROSS} * y)::text, '示例' || x + {TOWNS_ACROSS} * y || '号镇', '{COUNTY}',
            ST_Multi(ST_Transform(ST_Segmentize(ST_MakeEnvelope(
                {WEST} + x * {width / TOWNS_ACROSS}, {SOUTH} + y * {height / TOWNS_DOWN},
                {WEST} + (x + 1) * {width / TOWNS_ACROSS}, {SOUTH} + (y + 1) * {height / TOWNS_DOWN}, 4547), 100), 4490))
        FROM generate_series(0, {TOWNS_ACROSS - 1}) AS x, generate_series(0, {TOWNS_DOWN - 1}) AS y;
    """


def run_sql(uri: str, sql: str) -> None:
    """Plain SQL as a superuser."""
    connection = psycopg2.connect(uri)
    connection.autocommit = True
    connection.cursor().execute(sql)
    connection.close()


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    start = time.perf_counter()
    work()
    return round(time.perf_counter() - start, 2)


def ours(app_url: str, file: Path, *, watched: bool) -> tuple[float, float]:
    """Seconds, and the peak memory in MB of the import's processes together if they are watched."""
    environment = {**os.environ, "GISREG_DATABASE_URL": app_url, "GISREG_HOME": str(file.parent / "own")}
    command = [sys.executable, "-m", "gisreg.cli.main", "parcels", "import", str(file), "--kind", "idle_land"]
    started, peak = time.perf_counter(), 0.0
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    while watched and process.poll() is None:
        peak = max(peak, memory_of(process.pid))
        time.sleep(LOOK_SECONDS)
    process.wait()
    seconds = round(time.perf_counter() - started, 2)
    if process.returncode:
        raise SystemExit(f"the import failed: {process.returncode}")
    return seconds, peak


def memory_of(pid: int) -> float:
    """Resident memory in MB of a process and its children; pages they share are counted once (PSS)."""
    total = 0.0
    for one in [pid, *descendants(pid)]:
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:  # it has just ended
            continue
        total += next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0)
    return total


def descendants(pid: int) -> list[int]:
    """All processes below one."""
    found: list[int] = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    except OSError:
        return found
    return found


def ogr2ogr(admin_uri: str, file: Path) -> None:
    """The bare load: everything as text and numbers into an unlogged staging table."""
    subprocess.run(
        ["ogr2ogr", "-f", "PostgreSQL", f"PG:{admin_uri}", str(file), "-nln", "staging.by_hand", "-nlt", "POLYGON", "-lco",
         "GEOMETRY_NAME=geom", "-lco", "SPATIAL_INDEX=NONE", "-lco", "UNLOGGED=YES", "-gt", "1000000", "-a_srs", "EPSG:4547"],
        check=True, env={**os.environ, "PG_USE_COPY": "YES"},
    )  # fmt: skip


def once_ours(cluster: PrivateCluster, file: Path, n: int, *, watched: bool) -> tuple[float, float]:
    """Seconds, and the peak memory in MB where it is watched, into a fresh registry."""
    with database(cluster, "bench_ours", n) as (app, admin):
        run_sql(admin, "CHECKPOINT")
        return ours(app, file, watched=watched)


def once_by_hand(cluster: PrivateCluster, file: Path, n: int) -> tuple[float, float]:
    """Seconds of the bare load, and of it and the script together, into a fresh registry."""
    with database(cluster, "bench_by_hand", n) as (_, admin):
        run_sql(admin, "CHECKPOINT")
        bare = timed(lambda: ogr2ogr(admin, file))
        return bare, bare + timed(lambda: run_sql(admin, (FOLDER / "import_by_hand.sql").read_text()))


def compare(cluster: PrivateCluster, folder: Path, n: int) -> list[dict[str, Any]]:
    """One size; short work in several rounds, each begun by another one: whoever is first finds the server unused. Its
    memory is looked at in a round of its own."""
    file = folder / f"survey_{n}.shp"
    write_survey(file, n)
    is_short = n <= SHORT
    own: list[tuple[float, float]] = []
    hand: list[tuple[float, float]] = []
    for round_no in range(ROUNDS if is_short else 1):
        for is_ours in (True, False) if round_no % 2 == 0 else (False, True):
            if is_ours:
                own.append(once_ours(cluster, file, n, watched=not is_short))
            else:
                hand.append(once_by_hand(cluster, file, n))
    our_seconds = median(seconds for seconds, _ in own)
    peak = once_ours(cluster, file, n, watched=True)[1] if is_short else own[0][1]
    bare, by_hand = (median(column) for column in zip(*hand, strict=True))
    common = {"work": "import shp GBK", "n": n, "ours_s": our_seconds}
    return [
        {**common, "reference": "ogr2ogr COPY + SQL", "reference_s": by_hand, "ratio": our_seconds / by_hand,
         "limit": 1.0, "memory_mb": round(peak), "memory_limit_mb": 600},
        {**common, "reference": "bare ogr2ogr COPY", "reference_s": bare, "ratio": our_seconds / bare, "limit": 3.0},
    ]  # fmt: skip


def main(sizes: list[int]) -> list[dict[str, Any]]:
    """Side by side on a private cluster of its own, tuned as users get it."""
    folder = Path(tempfile.mkdtemp(prefix="gisreg-bench-"))
    folder.chmod(0o755)
    cluster = PrivateCluster(folder / "home")
    try:
        cluster.ensure_running()
        return [row for n in sizes for row in compare(cluster, folder, n)]
    finally:
        cluster.destroy()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    for row in main([int(size) for size in sys.argv[1:]] or [100_000]):
        print(row)
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, "MB: the largest single process")
