"""OGC API – Common, Part 1: how the words of a request are written, and where a program begins."""

import pytest

from api.ogc.described_parameters import LISTED

MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
CONFORMANCE = "http://www.opengis.net/def/rel/ogc/1.0/conformance"


@pytest.mark.parametrize("name", LISTED)
def test_names_of_parameters_are_told_apart_by_their_capitals(items, name):
    answer = items(**{name.upper(): "1"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")
    assert answer.json()["where"] == f"query.{name.upper()}"


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("properties=name,kind", 200), ("properties=name%2Ckind", 200), ("properties=name,%20kind", 200),
        ("properties=", 200), ("properties=name;kind", 400), ("properties=name%20kind", 400),
        ("properties=,name", 400), ("properties=name,", 400), ("properties=name,,kind", 400),
        ("sortby=name,-kind", 200), ("sortby=name;kind", 400), ("sortby=name,,kind", 400),
        ("bbox=112,35,114,37", 200), ("bbox=112%2C35%2C114%2C37", 200), ("bbox=112;35;114;37", 400),
        ("bbox=112%2035%20114%2037", 400), ("bbox=112,,114,37", 400), ("bbox=112,35,114,37,", 400), ("bbox=", 400),
        ("bbox=112,35,0,114,37,10", 200), ("bbox=112,35,0,114,37,10,1", 400),
    ],
)  # fmt: skip
def test_lists_are_separated_by_commas_and_nothing_else(ogc, written, status):
    answer = ogc.get(f"/ogc/collections/parcels/items?limit=1&{written}")
    assert answer.status_code == status, answer.text
    if written.startswith("properties=name,") and status == 200:
        assert list(answer.json()["features"][0]["properties"]) == ["kind", "name"]


def test_true_and_false_in_small_letters(items):
    counted = items(count="true").json()["numberMatched"]
    assert "numberMatched" not in items(count="false").json()
    told = {word: items(seized=word, count="true").json().get("numberMatched") for word in ("true", "false")}
    assert all(told.values())
    assert sum(told.values()) < counted  # of some it is unknown
    for word in ("TRUE", "False", "1", "yes", ""):
        assert items(seized=word).status_code == 400, word
        assert items(count=word).status_code == 400, word


@pytest.mark.parametrize("written", ["4002", "4002.0", "4002.", "+4002", "4.002e3", "4.002E+3", "40020e-1"])
def test_numbers_as_the_standard_writes_them(items, written):
    assert items(official_area_m2=written, count="true").json()["numberMatched"] == 1
    assert items(bbox=f"{written},35,4003,37", bbox_crs=MERCATOR).status_code == 200


@pytest.mark.parametrize("written", ["1_0", "１０", "inf", "nan", "0x10", "1e", "e1", "--1", "1,5", " ", "1e1.5", "∞"])
def test_what_only_looks_like_a_number(items, written):
    for asked in ({"official_area_m2": written}, {"version": written}, {"limit": written}):
        answer = items(**asked)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), asked
    assert items(bbox=f"112,35,{written},37").status_code == 400


def test_whole_numbers_have_no_fraction(items):
    assert items(version="1", count="true").json()["numberMatched"] > 0
    assert items(version="-1", count="true").json()["numberMatched"] == 0
    for written in ("1.0", "1e0", "9" * 40):
        assert items(version=written).status_code == 400, written


@pytest.mark.parametrize("root", ["ogc", "qgis"])
def test_landing_page_and_conformance_are_plain_json(ogc, root):
    landing = ogc.get(f"/{root}", headers={"accept": "application/json"})
    assert landing.headers["content-type"] == "application/json"
    assert {"title", "description", "links"} <= landing.json().keys()
    (there,) = [link for link in landing.json()["links"] if link["rel"] == CONFORMANCE]
    standards = ogc.get(there["href"], headers={"accept": "application/json"})
    assert standards.headers["content-type"] == "application/json"
    assert all(isinstance(uri, str) for uri in standards.json()["conformsTo"])
