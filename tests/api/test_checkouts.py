"""Check-out and check-in over HTTP: the file, the list, the diff, and what is wrong in words."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.settings import Settings

BASE = "http://127.0.0.1:8000"
BINARY = {"content-type": "application/octet-stream"}
P1, P2 = "149901-0000001", "149901-0000002"


@pytest.fixture
def http(settings: Settings) -> Iterator[TestClient]:
    """The application on a county of three squares."""
    engine = make_engine(settings.database_url, pool_size=0)
    with transaction(engine, Actor("li", "import:1")) as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
        connection.execute(
            text(
                "INSERT INTO parcel (county_code, parcel_code, kind, state, name, holder_name, holder_class, boundary)"
                " SELECT '149901', '149901-000000' || n, 'idle_land', 'registered', '地块' || n, '甲', 'private',"
                " ST_Multi(ST_MakeEnvelope(113 + n * 0.01, 36, 113.005 + n * 0.01, 36.005, 4490))"
                " FROM generate_series(1, 3) AS n"
            )
        )
    with TestClient(create_app(settings), base_url=BASE, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def taken(http: TestClient, tmp_path: Path) -> tuple[str, Path]:
    """A check-out of the first two: its address, and the file."""
    order = {"filter": f"parcel_code IN ('{P1}', '{P2}')", "by": "外业一组", "kinds": ["idle_land"]}
    answer = http.post("/checkouts", json=order)
    assert (answer.status_code, answer.headers["content-type"]) == (201, "application/geopackage+sqlite3"), answer.text
    path = tmp_path / "taken.gpkg"
    path.write_bytes(answer.content)
    assert answer.headers["location"].rpartition("/")[2] in answer.headers["content-disposition"]
    return answer.headers["location"], path


def change(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute(statement, values)
        db.commit()


def give_back(http: TestClient, address: str, path: Path, **query: object):
    return http.post(f"{address}/return", params=query, content=path.read_bytes(), headers=BINARY)


def test_out_listed_and_in_again(http, taken) -> None:
    address, path = taken
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*), count(holder_name) FROM parcels").fetchone() == (2, 0)
    one = http.get(address).json()
    assert (one["state"], one["taken_by"], one["recorded_by"], one["rows"]) == ("open", "外业一组", "tester", 2)
    assert http.get("/checkouts", params={"parcel": P1, "state": "open"}).json()["total"] == 1
    assert http.get("/checkouts", params={"parcel": "149901-0000003"}).json()["total"] == 0
    second = http.post("/checkouts", json={})
    assert second.headers["checked-out-elsewhere"] == one["id"]
    change(path, "UPDATE parcels SET remark = '到场' WHERE parcel_code = ?", P1)
    tried = give_back(http, address, path, dry_run=True).json()
    assert (tried["counts"]["applied"], tried["checkout"]["state"], tried["file"]) == (1, "returned", "returned.gpkg")
    assert http.get(f"/parcels/{P1}").json()["version"] == 1
    done = give_back(http, address, path, reason="核查").json()
    assert (done["counts"]["applied"], done["checkout"]["state"]) == (1, "returned")
    parcel = http.get(f"/parcels/{P1}").json()
    assert (parcel["remark"], parcel["recorded_from"]) == ("到场", f"checkin:{one['id']}:edit")
    assert [edit["operation"] for edit in http.get(address).json()["edits"]] == ["edit"]


def test_conflicts_are_decided_by_the_request(http, taken) -> None:
    address, path = taken
    http.post(f"/parcels/{P1}/edit", json={"based_on": 1, "values": {"name": "库中"}})
    change(path, "UPDATE parcels SET name = '外业' WHERE parcel_code = ?", P1)
    left = give_back(http, address, path).json()
    assert (left["counts"]["undecided"], left["checkout"]["state"]) == (1, "open")
    done = give_back(http, address, path, mine=f"{P1}:name").json()
    assert (done["counts"]["applied"], done["checkout"]["state"]) == (1, "returned")
    assert http.get(f"/parcels/{P1}").json()["name"] == "外业"
    change(path, "UPDATE parcels SET name = '又改' WHERE parcel_code = ?", P1)
    twice = give_back(http, address, path, mine="all")
    assert (twice.status_code, twice.json()["code"], twice.json()["state"]) == (409, "checkout_closed", "returned")
    assert give_back(http, address, path, mine="all", again=True).json()["counts"]["applied"] == 1


def test_some_none_and_deletions(http, taken) -> None:
    address, path = taken
    change(path, "DELETE FROM parcels WHERE parcel_code = ?", P2)
    assert give_back(http, address, path, accept="none").json()["counts"]["applied"] == 0
    unknown = give_back(http, address, path, accept="149901-0000077")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "decision_unknown")
    assert give_back(http, address, path, accept_deleted=True).json()["checkout"]["state"] == "returned"
    assert http.get(f"/parcels/{P2}").status_code == 410


def test_given_up(http, taken) -> None:
    address, _path = taken
    nul = http.post(f"{address}/abandon", json={"reason": "a\x00b"})
    assert (nul.status_code, nul.json()["code"]) == (400, "nul_in_text")
    assert http.post(f"{address}/abandon", json={}).status_code == 422
    assert http.post(f"{address}/abandon", json={"reason": "丢失"}).json()["state"] == "abandoned"
    again = http.post(f"{address}/abandon", json={"reason": "丢失"})
    assert (again.status_code, again.json()["code"]) == (409, "checkout_closed")


def test_files_that_are_not_what_they_should_be(http, taken, tmp_path: Path) -> None:
    address, path = taken
    whole = path.read_bytes()
    for content, status, code in (
        (b"", 400, "not_checked_out"), (b"hello", 400, "file_broken"), (whole[: len(whole) // 2], 400, "file_broken"),
    ):  # fmt: skip
        answer = http.post(f"{address}/return", content=content, headers=BINARY)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    without = tmp_path / "without.gpkg"
    without.write_bytes(whole)
    change(without, "DROP TABLE gisreg_checkout_row")
    assert give_back(http, address, without).json()["code"] == "not_checked_out"
    foreign = tmp_path / "foreign.gpkg"
    foreign.write_bytes(whole)
    change(foreign, "UPDATE gisreg_checkout SET value = '149902:x' WHERE name = 'fingerprint'")
    assert give_back(http, address, foreign).json()["code"] == "other_registry"
    change(foreign, "UPDATE gisreg_checkout SET value = '149902' WHERE name = 'county'")
    assert give_back(http, address, foreign).json()["code"] == "other_registry"
    other = http.post("/checkouts", json={}).headers["location"]
    mixed = give_back(http, other, path)
    assert (mixed.status_code, mixed.json()["code"]) == (409, "not_handed_out_as")
    for number in ("0" * 12, "x", "..%2F"):
        missing = give_back(http, f"/checkouts/{number}", path)
        assert missing.status_code == 404, missing.text
    assert http.get(address).json()["state"] == "open"


def test_too_large_is_not_read(http, taken, settings) -> None:
    address, path = taken
    told = http.post(f"{address}/return", content=b"x", headers={**BINARY, "content-length": str(10**12)})
    assert (told.status_code, told.json()["code"]) == (413, "returned_too_large")
    small = create_app(settings.model_copy(update={"checkin_max_mb": 1}))
    with TestClient(small, base_url=BASE, raise_server_exceptions=False) as other:
        chunks = (path.read_bytes()[:50_000] for _ in range(40))
        untold = other.post(f"{address}/return", content=chunks, headers=BINARY)
    assert (untold.status_code, untold.json()["code"]) == (413, "returned_too_large")
    assert "1 MB" in untold.text
    as_json = http.post(f"{address}/return", content=b"{}", headers={"content-type": "text/plain"})
    assert as_json.status_code == 415


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"filter": "nothing = 1"}, 400, None),
        ({"filter": "(" * 5_000}, 400, None),
        ({"crs": "EPSG:2"}, 400, "crs_unsupported"),
        ({"county": "999999"}, 404, "county_unknown"),
        ({"kinds": ["castle"]}, 422, "invalid_request"),
        ({"stray": 1}, 422, "invalid_request"),
        ({"by": ""}, 422, "invalid_request"),
    ],
)
def test_orders_that_cannot_be_met(http, order, status, code) -> None:
    answer = http.post("/checkouts", json=order)
    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["code"] == code
    assert http.get("/checkouts").json()["total"] == 0


def test_all_of_it_is_described(http) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    assert {"/checkouts", "/checkouts/{checkout_id}", "/checkouts/{checkout_id}/return"} <= set(paths)
    assert "413" in paths["/checkouts/{checkout_id}/return"]["post"]["responses"]
