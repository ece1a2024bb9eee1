# ruff: noqa: E501 - files and wording stay in one piece

"""Each format from its file into the database, through the same mapping, checks and load as any other."""

import json
import re
import shutil
import zipfile

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from boundary_texts import HEAD, TWO, square, write
from drawings import draw, light, words
from drawings import square as corners
from intake_surveys import X, Y, adds_up, one, squares, survey

from gisreg.intake import errors as e
from gisreg.intake.opening import open_source

KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>地块</name>
<Placemark><name>示例地块</name><description><![CDATA[<table><tr><td>编号</td><td>K007</td></tr><tr><td>权利人</td><td>示例公司</td></tr></table>]]>
</description><Polygon><outerBoundaryIs><LinearRing><coordinates>
113.2,36.1 113.201,36.1 113.201,36.101 113.2,36.1</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
<Placemark><name>注记</name><Point><coordinates>113.2,36.1</coordinates></Point></Placemark></Folder></Document></kml>"""


def test_boundary_text(load, county, tmp_path):
    report = load(
        write(
            tmp_path / "a.txt",
            HEAD + TWO + square("DS-003", 3997700) + "9,1,DS-004,断,面,,,,@\nJ1,1,3997900,38428200\n",
        )
    )
    assert (report.read, report.loaded, report.refused, report.crs) == (4, 3, 1, "EPSG:4526")
    assert report.planar_areas_m2 == pytest.approx([28000, 6600, 2500])
    assert adds_up(report)
    refusals = [problem for problem in report.problems if problem.grade == "refused"]
    assert [(problem.row, problem.id, problem.fault) for problem in refusals] == [(36, "DS-004", "text_cut")]
    assert "37" in refusals[0].what.zh
    assert one(
        county,
        "SELECT string_agg(name || official_area_m2, ',' ORDER BY source_row) FROM parcel WHERE source_code <> 'DS-003'",
    ) == ("示例闲置地块一28000,示例闲置地块二6600")
    assert one(county, "SELECT land_use_code || sector FROM parcel WHERE source_code = 'DS-001'") == "0601industry"
    assert one(county, "SELECT ST_AsText(survey_boundary) FROM parcel WHERE source_code = 'DS-002'").startswith(
        "POLYGON((38428200 3997900,38428300 3997900"
    )
    assert one(county, "SELECT problems -> 0 ->> 'fault' FROM batch") == "text_cut"
    again = load(tmp_path / "a.txt")
    assert (again.unchanged, again.refused) == (3, 1)


def test_notes_of_a_reader_stand_in_the_report(load, county, tmp_path):
    swapped = re.sub(
        r"^(J\d,\d),([\d.]+),([\d.]+)$", r"\1,\3,\2", HEAD + TWO.replace("0.6600", "0.9"), flags=re.MULTILINE
    )
    path = write(tmp_path / "a.txt", swapped)
    report = load(path)
    assert (report.loaded, report.warned) == (2, 2)
    assert [(problem.row, problem.fault) for problem in report.problems] == [
        (0, "text_swapped_file"), (13, "text_swapped"), (24, "text_swapped"), (24, "text_area_differs"),
    ]  # fmt: skip
    assert [problem.fault for problem in load(path).problems] == ["text_swapped_file"]
    lines = load(write(tmp_path / "b.txt", HEAD + TWO.replace("J2,1,", "J2,1,9"))).problems
    assert [(problem.row, problem.grade, problem.fault) for problem in lines] == [
        (13, "refused", "text_point"), (24, "refused", "text_point"),
    ]  # fmt: skip


def test_kml(load, county, tmp_path):
    path = tmp_path / "a.kml"
    path.write_text(KML, encoding="utf-8")
    report = load(path)
    assert (report.read, report.loaded, report.refused, report.crs) == (2, 1, 1, "EPSG:4326")
    assert [problem.fault for problem in report.problems] == ["not_polygon"]
    assert one(county, "SELECT name || source_code || holder_name FROM parcel") == "示例地块K007示例公司"


def loaded(report, county, count=2):
    """All rows are in, with their codes and the area of the squares."""
    assert (report.read, report.loaded, report.refused) == (count, count, 0), report.problems
    assert adds_up(report)
    assert one(county, "SELECT string_agg(source_code, ',' ORDER BY source_code) FROM parcel") == ",".join(
        f"00{n}" for n in range(count)
    )
    assert one(county, "SELECT max(abs(planar_area_m2 - 1600)) FROM parcel") < 2


def test_a_file_geodatabase_as_a_folder_and_zipped(load, county, tmp_path):
    folder = survey(tmp_path / "调查.gdb", squares(2), BSM=["000", "001"], MC=["甲", "乙"])
    loaded(load(folder), county)
    with zipfile.ZipFile(tmp_path / "调查.gdb.zip", "w") as archive:
        for part in folder.iterdir():
            archive.write(part, f"数据/调查.gdb/{part.name}")
    assert load(tmp_path / "调查.gdb.zip").unchanged == 2
    for inner in ("", "数据/"):
        with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
            for part in folder.iterdir():
                archive.write(part, f"{inner}{part.name}")
        assert load(tmp_path / "b.zip").unchanged == 2


def test_layers_of_a_geodatabase(load, county, tmp_path):
    path = tmp_path / "a.gdb"
    frame = gpd.GeoDataFrame({"BSM": ["000", "001"]}, geometry=squares(2), crs=4547)
    pyogrio.write_dataframe(frame, path, layer="宗地", driver="OpenFileGDB")
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="说明", append=True, driver="OpenFileGDB")
    loaded(load(path), county)
    pyogrio.write_dataframe(frame, path, layer="图斑", append=True, driver="OpenFileGDB")
    with pytest.raises(e.SeveralLayers, match="宗地、图斑"):
        load(path)
    assert load(path, layer="图斑").unchanged == 2


def test_gml(load, county, tmp_path):
    path = survey(tmp_path / "a.gml", squares(2), BSM=["000", "001"])
    path.with_suffix(".xsd").unlink()
    loaded(load(path), county)
    assert [one.name for one in tmp_path.glob("a.*")] == ["a.gml"]


def test_gml_in_degrees_has_latitude_first(load, county, tmp_path):
    frame = gpd.GeoDataFrame({"BSM": ["000", "001"]}, geometry=squares(2), crs=4547).to_crs(4490)
    frame.to_file(tmp_path / "a.gml", driver="GML")
    assert "<gml:posList>36." in (tmp_path / "a.gml").read_text()
    loaded(load(tmp_path / "a.gml"), county)


@pytest.mark.parametrize("name", ["a.fgb", "a.mif", "a.tab"])
def test_other_formats_of_gdal(load, county, tmp_path, name):
    loaded(load(survey(tmp_path / name, squares(2), BSM=["000", "001"]), crs="EPSG:4547"), county)


def test_geoparquet(load, county, tmp_path):
    gpd.GeoDataFrame({"BSM": ["000", "001"]}, geometry=squares(2), crs=4547).to_parquet(tmp_path / "a.parquet")
    report = load(tmp_path / "a.parquet")
    loaded(report, county)
    assert (report.crs, report.crs_from) == ("EPSG:4547", "file")


def test_a_drawing(load, county, tmp_path):
    parts = [
        light("界址线", corners(X + 10 + 50 * n, Y, 40)) + words("注记", X + 20 + 50 * n, Y + 10, f"编号:00{n}")
        for n in range(2)
    ]
    path = draw(tmp_path / "a.dxf", *parts, light("路", corners(X, Y, 30), closed=0))
    report = load(path, crs="EPSG:4547")
    loaded(report, county)
    assert [problem.fault for problem in report.problems] == ["drawing_rest"]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_csv_of_wkt(load, county, tmp_path, encoding):
    path = tmp_path / "a.csv"
    lines = [f'00{n},示例,"{shape.wkt}"' for n, shape in enumerate(squares(2))]
    path.write_text("编号,名称,WKT\n" + "\n".join(lines), encoding=encoding)
    loaded(load(path, crs="EPSG:4547"), county)


def test_csv_of_points(load, county, tmp_path):
    path = tmp_path / "a.csv"
    lines = [f"00{n},{y},{x}" for n, shape in enumerate(squares(2)) for x, y in list(shape.exterior.coords)[:-1]]
    path.write_text("地块编号,X,Y\n" + "\n".join(lines), encoding="gbk")
    loaded(load(path, crs="EPSG:4547"), county)


def test_a_text_in_a_zip(load, county, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(write(tmp_path / "勘测定界.txt", HEAD + TWO), "勘测定界.txt")
    assert load(tmp_path / "a.zip").loaded == 2
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.write(survey(tmp_path / "a.gpkg", squares(2)), "a.gpkg")
        archive.writestr("说明.txt", "说明")
    assert load(tmp_path / "b.zip").loaded == 2


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.dwg", b"AC1032 drawing", "DXF"), ("a.mdb", b"\0\1\0\0Standard Jet DB\0", "shapefile"), ("a.vct", b"Datamark:LANDUSE", "GeoPackage"),
        ("a.vct", "文件头".encode("gbk"), "GeoPackage"), ("a.png", b"\x89PNG\r\n", "矢量"), ("photo.shp", b"\xff\xd8\xff\xe0", "矢量"),
        ("a.pdf", b"%PDF-1.7", "矢量"), ("a.rar", b"Rar!\x1a", "zip"), ("a.xlsm", b"PK\3\4", "xlsx"), ("a.tif", b"II*\0", "矢量"),
        ("a.dxf", b"AutoCAD Binary DXF\r\n\x1a\0", "ASCII"), ("a.ovobj", b"x", "KML"), ("a.mxd", b"x", ".gdb"),
    ],
)  # fmt: skip
def test_files_of_other_programs_are_told_with_the_way_to_convert_them(load, tmp_path, name, content, word):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(e.NeedsConversion) as found:
        load(tmp_path / name)
    assert word in found.value.say_mend("zh")
    assert "\n" not in found.value.line("en")


def test_a_folder_and_zips_of_what_is_not_read(tmp_path):
    with pytest.raises(e.NeedsConversion, match="folder"), open_source(tmp_path):
        pass
    for member, error in (("图.dwg", e.NeedsConversion), ("a.bin", e.NotGeodata)):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr(member, "x")
        with pytest.raises(error), open_source(tmp_path / "a.zip"):
            pass


def test_bombs(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "inner.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", bytes(200_000_000))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.write(tmp_path / "inner.zip", f"{number}.zip")
    with pytest.raises(e.BadArchive, match="bytes unpacked"), open_source(tmp_path / "a.zip"):
        pass
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 10**12, 10**6))
    with pytest.raises(e.DiskTooSmall, match="TMPDIR"), open_source(tmp_path / "inner.zip"):
        pass


def test_fields_of_geojson_stay_as_they_are(load, county, tmp_path):
    path = survey(tmp_path / "a.geojson", squares(1), BSM=["000"], crs=4547)
    assert json.loads(path.read_text())["features"][0]["properties"] == {"BSM": "000"}
    loaded(load(path), county, 1)
