"""Export of the read model with every column against ogr2ogr reading the same view with the same columns.

Ours is measured before zipping, as ogr2ogr does not zip. Twice by hand for the shapefile: as ogr2ogr does it by itself
(text 80 bytes wide and wider where needed), and with the widths of the data given by casts.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from clusters import registry

from gisreg.db.engine import make_engine, session_options
from gisreg.export import ogr
from gisreg.export.fields import Field, fields
from gisreg.export.shapefile import write_parts
from gisreg.export.statement import export_statement
from gisreg.export.stream import open_stream
from gisreg.parcels.current import parcel_current

SRID = 4547
SHAPEFILE_LIMIT, GEOPACKAGE_LIMIT, MEMORY_LIMIT_MB = 0.9, 0.5, 400


def ours(app_url: str, form: str, folder: Path) -> None:
    """One export as :func:`gisreg.export.export` does it, up to the zip."""
    engine = make_engine(app_url)
    shapefile = form == "shp"
    wanted = [field for field in fields() if field.dbf or not shapefile]
    statement = export_statement(parcel_current, wanted, srid=SRID, clockwise=shapefile, include_personal=True)
    with open_stream(engine, statement) as stream:
        if shapefile:
            write_parts(stream, wanted, folder, "x", srid=SRID, encoding="GBK", day=date(2026, 1, 1))
        else:
            ogr.write_geopackage(stream, wanted, folder / "x.gpkg", layer="x", srid=SRID, progress=None)


def by_hand(uri: str, form: str, folder: Path, widths: dict[str, int] | None = None) -> list[str]:
    """The ogr2ogr command that reads the same columns."""
    shapefile = form == "shp"
    columns = ", ".join(_selected(field, shapefile, widths or {}) for field in fields() if field.dbf or not shapefile)
    sql = f"SELECT {columns}, ST_Transform(boundary, {SRID}) AS boundary FROM gisreg.parcel_current"
    driver, name = ("ESRI Shapefile", "x.shp") if shapefile else ("GPKG", "x.gpkg")
    encoding = ["-lco", "ENCODING=GBK"] if shapefile else []
    return [
        "ogr2ogr", "-f", driver, str(folder / name), f"PG:{uri}", "-sql", sql, "-nln", "x", "-gt", "1000000",
        "-nlt", "MULTIPOLYGON", "-a_srs", f"EPSG:{SRID}", *encoding,
    ]  # fmt: skip


def _selected(field: Field, shapefile: bool, widths: dict[str, int]) -> str:
    value = field.name
    if field.title_of:
        cases = " ".join(f"WHEN '{term}' THEN '{term.zh}'" for term in field.terms or ())
        value = f"CASE {field.title_of} {cases} END"
    elif field.type == "array":
        value = f"array_to_string({field.name}, ';')"
    if field.dbf in widths and field.type in {"string", "array"}:
        value = f"({value})::varchar({widths[field.dbf]})"
    return f'{value} AS "{field.dbf if shapefile else field.name}"'


def measured(command: Sequence[str]) -> tuple[float, float]:
    """Seconds, and peak memory in MB, of one process."""
    environment = {**os.environ, "PGOPTIONS": session_options(), "PYTHONPATH": str(Path(__file__).parents[2])}
    os.sync()  # what the one before has written must not slow this one down
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:  # not a pipe: ogr2ogr says a lot
        process = subprocess.Popen(command, env=environment, stderr=said)
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{command[0]} failed: {said.read()[-2000:]}")
    return round(time.perf_counter() - start, 2), round(usage.ru_maxrss / 1024, 1)


def text_widths(folder: Path) -> dict[str, int]:
    """The widths our .dbf came out with."""
    with (folder / "x.dbf").open("rb") as file:  # the head only: what this process holds counts for its children too
        head = file.read(33_000)
    count = (int.from_bytes(head[8:10], "little") - 33) // 32
    described = [head[32 + 32 * n : 64 + 32 * n] for n in range(count)]
    return {entry[:11].rstrip(b"\0").decode(): entry[16] for entry in described}


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that goes away; the files are big."""
    with tempfile.TemporaryDirectory(prefix="gisreg-bench-out-") as folder:
        yield Path(folder)


def compare(n: int, app_url: str, uri: str) -> Iterator[dict[str, Any]]:
    """Ours and by hand, one right after the other."""
    for form, title, limit in (
        ("shp", "export shapefile GBK", SHAPEFILE_LIMIT),
        ("gpkg", "export GeoPackage", GEOPACKAGE_LIMIT),
    ):
        with scratch() as folder:
            seconds, memory = measured([sys.executable, __file__, app_url, form, str(folder)])
            widths = text_widths(folder) if form == "shp" else {}
        ways: list[tuple[str, dict[str, int]]] = [("ogr2ogr", {})]
        if widths:
            ways.append(("ogr2ogr, widths given by hand", widths))
        for reference, given in ways:
            with scratch() as folder:
                hand_seconds, _memory = measured(by_hand(uri, form, folder, given))
            yield {
                "work": title, "n": n, "ours_s": seconds, "reference": reference, "reference_s": hand_seconds,
                "ratio": round(seconds / hand_seconds, 3), "limit": limit,
                "memory_mb": memory, "memory_limit_mb": MEMORY_LIMIT_MB,
            }  # fmt: skip


def main(sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Rows of the benchmark's table."""
    rows = []
    for n in sizes:
        with registry(n) as (app_url, uri, _):
            rows += compare(n, app_url, uri)
    return rows


if __name__ == "__main__":
    if len(sys.argv) == 4:  # one run of ours in a process of its own
        ours(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    else:
        print(json.dumps(main([int(size) for size in sys.argv[1:] or ["100000"]]), ensure_ascii=False, indent=1))
