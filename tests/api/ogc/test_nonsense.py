"""Whatever is asked, the answer is a feature collection or a problem document, never a failure of the program."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAMES = [
    *("bbox", "bbox-crs", "crs", "datetime", "limit", "cursor", "count", "filter", "filter-lang", "filter-crs"),
    *("sortby", "properties", "f", "lang", "kind", "area_mu", "approved_on", "tags", "seized", "boundary"),
]
WORDS = [
    *("parcels", "1,2,3,4", "4,3,2,1", "-180,-90,180,90", "1e300,0,1e300,0", "EPSG:4547", "EPSG:3857", "../.."),
    *("2024-01-01/..", "9999-12-31T23:59:59Z", "0001-01-01", "10000000000", "1", "0", "true", "html", "json", "TRUE"),
    *("-area_mu,kind", "kind", "WyIxIl0", "W251bGxd", "W10", "bnVsbA", "boundary", "{}", "[]", "cql2-json", "", ","),
    *('{"op":"and","args":[]}', "1/0=1", "'x'", "NOT", "\x00", "'%'", "area_mu>1e400"),
    *("S_INTERSECTS(boundary,BBOX(1,2,3,4))", "S_INTERSECTS(boundary,POINT(1e300 1))"),
    "S_INTERSECTS(boundary,POLYGON((0 0,1 1,0 0,0 0)))",
]
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(
    name=st.sampled_from(["parcels", "townships", "plans", "public_sites", "idle_land"]),
    asked=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(WORDS) | st.text(max_size=30), max_size=4),
)
def test_no_question_ends_in_a_failure(ogc, name, asked):
    sent = {key: value.encode("utf-8", "surrogatepass") for key, value in asked.items()}
    answer = ogc.get(f"/ogc/collections/{name}/items", params=sent)
    assert answer.status_code in (200, 400), (asked, answer.text)
    if answer.status_code == 400:
        assert answer.headers["content-type"] == "application/problem+json"


MEMBERS = st.sampled_from(["type", "geometry", "properties", "coordinates", "kind", "id", "crs", "name"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=12,
)
SHAPES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["Polygon", "MultiPolygon", "Point", "GeometryCollection", "polygon", ""]),
        "coordinates": ANYTHING,
    }
)
BODIES = st.fixed_dictionaries({"type": st.just("Feature"), "geometry": SHAPES | ANYTHING, "properties": ANYTHING})


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(body=BODIES | ANYTHING)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_no_body_ends_in_a_failure(ogc, method, body):
    address = "/ogc/collections/idle_land/items" + ("" if method == "POST" else "/149901-0000001")
    kind = "application/merge-patch+json" if method == "PATCH" else "application/geo+json"
    sent = json.dumps(body).encode("utf-8", "surrogatepass")
    answer = ogc.request(method, address, content=sent, headers={"content-type": kind, "if-match": "*"})
    assert answer.status_code in (201, 204, 400, 404, 422), (body, answer.text)
