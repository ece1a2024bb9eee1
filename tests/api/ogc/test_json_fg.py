"""Features and Geometries JSON: members of the standard, its rules of which geometry stands where, GDAL's reader."""

import re

import pyogrio
import pytest
import shapely
from shapely.geometry import shape

CORE = "http://www.opengis.net/spec/json-fg-1/1.0/conf/core"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/{}"
ZONE, DEGREES, CRS84 = EPSG.format(4547), EPSG.format(4490), "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
ONE = "/ogc/collections/parcels/items/149901-0000001"


def documents(ogc, items, **asked):
    """A page and one feature, each with its features."""
    page, one = items(limit=3, **asked), ogc.get(ONE, params=asked)
    assert (page.status_code, one.status_code) == (200, 200)
    return (page, page.json()["features"]), (one, [one.json()])


@pytest.mark.parametrize("collection", ["parcels", "idle_land", "public_sites", "townships", "plans", "closed_parcels"])
@pytest.mark.parametrize("moment", [None, "2100-01-01", "2026-01-01T00:00:00Z"])
def test_a_document_says_what_it_keeps(items, collection, moment):
    answer = items(collection, profile="jsonfg", crs=ZONE, **({"datetime": moment} if moment else {}))
    body = answer.json()
    assert answer.headers["content-type"] == "application/geo+json"
    assert CORE in body["conformsTo"]
    assert body["featureType"] == collection
    assert body["coordRefSys"] == ZONE
    for feature in body["features"]:
        assert {"type", "time", "place", "geometry", "properties", "id"} <= feature.keys()


def test_one_feature_is_a_document_of_its_own(ogc):
    body = ogc.get(ONE, params={"profile": "jsonfg", "crs": ZONE}).json()
    assert (body["type"], body["featureType"], body["coordRefSys"]) == ("Feature", "parcels", ZONE)
    assert CORE in body["conformsTo"]


@pytest.mark.parametrize("profile", ["jsonfg", "jsonfg-plus"])
@pytest.mark.parametrize("crs", [ZONE, DEGREES, EPSG.format(3857), CRS84])
def test_the_place_is_in_the_wanted_system_and_geometry_in_degrees_or_not_there(ogc, items, profile, crs):
    for _, features in documents(ogc, items, profile=profile, crs=crs):
        for feature in features:
            place, geometry = feature["place"], feature["geometry"]
            assert (place is None) == (crs == CRS84)
            assert (geometry is None) == (crs != CRS84 and profile == "jsonfg")
            assert place is None or (shape(place).is_valid and place != geometry)
            if geometry is not None:
                points = shapely.get_coordinates(shape(geometry))
                assert abs(points[:, 0]).max() <= 180
                assert abs(points[:, 1]).max() <= 90
                assert not shape(geometry).has_z


def test_axes_of_the_place_are_those_of_its_system(ogc):
    def first_corner(crs):
        place = ogc.get(ONE, params={"profile": "jsonfg", "crs": crs}).json()["place"]
        return place["coordinates"][0][0][0]

    north, east = first_corner(ZONE)
    assert (north > 4_000_000, 400_000 < east < 500_000) == (True, True)
    latitude, longitude = first_corner(DEGREES)
    assert (30 < latitude < 40, 110 < longitude < 120) == (True, True)


def test_time_is_since_when_the_record_stands(ogc, items):
    for _, features in documents(ogc, items, profile="jsonfg"):
        for feature in features:
            start, end = feature["time"]["interval"]
            assert INSTANT.fullmatch(start)
            assert end == ".."
    for feature in items("townships", profile="jsonfg").json()["features"]:
        assert all(end == ".." or DAY.fullmatch(end) for end in feature["time"]["interval"])
    assert all(feature["time"] is None for feature in items("plans", profile="jsonfg").json()["features"])


def test_profiles_differ_as_the_standard_says(ogc, items):
    for answer, features in documents(ogc, items):
        assert "conformsTo" not in answer.json()
        assert all("place" not in feature for feature in features)
        assert 'rel="profile"' not in answer.headers.get("link", "")
    for profile in ("jsonfg", "jsonfg-plus"):
        for answer, _ in documents(ogc, items, profile=profile):
            named = f"http://www.opengis.net/def/profile/OGC/0/{profile}"
            assert named in {link["href"] for link in answer.json()["links"] if link["rel"] == "profile"}
            assert f'<{named}>; rel="profile"' in answer.headers["link"]
    assert items(profile="geojson").status_code == 400


def test_a_page_is_the_same_by_either_way(items):
    """A filter goes step by step, a plain page by one statement."""
    quick = items(profile="jsonfg-plus", crs=ZONE).json()["features"]
    assert items(profile="jsonfg-plus", crs=ZONE, filter="true").json()["features"] == quick


def test_gdal_reads_json_fg(items, tmp_path):
    page = tmp_path / "page.json"
    page.write_bytes(items(profile="jsonfg", crs=ZONE, limit=100).content)
    assert pyogrio.read_info(page)["driver"] == "JSONFG"
    frame = pyogrio.read_dataframe(page)
    assert len(frame) == 11
    assert frame.crs.to_epsg() == 4547
    first = frame[frame["parcel_code"] == "149901-0000001"].iloc[0]
    assert first.geometry.bounds == (410000.125, 4010000.5, 410100.125, 4010100.5)
