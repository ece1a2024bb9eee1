# ruff: noqa: E501 - files and wording stay in one piece

import zipfile

import pytest
import shapely

from gisreg.intake import errors as e
from gisreg.intake.kml import described
from gisreg.intake.opening import open_source

RING = "113.2,36.1,0 113.201,36.1,0 113.201,36.101,0 113.2,36.1,0"
AREA = (
    f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{RING}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
)
NESTED = f"""<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>奥维</name>
<Schema name="s" id="s"><SimpleField name="DKBH" type="string"/><SimpleField name="DKMJ" type="double"/></Schema>
<Folder><name>一镇</name><Folder><name>地块</name>
<Placemark><name>甲</name><description><![CDATA[<table><tr><th colspan=2>地块</th></tr><tr><td>编号</td><td>001</td></tr>
<tr><td>面积:</td><td> 12.5 </td></tr></table>]]></description>{AREA}</Placemark>
<Placemark><name>乙</name><ExtendedData><Data name="编号"><value>002</value></Data></ExtendedData>
<MultiGeometry>{AREA}{AREA.replace("113.2", "113.3")}</MultiGeometry></Placemark>
</Folder><Folder><name>标注</name><Placemark><name>点</name><Point><coordinates>113,36</coordinates></Point></Placemark></Folder></Folder>
<Folder><name>二镇</name><Folder><name>地块</name><Placemark><name>丙</name><ExtendedData><SchemaData schemaUrl="#s">
<SimpleData name="DKBH">0003</SimpleData><SimpleData name="DKMJ">3.50</SimpleData></SchemaData></ExtendedData>{AREA}</Placemark></Folder></Folder>
</Document></kml>"""
XML = '<?xml version="1.0" encoding="{}"?>\n'
ONE = f'<kml xmlns="http://earth.google.com/kml/2.1"><Document><Placemark><name>示例</name>{AREA}</Placemark></Document></kml>'


def read(path, **wanted):
    with open_source(path, **wanted) as source:
        rows = [row for batch in source.batches(source.fields, source.parts(1)[0]) for row in batch.to_pylist()]
    named = [{name: row[f"f{i}"] for i, name in enumerate(source.fields)} for row in rows]
    return source, named, [row["wkb"] for row in rows]


@pytest.fixture
def nested(tmp_path):
    path = tmp_path / "奥维.kml"
    path.write_text(XML.format("UTF-8") + NESTED, encoding="utf-8")
    return path


def test_folders_are_layers_and_empty_ones_do_not_count(nested):
    with pytest.raises(e.SeveralLayers, match="奥维/一镇/地块、奥维/二镇/地块"):
        read(nested)
    with pytest.raises(e.LayerMissing):
        read(nested, layer="三镇")
    source, rows, shapes = read(nested, layer="奥维/一镇/地块")
    assert (source.srid, source.crs_from, source.rows) == (4326, "format", 2)
    assert rows == [{"Name": "甲", "编号": "001", "面积": "12.5"}, {"Name": "乙", "编号": "002", "面积": None}]
    assert [shapely.from_wkb(shape).geom_type for shape in shapes] == ["Polygon", "MultiPolygon"]
    assert not shapely.from_wkb(shapes[0]).has_z
    assert read(nested, layer="标注")[0].rows == 1


def test_typed_fields_keep_their_digits(nested):
    assert read(nested, layer="奥维/二镇/地块")[1] == [{"Name": "丙", "DKBH": "0003", "DKMJ": "3.50"}]


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK", "GB2312", "UTF-16"])
def test_the_encoding_declared(tmp_path, encoding):
    path = tmp_path / "a.kml"
    path.write_text(XML.format(encoding) + ONE, encoding=encoding)
    assert read(path)[1] == [{"Name": "示例"}]


def test_a_wrong_declaration_is_told(tmp_path):
    path = tmp_path / "a.kml"
    path.write_text(XML.format("UTF-8") + ONE, encoding="gbk")
    with pytest.raises(e.EncodingContradicted, match="UTF-8"):
        read(path)
    assert read(path, encoding="GBK")[1] == [{"Name": "示例"}]


def test_kmz(nested, tmp_path):
    packed = tmp_path / "a.kmz"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("doc.kml", XML.format("UTF-8") + ONE)
        archive.writestr("files/icon.png", b"\x89PNG")
    source, rows, _ = read(packed)
    assert (rows, source.shown) == ([{"Name": "示例"}], f"{packed}!doc")


@pytest.mark.parametrize(
    ("html", "values"),
    [
        ("<b>编号:</b> 12<br/>权利人: 示例公司<br>", {"编号": "12", "权利人": "示例公司"}),
        ("第一行<br>第二行", {"description": "第一行\n第二行"}),
        ("见 http://example.invalid/a", {"description": "见 http://example.invalid/a"}),
        ("<table><tr><td>甲<td>1<tr><td>乙<td>2</table>", {"甲": "1", "乙": "2"}),
        ("", {}),
    ],
)
def test_descriptions(html, values):
    assert described(html) == values


@pytest.mark.parametrize("coordinates", ["113,36", "a,b c,d e,f", "", "113,36 113,37"])
def test_a_shape_that_cannot_be_read_is_a_row_without_a_shape(tmp_path, coordinates):
    path = tmp_path / "a.kml"
    path.write_text(ONE.replace(RING, coordinates), encoding="utf-8")
    _, rows, shapes = read(path)
    assert len(rows) == 1
    assert not shapely.from_wkb(shapes[0], on_invalid="ignore")


@pytest.mark.parametrize(
    "text",
    ["", "<kml>", "no xml", "<html></html>", XML.format("UTF-8") + '<!DOCTYPE a [<!ENTITY b "x">]><kml>&c;</kml>'],
)
def test_what_is_no_kml(tmp_path, text):
    path = tmp_path / "a.kml"
    path.write_text(text + " ", encoding="utf-8")
    with pytest.raises((e.NotGeodata, e.EmptyLayer)):
        read(path)


def test_entities_that_multiply_are_refused(tmp_path):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    path = tmp_path / "a.kml"
    path.write_text(
        f'<!DOCTYPE kml [<!ENTITY e0 "0123456789">{entities}]><kml><Placemark><name>&e9;</name></Placemark></kml>',
        encoding="utf-8",
    )
    with pytest.raises(e.NotGeodata):
        read(path)
