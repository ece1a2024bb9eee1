"""Drawings, GeoParquet and CSV: what their readers make of a file."""

import json

import geopandas as gpd
import pyarrow as pa
import pytest
import shapely
from drawings import draw, hatch, heavy, light, square, words
from intake_surveys import squares
from pyarrow import parquet

from gisreg.intake import errors as e
from gisreg.intake.opening import open_source

X, Y = 427_900.0, 3_998_000.0


def read(path, **wanted):
    """The source, its rows by field names, their shapes."""
    with open_source(path, **wanted) as source:
        rows = [
            row
            for part in source.parts(3)
            for batch in source.batches(source.fields, part)
            for row in batch.to_pylist()
        ]
    named = [{name: row[f"f{i}"] for i, name in enumerate(source.fields)} for row in rows]
    return source, named, [shapely.from_wkb(row["wkb"], on_invalid="ignore") if row["wkb"] else None for row in rows]


def faults(source):
    return [(note.row, note.fault) for note in source.notes]


# drawings


@pytest.mark.parametrize("end", [b"\r\r\n", b"\r", b"\r\n"])
def test_line_ends_that_a_transfer_has_spoilt(tmp_path, end):
    path = draw(tmp_path / "a.dxf", light("A", square(X, Y, 100)))
    path.write_bytes(path.read_bytes().replace(b"\n", end))
    _, rows, shapes = read(path, crs_given="EPSG:4547")
    assert (rows[0]["图层"], shapes[0].area) == ("A", 10_000)


@pytest.mark.parametrize(
    "data", [b"\r\r", b"0\nSECTION\n2\nENTITIES\n0\r\r", b"999\n\n0\r\r", b"0\n\5\r\0", b"0\n5\r\0\n"]
)
def test_a_drawing_that_ends_in_carriage_returns_does_not_wait_for_ever(tmp_path, data):
    (tmp_path / "a.dxf").write_bytes(data)
    with pytest.raises((e.NotGeodata, e.BrokenFile, e.EmptyLayer)):
        read(tmp_path / "a.dxf", crs_given="EPSG:4547")


@pytest.fixture
def drawing(tmp_path):
    return draw(
        tmp_path / "宗地图.dxf",
        light("界址线", square(X, Y, 100)),
        heavy("JZD", square(X + 200, Y, 50)),
        hatch("填充", square(X + 300, Y, 20)),
        light("界址线", [*square(X + 400, Y, 10), (X + 400, Y)], closed=0),
        light("道路", square(X + 500, Y, 10), closed=0),
        light("建筑", square(X + 10, Y + 10, 20)),
        words("注记", X + 50, Y + 60, "宗地编号:K1"),
        words("注记", X + 50, Y + 50, "示例地块"),
        words("注记", X + 15, Y + 15, "厂房"),
        words("注记", X + 210, Y + 10, "乙地\\P二期", "MTEXT"),
        words("注记", X - 50, Y, "图外"),
    )


def test_a_drawing(drawing):
    source, rows, shapes = read(drawing, crs_given="EPSG:4547")
    assert (source.srid, source.rows, source.layer) == (4547, 5, "宗地图")
    assert [row["图层"] for row in rows] == ["界址线", "JZD", "填充", "界址线", "建筑"]
    assert [round(shape.area) for shape in shapes] == [10000, 2500, 400, 100, 400]
    assert [row["图内文字"] for row in rows] == ["示例地块", "乙地 二期", None, None, "厂房"]
    assert [row["宗地编号"] for row in rows] == ["K1", None, None, None, None]
    assert faults(source) == [(0, "drawing_rest")]


def test_one_layer_of_a_drawing(drawing):
    source, rows, _ = read(drawing, crs_given="EPSG:4547", layer="界址线")
    assert (source.layer, len(rows)) == ("界址线", 2)
    with pytest.raises(e.LayerMissing, match="JZD"):
        read(drawing, crs_given="EPSG:4547", layer="无")


def test_a_drawing_has_no_crs_of_its_own(drawing):
    with pytest.raises(e.CrsMissing, match="DXF"):
        read(drawing)


def test_a_hatch_on_its_boundary_is_one_parcel(tmp_path):
    path = draw(tmp_path / "a.dxf", light("A", square(X, Y, 100)), hatch("B", square(X, Y, 100)))
    source, rows, _ = read(path, crs_given="EPSG:4547")
    assert (len(rows), faults(source)) == (1, [(0, "drawing_double")])


