"""Boxes, coordinate systems, filters, time, order, properties: and what cannot be asked."""

import json

import pytest
from sqlalchemy import text

from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.features import pages, quick

ALL = [f"149901-{n:07}" for n in range(1, 13) if n != 11]
MAPPED = ALL[:-1]
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def epsg(srid):
    return f"http://www.opengis.net/def/crs/EPSG/0/{srid}"


def corner(answer, place=0):
    assert answer.status_code == 200, answer.text
    return answer.json()["features"][place]["geometry"]["coordinates"][0][0][0]


def test_a_box_in_every_system_finds_the_same(walk, items):
    # the fourth square: 410300.125 to 410400.125 east, shrunk by a metre
    inside = (410301, 4010001.5, 410399, 4010099.5)
    west, south, east, north = inside
    assert walk(bbox=f"{south},{west},{north},{east}", bbox_crs=epsg(4547)) == [ALL[3]]
    lon, lat = corner(items(bbox=f"{south},{west},{north},{east}", bbox_crs=epsg(4547)))
    little = 0.0002
    around = (lon + little, lat + little, lon + 2 * little, lat + 2 * little)
    assert walk(bbox=",".join(map(str, around))) == [ALL[3]]
    assert walk(bbox=f"{around[0]},{around[1]},0,{around[2]},{around[3]},9") == [ALL[3]]
    turned = f"{around[1]},{around[0]},{around[3]},{around[2]}"
    for srid in (4490, 4326):
        assert walk(bbox=turned, bbox_crs=epsg(srid)) == [ALL[3]]
    # a point, and a line
    assert walk(bbox=f"{around[0]},{around[1]},{around[0]},{around[1]}") == [ALL[3]]
    assert walk(bbox=f"{around[0]},{around[1]},{around[0]},{around[3]}") == [ALL[3]]


def test_a_box_of_the_whole_world_and_across_the_antimeridian(walk):
    assert walk(bbox="-180,-90,180,90") == MAPPED
    assert walk(bbox="100,-90,-170,90") == MAPPED
    assert walk(bbox="170,-90,-170,90") == []
    assert walk(bbox="-1000000000,-1000000000,1000000000,1000000000", bbox_crs=epsg(3857)) == MAPPED
    assert walk(bbox="-1000000000,-1000000000,1000000000,1000000000", bbox_crs=epsg(4547)) == MAPPED
    assert walk(bbox="900000000,900000000,1000000000,1000000000", bbox_crs=epsg(4547)) == []


@pytest.mark.parametrize(
    "box",
    ["1,2,3", "1,2,3,4,5", "", "a,b,c,d", "nan,0,1,1", "inf,0,1,1", "1e300,0,1e300,1", "0,10,1,5", "0,0,181,1",
     "0,0,1,91", "1_0,2,3,4", "0,0,1,1,"],
)  # fmt: skip
def test_a_box_that_is_none(items, box):
    answer = items(bbox=box)
    assert (answer.status_code, answer.json()["code"]) == (400, "box_unreadable")
    assert answer.json()["mend"]


def test_a_box_of_impossible_metres(items):
    for box in ("1e300,1,1e300,2", "2,1,1,1", "0,1e13,1,2e13"):
        assert items(bbox=box, bbox_crs=epsg(3857)).status_code == 400, box


def test_coordinates_in_the_surveys_own_zone_to_the_last_digit(items):
    # northing first, as EPSG has it
    assert corner(items(crs=epsg(4547))) == [4010000.5, 410000.125]
    answer = items(crs=epsg(4547), limit=1)
    assert answer.headers["content-crs"] == f"<{epsg(4547)}>"
    # the same place in the zone with its number in front
    north, east = corner(items(crs=epsg(4526)))
    assert (north, east) == (pytest.approx(4010000.5, abs=2e-4), pytest.approx(38410000.125, abs=2e-4))
    past = items(crs=epsg(4547), datetime="2099-01-01")
    assert corner(past) == [4010000.5, 410000.125]


def test_the_order_of_axes_is_that_of_the_authority(items):
    x, y = corner(items())
    assert corner(items(crs=CRS84)) == [x, y]
    assert corner(items(crs=epsg(4490))) == corner(items(crs=epsg(4326))) == [y, x]
    east, north = corner(items(crs=epsg(3857)))
    assert (east, north) == (pytest.approx(x * 111319.490793), pytest.approx(4.3e6, rel=0.02))


