"""One edit of one parcel among all: the core's use cases in their own transaction, the history and the checks included.

The reference is the same parcel changed by one bare UPDATE; the limit of the specification is 50 ms an edit, whatever
the ratio.
"""

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from clusters import registry
from sqlalchemy import Connection, Engine, text

from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.parcels.boundary.cut import carve_area
from gisreg.parcels.boundary.given import given_text
from gisreg.parcels.boundary.reshape import VertexChange, change_vertices
from gisreg.parcels.boundary.split import split_by_line
from gisreg.parcels.editing import Basis
from gisreg.parcels.edits import edit_attributes
from gisreg.parcels.undo import undo

EDITS = 30
LIMIT_S = 0.05
"""Seconds for one edit."""
Work = Callable[[Connection, int], object]


def code(n: int) -> str:
    """The number of the n-th parcel of ``fill_parcels.sql``."""
    return f"149901-{n:07}"


def corner(n: int) -> tuple[float, float]:
    """Its south-west corner."""
    return 400000.123 + (n % 1000) * 80, 3960000.321 + (n // 1000) * 80


def rename(connection: Connection, n: int) -> object:
    """One field."""
    return edit_attributes(connection, Basis(code(n), 1), {"name": "改名"})


def move_corner(connection: Connection, n: int) -> object:
    """One vertex."""
    x, y = corner(n)
    return change_vertices(connection, Basis(code(n), 1), [VertexChange("move", (x, y), (x - 3, y - 3))], srid=4547)


def split(connection: Connection, n: int) -> object:
    """In two by a line: two new parcels, one number out of use."""
    x, y = corner(n)
    line = given_text(f"LINESTRING({x + 25} {y - 20}, {x + 25} {y + 100})", 4547)
    return split_by_line(connection, Basis(code(n), 1), line)


def carve(connection: Connection, n: int) -> object:
    """A thousand square metres off."""
    return carve_area(connection, Basis(code(n), 1), 1000.0)


def take_back(connection: Connection, n: int) -> object:
    """The split undone."""
    return undo(connection, code(n - EDITS * 2), 2)


def bare(connection: Connection, n: int) -> object:
    """The reference."""
    return connection.execute(text("UPDATE parcel SET name = '改名' WHERE parcel_code = :code"), {"code": code(n)})


WORKS: dict[str, Work] = {
    "bare": bare, "rename": rename, "split": split, "carve": carve, "undo split": take_back, "move corner": move_corner,
}  # fmt: skip
"""In this order, each on parcels of its own; the split is undone two works later."""


def seconds(engine: Engine, work: Work, first: int) -> float:
    """The median of some edits, each in its own transaction; the first one only warms up."""
    taken = []
    for n in range(first, first + EDITS):
        started = time.perf_counter()
        with transaction(engine, Actor("bench")) as connection:
            work(connection, n)
        taken.append(time.perf_counter() - started)
    return median(taken[1:])


def main(sizes: Sequence[int]) -> list[dict[str, Any]]:
    """One row for each kind of edit; ``ratio`` is against the limit of 50 ms."""
    rows = []
    for n in sizes:
        with registry(n) as (app_url, *_):
            engine = make_engine(app_url)
            first = n // 2
            taken = {name: seconds(engine, work, first + no * EDITS) for no, (name, work) in enumerate(WORKS.items())}
            engine.dispose()
        rows += [
            {"work": f"edit: {name}", "n": n, "ours_s": one, "reference": "limit 50 ms", "reference_s": LIMIT_S,
             "ratio": one / LIMIT_S, "limit": 1.0}
            for name, one in taken.items() if name != "bare"
        ]  # fmt: skip
        rows.append({"work": "edit: bare UPDATE of one row", "n": n, "ours_s": taken["bare"]})
    return rows
