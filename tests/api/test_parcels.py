"""Lists, pages, one parcel, its history."""

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gisreg.days import today
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.parcels.queryables import QUERYABLES

ALL = [f"149901-{n:07}" for n in range(1, 8)]


def timed(row):
    """Its instant as such: PostgreSQL's JSON ends a fraction before its last noughts."""
    return row | {"recorded_at": datetime.fromisoformat(row["recorded_at"])}


def walk(client, **asked):
    """All parcels by following the next links."""
    found, address, params = [], "/parcels", asked
    while address:
        answer = client.get(address, params=params)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        found += (
            [item["parcel_code"] for item in body["items"]] if "items" in body else [f["id"] for f in body["features"]]
        )
        links = {link["rel"]: link["href"] for link in body["links"]}
        assert ("next" in links) == ('rel="next"' in answer.headers.get("link", ""))
        address, params = links.get("next"), None
    return found


def test_total_and_items(client):
    body = client.get("/parcels").json()
    assert body["total"] == 7
    assert [item["parcel_code"] for item in body["items"]] == ALL
    assert set(body["items"][0]) >= {name for name, queryable in QUERYABLES.items() if queryable.type != "geometry"}
    assert not {"id", "boundary"} & set(body["items"][0])


def test_pages_cover_the_list_once_in_both_formats(client):
    assert walk(client, limit=3) == ALL
    assert walk(client, limit=3, format="geojson") == ALL
    assert walk(client, limit=2, offset=3) == ALL[3:]
    assert walk(client, limit=2, offset=3, format="geojson") == ALL[3:]
    assert walk(client, offset=50, format="geojson") == walk(client, offset=50) == []
    assert walk(client, after=ALL[4]) == ALL[5:]


def test_filters_as_text_and_as_json_and_boxes(client):
    text = {"filter": "kind = 'idle_land' AND area_mu > 40"}
    as_json = {
        "filter": json.dumps(
            {"op": "and", "args": [
                {"op": "=", "args": [{"property": "kind"}, "idle_land"]},
                {"op": ">", "args": [{"property": "area_mu"}, 40]},
            ]}
        ),
        "filter-lang": "cql2-json",
    }  # fmt: skip
    assert walk(client, **text) == walk(client, **as_json) == [ALL[3], ALL[5]]
    assert walk(client, bbox="113.009,36,113.021,36.1") == ALL[:2]
    assert walk(client, bbox="10,10,11,11") == []
    assert walk(client, filter=" ") == ALL


def test_filters_only_ever_become_parameters(client):
    for attack in (
        "name = ''' OR 1=1 --'",
        "name = '\\'; DROP TABLE parcel; --'",
        "kind = $1",
        "kind = '%(x)s'",
        "name LIKE ':x'",
    ):
        assert client.get("/parcels", params={"filter": attack}).status_code in (200, 400)
    assert walk(client) == ALL


def test_geojson_is_a_feature_collection_longitude_first(client):
    answer = client.get("/parcels", params={"format": "geojson", "limit": 2})
    body = answer.json()
    assert answer.headers["content-type"] == "application/geo+json"
    assert (body["type"], body["numberMatched"], body["numberReturned"]) == ("FeatureCollection", 7, 2)
    first = body["features"][0]
    assert first["geometry"]["coordinates"][0][0][0] == [113.01, 36.01]
    assert first["properties"]["name"] == "<b>第1宗</b>"


def test_geojson_by_the_accept_header(client):
    plain = client.get("/parcels", params={"limit": 3})
    assert (plain.headers["content-type"], "Accept" in plain.headers["vary"]) == ("application/json", True)
    for accept in (
        "application/geo+json",
        "application/geo+json, */*;q=0.1",
        "application/json;q=0.5, application/geo+json",
        "Application/Geo+JSON, application/json",
        "application/geo+json, */*",
    ):
        answer = client.get("/parcels", params={"limit": 3}, headers={"accept": accept})
        assert answer.headers["content-type"] == "application/geo+json", accept
        assert "Accept" in answer.headers["vary"]
    features = answer.json()["features"]
    assert [timed(feature["properties"]) for feature in features] == [timed(row) for row in plain.json()["items"]]
    assert all(feature["geometry"]["type"] == "MultiPolygon" for feature in features)
    for accept in (
        "*/*",
        "text/html",
        "application/json, application/geo+json",
        "application/geo+json;q=0",
        "",
        ";;,q",
    ):
        assert client.get("/parcels", headers={"accept": accept}).headers["content-type"] == "application/json", accept
    named = client.get("/parcels", params={"format": "json"}, headers={"accept": "application/geo+json"})
    assert named.headers["content-type"] == "application/json"


def test_one_parcel_as_geojson_by_the_accept_header(client):
    address = f"/parcels/{ALL[1]}"
    answer = client.get(address, headers={"accept": "application/geo+json"})
    assert (answer.headers["content-type"], "Accept" in answer.headers["vary"]) == ("application/geo+json", True)
    assert timed(answer.json()["properties"]) == timed(client.get(address).json())
    assert answer.headers["etag"] != client.get(address).headers["etag"]