def test_every_listed_system_is_served(ogc, items):
    listed = ogc.get("/ogc/collections/parcels").json()["crs"]
    assert len(listed) == len(set(listed)) == 4 + 64
    for uri in listed[:4] + listed[4::9]:
        for name in ("parcels", "townships", "plans"):
            answer = items(name, crs=uri, limit=1)
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-crs"] == f"<{uri}>"
    assert ogc.get("/ogc/collections/parcels").json()["storageCrs"] == epsg(4490)


@pytest.mark.parametrize("name", ["crs", "bbox-crs", "filter-crs"])
@pytest.mark.parametrize("uri", ["EPSG:2154", epsg(27700), "nonsense", "", epsg("x"), "http://evil.example/4490"])
def test_a_system_that_is_not_served(items, name, uri):
    answer = items(**{name: uri, "bbox": "0,0,1,1"})
    assert (answer.status_code, answer.json()["code"]) == (400, "crs_not_served")
    assert answer.json()["where"] == f"query.{name}"


def test_other_ways_to_name_a_system(items):
    wanted = corner(items(crs=epsg(4490)))
    for way in ("EPSG:4490", "[EPSG:4490]", "urn:ogc:def:crs:EPSG::4490", "https://www.opengis.net/def/crs/EPSG/0/4490",
                "http://www.opengis.net/def/crs/EPSG/9.9.1/4490"):  # fmt: skip
        assert corner(items(crs=way)) == wanted


def test_filters_as_text_and_as_json(walk):
    as_json = {"op": "and", "args": [{"op": "=", "args": [{"property": "kind"}, "idle_land"]},
                                     {"op": ">", "args": [{"property": "area_mu"}, 3]}]}  # fmt: skip
    as_text = walk(filter="kind = 'idle_land' AND area_mu > 3")
    assert as_text == walk(filter=json.dumps(as_json), filter_lang="cql2-json") == [ALL[4], ALL[8]]
    # on the label, which the table of parcels does not have
    assert walk(filter="label = 'sell'") == walk(filter="label = 'sell' AND area_mu > 0")
    assert walk("townships", filter="name LIKE '示例1%'") == ["149901101"]
    assert walk("plans", filter="label = 'sell' AND kind = 'unsupplied_land'") != []
    assert walk(filter="state = 'removed'") == ["149901-0000011"]


def test_filters_as_qgis_writes_them(walk):
    # qgsoapifcql2textexpressioncompiler: names with an underscore in quotes, each comparison in parentheses
    assert walk(filter='("area_mu" > 3)', filter_lang="cql2-text") == walk(filter="area_mu > 3")
    assert walk(filter="((kind = 'idle_land') AND (\"official_area_m2\" IS NOT NULL))", filter_lang="cql2-text")
    assert walk(filter="(NOT ((kind = 'idle_land')))", filter_lang="cql2-text")
    assert walk(filter="(CASEI(name) LIKE CASEI('地块1%'))", filter_lang="cql2-text")
    assert walk(filter="(\"approved_on\" >= DATE('2020-01-05'))", filter_lang="cql2-text") == ALL[3:]
    assert walk(filter="(kind IN ('idle_land','idle_factory'))", filter_lang="cql2-text")


def test_geometries_of_filters_in_the_order_of_their_system(walk, items):
    lon, lat = (value + 0.0003 for value in corner(items(), 3))
    assert walk(filter=f"S_INTERSECTS(boundary, POINT({lon} {lat}))") == [ALL[3]]
    turned = f"S_INTERSECTS(boundary,POINT({lat} {lon}))"
    assert walk(filter=turned, filter_crs=epsg(4490), filter_lang="cql2-text") == [ALL[3]]
    assert walk(filter=turned, filter_crs=epsg(4326)) == [ALL[3]]
    box = f'S_INTERSECTS("boundary",BBOX({lat},{lon},{lat + 1e-5},{lon + 1e-5}))'
    assert walk(filter=box, filter_crs=epsg(4490)) == [ALL[3]]
    assert walk(filter="S_INTERSECTS(boundary, POINT(4010050 410350))", filter_crs=epsg(4547)) == [ALL[3]]
    assert items(filter=turned).status_code == 400  # latitude 113 is none


