"""Zipped shapefiles, read back by GDAL, pyshp and GeoPandas: the same rows, values, shapes and areas."""

import csv
import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import pytest
import shapefile
import shapely
from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction
from gisreg.export import export
from gisreg.export import polygons as polygons_module
from gisreg.export import stream as stream_module
from gisreg.export.encoding import CharacterNotInEncoding, EncodingUnsupported
from gisreg.export.polygons import ShapefileTooLarge

from .conftest import LONG, rename


def unpacked(path: Path) -> Path:
    """The .shp after unzipping."""
    folder = path.parent / "unpacked"
    with zipfile.ZipFile(path) as packed:
        packed.extractall(folder)
    return next(folder.glob("*.shp"))


def stored(engine: Engine, column: str) -> list[Any]:
    with transaction(engine) as connection:
        return list(connection.execute(text(f"SELECT {column} FROM parcel_current ORDER BY id")).scalars())


def joined(row: Any, name: str) -> str:
    """A text that goes on in NAME_2, NAME_3, …"""
    parts = [row[name]]
    while (later := f"{name}_{len(parts) + 1}") in row:
        parts.append(row[later])
    return "".join(part or "" for part in parts)


def test_the_parts_and_their_explanation(county: Engine, tmp_path: Path) -> None:
    summary = export(county, tmp_path / "示例.shp.zip", county="149901")
    assert (summary.rows, summary.crs, summary.encoding) == (3, "EPSG:4547", "GBK")
    with zipfile.ZipFile(summary.file) as packed:
        assert set(packed.namelist()) == set(summary.files)
        assert {Path(name).suffix for name in packed.namelist()} == {
            ".shp",
            ".shx",
            ".dbf",
            ".prj",
            ".cpg",
            ".csv",
            ".txt",
        }
        assert packed.read("示例.cpg") == b"GBK"
        assert packed.read("示例.prj").decode("ascii").startswith('PROJCS["CGCS2000_3_Degree_GK_CM_114E"')
        explained = list(csv.DictReader(io.StringIO(packed.read("示例_字段说明.csv").decode("utf-8-sig"))))
        assert "EPSG:4547" in packed.read("示例_readme.txt").decode("utf-8-sig")
    by_name = {row["字段名"]: row for row in explained}
    assert by_name["PZMJ"] == {
        "字段名": "PZMJ", "登记库名称": "official_area_m2", "中文名": "批准/登记面积", "English": "Official area",
        "单位": "m²", "类型": "N", "宽度": "14", "小数位": "3", "值域": "",
    }  # fmt: skip
    assert "idle_land 闲置土地 Idle land" in by_name["ZCLX"]["值域"]
    assert [row["登记库名称"] for row in explained if row["字段名"].startswith("BZ")] == ["remark"] * 3
    with shapefile.Reader(str(unpacked(summary.file)), encoding="gbk") as reader:
        assert [field.name for field in reader.fields if field.name != "DeletionFlag"] == [
            row["字段名"] for row in explained
        ]


def test_geopandas_gives_back_what_is_stored(county: Engine, tmp_path: Path) -> None:
    frame = geopandas.read_file(export(county, tmp_path / "a.shp.zip").file).astype(object)
    frame = frame.where(frame.notna(), None)
    first, second, third = (frame.iloc[n] for n in range(3))
    assert list(frame.ZCBH) == stored(county, "parcel_code")
    assert (first.ZCMC, first.ZDDM, first.YBH, first.XZQMC) == ("示例一号地", "149901001002GB00015", "000123", "示例镇")
    assert (first.ZCLX, first.ZCLXMC, first.ZTMC, first.DLBM) == ("idle_land", "闲置土地", "入库", "0601")
    assert (first.PZMJ, first.TDJK, first.NSY, first.LXSYNS) == (28000.5, 1234.56, -12.5, 3)
    assert (first.JBGDTJ, second.JBGDTJ, third.JBGDTJ) == ("1", "0", None)
    assert (first.SFCF, first.YDY) == ("0", None)
    assert first.PZRQ.date() == datetime.date(2019, 2, 28)
    assert first.HTRQ.date() == datetime.date(2020, 2, 29)
    assert pytest.approx(0.000001, rel=1e-9) == second.TDJK
    assert third.PZMJ == 9123456789.123
    assert first.BQ == "老旧校区;园区"
    assert joined(second, "BZ") == LONG.rstrip()
    assert list(frame.TQMJ[:2]) == pytest.approx(stored(county, "area_m2")[:2], rel=1e-9)
    assert third.TQMJ is None
    assert third.geometry is None


def test_shapes_come_back_to_the_survey_s_last_digit(county: Engine, tmp_path: Path) -> None:
    frame = geopandas.read_file(export(county, tmp_path / "a.shp.zip").file)
    with transaction(county) as connection:
        surveyed = list(
            connection.execute(text("SELECT ST_AsBinary(survey_boundary) FROM parcel ORDER BY id")).scalars()
        )
    for shape, wkb in zip(frame.geometry[:2], surveyed[:2], strict=True):
        survey = shapely.from_wkb(bytes(wkb))
        assert shape.equals(survey)
        assert set(shapely.get_coordinates(shape).ravel()) == set(shapely.get_coordinates(survey).ravel())
    assert list(frame.geometry[:2].area) == pytest.approx(list(frame.PMMJ[:2]), rel=1e-9)


