"""What one statement answers is what is answered step by step; it is never older than the last edit."""

import asyncio
import json

import psycopg2
import pytest
from sqlalchemy import text

from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.db.lines import Lines, open_driver
from gisreg.db.together import Together
from gisreg.features import cursor, pages, quick
from gisreg.features.asking import Condition, asked_of, sort_of
from gisreg.features.box import box_of
from gisreg.features.collections import collection_of
from gisreg.features.crs import CRS84, STORAGE, crs_of
from gisreg.features.moment import moment_of
from gisreg.features.reader import Reader

BEHIND = ("149901-0000004", "149901-0000012", "149901100")
BOXES = [None, "113.0,36,113.004,37", "112.5,35,114,37", "10,10,11,11"]


async def stays():
    await asyncio.Event().wait()


@pytest.fixture(scope="module")
def quickly(ogc_settings):
    """Asks in one statement, by lines that stay open."""
    url = ogc_settings.database_url
    lines = Lines(lambda: open_driver(url, time_out_ms=pages.TIME_OUT_MS, application_name="test"))
    with asyncio.Runner() as loop:
        yield lambda ask, *asked: loop.run(ask(lines, *asked, stays))
        lines.close()


@pytest.fixture(scope="module")
def one_quickly(quickly):
    """Asks for one parcel in the same way."""

    def one(lines, asked, fid, has_left):
        return quick.one(Together(lines), quick.question_of_one(asked), fid, has_left)

    return lambda asked, fid: quickly(one, asked, fid)


@pytest.fixture(scope="module")
def usual(ogc_settings):
    made = make_engine(ogc_settings.database_url, pool_size=2)
    yield made
    made.dispose()


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("collection", ["parcels", "idle_land", "closed_parcels", "public_sites", "townships", "plans"])
@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4547", None])
def test_both_ways_tell_the_same_to_the_byte(quickly, usual, collection, box, crs):
    for limit in (1, 2, 5, 100):
        for behind in (None, *((-1, 1) if collection == "plans" else BEHIND)):
            asked = asked_of(
                collection_of(collection),
                box=box_of(box, CRS84),
                crs=crs_of(crs),
                limit=limit,
                cursor=behind and cursor.written([behind]),
            )
            assert quick.is_quick(asked)
            with transaction(usual) as connection:
                stepwise = pages.page(connection, asked)
            mark, found = quickly(quick.page, asked)
            assert found == stepwise
            assert mark


def test_one_parcel_is_told_the_same(one_quickly, usual):
    asked = asked_of(collection_of("parcels"), crs=STORAGE, properties=("kind", "state"))
    with transaction(usual) as connection:
        stepwise = pages.one(connection, asked, "149901-0000004")
    assert one_quickly(asked, "149901-0000004") == stepwise
    assert one_quickly(asked, "149901-9999999") is None


def test_what_one_statement_cannot_answer_is_left_to_the_usual_way():
    parcels = collection_of("parcels")
    for box in ("170,-10,-170,10", "113,36,113,37"):
        assert not quick.is_quick(asked_of(parcels, box=box_of(box, CRS84)))
    assert not quick.is_quick(asked_of(parcels, sort=sort_of("name", parcels)))
    assert not quick.is_quick(asked_of(parcels, moment=moment_of("2024-01-01")))
    assert not quick.is_quick(asked_of(parcels, condition=Condition("kind = 'idle_land'")))
    assert quick.is_quick_one(asked_of(collection_of("public_sites")))
    assert not quick.is_quick_one(asked_of(collection_of("townships")))


def test_the_first_feature_names_every_property_and_the_others_what_is_known(ogc):
    first, *others = ogc.get("/ogc/collections/parcels/items").json()["features"]
    assert list(first["properties"]) == collection_of("parcels").properties
    assert any(value is None for value in first["properties"].values())
    for feature in others:
        alone = ogc.get(f"/ogc/collections/parcels/items/{feature['id']}").json()
        assert None not in feature["properties"].values()
        assert feature["properties"] == {
            name: value for name, value in alone["properties"].items() if value is not None
        }
    chosen = ogc.get("/ogc/collections/parcels/items?properties=seized,name").json()["features"]
    assert all(list(feature["properties"]) == ["name", "seized"] for feature in chosen)