def test_a_property_as_a_parameter(walk):
    assert walk(kind="idle_land") == walk("idle_land")
    assert walk(kind="idle_land", seized="true") == walk("idle_land", filter="seized = true")
    assert walk(approved_on="2020-01-05", official_area_m2="4002") == [ALL[3]]
    assert walk(tags="园区") == ALL[:2]
    assert walk(label="sell", bbox="-180,-90,180,90")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"filter": "kind ="}, "filter_syntax"),
        ({"filter": ""}, "filter_syntax"),
        ({"filter": "nothing = 1"}, "unknown_queryable"),
        ({"filter": "survey_boundary IS NULL"}, "unknown_queryable"),
        ({"filter": "source_hash = 'x'"}, "unknown_queryable"),
        ({"filter": "id = 1"}, "unknown_queryable"),
        ({"filter": "holder_name = 'x'", "_": "public_sites"}, "unknown_queryable"),
        ({"filter": "pg_sleep(10) = 1"}, "unknown_operator"),
        ({"filter": "(" * 500 + "kind = 'x'" + ")" * 500}, "filter_too_deep"),
        ({"filter": "NOT " * 500 + "seized"}, "filter_too_deep"),
        ({"filter": "kind = '" + "x" * 30_000 + "'"}, "word_too_long"),
        ({"filter": "kind = 'idle_land'", "filter-lang": "cql2-json"}, "wrong_filter_language"),
        ({"filter": "{}", "filter-lang": "cql2-json"}, "filter_syntax"),
        ({"filter": "kind = 'x'", "filter-lang": "sql"}, "none_of_these"),
        ({"kind": "nonsense"}, "unknown_token"),
        ({"area_mu": "much"}, "wrong_type"),
        ({"limit": "-1"}, "number_unreadable"),
        ({"limit": "0"}, "number_unreadable"),
        ({"limit": "ten"}, "number_unreadable"),
        ({"limit": "1" * 100}, "number_unreadable"),
        ({"limit": "１０"}, "number_unreadable"),
        ({"datetime": "2024-12-31/2024-01-01"}, "moment_backwards"),
        ({"datetime": "yesterday"}, "moment_unreadable"),
        ({"datetime": "2024-02-30"}, "moment_unreadable"),
        ({"datetime": "2024-12-31T10:00:00"}, "moment_unreadable"),
        ({"datetime": ".."}, "moment_unreadable"),
        ({"datetime": ""}, "moment_unreadable"),
        ({"datetime": "2024-01-01/2024-02-01/2024-03-01"}, "moment_unreadable"),
        ({"sortby": "nothing"}, "property_unknown"),
        ({"sortby": "boundary"}, "not_sortable"),
        ({"sortby": "tags"}, "not_sortable"),
        ({"sortby": "kind,-kind"}, "sort_too_long"),
        ({"properties": "kind,nothing"}, "property_unknown"),
        ({"properties": "holder_name", "_": "public_sites"}, "property_unknown"),
        ({"cursor": "nonsense"}, "cursor_unreadable"),
        ({"cursor": "WzFd"}, "cursor_unreadable"),
        ({"cursor": "x" * 5_000}, "cursor_unreadable"),
        ({"filtr": "kind = 'x'"}, "unknown_parameter"),
        ({"f": "gml"}, "none_of_these"),
        ({"count": "yes"}, "none_of_these"),
    ],
)
def test_what_cannot_be_asked(items, asked, code):
    asked = dict(asked)
    answer = items(asked.pop("_", "parcels"), **asked)
    assert (answer.status_code, answer.json()["code"]) == (400, code), answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert answer.json()["mend"]
    assert len(answer.content) < 4_000


def test_a_parameter_given_twice(ogc):
    answer = ogc.get("/ogc/collections/parcels/items?limit=1&limit=2")
    assert (answer.status_code, answer.json()["code"]) == (400, "given_twice")


def test_sql_in_a_filter_is_a_text_like_any_other(walk):
    assert walk(filter="name = ''' OR 1=1 --'") == []
    assert walk(name="'; DROP TABLE parcel; --") == []
    assert walk() == ALL


def test_more_than_the_largest_page_is_the_largest_page(items):
    answer = items(limit=10**9)
    assert answer.status_code == 200
    assert answer.json()["numberReturned"] == len(ALL)


def test_an_order_is_kept_from_page_to_page(walk):
    for limit in (1, 3, 100):
        assert walk(sortby="-parcel_code", limit=limit) == ALL[::-1]
        # unknown values stand last in either direction
        assert walk(sortby="official_area_m2", limit=limit)[-4:] == [ALL[2], ALL[5], ALL[8], ALL[10]]
        assert walk(sortby="-official_area_m2", limit=limit)[-4:] == [ALL[2], ALL[5], ALL[8], ALL[10]]
        assert len(set(walk(sortby="-seized,kind,+area_mu", limit=limit))) == len(ALL)
        assert walk(sortby="seized,-approved_on", limit=limit) == walk(sortby="seized,-approved_on")
        assert walk(sortby="label,township_name", limit=limit) == walk(sortby="label,township_name")
    assert walk("plans", sortby="due_on", limit=1)