@pytest.mark.parametrize(
    ("page", "encoding", "given"), [("ANSI_936", "gbk", None), ("ANSI_1252", "gbk", "GBK"), ("ANSI_936", "utf-8", None)]
)
def test_the_code_page_of_a_drawing(tmp_path, page, encoding, given):
    path = draw(tmp_path / "a.dxf", light("界址线", square(X, Y, 100)), page=page, encoding=encoding)
    assert read(path, crs_given="EPSG:4547", encoding=given)[1][0]["图层"] == "界址线"


def test_a_drawing_with_nothing_closed(tmp_path):
    path = draw(tmp_path / "a.dxf", light("A", square(X, Y, 100), closed=0))
    with pytest.raises(e.EmptyLayer):
        read(path, crs_given="EPSG:4547")


# GeoParquet


def test_geoparquet(tmp_path):
    path = tmp_path / "a.parquet"
    frame = gpd.GeoDataFrame({"BSM": [f"{n:03d}" for n in range(10)], "MJ": [1.5] * 10}, geometry=squares(10), crs=4547)
    frame.to_parquet(path, row_group_size=3)
    source, rows, shapes = read(path)
    assert (source.srid, source.rows, source.fields) == (4547, 10, ("BSM", "MJ"))
    assert [row["BSM"] for row in rows] == [f"{n:03d}" for n in range(10)]
    assert [shape.equals(other) for shape, other in zip(shapes, frame.geometry, strict=True)] == [True] * 10
    with open_source(path) as source:
        numbers = [
            n
            for part in source.parts(2)
            for batch in source.batches((), part)
            for n in batch.column("row_no").to_pylist()
        ]
    assert numbers == list(range(1, 11))


@pytest.mark.parametrize(("about", "srid"), [({}, 4326), ({"crs": None}, None)])
def test_geoparquet_without_a_crs(tmp_path, about, srid):
    shape = shapely.box(113, 36, 113.01, 36.01)
    table = pa.table({"g": [shape.wkb], "n": ["1"]})
    geo = {
        "version": "1.0.0",
        "primary_column": "g",
        "columns": {"g": {"encoding": "WKB", "geometry_types": [], **about}},
    }
    parquet.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), tmp_path / "a.parquet")
    if srid is None:
        with pytest.raises(e.CrsMissing):
            read(tmp_path / "a.parquet")
    else:
        assert read(tmp_path / "a.parquet")[0].srid == srid


