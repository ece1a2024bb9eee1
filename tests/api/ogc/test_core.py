"""Part 1: landing page, conformance, collections, items; JSON and HTML."""

import html
import re
from pathlib import Path

import pytest
from sqlalchemy import text

from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.features.collections import collections

ALL = [f"149901-{n:07}" for n in range(1, 13) if n != 11]
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
REFERENCES = [
    "/ogc", "/ogc/", "/ogc/conformance", "/ogc/collections", "/ogc/collections/parcels", "/ogc/collections/townships",
    "/ogc/collections/parcels/queryables", "/ogc/collections/parcels/schema", "/ogc/collections/parcels/items",
    "/ogc/collections/parcels/items/149901-0000001", "/ogc/collections/plans/items",
]  # fmt: skip
SOME_TILE = {"tileMatrixSetId": "WebMercatorQuad", "tileMatrix": "1", "tileRow": "0", "tileCol": "1"}


def test_the_landing_page_leads_to_all(ogc):
    body = ogc.get("/ogc").json()
    by_rel = {link["rel"]: link for link in body["links"] if link["type"] != "text/html"}
    assert {"self", "service-desc", "conformance", "data"} <= by_rel.keys()
    assert by_rel["service-desc"]["type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert "service-doc" in {link["rel"] for link in body["links"]}
    for link in body["links"]:
        assert ogc.get(link["href"]).status_code == 200, link


def test_standards_that_are_kept(ogc):
    classes = ogc.get("/ogc/conformance").json()["conformsTo"]
    for part, name in ((1, "core"), (1, "geojson"), (1, "html"), (1, "oas30"), (2, "crs"), (3, "filter")):
        assert f"http://www.opengis.net/spec/ogcapi-features-{part}/1.0/conf/{name}" in classes
    for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "oas30"):
        assert f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}" in classes
    # what QGIS looks for before it sends a filter
    for name in ("cql2-text", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison"):
        assert f"http://www.opengis.net/spec/cql2/1.0/conf/{name}" in classes
    assert len(classes) == len(set(classes))


def test_collections_are_described(ogc):
    body = ogc.get("/ogc/collections").json()
    assert [one["id"] for one in body["collections"]] == [
        "parcels", "unsupplied_land", "idle_land", "half_finished_project", "idle_factory", "closed_parcels",
        "public_sites", "townships", "plans",
    ]  # fmt: skip
    assert body["crs"][0] == CRS84
    for one in body["collections"]:
        assert one["crs"] == ["#/crs"]
        assert {"items", "self", "describedby"} <= {link["rel"] for link in one["links"]}
        alone = ogc.get(f"/ogc/collections/{one['id']}").json()
        assert alone["crs"] == body["crs"]
        assert {**alone, "crs": 0, "links": 0} == {**one, "crs": 0, "links": 0}


def test_the_extent_holds_all_features(ogc, items):
    for name in ("parcels", "townships", "plans"):
        west, south, east, north = ogc.get(f"/ogc/collections/{name}").json()["extent"]["spatial"]["bbox"][0]
        for feature in items(name, limit=100).json()["features"]:
            for polygon in (feature["geometry"] or {"coordinates": []})["coordinates"]:
                assert all(west <= x <= east and south <= y <= north for x, y in polygon[0])


@pytest.mark.parametrize("address", REFERENCES)
def test_every_page_is_there_for_people_and_for_programs(ogc, address):
    page = ogc.get(address, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "http://unpkg" not in page.text
    assert ogc.get(address, params={"f": "html"}).headers["content-type"].startswith("text/html")
    plain = ogc.get(address, headers={"accept": "*/*"})
    assert "json" in plain.headers["content-type"]
    links = {link["rel"] for link in plain.json().get("links", [{"rel": "self"}, {"rel": "alternate"}])}
    assert {"self", "alternate"} <= links


@pytest.mark.parametrize(("language", "title"), [("zh", "下一页"), ("en", "Next page")])
def test_pages_for_people_lead_on_to_the_next(ogc, language, title):
    seen = ""
    address = f"/ogc/collections/parcels/items?f=html&limit=5&lang={language}"
    for left in (6, 1, 0):
        page = ogc.get(address)
        assert page.status_code == 200
        seen += page.text
        following = re.findall(rf'<a rel="next" href="([^"]+)">{title}</a>', page.text)
        assert len(following) == (2 if left else 0)  # below the table and among the links
        address = html.unescape(following[0]) if following else ""
    assert all(fid in seen for fid in ALL)


def test_names_are_text_and_never_markup(ogc_settings, ogc):
    engine = make_engine(ogc_settings.database_url, pool_size=0)
    with transaction(engine, Actor("t", "test")) as connection:
        connection.execute(text("UPDATE parcel SET name = '<script>x' WHERE parcel_code = '149901-0000012'"))
    for address in ("/ogc/collections/parcels/items", "/ogc/collections/parcels/items/149901-0000012"):
        page = ogc.get(address, params={"f": "html"}).text
        assert "&lt;script&gt;" in page
        assert "<script>x" not in page


def test_pages_in_both_languages(ogc):
    assert "宗地" in ogc.get("/ogc/collections", params={"f": "html"}).text
    english = ogc.get("/ogc/collections", params={"f": "html", "lang": "en"})
    assert english.headers["content-language"] == "en"
    assert "Public sites" in english.text


def test_who_chose_a_language_goes_on_in_it(ogc):
    seen, ahead = set(), ["/ogc?f=html&lang=en"]
    while ahead and len(seen) < 40:
        address = ahead.pop()
        page = ogc.get(address, headers={"accept": "text/html", "accept-language": "zh"})
        assert page.status_code == 200, address
        assert page.headers["content-language"] == "en", address
        seen.add(address)
        links = re.findall(r'<a [^>]*href="([^"]+)">([^<]*)</a>(?: <small>[^<]*· text/html</small>)?', page.text)
        found = {html.unescape(href) for href, _ in links if "f=html" in href and "lang=zh" not in href}
        assert all("lang=en" in href for href in found), address
        ahead += sorted(found - seen - set(ahead))
    assert len(seen) > 30


def test_links_to_pages_come_first_on_a_page(ogc):
    for path in ("", "/collections/parcels", "/collections/parcels/items"):
        kinds = re.findall(r"<small>[^<]*· ([^<]+)</small>", ogc.get(f"/ogc{path}?f=html").text)
        assert kinds == sorted(kinds, key=lambda kind: kind != "text/html")
    page = ogc.get("/ogc/collections/parcels?f=html").text
    assert page.index('rel="items"') < page.index("/def/crs/")


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_pages_cover_the_list_once(walk, limit):
    assert walk(limit=limit) == ALL


def test_each_kind_and_the_other_collections(walk, items):
    kinds = ("unsupplied_land", "idle_land", "half_finished_project", "idle_factory")
    assert sorted(code for kind in kinds for code in walk(kind)) == ALL
    assert {feature["properties"]["kind"] for feature in items("idle_land").json()["features"]} == {"idle_land"}
    assert walk("closed_parcels") == ["149901-0000007"]
    assert walk("townships", limit=1) == ["149901100", "149901101"]
    (plan,) = items("plans").json()["features"]
    assert (plan["properties"]["parcel_code"], plan["properties"]["label"]) == ("149901-0000004", "sell")
    assert plan["geometry"]["type"] == "MultiPolygon"


def test_public_sites_tell_what_is_offered_and_no_more(items):
    sites = items("public_sites").json()["features"]
    assert sites
    for site in sites:
        told = site["properties"]
        assert told["label"] in ("sell", "lease", "finance")
        assert not {"holder_name", "holder_class", "price_wan", "debt_wan", "source_code", "remark"} & told.keys()
        assert int(site["id"][-2:]) % 2 == 0  # the others have private holders


def test_features_are_geojson_longitude_first(items):
    answer = items(limit=2)
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    body = answer.json()
    assert (body["type"], body["numberReturned"]) == ("FeatureCollection", 2)
    assert "numberMatched" not in body
    assert body["timeStamp"].endswith("Z")
    first = body["features"][0]
    assert (first["type"], first["id"]) == ("Feature", ALL[0])
    x, y = first["geometry"]["coordinates"][0][0][0]
    assert 112.9 < x < 113.1
    assert 36 < y < 36.4
    assert first["properties"]["tags"] == ["园区", "低效"]
    assert set(first["properties"]) == set(collections()["parcels"].properties)


def test_a_count_only_where_it_is_asked_for(items):
    assert items(count="true", limit=1).json()["numberMatched"] == len(ALL)
    assert items("idle_land", count="true", filter="area_mu > 3").json()["numberMatched"] == 2
    assert "numberMatched" not in items(count="false").json()


def test_one_feature(ogc):
    answer = ogc.get(f"/ogc/collections/parcels/items/{ALL[2]}")
    body = answer.json()
    assert (body["id"], body["properties"]["name"]) == (ALL[2], "地块3")
    assert {"self", "alternate", "collection"} <= {link["rel"] for link in body["links"]}
    assert not answer.headers["etag"].startswith("W/")
    again = ogc.get(f"/ogc/collections/parcels/items/{ALL[2]}", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    slim = ogc.get(f"/ogc/collections/parcels/items/{ALL[2]}", params={"properties": "kind,state"}).json()
    assert slim["properties"] == {"kind": "idle_factory", "state": "registered"}
    nowhere = ogc.get(f"/ogc/collections/parcels/items/{ALL[-1]}").json()
    assert nowhere["geometry"] is None


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/ogc/collections/nothing", 404, "collection_unknown"),
        ("/ogc/collections/nothing/items", 404, "collection_unknown"),
        ("/ogc/collections/parcels/items/149901-9999999", 404, "feature_not_found"),
        ("/ogc/collections/parcels/items/%00", 404, "feature_not_found"),
        ("/ogc/collections/idle_land/items/149901-0000002", 404, "feature_not_found"),
        ("/ogc/collections/parcels/items/149901-0000011", 410, "parcel_retired"),
        ("/ogc/nothing", 404, "no_such_address"),
    ],
)
def test_what_is_not_there(ogc, address, status, code):
    answer = ogc.get(address)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_answer_is_not_made_again_while_nothing_changes(ogc):
    for _ in range(50):  # other tests' databases share the server, and with it the snapshot
        tag = ogc.get("/ogc/collections/parcels/items").headers["etag"]
        again = ogc.get("/ogc/collections/parcels/items", headers={"if-none-match": tag})
        if again.status_code == 304:
            break
    assert again.status_code == 304


def test_the_definition_describes_what_there_is(ogc):
    answer = ogc.get("/ogc/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    body = answer.json()
    assert body["openapi"].startswith("3.0")
    assert body["components"]["parameters"]["limit"]["schema"]["maximum"] == 2_000
    for path, operations in body["paths"].items():
        address = "/ogc" + path.replace("{fid}", "149901-0000004").rstrip("/")
        for name, example in SOME_TILE.items():
            address = address.replace(f"{{{name}}}", example)
        for name in ("parcels", "townships", "plans", "public_sites", "closed_parcels"):
            if f"/{name}/items/" in address:
                address = f"/ogc/collections/{name}/items/" + ogc.get(
                    f"/ogc/collections/{name}/items"
                ).json()["features"][0]["id"]  # fmt: skip
        if "/items/" not in address or "parcels" in address:
            assert ogc.get(address).status_code in (200, 204), address
        for reference in operations["get"]["parameters"]:
            assert reference["$ref"].removeprefix("#/components/parameters/") in body["components"]["parameters"]
    whole = ogc.get("/openapi.json").json()["paths"]
    assert {"get", "post"} <= whole["/ogc/collections/{collection}/items"].keys()
    assert {"get", "put", "patch", "delete"} <= whole["/ogc/collections/{collection}/items/{fid}"].keys()
    assert not any(path.startswith("/qgis") for path in whole)


def test_every_row_of_the_table_of_requirements_has_its_test():
    here = Path(__file__).parent
    files = [*here.glob("test_*.py"), *here.parents[1].glob("gisreg/tiles/test_*.py")]
    written = "".join(file.read_text(encoding="utf-8") for file in files)
    table = (here.parents[2] / "docs" / "ogc.md").read_text(encoding="utf-8").partition("## Requirements")[2]
    named = re.findall(r"\| (test_\w+) \|$", table, re.MULTILINE)
    assert len(named) > 40
    assert {name for name in named if f"def {name}(" not in written} == set()


def test_a_public_site_by_its_number_tells_what_the_public_may_know(ogc, items):
    there = "/ogc/collections/public_sites/items"
    listed = items("public_sites").json()["features"]
    assert listed
    for feature in listed:
        plain, packed = (
            ogc.get(f"{there}/{feature['id']}", headers={"Accept-Encoding": name}) for name in ("identity", "gzip")
        )
        assert plain.json() == packed.json()
        assert plain.json()["properties"].keys() == listed[0]["properties"].keys()
        assert "holder_name" not in plain.json()["properties"]
    assert ogc.get(f"{there}/149901-0000001", headers={"Accept-Encoding": "identity"}).status_code == 404