def test_texts_that_json_must_escape(quickly, usual, ogc_settings):
    odd = 'a"b\\c\n\t\x01 </script> 镇𬭎'
    with transaction(usual, Actor("tester", "test")) as connection:
        connection.execute(text("UPDATE parcel SET name = :odd WHERE parcel_code = '149901-0000009'"), {"odd": odd})
    _, page = quickly(quick.page, asked_of(collection_of("parcels")))
    told = {feature["id"]: feature["properties"] for feature in json.loads(b"[" + page.features + b"]")}
    assert told["149901-0000009"]["name"] == odd


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("UPDATE parcel SET name = 'renamed' WHERE parcel_code = '149901-0000004'", "name"),
        ("UPDATE admin_unit SET name = '新名镇' WHERE code = '149901100'", "township_name"),
        ("UPDATE plan SET label = 'lease' WHERE ended_at IS NULL", "label"),
        ("UPDATE plan_rule SET agency = '他局'", "agency"),
        ("SET gisreg.plan_run = 1; UPDATE plan_label SET gates = 1", "gated"),
    ],
)
def test_an_answer_is_of_now_and_its_mark_moves(ogc, ogc_settings, change, name):
    address = "/ogc/collections/parcels/items?bbox=112,35,114,37"

    def told():
        answer = ogc.get(address)
        found = [one for one in answer.json()["features"] if one["id"] == "149901-0000004"]
        return answer.headers["etag"], found[0]["properties"].get(name)

    tag, before = told()
    with psycopg2.connect(ogc_settings.admin_database_url.replace("+psycopg2", "")) as connection:
        connection.cursor().execute("SET search_path = gisreg, public; " + change)
    connection.close()
    later, after = told()
    assert after != before
    assert later != tag
    assert ogc.get("/ogc/collections/parcels/items/149901-0000004").json()["properties"][name] == after


def test_nothing_can_be_written_by_these_connections(quickly):
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        quickly(Lines.answer, "DELETE FROM parcel WHERE id = $1 RETURNING id", (1,))


def test_a_connection_that_is_gone_leaves_the_question_to_the_usual_way(ogc, usual, ogc_settings):
    address = "/ogc/collections/parcels/items?limit=3"
    assert ogc.get(address).status_code == 200
    with psycopg2.connect(ogc_settings.admin_database_url.replace("+psycopg2", "")) as connection:
        connection.cursor().execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'gisreg api' AND datname = current_database()"
        )
    connection.close()
    for _ in range(3):
        assert ogc.get(address).json()["numberReturned"] == 3


def test_what_is_asked_most_is_answered_ahead_of_the_routes(ogc, monkeypatch):
    def refused(*_):
        raise AssertionError

    monkeypatch.setattr("api.routers.ogc.page", refused)
    monkeypatch.setattr("api.routers.ogc.one", refused)
    for asked in ("", "?bbox=112,35,114,37&limit=3&crs=http://www.opengis.net/def/crs/EPSG/0/4547", "/149901-0000004"):
        for root in ("ogc", "qgis"):
            answer = ogc.get(f"/{root}/collections/parcels/items{asked}", headers={"Accept-Encoding": "identity"})
            assert answer.status_code == 200
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "content-encoding" not in answer.headers
            head = ogc.head(f"/{root}/collections/parcels/items{asked}", headers={"Accept-Encoding": "identity"})
            assert head.headers["content-length"] == answer.headers["content-length"]
            packed = ogc.get(f"/{root}/collections/parcels/items{asked}", headers={"Accept-Encoding": "gzip"})
            assert packed.headers["content-encoding"] == "gzip"
    assert ogc.get("/ogc/collections/parcels/items", headers={"Host": "elsewhere.example"}).status_code == 403
    for usual in ("?sortby=name", "?f=html", "?count=true", "/149901-0000004?f=html"):
        assert ogc.get(f"/ogc/collections/parcels/items{usual}").status_code == 500


