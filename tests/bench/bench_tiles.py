"""Vector tiles beside tipg on the same database: made anew, one after the other, and from the cache.

tipg sends up to 10,000 parcels a tile with every column; ours tells cells where there are more than 4,000. Both are
asked for the same places, which lie anywhere among the parcels. Our server keeps no tiles while they are made anew.
"""

import json
import math
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import load
import peers
from bench_import import memory_of
from bench_items import Extent, Questions

from gisreg.cluster import libpq_uri

MATRICES = {10: 1 / 10, 12: 1 / 10, 14: 1 / 3, 16: 1 / 3}
"""Matrices and the share of tipg's time that a tile may take."""
ROUNDS, SECONDS, PLACES = 3, 4.0, 400
CACHED_CLIENTS, CACHED_PLACES = 16, 50
CACHED_A_SECOND = 1_500
MEMORY_LIMIT_MB = 250
HUNDRED, THOUSAND = 100, 1_000
OURS = "/ogc/collections/parcels/tiles/WebMercatorQuad/{z}/{y}/{x}"
TIPG = f"/collections/{peers.VIEW}/tiles/WebMercatorQuad/{{z}}/{{x}}/{{y}}"


def places(extent: Extent, matrix: int, most: int = PLACES) -> list[dict[str, int]]:
    """Tiles over places among the parcels."""
    west, south, east, north = extent
    drawn, tiles = random.Random(matrix), 2**matrix  # noqa: S311 - places, not secrets
    found = []
    for _ in range(most):
        longitude, latitude = drawn.uniform(west, east), math.radians(drawn.uniform(south, north))
        row = (1 - math.asinh(math.tan(latitude)) / math.pi) / 2 * tiles
        found.append({"z": matrix, "x": int((longitude + 180) / 360 * tiles), "y": int(row)})
    return found


@contextmanager
def ours(app_url: str, home: Path, cache_mb: int) -> Iterator[peers.Server]:
    """Our server with a cache of that size, when everything is drawn."""
    before = os.environ.get("GISREG_TILE_CACHE_MB")
    os.environ["GISREG_TILE_CACHE_MB"] = str(cache_mb)
    try:
        with peers.gisreg(app_url, home) as server:
            yield server
    finally:
        if before is None:
            del os.environ["GISREG_TILE_CACHE_MB"]
        else:
            os.environ["GISREG_TILE_CACHE_MB"] = before


def drawn(server: peers.Server, path: str) -> float:
    """Seconds until the first tile is there: the copy is made before it."""
    begun, client = time.monotonic(), load.Client(server.base)
    while not client.get(path)[0]:  # 503 after a while: come again
        pass
    client.close()
    return time.monotonic() - begun


def measure(app_url: str, admin_url: str, n: int, home: Path) -> list[dict[str, Any]]:
    """Both in turn, several rounds; medians."""
    extent = Questions(libpq_uri(admin_url), n).extent
    with ours(app_url, home, 0) as own, peers.tipg(admin_url) as other:
        first = drawn(own, OURS.format(**places(extent, 12, 1)[0]))
        rates: dict[tuple[str, int], list[float]] = {}
        for round_no in range(ROUNDS):
            for matrix in MATRICES:
                asked = places(extent, matrix)
                for name, server, path in (("ours", own, OURS), ("tipg", other, TIPG)):
                    paths = [path.format(**place) for place in asked]
                    found = load.run(server.base, paths, seconds=SECONDS, start=round_no * 97)
                    rates.setdefault((name, matrix), []).append(found.rate)
        memory = memory_of(own.pid)
    made = [
        _row(
            f"100 tiles of matrix {matrix}, made anew", n, HUNDRED / median(rates["ours", matrix]),
            "tipg", HUNDRED / median(rates["tipg", matrix]), limit, memory,
        )
        for matrix, limit in MATRICES.items()
    ]  # fmt: skip
    made.append(_row("all parcels drawn for the first time", n, first, None, None, None, memory))
    return [*made, _cached(app_url, home, n, extent)]


def _cached(app_url: str, home: Path, n: int, extent: Extent) -> dict[str, Any]:
    """Tiles that the server keeps, asked for by many."""
    with ours(app_url, home, 64) as own:
        paths = [OURS.format(**place) for matrix in MATRICES for place in places(extent, matrix, CACHED_PLACES)]
        load.run(own.base, paths, clients=2, seconds=15)  # all of them made
        rate = median(
            load.run(own.base, paths, clients=CACHED_CLIENTS, seconds=SECONDS, start=turn * 31).rate
            for turn in range(ROUNDS)
        )
        memory = memory_of(own.pid)
    wanted = THOUSAND / CACHED_A_SECOND
    return _row("1,000 tiles from the cache, 16 clients", n, THOUSAND / rate, "1,500 a second", wanted, 1.0, memory)


def _row(  # noqa: PLR0917 - the cells of a row
    work: str, n: int, seconds: float, reference: str | None, theirs: float | None, limit: float | None, memory: float
) -> dict[str, Any]:
    told: dict[str, Any] = {"work": work, "n": n, "ours_s": round(seconds, 2)}
    if theirs is not None:
        told |= {"reference": reference, "reference_s": round(theirs, 2), "ratio": round(seconds / theirs, 4)}
    return {**told, "limit": limit, "memory_mb": round(memory), "memory_limit_mb": MEMORY_LIMIT_MB}


def main(sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Six rows a size."""
    return peers.beside(measure, sizes)


if __name__ == "__main__":
    print(json.dumps(main([int(size) for size in sys.argv[1:]] or [100_000]), ensure_ascii=False, indent=1))
