"""Parcels of the invented county as an officer has them: a GBK shapefile with pinyin field names, for examples,
tests and benchmarks of the import."""

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from gisreg.demo.ahead import ahead
from gisreg.demo.frame import SURVEY_EPSG
from gisreg.demo.names import names
from gisreg.demo.rows import County
from gisreg.demo.slots import LEVELS
from gisreg.errors import DiskFull, InputError
from gisreg.text import Text
from gisreg.vocab import HolderClass, IdleCause, Kind, OwnershipStatus, Term

ZONE_SHIFT_M = {4526: 0.0, 4547: -38_000_000.0}
"""EPSG:4547 is the same grid without the zone number before the easting."""
OFTEN = 5
"""Of every so many parcels at least one is of the wanted kind."""
FLAWED_SHARE = 0.01

FIELDS: tuple[tuple[str, str, int], ...] = (
    ("BSM", "source_code", 16), ("XMMC", "name", 120), ("ZL", "address", 120), ("ZDDM", "cadastral_code", 19),
    ("BDCDYH", "real_estate_unit_code", 28), ("QLRMC", "holder_name", 80), ("QLRLX", "holder_class", 20),
    ("QSZT", "ownership_status", 10), ("QLLX", "right_type", 2), ("QLXZ", "right_nature", 3),
    ("QSXZ", "ownership_nature", 2), ("DLBM", "land_use_code", 6), ("XZQDM", "township_code", 9),
    ("XZQMC", "township_name", 40), ("ZDMJ", "official_area_m2", 0), ("PZWH", "approval_no", 40),
    ("PZRQ", "approved_on", 0), ("HTBH", "contract_no", 30), ("DZJGH", "supervision_no", 20),
    ("HTRQ", "contract_on", 0), ("YDDGRQ", "agreed_start_on", 0), ("SJDGRQ", "actual_start_on", 0),
    ("TDJK", "price_wan", 0), ("XZYY", "idle_cause", 20), ("YDY", "mortgaged", 2), ("SFCF", "seized", 2),
    ("BZ", "remark", 100),
)  # fmt: skip
"""Field of the file, column of the registry, width in bytes (0 for numbers and dates)."""
WORDS: dict[str, type[Term]] = {
    "holder_class": HolderClass,
    "ownership_status": OwnershipStatus,
    "idle_cause": IdleCause,
}


class SurveyFileRefused(InputError):
    """The name says another format, or the folder is missing."""

    what: ClassVar[Text] = Text("测量文件写不到 {file}", "no survey file can be written to {file}")
    mend: ClassVar[Text] = Text(
        "请给出已有文件夹中以 .shp 或 .zip 结尾的文件名",
        "name a file that ends in .shp or .zip in a folder that exists",
    )


def write_survey_file(
    path: Path,
    parcels: int,
    seed: int = 7,
    *,
    kind: Kind | None = None,
    skip: int = 0,
    epsg: int = SURVEY_EPSG,
    encoding: str = "GBK",
    flawed: bool = False,
) -> int:
    """Write ``path`` (.shp, or .zip with the shapefile inside); how many rows were written.

    ``skip`` leaves out the parcels that ``gisreg demo`` loads: what is written lies beside them. ``flawed`` spoils
    one row in a hundred the way surveys are spoilt.
    """
    if path.suffix.lower() not in (".shp", ".zip") or not path.parent.is_dir():
        raise SurveyFileRefused("", file=path)
    rows = ahead(_flaw(batch) if flawed else batch for batch in _rows(parcels, seed, kind, skip, epsg))
    if path.suffix.lower() != ".zip":
        return _write(path, rows, epsg, encoding)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        written = _write(Path(folder) / f"{path.stem.removesuffix('.shp')}.shp", rows, epsg, encoding)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)
    return written


def _write(path: Path, batches: Iterator[pa.RecordBatch], epsg: int, encoding: str) -> int:
    from pyogrio import write_arrow  # noqa: PLC0415 - GDAL is slow to import

    count = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal count
        for batch in batches:
            count += batch.num_rows
            yield batch

    reader = pa.RecordBatchReader.from_batches(_schema(), counted())
    try:
        write_arrow(
            reader, path, driver="ESRI Shapefile", geometry_name="geometry", geometry_type="MultiPolygon",
            crs=f"EPSG:{epsg}", encoding=encoding,
        )  # fmt: skip
    except RuntimeError as error:  # GDAL's own failures: pyogrio has no kind for a full disk
        if "No space left on device" in str(error):
            raise DiskFull(str(path.parent)) from error
        raise
    return count