@pytest.mark.parametrize("income", ["-Infinity", "-0.1", "1e300", "1e-7"])
def test_numbers_of_any_size_are_json(quickly, usual, income):
    with transaction(usual, Actor("tester", "test")) as connection:
        connection.execute(
            text("UPDATE parcel SET yearly_income_wan = CAST(:income AS float8) WHERE parcel_code = '149901-0000008'"),
            {"income": income},
        )
    _, page = quickly(quick.page, asked_of(collection_of("parcels")))
    told = {feature["id"]: feature["properties"] for feature in json.loads(b"[" + page.features + b"]")}
    assert told["149901-0000008"]["yearly_income_wan"] == (income if income.endswith("y") else float(income))


def test_requests_alike_are_read_once_and_told_apart_by_all_that_decides(ogc, monkeypatch):
    first, second = (f"/ogc/collections/parcels/items/149901-000000{n}" for n in (3, 4))
    plain = {"Accept-Encoding": "identity"}

    def told(address, **headers):
        answer = ogc.get(address, headers={**plain, **headers})
        assert answer.status_code == 200
        return answer

    variants = [
        (second, {}), (second, {"Accept-Language": "en"}), (second, {"Host": "localhost:8000"}),
        (f"{second}?lang=en", {}), (f"{second}?crs=http://www.opengis.net/def/crs/EPSG/0/4547", {}),
        (f"{second}?properties=name", {}), (f"{second}?profile=jsonfg", {}), (second.replace("/ogc", "/qgis"), {}),
        (second.replace("parcels", "unsupplied_land"), {}),
    ]  # fmt: skip
    for address, headers in variants:  # the first is read, the second stands on it
        ogc.get(address.replace("0000004", "0000008"), headers={**plain, **headers})
        quickly, stepwise = told(address, **headers), ogc.get(address, headers={"Accept-Encoding": "gzip", **headers})
        assert quickly.content == stepwise.content
        same = ("content-type", "content-crs", "content-language", "cache-control", "link", "x-frame-options")
        assert [quickly.headers.get(name) for name in same] == [stepwise.headers.get(name) for name in same]
        assert told(address, **headers).headers["etag"] == quickly.headers["etag"]
    assert ogc.get(first, headers={**plain, "If-None-Match": told(first).headers["etag"]}).status_code == 304
    read = []
    monkeypatch.setattr("api.ogc.alike.to_be_told", lambda *asked: read.append(asked))
    assert told(first).json()["id"] == "149901-0000003"
    assert not read


def test_what_is_not_there_or_not_asked_rightly_goes_on(ogc):
    there = "/ogc/collections/parcels/items"
    for address, status in {
        f"{there}/149901-9999999": 404, f"{there}/149901-0000011": 410, f"{there}/149901-stand-in": 404,
        f"{there}/%E5%9C%B0": 404, f"{there}/149901-0000004?f=xml": 400, f"{there}/149901-0000004?x=1": 400,
        f"{there}/149901-0000004?crs=nowhere": 400, "/ogc/collections/idle_land/items/149901-0000004": 404,
    }.items():  # fmt: skip
        for _ in range(2):
            answer = ogc.get(address, headers={"Accept-Encoding": "identity"})
            assert answer.status_code == status, address
            assert answer.headers["content-type"] == "application/problem+json"


def test_who_may_see_less_is_not_told_by_what_others_asked(ogc, monkeypatch):
    address = "/ogc/collections/parcels/items/149901-0000004"

    class Nobody(Reader):
        def rows(self, source):
            return [source.c.id < 0]

    assert ogc.get(address, headers={"Accept-Encoding": "identity"}).status_code == 200
    monkeypatch.setattr("api.ogc.alike.reader_of", lambda _: Nobody("nobody"))
    monkeypatch.setattr("api.conditional.reader_of", lambda _: Nobody("nobody"))
    assert ogc.get(address, headers={"Accept-Encoding": "identity"}).status_code == 404
