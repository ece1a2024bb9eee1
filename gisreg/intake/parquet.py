"""GeoParquet, read by Arrow itself (the GDAL in use has no driver for it)."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gisreg.intake import crs
from gisreg.intake.errors import BrokenFile, CrsMissing, LayerMissing, NeedsConversion, NoGeometryLayer, NotGeodata
from gisreg.intake.ogr import as_text
from gisreg.intake.source import BATCH_ROWS, Part, Source

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIXES = (".parquet", ".geoparquet")
DEFAULT_CRS = "OGC:CRS84"
"""What the standard says where a file does not."""


@dataclass(frozen=True)
class ParquetSource(Source):
    """A GeoParquet file: its groups of rows can be read side by side."""

    geometry: str
    group_rows: tuple[int, ...]
    """Rows of each group."""

    def parts(self, count: int) -> list[Part]:
        """Whole groups of rows, as evenly as they come; a part counts groups, not rows."""
        parts: list[Part] = []
        share, start, rows = self.rows / max(1, count), 0, 0
        for group, size in enumerate(self.group_rows):
            rows += size
            if rows >= share * (len(parts) + 1) or group == len(self.group_rows) - 1:
                parts.append(Part(start, group + 1))
                start = group + 1
        return parts

    def batches(self, fields: Sequence[str], part: Part) -> Iterator["pa.RecordBatch"]:
        """The rows of some groups."""
        import pyarrow as pa  # noqa: PLC0415 - heavy
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415 - heavy

        first = 1 + sum(self.group_rows[: part.start])
        wanted = list(dict.fromkeys([self.geometry, *fields]))
        try:
            with ParquetFile(self.path) as file:
                for batch in file.iter_batches(BATCH_ROWS, list(range(part.start, part.stop)), columns=wanted):
                    yield as_text(batch, range(first, first + batch.num_rows), self.geometry, fields)
                    first += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise BrokenFile(self.shown, detail=str(error).splitlines()[0][:120]) from error


def open_parquet(
    path: Path, shown: str, *, layer: str | None, crs_given: str | None, encoding: str | None
) -> ParquetSource:
    """What the file's metadata say."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415 - heavy

    del encoding
    if layer not in (None, path.stem):
        raise LayerMissing(shown, layer=layer, layers=path.stem)
    try:
        with ParquetFile(path) as file:
            schema, meta = file.schema_arrow, file.metadata
            groups = tuple(meta.row_group(number).num_rows for number in range(meta.num_row_groups))
            names = [name for name in schema.names if not pa.types.is_nested(schema.field(name).type)]
    except (pa.ArrowException, OSError) as error:
        raise NotGeodata(shown, detail=str(error).splitlines()[0][:80]) from error
    geometry, stated = _geometry(schema, shown, path.stem)
    where = crs.decide(stated, crs_given, shown)
    others = _other_geometries(schema)
    fields = tuple(name for name in names if name != geometry and name not in others)
    return ParquetSource(
        path=path, shown=shown, layer=path.stem, fields=fields, rows=meta.num_rows, srid=where.srid, crs_from=where.how,
        encoding="UTF-8", encoding_from="format", geometry=geometry, group_rows=groups,
    )  # fmt: skip


def _geo(schema: "pa.Schema") -> dict[str, Any]:
    """The metadata of the standard."""
    raw = (schema.metadata or {}).get(b"geo")
    try:
        found = json.loads(raw) if raw else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _other_geometries(schema: "pa.Schema") -> set[str]:
    return set(_geo(schema).get("columns", {}))


def _geometry(schema: "pa.Schema", shown: str, layer: str) -> tuple[str, str]:
    """The column of the shapes and its CRS."""
    geo = _geo(schema)
    name = geo.get("primary_column")
    about = geo.get("columns", {}).get(name)
    if not name or not isinstance(about, dict) or name not in schema.names:
        return _typed_geometry(schema, shown, layer)
    if about.get("encoding", "WKB") != "WKB":
        raise NeedsConversion(
            shown, name_zh="GeoArrow 编码的 GeoParquet", name_en="GeoParquet in GeoArrow's encoding",
            way_zh="请改用 WKB 编码重新导出", way_en="export it again with WKB encoding",
        )  # fmt: skip
    if "crs" not in about:
        return name, DEFAULT_CRS
    if about["crs"] is None:
        raise CrsMissing(shown, detail="GeoParquet crs = null")
    return name, json.dumps(about["crs"])


def _typed_geometry(schema: "pa.Schema", shown: str, layer: str) -> tuple[str, str]:
    """Parquet's own geometry type, without the older metadata."""
    for field in schema:
        notes = {**(field.metadata or {})}
        kind = getattr(field.type, "extension_name", None) or notes.get(b"ARROW:extension:name", b"").decode()
        if kind == "geoarrow.wkb":
            raw = notes.get(b"ARROW:extension:metadata", b"")
            stated = (json.loads(raw) if raw else {}).get("crs", DEFAULT_CRS)
            return field.name, stated if isinstance(stated, str) else json.dumps(stated)
    raise NoGeometryLayer(shown, layer=layer)
