"""The check-out's own tables in the GeoPackage: what was handed out, each row's mark, and the style for QGIS."""

import hashlib
import marshal
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from gisreg.checkout.layer import CODE, FID, GEOMETRY, LAYER, RECORDED, VERSION, Words
from gisreg.db.sql import load
from gisreg.text import Text

META, ROWS = "gisreg_checkout", "gisreg_checkout_row"
DIGEST_BYTES = 16
AT_ONCE = 2_000
PLAIN_MARSHAL = 2
"""Marshal's format without references: the same bytes for the same values in every Python, and quickly."""

_STYLE = """
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML,
    styleSLD, useAsDefault, description, update_time)
VALUES ('', '', ?, ?, ?, ?, '', 1, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
"""
STYLE_NAME = Text("宗地签出", "Parcel check-out")


@dataclass(frozen=True)
class Handed:
    """What the file says of itself."""

    id: str
    county: str
    fingerprint: str
    """The registry's: the time of the county's first record, which no two registries share."""
    crs: str
    checked_out_at: str
    checked_out_by: str
    filter: str
    kinds: str
    personal: str
    """``yes`` where the names of private holders were handed out."""
    rows: str
    columns: str
    """Names of the columns, separated by blanks."""

    @property
    def srid(self) -> int:
        """The EPSG number."""
        return int(self.crs.removeprefix("EPSG:"))


def handed_names() -> tuple[str, ...]:
    """What must be told."""
    return tuple(field.name for field in fields(Handed))


def digest(values: Sequence[Any]) -> bytes:
    """A mark of one row's values as SQLite holds them, the boundary's bytes among them."""
    written = marshal.dumps(tuple(values), PLAIN_MARSHAL)
    return hashlib.blake2b(written, digest_size=DIGEST_BYTES).digest()


def quoted(name: str) -> str:
    """An identifier in SQLite."""
    return '"' + name.replace('"', '""') + '"'


def layer_query(columns: Iterable[str]) -> str:
    """The columns of a row in the order that its mark is made of: attributes, then the boundary."""
    return ", ".join(f"l.{quoted(name)}" for name in (*columns, GEOMETRY))


def write_side_tables(file: Path, handed: Handed, qml: str, enums: dict[str, Words]) -> None:
    """Add the check-out's tables to a GeoPackage that GDAL has written."""
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        connection.executescript(f"BEGIN; {load('gisreg.checkout', 'side_tables.sql')}")
        connection.executemany("INSERT INTO gisreg_checkout VALUES (?, ?)", asdict(handed).items())
        connection.execute(_STYLE, (LAYER, GEOMETRY, STYLE_NAME.zh, qml, STYLE_NAME.both()))
        marks = _marks(connection, handed.columns.split())
        connection.executemany("INSERT INTO gisreg_checkout_row VALUES (?, ?, ?, ?, ?)", marks)
        _add_enums(connection, enums)
        connection.execute("COMMIT")
    finally:
        connection.close()


def _marks(connection: sqlite3.Connection, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Read in pages: the same connection writes at the same time."""
    page = (
        f"SELECT l.{FID}, {layer_query(columns)} FROM {LAYER} AS l WHERE l.{FID} > ? ORDER BY l.{FID} LIMIT {AT_ONCE}"  # noqa: S608 - names of ours
    )
    code, version, recorded = (columns.index(name) + 1 for name in (CODE, VERSION, RECORDED))
    last = -1
    while rows := connection.execute(page, (last,)).fetchall():
        for row in rows:
            yield row[0], row[code], row[version], row[recorded], digest(row[1:])
        last = rows[-1][0]


def _add_enums(connection: sqlite3.Connection, enums: dict[str, Words]) -> None:
    """The lists also by the GeoPackage standard's own means, for programs that read no QML."""
    values = "(constraint_name, constraint_type, value, description)"
    for name, words in enums.items():
        listed = [(name, "enum", value, title) for title, value in words]
        connection.executemany(
            f"INSERT OR IGNORE INTO gpkg_data_column_constraints {values} VALUES (?, ?, ?, ?)",  # noqa: S608 - a constant
            listed,
        )
        connection.execute(
            "UPDATE gpkg_data_columns SET constraint_name = ? WHERE table_name = ? AND column_name = ?",
            (name, LAYER, name),
        )
