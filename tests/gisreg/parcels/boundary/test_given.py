"""Shapes that people give: each fault by its own name, with its place, before anything is locked or computed."""

import json

import pytest

from gisreg.parcels.boundary.given import MAX_VERTICES, given_file, given_geojson, given_text, srid_of
from gisreg.parcels.faults import (
    AxesSwapped,
    BoundaryInvalid,
    CrsNotSupported,
    GeometryEmpty,
    GeometryUnreadable,
    NoArea,
    NotAPolygon,
    NotFinite,
    OneShapeWanted,
    OutOfRange,
    TooManyVertices,
)

SQUARE = "POLYGON((113 36,113.001 36,113.001 36.001,113 36.001,113 36))"


@pytest.mark.parametrize(
    ("wkt", "crs", "fault"),
    [
        ("", None, GeometryUnreadable),
        ("POLYGON((1 1,2 2", None, GeometryUnreadable),
        ("POLYGON((113 36,113.1 36,113.1 36.1))", None, GeometryUnreadable),
        ("{not json", None, GeometryUnreadable),
        ('{"type":"Polygon"}', None, GeometryUnreadable),
        ('{"type":"FeatureCollection","features":[]}', None, OneShapeWanted),
        ("CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0))", None, GeometryUnreadable),
        ("POLYGON EMPTY", None, GeometryEmpty),
        ("POINT(113 36)", None, NotAPolygon),
        ("LINESTRING(113 36,113.1 36.1)", None, NotAPolygon),
        ("POLYGON((113 36,NaN 36,113.1 36.1,113 36))", None, NotFinite),
        ("POLYGON((113 36,inf 36,113.1 36.1,113 36))", None, NotFinite),
        ("POLYGON((36 113,36.1 113,36.1 113.1,36 113))", None, AxesSwapped),
        ("POLYGON((4010000 410000,4010100 410000,4010100 410100,4010000 410000))", "EPSG:4547", AxesSwapped),
        ("POLYGON((410000 4010000,410100 4010000,410100 4010100,410000 4010000))", None, OutOfRange),
        (SQUARE, "EPSG:4547", OutOfRange),
        ("POLYGON((113 91,113.1 91,113.1 91.1,113 91))", None, OutOfRange),
        (SQUARE, "EPSG:2382", CrsNotSupported),
        (SQUARE, "Xian", CrsNotSupported),
        ("POLYGON((113 36,113.001 36.001,113.001 36,113 36.001,113 36))", None, BoundaryInvalid),
        ("POLYGON((113 36,113.001 36.001,113 36,113 36))", None, BoundaryInvalid),
        ("MULTIPOLYGON(((113 36,113 36,113 36,113 36)))", None, (NoArea, BoundaryInvalid)),
    ],
)
def test_each_fault_has_its_name(wkt, crs, fault) -> None:
    with pytest.raises(fault) as refused:
        given_text(wkt, crs, "--wkt").polygon()
    assert "\n" not in refused.value.line("zh") + refused.value.line("en")


def test_the_place_of_a_crossing_is_named() -> None:
    bow_tie = "POLYGON((410000 4010000,410100 4010100,410100 4010000,410000 4010100,410000 4010000))"
    with pytest.raises(BoundaryInvalid, match=r"crosses itself \(410050, 4010050\)") as refused:
        given_text(bow_tie, 4547).polygon()
    assert "边界自相交 (410050, 4010050)" in refused.value.line("zh")


def test_three_hundred_thousand_vertices_are_too_many() -> None:
    ring = ",".join(f"{113 + n * 1e-7} 36" for n in range(300_000))
    with pytest.raises(TooManyVertices, match="300,0"):
        given_text(f"POLYGON((113 36.1,{ring},113 36.1))")
    assert MAX_VERTICES < 300_000


def test_geojson_of_every_wrapping_and_heights_are_dropped() -> None:
    geometry = {"type": "Polygon", "coordinates": [[[113, 36, 5], [113.1, 36, 5], [113.1, 36.1, 5], [113, 36, 5]]]}
    feature = {"type": "Feature", "geometry": geometry, "properties": {}}
    for document in (geometry, feature, {"type": "FeatureCollection", "features": [feature]}):
        shape = given_geojson(document).polygon()
        assert not shape.has_z
        assert given_text(json.dumps(document)).shape.equals(shape)
    with pytest.raises(GeometryUnreadable):
        given_geojson(["x"])


def test_files_bring_their_own_crs(tmp_path) -> None:
    ring = [[410000, 4010000], [410100, 4010000], [410100, 4010100], [410000, 4010000]]
    one = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    path = tmp_path / "one.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [one]}))
    assert given_file(path).srid == 4547
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [one, one, one]}))
    with pytest.raises(OneShapeWanted, match="3"):
        given_file(path)
    path.write_text("no geometry")
    with pytest.raises(GeometryUnreadable):
        given_file(path)
    with pytest.raises(FileNotFoundError):
        given_file(tmp_path / "none.shp")
    assert srid_of("epsg:4526") == 4526
