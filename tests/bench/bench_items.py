"""Pages of 100 parcels in a box, and single parcels, beside tipg, pygeoapi and bare SQL on the same database.

All serve the read model with every column: the peers the view ``gisreg.parcel_current``, the bare SQL that pgbench runs
the same view as GeoJSON. It is run in two ways: as anybody would write it (``row_to_json``, no order), and the very
statement that our answers come from. Eight clients ask at once; times are those of a thousand answers.

pygeoapi stands here at its best: geometries lie in the system that it serves, under an index of their own. Where they
lie in a zone, as surveyed, it turns each of them in Python. It counts what matches, as it does unless told otherwise.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import load
import peers
import psycopg2
from bench_import import memory_of

from gisreg.cluster import libpq_uri
from gisreg.db.engine import session_options
from gisreg.db.one_statement import SETTINGS
from gisreg.features import quick
from gisreg.features.collections import GEOMETRY, collection_of
from gisreg.features.crs import CRS84
from gisreg.parcels.current import parcel_current

CLIENTS, SECONDS, WARM_UP_SECONDS, ROUNDS, PATHS = 8, 4.0, 1.0, 3, 2_000
WIDE, HIGH = 0.013, 0.0095
"""A box of about 1.2 by 1 km, which holds about 180 parcels."""
MEMORY_LIMIT_MB = 250
TIPG_LIMIT, PYGEOAPI_LIMIT, BARE_LIMIT = 1 / 5, 1 / 100, 2.0
THOUSAND = 1_000
_FEATURE = """'{"type":"Feature","id":' || to_json(p.parcel_code) || ',"geometry":' || ST_AsGeoJSON(p.boundary, 8, 0)
    || ',"properties":' || (SELECT row_to_json(told) FROM (SELECT {columns}) AS told) || '}'"""
_NUMBERED = "'149901-' || lpad(:i::text, 7, '0')"
_ONE_NUMBERED = f"ARRAY[{_NUMBERED}]"
Extent = tuple[float, float, float, float]


class Questions:
    """The same boxes and parcels for everybody."""

    def __init__(self, uri: str, n: int) -> None:
        self.uri, self.n = uri, n
        self.extent = self._extent()
        west, south, east, north = self.extent
        drawn = random.Random(3)  # noqa: S311 - places, not secrets
        corners = [(drawn.uniform(west, east - WIDE), drawn.uniform(south, north - HIGH)) for _ in range(PATHS)]
        self.boxes = [f"{x:.6f},{y:.6f},{x + WIDE:.6f},{y + HIGH:.6f}" for x, y in corners]
        self.numbers = [drawn.randint(1, n) for _ in range(PATHS)]

    def _extent(self) -> Extent:
        with psycopg2.connect(self.uri) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT ST_EstimatedExtent('gisreg', 'parcel', 'boundary')::text")
            found = cursor.fetchone()[0]  # type: ignore[index]  # an aggregate always answers
        connection.close()
        west, south, east, north = map(float, found.removeprefix("BOX(").rstrip(")").replace(" ", ",").split(","))
        return west, south, east, north

    def paths(self, prefix: str, boxed: str, single: str, number: str = "{}") -> dict[str, list[str]]:
        """Addresses by kind of question."""
        return {
            "page": [f"{prefix}/items?{boxed}&limit=100&bbox={box}" for box in self.boxes],
            "one": [f"{prefix}/items/{number.format(one)}{single}" for one in self.numbers],
        }


def make_view_of_4326(uri: str) -> None:
    """What pygeoapi serves."""
    names = ", ".join(column.name for column in parcel_current.columns if column.name != GEOMETRY)
    connection = psycopg2.connect(uri)
    with connection, connection.cursor() as cursor:
        cursor.execute((peers.FOLDER / "view_of_4326.sql").read_text().format(columns=names))
    connection.close()


def scripts(questions: Questions, folder: Path) -> dict[str, dict[str, Path]]:
    """pgbench's scripts: of each way the page and the one."""
    west, south, east, north = questions.extent
    box = (
        f"\\set west {west} + random(0, 1000000) * {(east - west - WIDE) / 1e6:.12f}\n"
        f"\\set south {south} + random(0, 1000000) * {(north - south - HIGH) / 1e6:.12f}\n"
        f"\\set east :west + {WIDE}\n\\set north :south + {HIGH}\n\\set limit 100\n\\set most 101\n"
    )
    number = f"\\set i random(1, {questions.n})\n"
    page = quick.page_statement(quick.WrittenAs("parcels", CRS84.uri), boxed=True, continued=False)
    one = quick.one_statement(quick.WrittenAs("parcels", CRS84.uri))
    feature = _FEATURE.replace("{columns}", ", ".join(f"p.{name}" for name in collection_of("parcels").properties))
    view = f"SELECT {feature} AS f FROM parcel_current AS p"
    in_box = "p.boundary && ST_MakeEnvelope(:west, :south, :east, :north, 4490)"
    made = {
        "bare SQL": {
            "page": f"{box}SELECT string_agg(f, ',') FROM ({_on_a_line(view)} WHERE {in_box} LIMIT 100) AS made;\n",
            "one": f"{number}{_on_a_line(view)} WHERE p.parcel_code = {_NUMBERED};\n",
        },
        "our statement": {
            "page": f"{box}{_with_values(page)};\n",
            "one": f"{number}{_with_values(one, fids=_ONE_NUMBERED)};\n",
        },
    }
    found: dict[str, dict[str, Path]] = {}
    for way, (name, kinds) in enumerate(made.items()):
        found[name] = {kind: folder / f"{way}-{kind}.sql" for kind in kinds}
        for kind, sql in kinds.items():
            found[name][kind].write_text(sql, encoding="utf-8")
    return found


