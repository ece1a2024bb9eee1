"""GeoPackage and GeoJSON, read back by GDAL, GeoPandas and plain JSON."""

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import geopandas
import pytest
import shapely
from sqlalchemy import Engine, text

from gisreg.db.engine import transaction
from gisreg.export import export
from gisreg.export.targets import CrsUnsupported, EncodingNotUsed

from .conftest import LONG, rename


def shapes(engine: Engine) -> list[shapely.Geometry]:
    with transaction(engine) as connection:
        rows = connection.execute(
            text("SELECT ST_AsBinary(boundary) FROM parcel WHERE boundary IS NOT NULL ORDER BY id")
        )
        return [shapely.from_wkb(bytes(wkb)) for wkb in rows.scalars()]


def test_geopackage_keeps_values_types_and_titles(county: Engine, tmp_path: Path) -> None:
    rename(county, "149901-0000003", "𬭎镇")
    summary = export(county, tmp_path / "county.gpkg")
    frame = geopandas.read_file(summary.file)
    assert (summary.crs, frame.crs.to_epsg(), len(frame)) == ("EPSG:4490", 4490, 3)
    first = frame.iloc[0]
    assert (first.parcel_code, first.kind_title, first.township_name_en) == (
        "149901-0000001",
        "闲置土地",
        "Example Town",
    )
    assert frame.supply_ready.tolist()[:2] == [True, False]
    assert frame.mortgaged.isna().all()
    assert frame.name[2] == "𬭎镇"
    assert frame.remark[1] == LONG
    assert str(first.approved_on)[:10] == "2019-02-28"
    assert [a.equals(b) for a, b in zip(frame.geometry[:2], shapes(county), strict=True)] == [True, True]
    assert frame.geometry[2] is None
    with closing(sqlite3.connect(summary.file)) as package:
        titles = dict(package.execute("SELECT column_name, name FROM gpkg_data_columns"))
        assert package.execute("SELECT count(*) FROM rtree_county_geom").fetchone() == (2,)
    assert titles["area_mu"] == "面积(亩)"
    assert titles["area_m2"] == "椭球面积 (m²)"
    assert titles["holder_name"] == "权利人"


def test_ogrinfo_of_the_system_reads_all_three(county: Engine, tmp_path: Path) -> None:
    for name in ("a.gpkg", "a.geojson", "a.shp.zip"):
        export(county, tmp_path / name)
        seen = subprocess.run(["ogrinfo", "-so", "-al", tmp_path / name], capture_output=True, text=True, check=True)
        assert "Feature Count: 3" in seen.stdout
        assert "Warning" not in seen.stderr


def test_geojson_is_rfc_7946(county: Engine, tmp_path: Path) -> None:
    read = json.loads(export(county, tmp_path / "a.geojson").file.read_text(encoding="utf-8"))
    assert "crs" not in read
    first, _second, third = read["features"]
    assert third["geometry"] is None
    assert first["properties"]["official_area_m2"] == 28000.5
    assert first["properties"]["approved_on"] == "2019-02-28"
    assert first["properties"]["mortgaged"] is None
    shape = shapely.geometry.shape(first["geometry"])
    assert all(part.exterior.is_ccw for part in shapely.get_parts(shape))
    assert shape.area == pytest.approx(shapes(county)[0].area, rel=1e-6)


def test_geojson_in_a_zone_names_it(county: Engine, tmp_path: Path) -> None:
    target = tmp_path / "a.geojson"
    export(county, target, crs="auto")
    frame = geopandas.read_file(target)
    assert frame.crs.to_epsg() == 4547
    assert list(frame.geometry[:2].area) == pytest.approx(list(frame.planar_area_m2[:2]), rel=1e-6)


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson"])
def test_nothing_found_is_a_valid_empty_file(county: Engine, tmp_path: Path, name: str) -> None:
    summary = export(county, tmp_path / name, kinds=["idle_factory"])
    assert (summary.rows, len(geopandas.read_file(summary.file))) == (0, 0)


def test_only_shapefiles_choose_an_encoding(county: Engine, tmp_path: Path) -> None:
    with pytest.raises(EncodingNotUsed, match="gpkg"):
        export(county, tmp_path / "a.gpkg", encoding="GBK")
    assert export(county, tmp_path / "a.gpkg", encoding="utf8").encoding == "UTF-8"


@pytest.mark.parametrize("crs", ["EPSG:2380", "EPSG:4214", "nonsense", "EPSG:", "EPSG:٤٤٩٠", "4490; DROP"])
def test_other_crs_are_refused(county: Engine, tmp_path: Path, crs: str) -> None:
    with pytest.raises(CrsUnsupported, match="4490"):
        export(county, tmp_path / "a.gpkg", crs=crs)
