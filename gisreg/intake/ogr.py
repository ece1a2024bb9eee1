"""What GDAL reads: GeoPackage, GeoJSON, FileGDB, and rarer ones (GML, FlatGeobuf, MapInfo, TopoJSON)."""

import os
import sqlite3
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisreg.intake.errors import BrokenFile, NotGeodata
from gisreg.intake.source import BATCH_ROWS, DAMAGED, ROW, WKB, Part, Source, split
from gisreg.text import Text

if TYPE_CHECKING:
    import pyarrow as pa

GPKG_SUFFIX = ".gpkg"
SETTINGS = {"GML_FIELDTYPES": "ALWAYS_STRING", "OGR_GEOJSON_DATE_AS_STRING": "YES", "CPL_LOG": os.devnull}
"""Codes in GML keep their leading zeros, days in GeoJSON their text; what GDAL writes to stderr, our errors say."""


@dataclass(frozen=True)
class OgrSource(Source):
    """Any layer that GDAL opens, read by one process."""

    def parts(self, count: int) -> list[Part]:
        """GDAL reads these formats from the start to the end: one part."""
        del count
        return [Part(0, self.rows)]

    def batches(self, fields: Sequence[str], part: Part) -> Iterator["pa.RecordBatch"]:
        """All rows, numbered from 1 in file order."""
        del part
        first = 1
        with arrow_stream(self.path, self.layer, fields, self.shown) as (meta, reader):
            for batch in reader:
                numbers = range(first, first + batch.num_rows)
                yield as_text(batch, numbers, meta["geometry_name"] or "wkb_geometry", fields)
                first += batch.num_rows


@dataclass(frozen=True)
class GeoPackageSource(OgrSource):
    """A GeoPackage layer: its rows are numbered by their own ``fid``, so that parts can be read side by side."""

    def parts(self, count: int) -> list[Part]:
        """Equal ranges of fid."""
        key = fid_column(self.path, self.layer)
        if key is None:
            return [Part(0, -1)]
        with closing(connect(self.path)) as base:
            low, high = base.execute(f"SELECT min({key}), max({key}) FROM {quoted(self.layer)}").fetchone()  # noqa: S608 - quoted names
        return split(low, high + 1, count)

    def batches(self, fields: Sequence[str], part: Part) -> Iterator["pa.RecordBatch"]:
        """Rows of a range of fid; a view without fid is read whole."""
        key = fid_column(self.path, self.layer)
        if key is None:
            yield from super().batches(fields, part)
            return
        where = f"{key} >= {part.start} AND {key} < {part.stop}"
        with arrow_stream(self.path, self.layer, fields, self.shown, where=where, return_fids=True) as (meta, reader):
            for batch in reader:
                numbers = batch.column(meta["fid_column"] or "OGC_FID")
                yield as_text(batch, numbers, meta["geometry_name"], fields)


def connect(path: Path) -> sqlite3.Connection:
    """The GeoPackage as the SQLite file that it is, read-only."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def fid_column(path: Path, layer: str) -> str | None:
    """The integer key of a table, quoted; None for a view."""
    with closing(connect(path)) as base:
        columns = base.execute(f"PRAGMA table_info({quoted(layer)})").fetchall()
    keys = [name for _, name, kind, _, _, key in columns if key and kind.upper() == "INTEGER"]
    return quoted(keys[0]) if len(keys) == 1 else None


@contextmanager
def arrow_stream(
    path: Path, layer: str, fields: Sequence[str], shown: str, **options: Any
) -> Iterator[tuple[dict[str, Any], "Iterable[pa.RecordBatch]"]]:
    """GDAL's Arrow stream; its failures become one of ours."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyogrio  # noqa: PLC0415 - heavy

    names = list(dict.fromkeys(fields))
    common: dict[str, Any] = {"use_pyarrow": True, "datetime_as_string": True, "batch_size": BATCH_ROWS, **options}
    set_up_gdal()
    try:
        # GDAL warns of measures and fourth coordinates, which a boundary never needs
        with warnings.catch_warnings(action="ignore"), ExitStack() as opened:
            meta, reader = opened.enter_context(pyogrio.raw.open_arrow(str(path), layer=layer, columns=names, **common))
            days = [field.name for field in reader.schema if pa.types.is_date(field.type)]
            if not days or len({name.casefold() for name in names}) < len(names):  # OGR SQL knows no case
                yield meta, reader
                return
            opened.close()
            selection = _days_as_text(layer, names, days, meta, common.pop("where", None))
            meta, reader = opened.enter_context(pyogrio.raw.open_arrow(str(path), **common, **selection))
            yield meta, (_with_hyphens(batch, days) for batch in reader)
    except pyogrio.errors.DataSourceError as error:
        raise NotGeodata(shown, detail=brief(error)) from error
    except (pa.ArrowException, OSError, UnicodeDecodeError, pyogrio.errors.DataLayerError) as error:
        raise BrokenFile(shown, detail=brief(error)) from error


