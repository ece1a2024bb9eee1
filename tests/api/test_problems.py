"""Every failure is a problem document with code, what, where and mend, in the reader's language."""

import errno
import re

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.problems import MENDS, STATUS, fault_of
from gisreg import errors

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "where", "mend"}


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/nowhere", 404, "no_such_address"),
        ("/parcels/149901-9999999", 404, "parcel_not_found"),
        ("/parcels/%00", 404, "parcel_not_found"),
        ("/parcels/149901-9999999/history", 404, "parcel_not_found"),
        ("/townships?county=999999", 404, "county_unknown"),
        ("/parcels?limit=10001", 422, "invalid_request"),
        ("/parcels?as_of=0", 422, "invalid_request"),
        ("/parcels?as_of=9999-12-31", 422, "invalid_request"),
        ("/parcels?bbox=1,2,3", 400, "bad_box"),
        ("/parcels?bbox=nan,0,1,1", 400, "bad_box"),
        ("/parcels?filter=kind%20%3D", 400, "filter_syntax"),
        ("/parcels?filter=%7B%7D", 400, "wrong_filter_language"),
    ],
)
def test_a_failure_is_a_problem(client, address, status, code):
    answer = client.get(address)
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(problem) >= MEMBERS
    assert problem["detail"]
    assert problem["mend"]


def test_it_speaks_the_readers_language(client):
    def say(**asked):
        return client.get("/parcels/149901-9999999", **asked).json()["detail"]

    assert say() == "没有编号为 149901-9999999 的宗地"
    assert say(headers={"accept-language": "en-GB,en;q=0.9,zh;q=0.5"}) == "there is no parcel 149901-9999999"
    assert say(params={"lang": "en"}, headers={"accept-language": "zh"}) == "there is no parcel 149901-9999999"


def test_a_wrong_parameter_is_named_and_its_value_is_not_echoed(client):
    answer = client.get("/parcels", params={"limit": "secret<script>"})
    assert answer.json()["errors"] == [{"where": "query.limit", "detail": "应为整数"}]
    assert "secret" not in answer.text


def test_a_day_out_of_range_is_told_its_limit_as_people_write_it(client):
    for language, detail in (("zh", "不得小于 1949-10-01"), ("en", "greater than or equal to 1949-10-01")):
        answer = client.get("/parcels", params={"as_of": "0001-01-01"}, headers={"accept-language": language})
        assert detail in answer.json()["errors"][0]["detail"]


def test_a_wrong_method_is_a_problem_that_names_the_right_ones(client):
    answer = client.delete("/parcels")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST, HEAD")
    assert answer.json()["code"] == "method_not_allowed"
    assert answer.json()["title"] == "不支持的请求方法"
    assert client.delete("/parcels?lang=en").json()["title"] == "Method not allowed"


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("/nowhere", "/nowhere"),
        ("/parcels/149901-9999999", "149901-9999999"),
        ("/parcels/149901-9999999/history", "149901-9999999"),
        ("/townships?county=999999", "999999"),
        ("/export?format=gpkg&crs=EPSG:1", "EPSG:1"),
        ("/maps/townships/149901999", "149901999"),
    ],
)
def test_a_problem_says_where_and_names_no_command(client, address, where):
    problem = client.get(address).json()
    assert problem["where"] == where
    assert problem["mend"]
    assert "gisreg " not in problem["mend"]


def test_every_mend_of_its_own_belongs_to_a_failure_and_has_its_parameters():
    kinds, waiting = {}, [errors.GisregError]
    while waiting:
        kind = waiting.pop()
        kinds[kind.code] = kind
        waiting += kind.__subclasses__()
    for code, mend in MENDS.items():
        for language in ("zh", "en"):
            wanted = set(re.findall(r"{(\w+)}", mend.say(language)))
            assert wanted <= set(re.findall(r"{(\w+)}", "".join((*kinds[code].what, *kinds[code].mend)))), code


def test_every_kind_of_failure_has_a_status():
    kinds = errors.GisregError.__subclasses__()
    assert {kind for kind, _, _ in STATUS} >= {kind for kind in kinds if kind.__module__ == "gisreg.errors"}
    assert fault_of(errors.ResourceError()).status == 507
    assert fault_of(errors.DatabaseError()).status == 503


def test_an_unforeseen_failure_tells_a_number_and_nothing_else(api_settings, caplog):
    app = create_app(api_settings)

    @app.get("/broken")
    def broken():
        raise RuntimeError("the secret inside")

    with TestClient(app, base_url="http://127.0.0.1") as client:
        answer = client.get("/broken", params={"lang": "en"})
    problem = answer.json()
    assert answer.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "secret" not in answer.text
    assert problem["id"] in problem["detail"]
    assert any(problem["id"] in record.getMessage() for record in caplog.records)
    assert "the secret inside" in caplog.text


def test_a_full_disk_says_so(api_settings):
    app = create_app(api_settings)

    @app.get("/full")
    def full():
        raise OSError(errno.ENOSPC, "No space left on device")

    with TestClient(app, base_url="http://127.0.0.1") as client:
        answer = client.get("/full")
    assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")


def test_a_person_who_followed_a_link_sees_a_page(client):
    asked = {"sec-fetch-mode": "navigate", "accept": "text/html"}
    answer = client.get("/parcels?filter=%3Cscript%3E", headers=asked)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script" not in answer.text
    assert "filter_syntax" in answer.text


@pytest.mark.parametrize(
    "address", ["/parcels?filtr=x", "/parcels?kind=idle_land", "/townships?as-of=2024-01-01", "/export?formt=x"]
)
def test_a_misspelt_parameter_is_named_not_passed_over(client, address):
    answer = client.get(address)
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["code"] == "unknown_parameter"
    assert problem["where"] == "query." + address.partition("?")[2].partition("=")[0]


def test_the_language_may_be_asked_for_anywhere(client):
    assert client.get("/parcels?lang=en&limit=1").status_code == 200
