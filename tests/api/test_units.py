"""Changes of units over HTTP and on the command line."""

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.app import create_app
from gisreg.db.engine import Actor, transaction
from gisreg.settings import Settings

T0, T1 = "149901100", "149901101"


@pytest.fixture
def http(settings: Settings, engine: Engine) -> Iterator[TestClient]:
    """The application on a county with two townships and a parcel in each."""
    with transaction(engine, Actor("li", "import:1")) as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
        connection.execute(
            text(
                "INSERT INTO admin_unit (county_code, level, code, name, boundary) SELECT '149901', 'township',"
                " '14990110' || n, '示例' || n || '镇',"
                " ST_Multi(ST_MakeEnvelope(113 + n * 0.1, 36, 113.1 + n * 0.1, 36.1, 4490))"
                " FROM generate_series(0, 1) AS n"
            )
        )
        connection.execute(
            text(
                "INSERT INTO parcel (county_code, parcel_code, kind, state, township_code, boundary) SELECT '149901',"
                " '149901-000000' || n, 'idle_land', 'registered', '14990110' || n,"
                " ST_Multi(ST_MakeEnvelope(113.01 + n * 0.1, 36.01, 113.02 + n * 0.1, 36.02, 4490))"
                " FROM generate_series(0, 1) AS n"
            )
        )
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as made:
        yield made


def test_rename_merge_and_split(http) -> None:
    renamed = http.post("/units/rename", json={"code": T0, "name": "新名镇", "on": "2024-01-01"})
    assert renamed.status_code == 200, renamed.text
    merged = http.post("/units/merge", json={"codes": [T0, T1], "into": T1, "name": "合镇", "on": "2024-02-01"}).json()
    assert merged["parcels"] == {T1: 2}
    ring = "POLYGON(({0} 36, {1} 36, {1} 36.1, {0} 36.1, {0} 36))"
    parts = [
        {"code": T0, "name": "西镇", "geometry": ring.format(113, 113.1)},
        {"code": T1, "name": "东镇", "geometry": ring.format(113.1, 113.2)},
    ]
    done = http.post("/units/split", json={"code": T1, "on": "2024-03-01", "parts": parts}).json()
    assert done["parcels"] == {T0: 1, T1: 1}
    assert {row["code"]: row["name"] for row in http.get("/townships").json()["items"]} == {T0: "西镇", T1: "东镇"}
    assert http.get("/units/crosswalk").json()["total"] == 5
    assert http.get(f"/units/crosswalk/{T0}").json()["successors"] == [T0, T1]


def test_a_change_is_undone_once(http) -> None:
    http.post("/units/merge", json={"codes": [T0, T1], "into": T1, "name": "合镇", "on": "2024-02-01"})
    number = http.get("/units/crosswalk").json()["items"][0]["id"]
    done = http.post(f"/units/changes/{number}/undo", json={"reason": "录入错误"})
    assert done.status_code == 200, done.text
    assert (done.json()["restored"], done.json()["parcels"]) == ([T0, T1], 1)
    assert {row["code"] for row in http.get("/townships").json()["items"]} == {T0, T1}
    assert http.get("/units/crosswalk").json()["items"][0]["undo_reason"] == "录入错误"
    again = http.post(f"/units/changes/{number}/undo", json={})
    assert (again.status_code, http.post("/units/changes/99/undo", json={}).status_code) == (409, 404)


@pytest.mark.parametrize(
    ("address", "body", "status", "code"),
    [
        ("rename", {"code": "149901999", "name": "甲", "on": "2024-01-01"}, 404, "unit_not_there"),
        ("rename", {"code": T0, "on": "2024-01-01"}, 400, "nothing_renamed"),
        ("rename", {"code": T0, "name": "甲", "on": "2199-01-01"}, 400, "change_in_future"),
        ("rename", {"code": T0, "name": "甲", "on": "2024-01-01", "level": "county"}, 422, "invalid_request"),
        ("merge", {"codes": [T0], "into": T0, "name": "甲", "on": "2024-01-01"}, 400, "units_too_few"),
        ("split", {"code": T0, "on": "2024-01-01", "parts": [
            {"code": T0, "name": "甲", "geometry": "POINT(1 1)"}, {"code": "B", "name": "乙", "geometry": "x"}]},
         422, "geometry_unreadable"),
        ("split", {"code": T0, "on": "2024-01-01", "parts": [
            {"code": T0, "name": "甲"}, {"code": "B", "name": "乙"}]}, 400, "parts_without_place"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_problem(http, address, body, status, code) -> None:
    done = http.post(f"/units/{address}", json=body)
    assert (done.status_code, done.json()["code"]) == (status, code), done.text


def test_the_same_on_the_command_line(http, run_cli, tmp_path) -> None:
    merged = run_cli("units", "change", "merge", T0, T1, "--into", T0, "--name", "合镇", "--on", "2024-01-01")
    assert merged.code == 0, merged.err
    assert f"{T0}、{T1} → {T0}" in merged.out
    shape = tmp_path / "west.geojson"
    ring = [[113, 36], [113.1, 36], [113.1, 36.1], [113, 36.1], [113, 36]]
    shape.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}), encoding="utf-8")
    east = tmp_path / "east.geojson"
    east.write_text(json.dumps({"type": "Polygon", "coordinates": [[[x + 0.1, y] for x, y in ring]]}), encoding="utf-8")
    done = run_cli(
        "units", "change", "split", T0, "--on", "2024-02-01", "--part", f"{T0}=西镇", "--part", f"{T1}=东镇",
        "--shape", f"{T0}={shape}", "--shape", f"{T1}={east}", "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert json.loads(done.out)["parcels"] == {T0: 1, T1: 1}
    assert json.loads(run_cli("units", "crosswalk", "--json").out)["items"][0]["operation"] == "merge"
    assert T1 in run_cli("units", "crosswalk", T0).out
    number = json.loads(run_cli("units", "crosswalk", "--json").out)["items"][-1]["id"]
    undone = run_cli("units", "change", "undo", str(number), "--reason", "录入错误")
    assert undone.code == 0, undone.err
    assert run_cli("units", "change", "undo", str(number)).code == 5
    assert run_cli("units", "crosswalk").code == 0
    wrong = run_cli("units", "change", "split", T0, "--on", "2024-03-01", "--part", "x")
    assert (wrong.code, len(wrong.err.strip().splitlines())) == (3, 1)