def test_time_travel(walk, items, ogc):
    assert walk(datetime="2020-01-01") == []
    assert walk(datetime="2020-01-01T00:00:00Z/..") == ALL
    assert walk(datetime="../2020-01-01") == []
    assert walk(datetime="2020-01-01/2099-01-01") == walk(datetime="../..") == ALL
    assert walk(datetime="2099-01-01T00:00:00.123456789+08:00") == ALL
    assert walk("townships", datetime="2005-06-01") == ["149901100", "149901101", "149901199"]
    assert ogc.get(f"/ogc/collections/parcels/items/{ALL[0]}", params={"datetime": "2020-01-01"}).status_code == 404


def test_the_past_is_as_it_was_to_the_second(ogc_settings, items, walk):
    engine = make_engine(ogc_settings.database_url, pool_size=0)
    with transaction(engine, Actor("t", "test")) as connection:
        before = connection.execute(text("SELECT clock_timestamp() AT TIME ZONE 'UTC'")).scalar_one()
    with transaction(engine, Actor("t", "test")) as connection:
        connection.execute(text("UPDATE parcel SET remark = '后来' WHERE parcel_code = '149901-0000001'"))
    then = f"{before:%Y-%m-%dT%H:%M:%S.%f}Z"
    told = [items(limit=1, **asked).json()["features"][0]["properties"] for asked in ({}, {"datetime": then})]
    assert [one["remark"] for one in told] == ["后来", None]
    assert [one["version"] for one in told] == [2, 1]
    assert walk(datetime=then, filter="remark IS NOT NULL") == []
    assert walk(datetime=then, sortby="-area_mu", limit=2) == walk(sortby="-area_mu")
    assert corner(items(datetime=then, crs=epsg(4547))) == [4010000.5, 410000.125]


def test_only_the_properties_wanted(items):
    body = items(properties="area_mu,kind", limit=1).json()["features"][0]
    assert body["properties"] == {"kind": "idle_land", "area_mu": pytest.approx(1.50075)}
    assert items(properties="", limit=1).json()["features"][0]["properties"] == {}
    assert items("plans", properties="label").json()["features"][0]["properties"] == {"label": "sell"}


def test_queryables_are_a_schema(ogc):
    answer = ogc.get("/ogc/collections/parcels/queryables", headers={"accept": "application/schema+json"})
    assert answer.headers["content-type"] == "application/schema+json"
    body = answer.json()
    assert body["$id"].endswith("/ogc/collections/parcels/queryables")
    assert body["properties"]["boundary"]["format"] == "geometry-multipolygon"
    assert body["properties"]["boundary"]["$ref"].startswith("https://geojson.org/schema/")
    assert body["properties"]["approved_on"] == {"type": "string", "format": "date", "title": "批准日期"}
    assert "idle_land" in body["properties"]["kind"]["enum"]
    assert "holder_name" not in ogc.get("/ogc/collections/public_sites/queryables").json()["properties"]
    schema = ogc.get("/ogc/collections/townships/schema").json()
    assert schema["properties"]["code"]["x-ogc-role"] == "id"


@pytest.mark.parametrize("most", [0, 3, 10_000])
def test_a_box_holds_the_same_whichever_way_it_is_looked_up(walk, monkeypatch, most):
    monkeypatch.setattr(pages, "MOST_IN_BOX", most)
    monkeypatch.setattr(quick, "page_statement", quick.page_statement.__wrapped__)
    half = "113.0,36,113.004,37"
    found = walk(bbox=half)
    assert 2 < len(found) < len(MAPPED)
    for limit in (1, 2, 50):
        assert walk(bbox=half, limit=limit) == found
        assert walk(bbox=half, limit=limit, sortby="-parcel_code") == found[::-1]
        assert walk(bbox=half, limit=limit, filter="label = 'sell'", sortby="official_area_m2,label")
    assert walk(bbox="10,10,11,11") == []
    assert walk(bbox=half, sortby="seized,-area_mu", limit=2) == walk(bbox=half, sortby="seized,-area_mu")
