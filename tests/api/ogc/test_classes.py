"""Each conformance class that is claimed: a question of its kind, answered; the table of requirements has them all."""

import json
import re
from pathlib import Path

import ogc_requirements
import pytest

from api.ogc import conformance

DOCS = Path(__file__).parents[3] / "docs" / "ogc.md"
POLYGON = "POLYGON((112.99 36.2, 113.01 36.2, 113.01 36.23, 112.99 36.23, 112.99 36.2))"
CQL2 = {
    "cql2-text": ["kind = 'idle_land' AND NOT (kind = 'idle_factory' OR parcel_code < '149901-0000002')"],
    "cql2-json": [{"op": "=", "args": [{"property": "kind"}, "idle_land"]}],
    "basic-cql2": [
        "kind = 'idle_land'", "kind <> 'idle_land'", "official_area_m2 > 5000", "official_area_m2 <= 5002.5",
        "seized IS NULL", "NOT seized IS NULL", "seized = false", "approved_on >= DATE('2020-01-05')",
    ],
    "advanced-comparison-operators": [
        "name LIKE '地块1%'", "official_area_m2 BETWEEN 2000 AND 5003", "kind IN ('idle_land', 'idle_factory')",
    ],
    "case-insensitive-comparison": ["CASEI(source_code) = CASEI('s4')"],
    "accent-insensitive-comparison": ["ACCENTI(source_code) = ACCENTI('Ś4')"],
    "basic-spatial-functions": ["S_INTERSECTS(boundary, BBOX(112.9, 36.1, 113.1, 36.3))"],
    "basic-spatial-functions-plus": [f"S_INTERSECTS(boundary, {POLYGON})"],
    "spatial-functions": [
        *(f"S_{name}(boundary, {POLYGON})" for name in ("WITHIN", "INTERSECTS")),
        "NOT S_DISJOINT(boundary, BBOX(112.9, 36.1, 113.1, 36.3))",
        *(f"NOT S_{name}(boundary, {POLYGON})" for name in ("EQUALS", "TOUCHES", "CROSSES", "OVERLAPS", "CONTAINS")),
    ],
    "temporal-functions": [
        "T_AFTER(approved_on, DATE('2020-01-05'))", "T_DURING(approved_on, INTERVAL('2020-01-01', '..'))",
    ],
    "array-functions": [
        "A_CONTAINS(tags, ('园区'))", "A_CONTAINEDBY(tags, ('园区', '低效', '其他'))",
        "A_EQUALS(tags, ('园区', '低效'))", "A_OVERLAPS(tags, ('园区', '其他'))",
    ],
    "property-property": ["area_m2 > official_area_m2", "name <> source_code"],
    "arithmetic": ["official_area_m2 / 1000.5 = 4", "official_area_m2 * 2 - 1 > 5000", "2 + 3 * 2 = 8"],
    "basic-spatial-operators": ["S_INTERSECTS(boundary, POINT(113.0015 36.2189))"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "expression"), [(name, one) for name, asked in CQL2.items() for one in asked])
def test_a_class_of_cql2(items, name, expression):
    language = "cql2-text" if isinstance(expression, str) else "cql2-json"
    written = expression if isinstance(expression, str) else json.dumps(expression)
    answer = items(filter=written, filter_lang=language, count="true")
    assert answer.status_code == 200, answer.text
    there = items(count="true").json()["numberMatched"]
    assert answer.json()["numberMatched"] <= there
    opposite = items(filter=f"NOT ({written})", count="true") if language == "cql2-text" else None
    if opposite is not None:  # what is unknown is in neither
        assert opposite.json()["numberMatched"] + answer.json()["numberMatched"] <= there
    if name != "basic-spatial-operators":
        assert answer.json()["numberMatched"] > 0


def test_every_claimed_class_of_cql2_is_asked():
    claimed = {name.rpartition("/")[2] for name in conformance.READING if "/cql2/" in name}
    assert claimed == CQL2.keys()


def test_every_claimed_class_is_in_the_table():
    rows = [line.split("|")[1].strip() for line in DOCS.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    for uri in conformance.classes_at("/ogc"):
        part, name = re.search(r"/spec/([a-z0-9-]+)/[0-9.]+/conf/(.+)$", uri).groups()
        named = f"{part[-1]} {name}" if part.startswith("ogcapi-features") else name
        short = {"cql2": "CQL2", "ogcapi-tiles-1": "tiles", "tms": "tms", "json-fg-1": "JSONFG"}.get(part)
        short = "Common" if "common" in part else short
        named = f"{short} {name}" if short else named
        assert named in rows, uri


def test_each_requirement_of_the_standards_is_in_the_table_and_no_other():
    assert set().union(*ogc_requirements.tested().values()) == ogc_requirements.wanted()


def test_tests_are_found_by_the_names_of_requirements(request):
    held = ogc_requirements.tested()
    for item in request.session.items:
        assert held.get(item.originalname, set()) <= item.listextrakeywords()


def test_operations_are_known_by_how_their_names_end(ogc):
    paths = ogc.get("/ogc/api").json()["paths"]
    place = "/collections/parcels/tiles/{tileMatrixSetId}"
    for path, end in {
        "/": "getLandingPage", "/conformance": "getConformance", "/api": "getAPI",
        "/collections": "getCollectionsList", "/collections/parcels": "getCollection",
        "/tileMatrixSets": "getTileMatrixSetsList", "/tileMatrixSets/{tileMatrixSetId}": "getTileMatrixSet",
        "/collections/parcels/tiles": ".collection.vector.getTileSetsList", place: ".collection.vector.getTileSet",
        f"{place}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": ".collection.vector.getTile",
    }.items():  # fmt: skip
        assert paths[path]["get"]["operationId"].endswith(end)
    names = [one["get"]["operationId"] for one in paths.values()]
    assert len(names) == len(set(names))


def test_the_extent_is_one_box_that_holds_all(ogc):
    for one in ogc.get("/ogc/collections").json()["collections"]:
        boxes = one.get("extent", {}).get("spatial", {}).get("bbox", [])
        assert len(boxes) <= 1


def test_links_bear_relation_and_type(ogc, items):
    told = [*ogc.get("/ogc").json()["links"], *items(limit=2).json()["links"]]
    assert all(link["rel"] and link["type"] for link in told)
    assert {"self", "alternate", "next"} <= {link["rel"] for link in items(limit=2).json()["links"]}


def test_the_definition_is_openapi_3_0_with_the_problems_it_answers_with(ogc):
    answer = ogc.get("/ogc/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    body = answer.json()
    assert body["openapi"].startswith("3.0.")
    for operations in body["paths"].values():
        told = operations["get"]["responses"]
        assert {"200", "400", "404"} <= told.keys()
        assert "application/problem+json" in told["400"]["content"]
    assert "security" not in body  # there is no sign-in: the server is for its own machine
