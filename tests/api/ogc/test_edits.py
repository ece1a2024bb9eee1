"""Part 4: made, replaced, changed and struck off, through the checks and the history of every edit."""

import json

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from gisreg.db.engine import Actor, transaction

BASE = "http://127.0.0.1:8000"
ITEMS = "/ogc/collections/parcels/items"
FIRST = f"{ITEMS}/149901-0000001"
ZONE = "http://www.opengis.net/def/crs/EPSG/0/4547"
DEGREES = "http://www.opengis.net/def/crs/EPSG/0/4490"
WHOLE, PART = {"content-type": "application/geo+json"}, {"content-type": "application/merge-patch+json"}


@pytest.fixture
def ask(engine):
    """One value or row straight from the database."""

    def look(sql):
        with transaction(engine) as connection:
            return connection.execute(text(sql)).first()

    return look


def square(east, north, size=100, *, turned=False):
    """Northing first, as the zone's own order of axes has it."""
    ring = [(north, east), (north, east + size), (north + size, east + size), (north + size, east), (north, east)]
    return {"type": "Polygon", "coordinates": [[[b, a] if turned else [a, b] for a, b in ring]]}


def feature(geometry, **properties):
    return json.dumps({"type": "Feature", "geometry": geometry, "properties": properties})


def got(http, address=FIRST, crs=None):
    answer = http.get(address, params={"crs": crs} if crs else {})
    assert answer.status_code == 200, answer.text
    return answer.json(), {"if-match": answer.headers["etag"]}


def test_what_can_be_done_is_told(http):
    listed = http.options(ITEMS)
    assert (listed.status_code, listed.headers["allow"]) == (200, "GET, HEAD, OPTIONS, POST")
    assert "application/geo+json" in listed.headers["accept-post"]
    one = http.options(f"{ITEMS}/unknown_id")
    assert one.headers["allow"] == "GET, HEAD, OPTIONS, PUT, PATCH, DELETE"
    assert "application/merge-patch+json" in one.headers["accept-patch"]
    assert http.options("/qgis/collections/parcels/items/x").headers["allow"] == "GET, HEAD, OPTIONS, PUT, DELETE"
    assert http.options("/ogc/collections/townships/items").headers["allow"] == "GET, HEAD, OPTIONS"
    assert http.options("/ogc/collections/closed_parcels/items/x").headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_feature_is_made(http, ask):
    body = feature(square(411000.5, 4010000.25), name="新地块", approved_on="2024-05-01", area_m2=1)
    answer = http.post("/ogc/collections/idle_land/items", content=body, headers={**WHOLE, "content-crs": f"<{ZONE}>"})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{BASE}/ogc/collections/idle_land/items/149901-0000004"
    made, _ = got(http, answer.headers["location"], ZONE)
    assert made["geometry"]["coordinates"][0][0][0] == [4010000.25, 411000.5]
    assert (made["properties"]["name"], made["properties"]["kind"]) == ("新地块", "idle_land")
    assert made["properties"]["area_m2"] == pytest.approx(10_000, rel=1e-3)
    assert made["properties"]["state"] == "suspected"
    assert ask("SELECT survey_crs, recorded_by, recorded_from FROM parcel WHERE id = (SELECT max(id) FROM parcel)") == (
        "EPSG:4547", "tester", "api:draw",
    )  # fmt: skip


def test_degrees_come_in_the_order_of_their_system(http):
    there = got(http)[0]["geometry"]["coordinates"][0][0][0]
    lon, lat = there[0] + 0.01, there[1] + 0.01
    ring = [[lon, lat], [lon + 0.001, lat], [lon + 0.001, lat + 0.001], [lon, lat + 0.001], [lon, lat]]
    for crs, points in ((None, ring), (DEGREES, [point[::-1] for point in ring])):
        headers = {**WHOLE, **({"content-crs": crs} if crs else {})}
        body = feature({"type": "Polygon", "coordinates": [points]}, kind="idle_factory")
        answer = http.post(ITEMS, content=body, headers=headers)
        assert answer.status_code == 201, answer.text
        made = got(http, answer.headers["location"])[0]["geometry"]["coordinates"][0][0]
        assert min(abs(x - lon) + abs(y - lat) for x, y in made) < 2e-8
    turned = feature({"type": "Polygon", "coordinates": [ring]}, kind="idle_factory")
    swapped = http.post(ITEMS, content=turned, headers={**WHOLE, "content-crs": DEGREES})
    assert (swapped.status_code, swapped.json()["code"]) == (422, "axes_swapped")