def _schema() -> pa.Schema:
    dates = {"approved_on", "contract_on", "agreed_start_on", "actual_start_on"}
    fields = []
    for name, column, width in FIELDS:
        kind = pa.string() if width else pa.date32() if column in dates else pa.float64()
        # GDAL takes the width from here; without it every text takes 80 bytes in each row.
        fields.append(pa.field(name, kind, metadata={"GDAL:OGR:width": str(width)} if width else None))
    return pa.schema([*fields, pa.field("geometry", pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"})])


def _rows(parcels: int, seed: int, kind: Kind | None, skip: int, epsg: int) -> Iterator[pa.RecordBatch]:
    """Rows after the first ``skip``, of one kind or all, until there are enough."""
    most = parcels + skip if kind is None else min(parcels * OFTEN + skip + 2_000, LEVELS[-1])
    county, seen, missing = County(most, seed), 0, parcels
    for table in county.tables():
        here = table.slice(max(0, skip - seen))
        seen += table.num_rows
        if kind is not None:
            here = here.filter(pc.equal(here["kind"], str(kind)))
        here = here.slice(0, missing)
        missing -= here.num_rows
        if here.num_rows:
            yield _record(here, epsg)
        if not missing:
            return


def _record(table: pa.Table, epsg: int) -> pa.RecordBatch:
    whole = table.combine_chunks()
    titles = {township.code: township.titles.zh for township in names().townships}
    columns = [
        _said(whole["township_code"].combine_chunks(), titles)
        if column == "township_name"
        else _column(whole[column].combine_chunks(), column, width)
        for _, column, width in FIELDS
    ]
    return pa.record_batch([*columns, _wkb(whole, epsg)], schema=_schema())


def _said(tokens: Any, words: dict[str, str]) -> Any:
    """Each token's word."""
    known = pa.array(list(words), pa.string())
    return pa.array(list(words.values()), pa.string()).take(pc.index_in(tokens, known))


def _column(values: Any, column: str, width: int) -> Any:
    """A column as the file holds it: tokens as words, yes and no as 是 and 否, texts cut to the width."""
    if pa.types.is_boolean(values.type):
        return pc.if_else(values, "是", "否")
    if column in WORDS:
        return _said(values, {str(term): term.zh for term in WORDS[column]})
    if not width:
        return values.cast(pa.date32()) if pa.types.is_date(values.type) else values
    if _fits(values, width):
        return values
    return pa.array([None if value is None else _fitting(value, width) for value in values.to_pylist()], pa.string())


def _fits(values: Any, width: int) -> bool:
    """Nearly all columns do: that is seen at once, without looking at single texts."""
    longest = pc.max(pc.binary_length(values)).as_py() or 0
    together = "".join(pc.unique(values.drop_null()).to_pylist())
    return longest <= width and "\n" not in together and _in_gbk(together)


def _in_gbk(words: str) -> bool:
    try:
        words.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _fitting(value: str, width: int) -> str:
    """What a GBK table can hold of a text: other characters become a question mark, whole characters are cut."""
    return value.replace("\n", " ").encode("gbk", "replace")[:width].decode("gbk", "ignore")


def _wkb(table: pa.Table, epsg: int) -> pa.Array:
    shapes = shapely.from_wkb(np.array(table["survey_boundary"].to_pylist(), dtype=object))
    shift = np.array([ZONE_SHIFT_M[epsg], 0.0])
    moved = shapely.transform(shapely.set_srid(shapes, 0), lambda xy: np.round(xy + shift, 3))
    return pa.array(shapely.to_wkb(moved), pa.binary())


def _flaw(batch: pa.RecordBatch) -> pa.RecordBatch:
    """One row in a hundred without a shape, crossing itself, or with another row's number, in turn."""
    every = int(1 / FLAWED_SHARE)
    numbers, shapes = batch["BSM"].to_pylist(), batch["geometry"].to_pylist()
    for turn, row in enumerate(range(every // 2, batch.num_rows, every)):
        if turn % 3 == 0:
            shapes[row] = None
        elif turn % 3 == 1:
            shapes[row] = _crossed(shapes[row])
        else:
            numbers[row] = numbers[row - 1]
    columns = {"BSM": pa.array(numbers, pa.string()), "geometry": pa.array(shapes, pa.binary())}
    return pa.record_batch([columns.get(field.name, batch[field.name]) for field in batch.schema], schema=batch.schema)


def _crossed(wkb: bytes | None) -> bytes | None:
    """Four corners of the outline in the wrong order: a bow tie."""
    if wkb is None:
        return None
    ring = shapely.get_coordinates(shapely.from_wkb(wkb).geoms[0].exterior)[:-1]
    corners = [ring[len(ring) * part // 4] for part in (0, 2, 1, 3)]
    return bytes(shapely.to_wkb(shapely.MultiPolygon([shapely.Polygon(corners)])))