def test_a_redrawn_boundary_wins_over_the_old_survey(county: Engine, tmp_path: Path) -> None:
    with transaction(county, Actor("li")) as connection:
        connection.execute(
            text(
                "UPDATE parcel SET boundary = ST_Multi(ST_MakeEnvelope(113.5, 36, 113.501, 36.001, 4490))"
                " WHERE parcel_code = '149901-0000001'"
            )
        )
    frame = geopandas.read_file(export(county, tmp_path / "a.shp.zip", crs="EPSG:4547").file)
    assert frame.geometry[0].centroid.x == pytest.approx(454_980, abs=20)


def test_pyshp_reads_it_and_rings_turn_the_right_way(county: Engine, tmp_path: Path) -> None:
    with shapefile.Reader(str(unpacked(export(county, tmp_path / "a.shp.zip").file)), encoding="gbk") as reader:
        assert (reader.shapeType, len(reader)) == (shapefile.POLYGON, 3)
        holed, parted, missing = reader.shapes()
        record = reader.record(0)
        assert reader.bbox == pytest.approx([427900, 3997800, 428500, 3998150])
    assert (record["ZCMC"], record["PZMJ"], record["PZRQ"], record["ZJQK"]) == (
        "示例一号地",
        28000.5,
        datetime.date(2019, 2, 28),
        None,
    )
    assert [len(shape.parts) for shape in (holed, parted)] == [2, 2]
    assert [shapefile.signed_area(ring) < 0 for ring in rings(holed)] == [True, False]
    assert [shapefile.signed_area(ring) < 0 for ring in rings(parted)] == [True, True]
    assert missing.shapeType == shapefile.NULL


def rings(shape: Any) -> list[Any]:
    ends = [*shape.parts[1:], len(shape.points)]
    return [shape.points[start:end] for start, end in zip(shape.parts, ends, strict=True)]


@pytest.mark.parametrize("srid", [4490, 4326, 3857, 4526, 4547, 4509, 4498, 4546])
def test_every_family_of_crs(county: Engine, tmp_path: Path, srid: int) -> None:
    frame = geopandas.read_file(export(county, tmp_path / "a.shp.zip", crs=f"EPSG:{srid}").file)
    assert frame.crs.equals(f"EPSG:{srid}") or frame.crs.to_epsg() == srid
    plain = frame.to_crs(4490).geometry
    with transaction(county) as connection:
        kept = list(connection.execute(text("SELECT ST_AsBinary(boundary) FROM parcel ORDER BY id")).scalars())
    for shape, wkb in zip(plain[:2], kept[:2], strict=True):
        assert shape.hausdorff_distance(shapely.from_wkb(bytes(wkb))) < 2e-9
    assert pyogrio.read_info(tmp_path / "a.shp.zip")["features"] == 3


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_a_rare_character_needs_a_wider_encoding(county: Engine, tmp_path: Path, encoding: str) -> None:
    rename(county, "149901-0000002", "𬭎镇示例地块")
    frame = geopandas.read_file(export(county, tmp_path / "a.shp.zip", encoding=encoding).file)
    assert frame.ZCMC[1] == "𬭎镇示例地块"
    assert joined(frame.iloc[1], "BZ") == LONG.rstrip()


@pytest.mark.parametrize("batch_bytes", [1, 8_000_000])
def test_a_character_gbk_lacks_is_refused_by_parcel_and_field(
    county: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch_bytes: int
) -> None:
    monkeypatch.setattr(stream_module, "BATCH_BYTES", batch_bytes)
    rename(county, "149901-0000002", "示例𬭎镇")
    target = tmp_path / "a.shp.zip"
    target.write_bytes(b"before")
    with pytest.raises(CharacterNotInEncoding) as refused:
        export(county, target)
    line = refused.value.line("zh")
    for word in ("𬭎", "U+2CB4E", "149901-0000002", "name", "ZCMC", "示例𬭎镇", "GB18030"):
        assert word in line
    assert "parcel" not in line
    assert "宗地" not in refused.value.line("en")
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


def test_widths_grow_with_the_batches(county: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "BATCH_BYTES", 1)
    with transaction(county, Actor("li")) as connection:
        connection.execute(
            text(
                "INSERT INTO parcel (county_code, parcel_code, kind, state, name, price_wan)"
                " SELECT '149901', '149901-' || lpad((100 + n)::text, 7, '0'), 'idle_land', 'registered',"
                " repeat('宽', n), n * 10 ^ (n / 4) + n / 7.0 FROM generate_series(1, 40) AS n"
            )
        )
    frame = geopandas.read_file(export(county, tmp_path / "a.shp.zip").file)
    assert list(frame.ZCMC[3:]) == ["宽" * n for n in range(1, 41)]
    assert list(frame.TDJK) == pytest.approx(stored(county, "price_wan"), rel=1e-9)
    assert list(frame.ZCMC) == stored(county, "name")


def test_nothing_found_is_a_valid_empty_file(county: Engine, tmp_path: Path) -> None:
    summary = export(county, tmp_path / "a.shp.zip", kinds=["idle_factory"])
    frame = geopandas.read_file(summary.file)
    assert (summary.rows, len(frame), frame.crs.to_epsg()) == (0, 0, 4547)


def test_two_gigabytes_are_refused(county: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polygons_module, "TWO_GIB", 200)
    with pytest.raises(ShapefileTooLarge, match=r"\.shp"):
        export(county, tmp_path / "a.shp.zip")
    monkeypatch.undo()
    monkeypatch.setattr("gisreg.export.dbf.TWO_GIB", 200)
    with pytest.raises(ShapefileTooLarge, match=r"\.dbf"):
        export(county, tmp_path / "a.shp.zip")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_encoding_names_the_known(county: Engine, tmp_path: Path) -> None:
    with pytest.raises(EncodingUnsupported, match="GB18030"):
        export(county, tmp_path / "a.shp.zip", encoding="BIG5")