def test_a_feature_is_replaced_and_what_nobody_moved_stays_as_surveyed(http, ask):
    whole, match = got(http)
    before = ask(
        "SELECT ST_AsText(survey_boundary), ST_AsEWKT(boundary) FROM parcel WHERE parcel_code = '149901-0000001'"
    )
    whole["properties"]["name"] = "改名"
    answer = http.put(FIRST, content=json.dumps(whole), headers={**WHOLE, **match})
    assert answer.status_code == 204, answer.text
    assert answer.headers["etag"]
    after = ask(
        "SELECT ST_AsText(survey_boundary), ST_AsEWKT(boundary) FROM parcel WHERE parcel_code = '149901-0000001'"
    )
    assert after == before
    assert ask("SELECT name, version FROM parcel WHERE parcel_code = '149901-0000001'") == ("改名", 2)
    # the tag of the answer names the new version
    whole["properties"]["remark"] = "再改"
    again = http.put(FIRST, content=json.dumps(whole), headers={**WHOLE, "if-match": answer.headers["etag"]})
    assert again.status_code == 204
    # the very same once more changes nothing
    same = http.put(FIRST, content=json.dumps(whole), headers={**WHOLE, "if-match": again.headers["etag"]})
    assert same.status_code == 204
    assert ask("SELECT version FROM parcel WHERE parcel_code = '149901-0000001'") == (3,)


def test_what_a_replacement_does_not_name_becomes_unknown(http, ask):
    _, match = got(http)
    geometry = got(http)[0]["geometry"]
    assert http.put(FIRST, content=feature(geometry, remark="只有备注"), headers={**WHOLE, **match}).status_code == 204
    assert ask("SELECT name, remark, kind, ownership_status FROM parcel WHERE parcel_code = '149901-0000001'") == (
        None, "只有备注", "idle_land", "unknown",
    )  # fmt: skip


@pytest.mark.parametrize("decimals", [6, 8])
@pytest.mark.parametrize("crs", [None, DEGREES, ZONE])
def test_one_corner_is_moved_and_the_others_are_the_surveys_own(http, ask, crs, decimals):
    whole, match = got(http, crs=crs)
    ring = [[round(value, decimals) for value in point] for point in whole["geometry"]["coordinates"][0][0]]
    step = 3.0 if crs == ZONE else 0.00003
    ring[1] = [round(value + step, decimals) for value in ring[1]]
    body = json.dumps({"geometry": {"type": "MultiPolygon", "coordinates": [[ring]]}})
    headers = {**PART, **match, **({"content-crs": f"<{crs}>"} if crs else {})}
    answer = http.patch(FIRST, content=body, headers=headers)
    assert answer.status_code == 204, answer.text
    kept = ask(
        "SELECT count(*) FROM (SELECT DISTINCT (d).geom AS g FROM (SELECT ST_DumpPoints(survey_boundary) AS d"
        " FROM parcel WHERE parcel_code = '149901-0000001') AS t) AS now WHERE ST_X(g) IN (410000, 410100)"
        " AND ST_Y(g) IN (4010000, 4010100)"
    )
    assert kept == (3,)
    assert ask("SELECT version, survey_crs FROM parcel WHERE parcel_code = '149901-0000001'") == (2, "EPSG:4547")


def test_a_part_is_changed(http, ask):
    _, match = got(http)
    body = json.dumps({"properties": {"remark": "补录", "name": None}})
    answer = http.patch(FIRST, content=body, headers={**PART, **match})
    assert answer.status_code == 204, answer.text
    assert ask("SELECT remark, name, version FROM parcel WHERE parcel_code = '149901-0000001'") == ("补录", None, 2)