def _with_values(made: quick.Statement, **spelled: str) -> str:
    """The statement with pgbench's variables and constants in place of ``$1 …``."""
    constants = dict(made.constants)
    sql = made.sql
    for place in range(len(made.names), 0, -1):
        name = made.names[place - 1]
        constant = constants.get(name)
        quoted = f"'{constant}'" if isinstance(constant, str) else str(constant)
        sql = sql.replace(f"${place}", spelled.get(name, f":{name}" if constant is None else quoted))
    # pgbench would take what follows the colons for variables of its own
    return _on_a_line(sql.replace(":true'", ":' || 'true'").replace(":false'", ":' || 'false'"))


def _on_a_line(sql: str) -> str:
    return " ".join(sql.split())


def pgbench(uri: str, script: Path, seconds: float) -> float:
    """Answers a second."""
    settings = " ".join(
        f"-c {name}={value}" for name, value in SETTINGS.items() if name != "default_transaction_read_only"
    )
    parts = psycopg2.extensions.parse_dsn(uri)
    command = [
        "pgbench", "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-T", str(int(seconds)), "-f", str(script),
        "-h", parts["host"], "-p", parts["port"], "-U", parts["user"], parts["dbname"],
    ]  # fmt: skip
    environment = {
        **os.environ,
        "PGOPTIONS": f"{session_options()} {settings}",
        "PGPASSWORD": parts.get("password", ""),
    }
    told = subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout
    return float(next(line.split()[2] for line in told.splitlines() if line.startswith("tps")))


def measure(app_url: str, admin_url: str, n: int, home: Path) -> list[dict[str, Any]]:
    """Everybody in turn, several rounds; medians."""
    uri = libpq_uri(admin_url)
    questions = Questions(uri, n)
    make_view_of_4326(uri)
    with ExitStack() as stack:
        own = stack.enter_context(peers.gisreg(app_url, home))
        asked = {
            "ours": (own, questions.paths("/ogc/collections/parcels", "f=json", "", "149901-{:07d}")),
            "tipg": (
                stack.enter_context(peers.tipg(admin_url)),
                questions.paths(f"/collections/{peers.VIEW}", "f=geojson", "?f=geojson"),
            ),
            "pygeoapi": (
                stack.enter_context(peers.pygeoapi(admin_url, home)),
                questions.paths("/collections/parcels", "f=json", "?f=json"),
            ),
        }
        bare = scripts(questions, home)
        rates: dict[tuple[str, str], list[float]] = {}
        for round_no in range(ROUNDS + 1):  # the first warms up and is not counted
            for name, kind, rate in _round(asked, bare, uri, round_no):
                if round_no:
                    rates.setdefault((name, kind), []).append(rate)
        memory = memory_of(own.pid)
    return rows(n, {key: median(found) for key, found in rates.items()}, memory)


def _round(
    asked: dict[str, tuple[peers.Server, dict[str, list[str]]]],
    bare: dict[str, dict[str, Path]],
    uri: str,
    round_no: int,
) -> list[tuple[str, str, float]]:
    seen: list[tuple[str, str, float]] = []
    seconds = SECONDS if round_no else WARM_UP_SECONDS
    for kind in ("page", "one"):
        for name, (server, paths) in asked.items():
            found = load.run(server.base, paths[kind], clients=CLIENTS, seconds=seconds, start=round_no * 331)
            if found.failed:
                raise SystemExit(f"{name}: {found.failed} answers were no 200")
            seen.append((name, kind, found.rate))
        seen += [(name, kind, pgbench(uri, of_kind[kind], seconds)) for name, of_kind in bare.items()]
    return seen


def rows(n: int, rates: dict[tuple[str, str], float], memory: float) -> list[dict[str, Any]]:
    """A row for each that ours is held against."""
    limits = {"tipg": TIPG_LIMIT, "pygeoapi": PYGEOAPI_LIMIT, "bare SQL": BARE_LIMIT, "our statement": BARE_LIMIT}
    works = {"page": "1,000 pages of 100 in a box", "one": "1,000 times one parcel"}
    made = []
    for kind, work in works.items():
        mine = THOUSAND / rates["ours", kind]
        for name, limit in limits.items():
            theirs = THOUSAND / rates[name, kind]
            made.append({
                "work": work, "n": n, "ours_s": round(mine, 2), "reference": name, "reference_s": round(theirs, 2),
                "ratio": round(mine / theirs, 4), "limit": limit, "memory_mb": round(memory),
                "memory_limit_mb": MEMORY_LIMIT_MB,
            })  # fmt: skip
    return made


def main(sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Eight rows a size."""
    return peers.beside(measure, sizes)


if __name__ == "__main__":
    print(json.dumps(main([int(size) for size in sys.argv[1:]] or [100_000]), ensure_ascii=False, indent=1))
