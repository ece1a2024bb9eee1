"""From a path to an opened source: which format, which layer, which CRS, which encoding."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gisreg.intake import archive, crs, shapefile
from gisreg.intake.errors import (
    BadArchive,
    BrokenFile,
    EmptyFile,
    EmptyLayer,
    FileMissing,
    LayerMissing,
    NoGeometryLayer,
    NotGeodata,
    PartMissing,
    SeveralLayers,
)
from gisreg.intake.ogr import GPKG_SUFFIX, GeoPackageSource, OgrSource, brief, set_up_gdal
from gisreg.intake.refusals import refuse_foreign, refuse_in_archive
from gisreg.intake.source import Source
from gisreg.text import Text

ZIP_MAGIC = b"PK"
SHP_PARTS = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix")
GEOJSON_CRS = "EPSG:4326"


@contextmanager
def open_source(
    path: Path, *, layer: str | None = None, crs_given: str | None = None, encoding: str | None = None
) -> Iterator[Source]:
    """The one layer meant; what was unpacked for it goes away at the end."""
    shown = str(path)
    _check_there(path, shown)
    refuse_foreign(path, shown)
    if not _is_zip(path):
        if path.is_file() and path.suffix.lower() in archive.ZIPS:
            raise BadArchive(shown, detail=Text("内容不是 zip", "its content is no zip"))
        with _undisturbed(path) as main:
            yield _open(_main_file(main, shown), shown, layer, crs_given, encoding)
        return
    _remove_abandoned()
    with archive.scratch() as folder:
        packed = archive.unpack(path, Path(folder), shown)
        if not packed:
            refuse_in_archive(archive.names(path), shown)
        chosen = _choose(packed, layer, shown)
        inner = None if layer == chosen.name else layer
        yield _open(chosen.path, f"{shown}!{chosen.name}", inner, crs_given, encoding)


@contextmanager
def _undisturbed(path: Path) -> Iterator[Path]:
    """GDAL writes a description beside a GML file, and believes one that is there: it sees the file alone."""
    if path.suffix.lower() != ".gml":
        yield path
        return
    _remove_abandoned()
    with archive.scratch() as folder:
        alone = Path(folder) / path.name
        alone.symlink_to(path.resolve())
        yield alone


def _remove_abandoned() -> None:
    """What imports unpacked that were killed in the middle."""
    for folder in Path(tempfile.gettempdir()).glob(f"{archive.SCRATCH}*"):
        owner = folder.name.removeprefix(archive.SCRATCH).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists() and folder.stat().st_uid == os.geteuid():
            shutil.rmtree(folder, ignore_errors=True)


def _check_there(path: Path, shown: str) -> None:
    if not path.exists():
        raise FileMissing(shown)
    if path.is_file() and path.stat().st_size == 0:
        raise EmptyFile(shown)


def _is_zip(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(2) == ZIP_MAGIC


def _main_file(path: Path, shown: str) -> Path:
    """Someone may name the .dbf of a shapefile; without its .shp there is nothing to map."""
    if path.suffix.lower() not in SHP_PARTS:
        return path
    main = shapefile.beside(path, ".shp")
    if main is None:
        raise PartMissing(shown, part=".shp")
    return main


def _choose(packed: list[archive.Packed], layer: str | None, shown: str) -> archive.Packed:
    """The only dataset of a zip, or the one that --layer names."""
    names = [found.name for found in packed]
    if layer in names:
        return packed[names.index(layer)]
    if len(packed) == 1:
        return packed[0]
    listed = "、".join(names)
    raise LayerMissing(shown, layer=layer, layers=listed) if layer else SeveralLayers(shown, layers=listed)


def _open(path: Path, shown: str, layer: str | None, crs_given: str | None, encoding: str | None) -> Source:
    own = _own_reader(path)
    if own is None:
        return _open_by_gdal(path, shown, layer, crs_given, encoding)
    source = own(path, shown, layer=layer, crs_given=crs_given, encoding=encoding)
    if source.rows == 0:
        raise EmptyLayer(shown, layer=source.layer)
    crs.check_degrees(crs.decide(f"EPSG:{source.srid}", None, shown), source.sample_boxes, shown)
    return source


def _own_reader(path: Path) -> Callable[..., Source] | None:
    """The reader of a format that GDAL reads badly or not at all; each loads only what it needs."""
    suffix = path.suffix.lower()
    if suffix == ".txt":
        from gisreg.intake.boundary_text.source import open_text  # noqa: PLC0415

        return open_text
    if suffix in (".kml", ".ovkml"):
        from gisreg.intake.kml import open_kml  # noqa: PLC0415

        return open_kml
    if suffix == ".dxf":
        from gisreg.intake.dxf import open_dxf  # noqa: PLC0415

        return open_dxf
    if suffix in (".parquet", ".geoparquet"):
        from gisreg.intake.parquet import open_parquet  # noqa: PLC0415

        return open_parquet
    if suffix == ".csv":
        from gisreg.intake.csv_shapes import open_csv  # noqa: PLC0415

        return open_csv
    return None


def _open_by_gdal(path: Path, shown: str, layer: str | None, crs_given: str | None, encoding: str | None) -> Source:
    facts = shapefile.examine(path, shown, encoding) if path.suffix.lower() == ".shp" else None
    name = _layer(path, layer, shown)
    info = _info(path, name, shown)
    rows = facts.rows if facts else max(0, info["features"])
    if rows == 0:
        raise EmptyLayer(shown, layer=name)
    if info["geometry_type"] is None:
        raise NoGeometryLayer(shown, layer=name)
    found = crs.decide(info["crs"], crs_given, shown)
    common: dict[str, Any] = {
        "path": path, "shown": shown, "layer": name, "rows": rows, "srid": found.srid, "crs_from": found.how,
    }  # fmt: skip
    source: Source
    if facts:
        source = shapefile.ShapefileSource(
            **common, fields=facts.fields, encoding=facts.encoding.name, encoding_from=facts.encoding.how,
            table=facts.table, whole=facts.whole,
        )  # fmt: skip
    else:
        kind = GeoPackageSource if path.suffix.lower() == GPKG_SUFFIX else OgrSource
        source = kind(**common, fields=tuple(info["fields"]), encoding="UTF-8", encoding_from="format")
    crs.check_degrees(found, source.sample_boxes, shown)
    return source


def _layer(path: Path, wanted: str | None, shown: str) -> str:
    names = layers(path, shown)
    if wanted is not None:
        if wanted not in names:
            raise LayerMissing(shown, layer=wanted, layers="、".join(names))
        return wanted
    if not names:
        raise NotGeodata(shown, detail=path.suffix)
    if len(names) > 1:
        raise SeveralLayers(shown, layers="、".join(names))
    return names[0]


def layers(path: Path, shown: str) -> list[str]:
    """Names of the layers that have shapes, else of all."""
    import pyogrio  # noqa: PLC0415 - heavy

    set_up_gdal()
    try:
        with warnings.catch_warnings(action="ignore"):
            found = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
    except pyogrio.errors.DataSourceError as error:
        raise NotGeodata(shown, detail=brief(error)) from error
    # tables without shapes are no choice where there are layers with some
    return [name for name, kind in found if kind is not None] or [name for name, _ in found]


def _info(path: Path, layer: str, shown: str) -> dict[str, Any]:
    import pyogrio  # noqa: PLC0415 - heavy

    options = {"ENCODING": shapefile.ANY_BYTES} if path.suffix.lower() == ".shp" else {}
    try:
        with warnings.catch_warnings(action="ignore"):
            return dict(pyogrio.read_info(path, layer=layer, force_feature_count=True, **options))
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError) as error:
        raise BrokenFile(shown, detail=brief(error)) from error