@pytest.mark.parametrize("told", [{"kind": None}, {"state": None}, {"area_mu": 1}, {"parcel_code": "149901-0000002"}])
def test_a_part_that_is_not_for_editing_is_refused_and_not_passed_over(http, ask, told):
    _, match = got(http)
    answer = http.patch(FIRST, content=json.dumps({"properties": told}), headers={**PART, **match})
    assert (answer.status_code, answer.json()["code"]) == (422, "field_unknown")
    assert ask("SELECT version FROM parcel WHERE parcel_code = '149901-0000001'") == (1,)


@pytest.mark.parametrize(("method", "kind"), [("PUT", WHOLE), ("PATCH", PART)])
def test_a_number_in_the_body_does_not_stand_for_the_address(http, ask, method, kind):
    there, match = got(http)
    other = "SELECT version, name FROM parcel WHERE parcel_code = '149901-0000002'"
    before = ask(other)
    body = {"type": "Feature", "id": "149901-0000002", "geometry": there["geometry"], "properties": {"name": "改名"}}
    answer = http.request(method, FIRST, content=json.dumps(body), headers={**kind, **match})
    assert answer.status_code == 204, answer.text
    assert got(http)[0]["properties"]["name"] == "改名"
    assert got(http)[0]["id"] == "149901-0000001"
    assert ask(other) == before


