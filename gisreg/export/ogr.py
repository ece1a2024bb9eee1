"""GeoPackage and GeoJSON: the Arrow stream goes into GDAL as it is, with titles as the columns' own descriptions."""

import errno
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from gisreg.errors import ResourceError
from gisreg.export.fields import Field
from gisreg.export.statement import GEOMETRY
from gisreg.export.titles import with_titles
from gisreg.geometry import WGS84_SRID
from gisreg.text import Text

GEOJSON_DECIMALS = 11
"""Of a degree: a micrometre, so that areas agree to 1e-6 even of small parcels."""
GEOJSON_METRE_DECIMALS = 6
GEOPACKAGE_VERSION = "1.2"
"""Read by every GDAL, QGIS and ArcGIS in use; later versions bring nothing that parcels need."""


Progress = Callable[[int], None] | None
FULL_BYTES = 1_000_000
"""With less than this left a failure to write is the disk's."""


class WritingFailed(ResourceError):
    """GDAL could not write: a full disk, most of the time."""

    what: ClassVar[Text] = Text("写文件失败({detail})", "the file could not be written ({detail})")
    mend: ClassVar[Text] = Text(
        "请检查磁盘空间和权限后重试;原文件未改动",
        "check disk space and permissions, then try again; the file that was there is untouched",
    )


def write_geopackage(
    stream: Any, wanted: Sequence[Field], path: Path, *, layer: str, srid: int, progress: Progress
) -> int:
    """One layer with a spatial index; QGIS shows the Chinese titles as aliases."""
    return _write(
        stream, wanted, path, progress, titled=True,
        driver="GPKG", layer=layer, crs=f"EPSG:{srid}", geometry_name="geom",
        dataset_options={"VERSION": GEOPACKAGE_VERSION},
    )  # fmt: skip


def write_geojson(
    stream: Any, wanted: Sequence[Field], path: Path, *, layer: str, srid: int, progress: Progress
) -> int:
    """RFC 7946 for lon/lat; another CRS, when asked for, is named by the older ``crs`` member."""
    lonlat = srid == WGS84_SRID
    options = {"RFC7946": "YES"} if lonlat else {}
    degrees = lonlat or srid == 4490  # noqa: PLR2004 - CGCS2000 lon/lat
    options["COORDINATE_PRECISION"] = str(GEOJSON_DECIMALS if degrees else GEOJSON_METRE_DECIMALS)
    return _write(
        stream, wanted, path, progress, titled=False,
        driver="GeoJSON", layer=layer, crs=f"EPSG:{srid}", layer_options=options,
    )  # fmt: skip


class _Feed:
    """Batches on their way into GDAL; a failure of ours is kept, since GDAL would blur it."""

    def __init__(self, batches: Iterable[Any], schema: Any, progress: Progress) -> None:
        self._batches, self._schema, self._progress = batches, schema, progress
        self.rows = 0
        self.failure: BaseException | None = None

    def __iter__(self) -> Iterator[Any]:
        try:
            for batch in self._batches:
                self.rows += len(batch)
                yield batch
                if self._progress:
                    self._progress(self.rows)
        except GeneratorExit:
            raise
        except BaseException as error:
            self.failure = error
            raise


def _write(
    stream: Any,
    wanted: Sequence[Field],
    path: Path,
    progress: Progress,
    *,
    titled: bool,
    **options: Any,
) -> int:
    import pyarrow as pa  # noqa: PLC0415 - heavy, only exports need it
    import pyogrio  # noqa: PLC0415 - heavy, only exports need it

    schema = _schema(stream.schema, wanted, titled)
    arranged = (
        pa.RecordBatch.from_arrays([batch.column(name) for name in schema.names], schema=schema)
        for batch in with_titles(stream, wanted)
    )
    feed = _Feed(arranged, schema, progress)
    try:
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(schema, feed), path, geometry_type="MultiPolygon", **options
        )
    except Exception as error:
        if feed.failure is not None:
            raise feed.failure from None
        if isinstance(error, pyogrio.errors.DataSourceError | pyogrio.errors.DataLayerError | RuntimeError):
            if shutil.disk_usage(path.parent).free < FULL_BYTES:
                raise OSError(errno.ENOSPC, "GDAL ran out of space", str(path)) from error
            # what GDAL was about to do (SQL, often) says nothing to who reads this
            raise WritingFailed(where=str(path.name), detail=str(error).partition("(")[0].strip()[:120]) from error
        raise
    if feed.failure is not None:
        raise feed.failure
    return feed.rows


def _schema(sent: Any, wanted: Sequence[Field], titled: bool) -> Any:
    """The stream's types under the fields' order, each with its title; the boundary last, marked as geometry."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, only exports need it

    columns = []
    for field in wanted:
        kind = pa.string() if field.title_of else sent.field(field.name).type
        notes = {"GDAL:OGR:comment": field.caption.both(), "GDAL:OGR:alternative_name": field.caption.zh}
        columns.append(pa.field(field.name, kind, metadata=notes if titled else None))
    wkb = pa.field(GEOMETRY, sent.field(GEOMETRY).type, metadata={"ARROW:extension:name": "geoarrow.wkb"})
    return pa.schema([*columns, wkb])
