"""Edits and boundary work over HTTP: what is done is told, what is wrong is a problem with its place."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BASE = "http://127.0.0.1:8000"
X, Y = 410_000, 4_010_000
P1, P2, P3 = (f"149901-000000{n}" for n in range(1, 4))
HALF = {"geometry": f"LINESTRING({X + 50} {Y - 5}, {X + 50} {Y + 105})", "crs": "EPSG:4547"}


def codes(done, role):
    return [one["parcel_code"] for one in done.json()["parcels"] if one["role"] == role]


def test_an_edit_and_a_stale_one_with_both_values(http) -> None:
    done = http.post(f"/parcels/{P1}/edit", json={"based_on": 1, "values": {"name": "甲", "price_wan": 5}})
    assert done.status_code == 200, done.text
    assert http.get(f"/parcels/{P1}").json()["recorded_from"] == "api:edit"
    stale = http.post(f"/parcels/{P1}/edit", json={"based_on": 1, "values": {"name": "乙"}})
    problem = stale.json()
    assert (stale.status_code, problem["code"], problem["version"]) == (409, "stale_version", 2)
    name = problem["differences"][0]
    assert (name["field"], name["based_on"], name["now"], name["yours"]) == ("name", "地块1", "甲", "乙")


def test_numbers_out_of_use_lead_on(http) -> None:
    split = http.post(f"/parcels/{P1}/split", json={"based_on": 1, **HALF})
    assert split.status_code == 201, split.text
    halves = codes(split, "new")
    gone = http.get(f"/parcels/{P1}", follow_redirects=False)
    assert (gone.status_code, gone.json()["code"], gone.json()["successors"]) == (410, "parcel_retired", halves)
    assert http.get(f"/parcels/{P1}/history").status_code == 200
    assert http.get(f"/parcels/{P1}/versions/1").json()["boundary"]["type"] == "MultiPolygon"
    assert http.post(f"/parcels/{P1}/edit", json={"based_on": 2, "values": {"name": "x"}}).status_code == 410
    bases = [{"parcel_code": halves[1], "based_on": 1}, {"parcel_code": P2, "based_on": 1}]
    merged = http.post("/parcels/merge", json={"parcels": bases})
    (whole,) = codes(merged, "new")
    moved = http.get(f"/parcels/{P2}?format=geojson", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (308, f"/parcels/{whole}?format=geojson")
    assert http.get(f"/parcels/{P2}").json()["parcel_code"] == whole
    kin = http.get(f"/parcels/{whole}/lineage").json()
    assert [one["parcel_code"] for one in kin["predecessors"]] == sorted([P2, halves[1]])


def test_draw_work_on_compare_and_undo(http) -> None:
    ring = [[113.01, 36.05], [113.011, 36.05], [113.011, 36.051], [113.01, 36.051], [113.01, 36.05]]
    order = {"kind": "idle_factory", "geometry": {"type": "Polygon", "coordinates": [ring]}, "values": {"name": "新"}}
    drawn = http.post("/parcels", json=order)
    assert drawn.status_code == 201, drawn.text
    (code,) = codes(drawn, "new")
    moves = [{"operation": "move", "at": ring[1], "to": [113.0112, 36.05]}]
    assert http.post(f"/parcels/{code}/reshape", json={"based_on": 1, "changes": moves}).status_code == 200
    found = http.get(f"/parcels/{code}/versions/1/diff/2").json()
    assert found["boundary"]["moved_m"] == pytest.approx(18, abs=0.5)
    assert found["boundary"]["added"]["type"] == "MultiPolygon"
    assert http.post(f"/parcels/{code}/undo", json={"version": 2}).status_code == 200
    assert http.post(f"/parcels/{code}/carve", json={"based_on": 3, "area_m2": 500}).status_code == 201
    road = {"geometry": "LINESTRING(113.0105 36, 113.0105 36.1)", "width_m": 6}
    assert http.post(f"/parcels/{code}/cut", json={"based_on": 4, **road}).status_code == 200
    assert http.post(f"/parcels/{code}/split", json={"based_on": 5, "parts": True}).status_code == 201


def test_neighbours(http) -> None:
    two = [{"parcel_code": P1, "based_on": 1}, {"parcel_code": P2, "based_on": 1}]
    line = {"geometry": f"LINESTRING({X + 110} {Y}, {X + 90} {Y + 100})", "crs": "EPSG:4547"}
    moved = http.post("/parcels/move-boundary", json={"parcels": two, **line})
    assert sum(one["planar_area_m2"] for one in moved.json()["parcels"]) == pytest.approx(20_000)
    wide = f"POLYGON(({X + 190} {Y},{X + 300} {Y},{X + 300} {Y + 100},{X + 190} {Y + 100},{X + 190} {Y}))"
    over = http.post(f"/parcels/{P3}/replace", json={"based_on": 1, "geometry": wide, "crs": "EPSG:4547"})
    assert over.json()["warnings"][0]["fault"] == "overlaps_same_kind"
    other = {"parcel_code": P2, "based_on": 2}
    assert http.post(f"/parcels/{P3}/subtract", json={"based_on": 2, "other": other}).status_code == 200
    nothing = http.post(f"/parcels/{P3}/snap", json={"based_on": 3, "tolerance_m": 0.01})
    assert (nothing.status_code, nothing.json()["code"]) == (422, "nothing_to_snap")
    assert http.post(f"/parcels/{P3}/remove", json={"based_on": 3, "reason": "重复"}).status_code == 200
    gone = http.get(f"/parcels/{P3}")
    assert (gone.status_code, gone.json()["successors"]) == (410, [])


@pytest.mark.parametrize(
    ("verb", "order", "code"),
    [
        ("split", {"geometry": "LINESTRING(113 36, 113.1 36)"}, "line_does_not_cross"),
        ("replace", {"geometry": {"type": "Polygon", "coordinates": [[[1, 2]]]}}, "geometry_unreadable"),
        ("replace", {"geometry": "POLYGON((36 113,36.1 113,36.1 113.1,36 113))"}, "axes_swapped"),
        ("replace", {"geometry": "POLYGON((1 1,2 1,2 2,1 1))", "crs": "EPSG:2382"}, "crs_not_supported"),
        ("replace", {"geometry": {"type": "FeatureCollection", "features": []}}, "one_shape_wanted"),
        ("edit", {"values": {"area_m2": 3}}, "field_unknown"),
        ("edit", {"values": {"price_wan": "x"}}, "value_unusable"),
        ("edit", {"values": {"name": "x"}, "stray": 1}, "invalid_request"),
        ("reshape", {"changes": [{"operation": "move", "at": [1, 2]}]}, "invalid_request"),
        ("split", {"areas_m2": [1e9]}, "areas_do_not_fit"),
    ],
)
def test_what_is_wrong_is_a_problem_and_nothing_is_kept(http, verb, order, code) -> None:
    answer = http.post(f"/parcels/{P1}/{verb}", json={"based_on": 1, **order})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert http.get(f"/parcels/{P1}").json()["version"] == 1


def test_huge_and_deep_bodies_are_told_in_words(http) -> None:
    ring = [[113 + n * 1e-7, 36] for n in range(300_000)]
    huge = {"type": "Polygon", "coordinates": [[[113, 36.1], *ring, [113, 36.1]]]}
    answer = http.post(f"/parcels/{P1}/replace", json={"based_on": 1, "geometry": huge})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_vertices")
    deep = '{"based_on":1,"geometry":{"type":"Polygon","coordinates":' + "[" * 900 + "]" * 900 + "}}"
    answer = http.post(f"/parcels/{P1}/replace", content=deep, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    nan = '{"based_on":1,"values":{"price_wan":NaN}}'
    answer = http.post(f"/parcels/{P1}/edit", content=nan, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)


SHAPES = st.sampled_from(
    ["", "POINT(1 1)", "POLYGON EMPTY", "LINESTRING(113 36,113 36)", "GEOMETRYCOLLECTION EMPTY",
     "POLYGON((NaN 1,2 2,3 3,NaN 1))",
     {"type": "Polygon"}, {"type": "MultiPolygon", "coordinates": [[[[113, 36], [113, 37]]]]}, {"type": []}, {"a": 1},
     "POLYGON Z((113 36 1,113.1 36 1,113.1 36.1 1,113 36 1))", "CIRCULARSTRING(1 1,2 2,3 3)", HALF["geometry"],
     {"type": "Polygon", "coordinates": [[[1e308, 1], [-1e308, 2], [3, 3], [1e308, 1]]]}]
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    verb=st.sampled_from(["split", "replace", "reshape", "cut", "carve", "undo", "snap", "edit"]),
    shape=SHAPES, crs=st.sampled_from([None, "EPSG:4547", "4526", "3857", "x"]), more=st.dictionaries(
        st.sampled_from(["width_m", "values", "areas_m2", "version", "reason", "tolerance_m", "to"]),
        st.sampled_from([None, 0, -1, 1, "x", [], [1], {}, {"name": "y"}, {"tags": [1]}, 1e300]), max_size=2),
    based_on=st.sampled_from([0, 1, 2, 2**31, "x"]),
)  # fmt: skip
def test_no_order_ends_in_a_500(http, *, verb, shape, crs, more, based_on) -> None:
    order = json.loads(json.dumps({"based_on": based_on, "geometry": shape, "crs": crs, **more}))
    answer = http.post(f"/parcels/{P2}/{verb}", json=order)
    assert answer.status_code in (200, 201, 400, 404, 409, 410, 422), answer.text


def test_every_edit_is_described(http) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    verbs = ("edit", "replace", "reshape", "split", "cut", "subtract", "snap", "carve", "remove", "undo")
    assert {f"/parcels/{{parcel_code}}/{verb}" for verb in verbs} | {"/parcels/merge"} <= set(paths)
    assert "410" in paths["/parcels/{parcel_code}"]["get"]["responses"]