def test_a_feature_is_struck_off_and_its_history_stays(http):
    _, match = got(http)
    assert http.delete(FIRST, headers=match).status_code == 204
    assert http.get(FIRST).status_code == 410
    assert "149901-0000001" not in [one["id"] for one in http.get(ITEMS).json()["features"]]
    assert len(http.get("/parcels/149901-0000001/history").json()["versions"]) == 2


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("tag", "told"),
    [
        (None, (428, "version_not_told")),
        ('"149901-0000001.9.abc"', (412, "precondition_failed")),
        ('"wrong"', (412, "precondition_failed")),
        ('W/"149901-0000001.1.abc"', (412, "precondition_failed")),
        ("149901", (400, "if_match_unreadable")),
    ],
)
def test_without_the_right_version_nothing_is_edited(http, ask, method, tag, told):
    body = {
        "PUT": feature(square(411000, 4010000), name="x"), "PATCH": json.dumps({"properties": {"name": "x"}}),
    }.get(method)  # fmt: skip
    headers = {**({} if tag is None else {"if-match": tag}), **({"PUT": WHOLE, "PATCH": PART}.get(method, {}))}
    answer = http.request(method, FIRST, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == told, answer.text
    assert answer.json()["mend"]
    assert ask("SELECT version FROM parcel WHERE parcel_code = '149901-0000001'") == (1,)


def test_a_stale_tag_tells_both_values(http, engine):
    _, match = got(http)
    with transaction(engine, Actor("王工", "cli")) as connection:
        connection.execute(text("UPDATE parcel SET name = '别人改的' WHERE parcel_code = '149901-0000001'"))
    answer = http.patch(FIRST, content=json.dumps({"properties": {"name": "我改的"}}), headers={**PART, **match})
    assert answer.status_code == 412
    (difference,) = answer.json()["differences"]
    assert (difference["now"], difference["yours"]) == ("别人改的", "我改的")


def test_qgis_saves_as_its_source_sends(http, ask, engine):
    """qgsoapifputfeaturerequest: whole features by PUT, degrees latitude first with 6 decimals, no If-Match."""
    items = "/qgis/collections/parcels/items"
    address = f"{items}/149901-0000001"
    cached = http.get(items, params={"limit": 10, "crs": DEGREES}).json()["features"][0]
    headers = {"content-type": "application/geo+json", "content-crs": DEGREES}
    ring = [[round(value, 6) for value in point] for point in cached["geometry"]["coordinates"][0][0]]
    cached["geometry"]["coordinates"] = [[ring]]
    survey = ask("SELECT ST_AsText(survey_boundary) FROM parcel WHERE parcel_code = '149901-0000001'")
    cached["properties"]["remark"] = "一"
    assert http.put(address, content=json.dumps(cached), headers=headers).status_code == 204
    # the second save of the same session: its cache still has version 1
    cached["properties"]["name"] = "二"
    assert http.put(address, content=json.dumps(cached), headers=headers).status_code == 204
    assert ask("SELECT remark, name, version FROM parcel WHERE parcel_code = '149901-0000001'") == ("一", "二", 3)
    assert ask("SELECT ST_AsText(survey_boundary) FROM parcel WHERE parcel_code = '149901-0000001'") == survey
    # somebody else in between: refused, with both values
    with transaction(engine, Actor("王工", "cli")) as connection:
        connection.execute(text("UPDATE parcel SET name = '三' WHERE parcel_code = '149901-0000001'"))
    refused = http.put(address, content=json.dumps(cached), headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "stale_version")
    # new ones without an id, and deletions without a body
    new = json.dumps({"type": "Feature", "geometry": square(411000, 4010000), "properties": {"kind": "idle_land"}})
    made = http.post(items, content=new, headers={**headers, "content-crs": ZONE})
    assert made.status_code == 201
    assert "/items/" in made.headers["location"]
    assert http.delete(f"{items}/149901-0000002").status_code == 204
    assert http.patch(address, content="{}", headers=PART).status_code == 405
    classes = http.get("/qgis/conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete" in classes
    assert "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update" not in classes
    assert http.get("/qgis").json()["links"][0]["href"].startswith(f"{BASE}/qgis")


CROSSED = [[4010000, 411000], [4010100, 411100], [4010100, 411000], [4010000, 411100], [4010000, 411000]]
BOW_TIE = {"type": "Polygon", "coordinates": [CROSSED]}
RAISED = {"type": "Polygon", "coordinates": [[[b, a, 7] for b, a in square(411000, 4010000)["coordinates"][0]]]}
MANY = {"type": "Polygon", "coordinates": [[[4010000 + n / 1000, 411000 + (n % 2) / 10] for n in range(300_000)]]}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "body_unreadable"),
        ("", 400, "body_unreadable"),
        ("[" * 100_000, 400, "body_unreadable"),
        ('{"type": NaN}', 400, "body_unreadable"),
        ('{"type": "Feature", "geometry": null, "geometry": null, "properties": {}}', 400, "body_unreadable"),
        ('{"type": "Feature", "geometry": null, "properties": {"name": "a", "name": "b"}}', 400, "body_unreadable"),
        ('{"type": "Feature", "geometry": null, "place": {"type": "Point"}, "properties": {}}', 400, "place_not_read"),
        ("[]", 400, "not_a_feature"),
        ('{"type": "Polygon"}', 400, "not_a_feature"),
        ('{"type": "FeatureCollection", "features": []}', 400, "not_a_feature"),
        ('{"type": "Feature", "properties": {}}', 400, "not_a_feature"),
        ('{"type": "Feature", "geometry": [], "properties": {}}', 400, "not_a_feature"),
        ('{"type": "Feature", "geometry": null, "properties": []}', 400, "not_a_feature"),
        (feature(None, kind="idle_land"), 422, "geometry_empty"),
        (feature({"type": "Point", "coordinates": [4010000, 411000]}, kind="idle_land"), 422, "not_a_polygon"),
        (feature({"type": "Nothing"}, kind="idle_land"), 422, "geometry_unreadable"),
        (feature(BOW_TIE, kind="idle_land"), 422, "boundary_invalid"),
        (feature(MANY, kind="idle_land"), 422, None),
        (feature(square(9e9, 4010000), kind="idle_land"), 422, "out_of_range"),
        (feature(square(4010000, 411000), kind="idle_land"), 422, "axes_swapped"),
        (feature(square(411000, 4010000)), 400, "kind_missing"),
        (feature(square(411000, 4010000), kind="castle"), 422, "value_unusable"),
        (feature(square(411000, 4010000), kind="idle_land", approved_on="2024-02-30"), 422, "value_unusable"),
        (feature(square(411000, 4010000), kind="idle_land", nothing=1), 422, "field_unknown"),
        (feature(square(411000, 4010000), kind="idle_land", source_hash="x"), 422, "field_unknown"),
        (feature(square(411000, 4010000), kind="idle_land", name="x" * 20_000), 422, "value_unusable"),
        (feature(square(411000, 4010000), kind="idle_land", county_code="999999"), 404, "county_unknown"),
    ],
)
def test_what_cannot_become_a_feature(http, ask, body, status, code):
    answer = http.post(ITEMS, content=body, headers={**WHOLE, "content-crs": f"<{ZONE}>"})
    assert answer.status_code == status, answer.text
    assert code in (None, answer.json()["code"])
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["mend"]
    assert ask("SELECT count(*) FROM parcel") == (3,)