@pytest.mark.parametrize("form", ["json", "geojson"])
def test_a_sorted_list(client, form):
    assert walk(client, sort="-parcel_code", format=form, limit=3) == ALL[::-1]
    # Even numbers are idle land, odd ones factories.
    assert walk(client, sort="kind,-area_m2", format=form) == [ALL[n - 1] for n in (7, 5, 3, 1, 6, 4, 2)]
    # The first parcel has no official area: it stands last in either direction.
    assert walk(client, sort="official_area_m2", format=form, limit=2) == [*ALL[1:], ALL[0]]
    assert walk(client, sort="-official_area_m2", format=form, limit=2) == [*ALL[:0:-1], ALL[0]]
    assert walk(client, sort="kind", format=form, filter="area_m2 > 30000") == [ALL[n - 1] for n in (3, 5, 7, 4, 6)]
    body = client.get("/parcels", params={"sort": "kind", "format": form, "limit": 1}).json()
    assert body.get("total", body.get("numberMatched")) == 7


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"sort": "nonsense"}, "sort_unknown"),
        ({"sort": "boundary"}, "sort_unknown"),
        ({"sort": "blockers"}, "sort_unknown"),
        ({"sort": "id"}, "sort_unknown"),
        ({"sort": "kind,,name"}, "sort_unknown"),
        ({"sort": "kind; DROP TABLE parcel"}, "sort_unknown"),
        ({"sort": "kind,name,state,area_m2"}, "sort_too_long"),
        ({"sort": "kind,-kind"}, "sort_too_long"),
        ({"sort": "kind", "after": ALL[0]}, "sorted_after"),
        ({"sort": "kind", "after": ALL[0], "format": "geojson"}, "sorted_after"),
    ],
)
def test_a_sort_that_cannot_be(client, asked, code):
    answer = client.get("/parcels", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["mend"]


def test_one_parcel_in_both_formats_and_before_it_was_known(client):
    assert client.get(f"/parcels/{ALL[1]}").json()["official_area_m2"] == 20000
    assert client.get(f"/parcels/{ALL[1]}", params={"format": "geojson"}).json()["id"] == ALL[1]
    assert client.get(f"/parcels/{ALL[1]}", params={"as_of": "2020-01-01"}).status_code == 404
    assert client.get("/parcels", params={"as_of": "2020-01-01"}).json()["total"] == 0


@pytest.mark.parametrize(
    "address",
    [
        "/parcels", f"/parcels/{ALL[1]}", "/townships", "/export", "/", "/maps/", "/maps/townships/149901100",
        "/affairs/zones/left",
    ],
)  # fmt: skip
def test_a_day_to_come_is_refused(client, address):
    tomorrow = (today() + timedelta(days=1)).isoformat()
    answer = client.get(address, params={"as_of": tomorrow}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (400, "day_in_future", "as_of")
    assert tomorrow in answer.json()["detail"]
    assert answer.json()["mend"]


@pytest.mark.parametrize("page", ["county", "township-149901100"])
def test_there_is_no_page_of_a_day_to_come(client, page):
    answer = client.get(f"/maps/149901/{today() + timedelta(days=1)}/{page}.html")
    assert (answer.status_code, answer.json()["code"]) == (400, "day_in_future")


def test_history_tells_who_changed_what(client, api_settings):
    engine = make_engine(api_settings.database_url, pool_size=0)
    with transaction(engine, Actor("王工", "test")) as connection:
        connection.exec_driver_sql("UPDATE parcel SET remark = '复核' WHERE parcel_code = '149901-0000002'")
    first, second = client.get(f"/parcels/{ALL[1]}/history").json()["versions"]
    assert first["changed"] == {}
    assert second["recorded_by"] == "王工"
    assert second["changed"] == {"remark": {"from": None, "to": "复核"}}


def test_queryables_are_a_json_schema(client):
    answer = client.get("/queryables", params={"lang": "en"})
    assert answer.headers["content-type"] == "application/schema+json"
    body = answer.json()
    assert set(body["properties"]) == set(QUERYABLES)
    assert body["properties"]["kind"]["enum"] == [
        "unsupplied_land",
        "idle_land",
        "half_finished_project",
        "idle_factory",
    ]
    assert body["properties"]["area_mu"]["x-ogc-unit"] == "亩"


ANYTHING = st.text(max_size=60)
LIKELY = st.sampled_from(["geojson", "cql2-json", "{}", "[]", "1e999", "2024-02-30"])
WORDS = [
    *("name", "kind", "area_mu", "due_on", "is_left", "boundary", "tags", "=", "<", "<>", "AND", "OR", "NOT", "LIKE"),
    *("IN", "BETWEEN", "IS NULL", "NULL", "(", ")", "'x'", "'2024-02-30'", "DATE('2024-06-31')", "1", "-1e400", "1/0"),
    *("TRUE", ",", "S_INTERSECTS(boundary, POINT(113 36))", "S_WITHIN(boundary, BBOX(1,2,3,4))", "CASEI(name)"),
    *("A_CONTAINS(tags, ('x'))", "name+1", '{"op":"="}', "'%'", '"', "'\ud800'", "'\x00'"),
]
NAMES = st.sampled_from(
    ["filter", "filter-lang", "bbox", "county", "as_of", "limit", "after", "offset", "format", "sort", "lang", "crs"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    address=st.sampled_from(
        [
            "/parcels",
            "/townships",
            f"/parcels/{ALL[0]}",
            "/",
            "/queryables",
            "/maps/",
            "/plan/runs",
            f"/parcels/{ALL[0]}/plan",
        ]
    ),
    asked=st.dictionaries(
        NAMES, ANYTHING | st.sampled_from(["geojson", "cql2-json", "{}", "[]", "1e999", "2024-02-30"])
    ),
)
def test_no_question_ends_in_a_500(client, address, asked):
    answer = client.get(address, params={name: value.encode("utf-8", "surrogatepass") for name, value in asked.items()})
    assert answer.status_code in (200, 400, 404, 422), answer.text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(WORDS), max_size=9))
def test_no_filter_ends_in_a_500(client, words):
    asked = " ".join(words).encode("utf-8", "surrogatepass")
    answer = client.get("/parcels", params={"filter": asked, "limit": 1})
    assert answer.status_code in (200, 400, 422), answer.text