def test_parquet_without_shapes(tmp_path):
    parquet.write_table(pa.table({"n": ["1"]}), tmp_path / "a.parquet")
    with pytest.raises(e.NoGeometryLayer):
        read(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 no parquet PAR1")
    with pytest.raises(e.NotGeodata):
        read(tmp_path / "b.parquet")


# CSV

RING = "((113.2 36.1,113.201 36.1,113.201 36.101,113.2 36.1))"


def csv(path, text, encoding="gb18030"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_wkt(tmp_path, delimiter, encoding):
    lines = [
        ["编号", "名称", "WKT"],
        ["001", "甲", f'"POLYGON {RING}"'],
        ["002", '"乙,二""期"""', f'"MULTIPOLYGON ({RING})"'],
        ["003", "", ""],
    ]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    source, rows, shapes = read(csv(tmp_path / "a.csv", text, encoding), crs_given="EPSG:4490")
    assert (source.srid, source.fields) == (4490, ("编号", "名称"))
    assert rows == [{"编号": "001", "名称": "甲"}, {"编号": "002", "名称": '乙,二"期"'}, {"编号": "003", "名称": None}]
    assert [shape.geom_type if shape else None for shape in shapes] == ["Polygon", "MultiPolygon", None]


def test_wkt_that_says_its_crs_and_hexadecimal(tmp_path):
    text = f'id,geom\n1,"SRID=4490;POLYGON {RING}"\n'
    assert read(csv(tmp_path / "a.csv", text))[0].srid == 4490
    hexed = shapely.to_wkb(shapely.box(113, 36, 113.1, 36.1), hex=True)
    assert read(csv(tmp_path / "b.csv", f"id,geom\n1,{hexed}\n"), crs_given="4490")[2][0].area == pytest.approx(0.01)
    with pytest.raises(e.CrsMissing):
        read(tmp_path / "b.csv")


def test_bad_rows_of_a_csv_are_named_as_a_spreadsheet_shows_them(tmp_path):
    text = f'id,WKT\n1,"POLYGON {RING}"\n2,POLYGON ((nonsense\n3,"POLYGON {RING}",more\n4\n'
    source, _, shapes = read(csv(tmp_path / "a.csv", text), crs_given="4490")
    assert [shape is not None for shape in shapes] == [True, False, False, False]
    assert faults(source) == [(3, "csv_shape"), (4, "csv_columns")]


@pytest.mark.parametrize(
    ("header", "north_first"),
    [("X,Y", True), ("X,Y", False), ("纵坐标,横坐标", True), ("北坐标(m),东坐标(m)", True), ("东坐标,北坐标", False)],
)
def test_points_in_rows(tmp_path, header, north_first):
    lines = []
    for code, east in (("A", X), ("B", X + 500)):
        for label, (x, y) in enumerate([*square(east, Y, 100), (east, Y)], 1):
            lines.append(f"{code},示例{code},J{label},1,{f'{y},{x}' if north_first else f'{x},{y}'}")
        for label, (x, y) in enumerate(square(east + 10, Y + 10, 10), 1):
            lines.append(f"{code},示例{code},J{label},2,{f'{y},{x}' if north_first else f'{x},{y}'}")
    path = csv(tmp_path / "a.csv", f"地块编号,地块名称,点号,圈号,{header}\n" + "\n".join(lines))
    source, rows, shapes = read(path, crs_given="EPSG:4547")
    assert [shape.area for shape in shapes] == [9900, 9900]
    assert shapes[0].bounds == (X, Y, X + 100, Y + 100)
    assert rows == [{"地块编号": "A", "地块名称": "示例A"}, {"地块编号": "B", "地块名称": "示例B"}]
    assert faults(source) == []


def test_points_by_their_numbers_and_longitudes(tmp_path):
    spots = [(113.2, 36.1), (113.201, 36.1), (113.201, 36.101), (113.2, 36.101)]
    lines = [
        f"{code},{order + 1},{spots[order][0]},{spots[order][1]}" for order in (2, 0, 3, 1) for code in ("甲", "乙")
    ]
    path = csv(tmp_path / "a.csv", "地块,顺序,经度,纬度\n" + "\n".join(lines))
    _, _, shapes = read(path, crs_given="EPSG:4490")
    assert [shape.bounds for shape in shapes] == [(113.2, 36.1, 113.201, 36.101)] * 2
    assert all(shape.is_valid for shape in shapes)


def test_columns_that_are_called_the_wrong_way_round(tmp_path):
    lines = "\n".join(f"A,{y},{x}" for x, y in [(113.2, 36.1), (113.201, 36.1), (113.201, 36.101)])
    source, _, shapes = read(csv(tmp_path / "a.csv", "宗地号,经度,纬度\n" + lines), crs_given="EPSG:4490")
    assert faults(source) == [(2, "text_swapped")]
    assert shapes[0].bounds == (113.2, 36.1, 113.201, 36.101)


def test_points_that_cannot_be_a_parcel(tmp_path):
    text = f"宗地号,X,Y\nA,{Y},{X}\nA,{Y},{X + 10}\nA,{Y + 10},{X}\nB,{Y},{X}\nB,{Y},x\nC,{Y},{X}\nC,{Y + 5},{X}\n"
    source, _, shapes = read(csv(tmp_path / "a.csv", text), crs_given="EPSG:4547")
    assert [shape is not None for shape in shapes] == [True, False, False]
    assert faults(source) == [(5, "text_bad_line"), (7, "text_few_points")]
    assert "6" in source.notes[0].what.zh
    with pytest.raises(e.PointsOnly):
        read(csv(tmp_path / "b.csv", f"name,X,Y\na,{Y},{X}\nb,{Y},{X}\n"), crs_given="EPSG:4547")
    with pytest.raises(e.ZoneContradicted):
        read(tmp_path / "a.csv", crs_given="EPSG:4526")


@pytest.mark.parametrize("text", ["编号,面积\n1,2\n", "no table\n"])
def test_csv_without_shapes(tmp_path, text):
    with pytest.raises((e.NoGeometryLayer, e.NotGeodata)):
        read(csv(tmp_path / "a.csv", text))