def _days_as_text(
    layer: str, names: Sequence[str], days: Sequence[str], meta: dict[str, Any], where: str | None
) -> dict[str, str | None]:
    """A selection that keeps days as they stand: GDAL's Arrow makes 1 March of 30 February.

    A range of a GeoPackage is asked for in its own SQL, since in OGR's ``fid`` may be another column than the key.
    """
    name_in, first = (_in_ogr_sql, []) if where is None else (quoted, [meta["fid_column"], meta["geometry_name"]])
    columns = [name_in(name) for name in first if name]
    columns += [
        f"CAST({name_in(name)} AS CHARACTER(10)) AS {name_in(name)}" if name in days else name_in(name)
        for name in names
    ]
    sql = f"SELECT {', '.join(columns)} FROM {name_in(layer)}"  # noqa: S608 - quoted names
    return {"sql": sql, "sql_dialect": "OGRSQL"} if where is None else {"sql": f"{sql} WHERE {where}"}


def _in_ogr_sql(name: str) -> str:
    """An identifier of OGR SQL, which has its own way with quotes."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _with_hyphens(batch: "pa.RecordBatch", days: Sequence[str]) -> "pa.RecordBatch":
    """OGR writes a day as 2024/02/20; the rest of us as 2024-02-20."""
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    for name in days:
        batch = batch.set_column(
            batch.schema.get_field_index(name), name, pc.replace_substring(batch.column(name), "/", "-")
        )
    return batch


def set_up_gdal() -> None:
    """How GDAL is to read, in whatever process."""
    import pyogrio  # noqa: PLC0415 - heavy

    pyogrio.set_gdal_config_options(SETTINGS)


_SAID: tuple[tuple[str, Text], ...] = (
    ("not recognized as", Text("没有一种格式与其内容相符", "its content is of no known format")),
    ("Failed to read GeoJSON", Text("GeoJSON 读不出来", "the GeoJSON cannot be read")),
    ("No such file", Text("文件不在了", "the file is gone")),
    ("codec can't decode", Text("文字编码不符", "its text is in another encoding")),
)
"""What the libraries say most often, in words."""


def brief(error: BaseException) -> Text | str:
    """A library's message in words; the first sentence of a rarer one, without paths."""
    told = next((words for said, words in _SAID if said in str(error)), None)
    if told is not None:
        return told
    words = str(error).splitlines()[0] if str(error) else type(error).__name__
    if "sqlite3_" in words:  # the statement that failed tells nobody anything
        return "SQLite"
    return words.partition(";")[0].split("' ", 1)[-1][:160]


def as_text(
    batch: "pa.RecordBatch", numbers: "range | pa.Array", geometry: str, fields: Sequence[str]
) -> "pa.RecordBatch":
    """A batch in the form that every source gives."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    count = batch.num_rows
    rows = pa.array(numbers, pa.int64()) if isinstance(numbers, range) else numbers.cast(pa.int64())
    columns = {ROW: rows, WKB: batch.column(geometry).cast(pa.binary()), DAMAGED: pa.nulls(count, pa.string())}
    for place, field in enumerate(fields):
        columns[f"f{place}"] = text_of(batch.column(field))
    return pa.record_batch(list(columns.values()), names=list(columns))


def text_of(column: "pa.Array") -> "pa.Array":
    """Values as text; what has no plain text (lists, bytes) is shown as Python shows it."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
    text = column.cast(pa.string())
    # PostgreSQL's text cannot hold NUL; some exporters pad with it.
    text = pc.utf8_trim_whitespace(pc.replace_substring(text, "\0", ""))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
