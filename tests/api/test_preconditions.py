"""If-Match on edits: the version seen, told by the parcel's ETag; based_on in the body goes on working."""

import contextlib

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.preconditions import IfMatchUnreadable, Matching, version_tag

BASE = "http://127.0.0.1:8000"
P1, P2, P3 = (f"149901-000000{n}" for n in range(1, 4))


def tag(http: TestClient, code: str = P1, **headers: str) -> str:
    return http.get(f"/parcels/{code}", headers=headers).headers["etag"]


def edit(http: TestClient, tags: str | None, name: str = "甲", code: str = P1, **body: object):
    headers = {"if-match": tags} if tags is not None else {}
    return http.post(f"/parcels/{code}/edit", json={"values": {"name": name}, **body}, headers=headers)


def test_the_tag_is_strong_and_of_the_parcel_alone(http) -> None:
    first = tag(http)
    assert first.startswith(f'"{P1}.1.')
    assert edit(http, None, code=P2, based_on=1).status_code == 200
    assert tag(http) == first
    assert http.get(f"/parcels/{P1}", headers={"if-none-match": f'"x", W/{first}'}).status_code == 304
    others = {tag(http, accept="application/geo+json"), tag(http, **{"accept-language": "en"}),
              tag(http, **{"accept-encoding": "identity"})}  # fmt: skip
    assert len({first, *others}) == 4
    assert edit(http, others.pop()).status_code == 200
    assert tag(http).startswith(f'"{P1}.2.')


def test_a_stale_tag_is_412_with_both_values(http) -> None:
    seen = tag(http)
    assert edit(http, seen, "甲").status_code == 200
    stale = edit(http, seen, "乙")
    problem = stale.json()
    assert (stale.status_code, problem["code"], problem["version"]) == (412, "precondition_failed", 2)
    name = problem["differences"][0]
    assert (name["field"], name["based_on"], name["now"], name["yours"]) == ("name", "地块1", "甲", "乙")
    assert "“甲”" in problem["detail"]
    assert http.get(f"/parcels/{P1}").json()["name"] == "甲"
    # without the header it is the conflict it always was
    assert edit(http, None, "乙", based_on=1).status_code == 409


def test_lists_stars_and_both_ways_together(http) -> None:
    seen = tag(http)
    assert edit(http, f'"other", {seen} , "x"', "一").status_code == 200
    assert edit(http, "*", "二").status_code == 200
    assert edit(http, tag(http), "三", based_on=3).status_code == 200
    assert edit(http, "*", "四", based_on=1).status_code == 412
    contradictory = edit(http, tag(http), "四", based_on=3)
    assert (contradictory.status_code, contradictory.json()["code"]) == (422, "basis_contradicted")
    assert http.get(f"/parcels/{P1}").json()["version"] == 4
    several = [("if-match", '"a"'), ("if-match", tag(http))]
    assert http.post(f"/parcels/{P1}/edit", json={"values": {"name": "五"}}, headers=several).status_code == 200


@pytest.mark.parametrize("weak", ["W/{tag}", '"other"', '"{code}.9.abc"', '"{other}.1.abc"', '""'])
def test_tags_that_are_not_the_parcels(http, weak) -> None:
    given_tag = weak.format(tag=tag(http), code=P1, other=P2)
    answer = edit(http, given_tag, based_on=1)
    problem = answer.json()
    if ".9." in given_tag:
        assert (answer.status_code, problem["code"]) == (422, "basis_contradicted")
        answer, problem = (again := edit(http, given_tag)), again.json()
    assert (answer.status_code, problem["code"], problem["version"]) == (412, "precondition_failed", 1)
    assert http.get(f"/parcels/{P1}").json()["version"] == 1


@pytest.mark.parametrize("header", ["", "3", '"a', 'a"', '*, "a"', '"a" "b"', '"a",', "W/*", ", ,"])
def test_headers_that_cannot_be_read(http, header) -> None:
    answer = edit(http, header)
    assert (answer.status_code, answer.json()["code"]) == (400, "if_match_unreadable")


def test_neither_tells_the_version(http) -> None:
    answer = edit(http, None)
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (
        422, "basis_missing", "body.based_on")  # fmt: skip
    assert edit(http, "*", code="149901-0000099").status_code == 404


def test_several_parcels_at_once(http) -> None:
    both = f"{tag(http, P1)}, {tag(http, P2)}"
    parcels = [{"parcel_code": P1}, {"parcel_code": P2}]
    line = {"geometry": "LINESTRING(410110 4010000, 410090 4010100)", "crs": "EPSG:4547"}
    moved = http.post("/parcels/move-boundary", json={"parcels": parcels, **line}, headers={"if-match": both})
    assert moved.status_code == 200, moved.text
    stale = http.post("/parcels/merge", json={"parcels": parcels}, headers={"if-match": both})
    assert (stale.status_code, stale.json()["parcel_code"]) == (412, P1)
    mixed = [{"parcel_code": P1, "based_on": 2}, {"parcel_code": P2, "based_on": 2}]
    assert http.post("/parcels/merge", json={"parcels": mixed}).status_code == 201


def test_work_on_the_boundary_and_taking_back(http) -> None:
    half = {"geometry": "LINESTRING(410050 4009995, 410050 4010105)", "crs": "EPSG:4547"}
    seen = tag(http)
    assert http.post(f"/parcels/{P1}/carve", json={"area_m2": 500}, headers={"if-match": seen}).status_code == 201
    for verb, order in (("split", half), ("cut", {**half, "width_m": 3}), ("carve", {"area_m2": 9}),
                        ("remove", {"reason": "x"}), ("reshape", half), ("snap", {}), ("replace", half),
                        ("undo", {"version": 2}),
                        ("subtract", {"other": {"parcel_code": P2, "based_on": 1}})):  # fmt: skip
        answer = http.post(f"/parcels/{P1}/{verb}", json=order, headers={"if-match": seen})
        expected = 422 if verb == "replace" else 412
        assert answer.status_code == expected, (verb, answer.text)
    back = {"version": 2}
    assert http.post(f"/parcels/{P1}/undo", json={**back, "based_on": 1}).status_code == 409
    assert http.post(f"/parcels/{P1}/undo", json=back, headers={"if-match": tag(http)}).status_code == 200


def test_it_is_described(http) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    for path in ("/parcels/{parcel_code}/edit", "/parcels/merge"):
        operation = paths[path]["post"]
        assert "If-Match" in [one["name"].title() for one in operation["parameters"]]
        assert "412" in operation["responses"]


TAGS = st.text(st.characters(min_codepoint=0x23, max_codepoint=0x7E), max_size=20)


@given(tags=st.lists(st.tuples(st.booleans(), TAGS), min_size=1, max_size=5), spaces=st.sampled_from(["", " ", "\t"]))
def test_any_list_of_tags_is_read(tags: list[tuple[bool, str]], spaces: str) -> None:
    header = f"{spaces},{spaces}".join(f'{"W/" if weak else ""}"{tag}"' for weak, tag in tags)
    assert Matching.read([header]).tags == tuple(tag for weak, tag in tags if not weak)


@given(st.text(max_size=60))
def test_any_other_header_is_refused_in_words(header: str) -> None:
    with contextlib.suppress(IfMatchUnreadable):
        assert Matching.read([header]).given


@given(st.integers(1, 2**31 - 1), st.binary(max_size=50))
def test_a_tag_leads_back_to_its_version(version: int, body: bytes) -> None:
    made = version_tag(P1, version, body, "application/json", "zh")
    assert Matching.read([made]).versions(P1) == [version]
    assert Matching.read([made]).versions(P2) == []