def test_what_json_fg_tells_is_not_taken_for_a_feature_without_a_boundary(http, ask):
    zone = "http://www.opengis.net/def/crs/EPSG/0/4547"
    served = http.get(FIRST, params={"profile": "jsonfg", "crs": zone})
    assert served.json()["geometry"] is None
    there = ask("SELECT count(boundary) FROM parcel")
    answer = http.put(FIRST, content=served.content, headers={**WHOLE, "if-match": "*"})
    assert (answer.status_code, answer.json()["code"]) == (400, "place_not_read")
    assert ask("SELECT count(boundary) FROM parcel") == there


def test_heights_are_taken(http):
    headers = {**WHOLE, "content-crs": f"<{ZONE}>"}
    assert http.post(ITEMS, content=feature(RAISED, kind="idle_land"), headers=headers).status_code == 201


def test_media_types_and_sizes(http):
    whole = feature(square(411000, 4010000), kind="idle_land")
    assert http.post(ITEMS, content=whole.encode()).status_code == 400
    for method in ("PUT", "PATCH"):
        assert http.request(method, FIRST, content=whole.encode(), headers={"if-match": "*"}).status_code == 400
    assert http.post(ITEMS, content=whole, headers={"content-type": "text/plain"}).status_code == 415
    assert http.patch(FIRST, content="{}", headers={"content-type": "application/octet-stream"}).status_code == 415
    large = http.post(ITEMS, content=b" " * 21_000_000, headers=WHOLE)
    assert (large.status_code, large.json()["code"]) == (413, "body_too_large")
    chunked = http.post(ITEMS, content=(b" " * 1_000_000 for _ in range(100)), headers=WHOLE)
    assert chunked.status_code == 413
    assert http.get(ITEMS).status_code == 200


def test_what_is_not_there_or_not_for_editing(http):
    whole = feature(square(411000, 4010000))
    match = {"if-match": "*"}
    assert http.put(f"{ITEMS}/149901-9999999", content=whole, headers={**WHOLE, **match}).status_code == 404
    assert http.put(f"{ITEMS}/nonsense", content=whole, headers={**WHOLE, **match}).status_code == 404
    assert http.delete("/ogc/collections/idle_factory/items/149901-0000001", headers=match).status_code == 404
    read_only = http.post("/ogc/collections/townships/items", content=whole, headers=WHOLE)
    assert (read_only.status_code, read_only.json()["code"]) == (405, "not_editable")
    other_kind = http.put(
        FIRST, content=feature(square(411000, 4010000), kind="idle_factory"), headers={**WHOLE, **match}
    )
    assert (other_kind.status_code, other_kind.json()["code"]) == (422, "field_unknown")
    assert http.delete(FIRST, headers=match).status_code == 204
    assert http.delete(FIRST, headers=match).status_code == 410


def test_another_site_cannot_edit(settings, http):
    whole = feature(square(411000, 4010000), kind="idle_land")
    for foreign in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert http.post(ITEMS, content=whole.encode(), headers=foreign).status_code == 403
    with TestClient(create_app(settings), base_url="http://evil.example") as elsewhere:
        assert elsewhere.get(ITEMS).status_code == 403
