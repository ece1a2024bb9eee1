"""Runs compared and brought up to date, and decisions of people, over HTTP."""

import pytest
from sqlalchemy import text

from gisreg.db.engine import Actor, transaction

CODE = "149901-0000002"
ORDER = {"label": "use", "measure": "order_start", "reason": "专班会议确定", "document": "会纪〔2026〕8号"}


@pytest.fixture
def in_force(client):
    """A run in force as of a day."""
    return client.post("/plan/runs", json={"as_of": "2025-06-25"}).json()["run_id"]


def test_what_moves_between_two_runs(client, in_force):
    proposed = client.post("/plan/runs", json={"as_of": "2025-06-25", "propose": True}).json()["run_id"]
    found = client.get(f"/plan/runs/{proposed}/diff")
    assert found.status_code == 200, found.text
    assert (found.json()["other"]["id"], found.json()["items"]) == (in_force, [])
    named = client.get(f"/plan/runs/{proposed}/diff", params={"other": in_force}).json()
    assert named["parcels"] == 0
    assert client.get("/plan/runs/999999/diff").json()["code"] == "run_unknown"
    assert client.get(f"/plan/runs/{proposed}/diff", params={"other": "x"}).status_code == 422


def test_the_run_in_force_is_brought_up_to_date(client, in_force):
    same = client.post("/plan/refresh", json={"as_of": "2025-06-25"})
    assert (same.status_code, same.json()["changed"], same.json()["run_id"]) == (200, False, in_force)
    assert client.post("/plan/refresh", json={"as_of": "2099-01-01"}).json()["code"] == "run_day_ahead"
    done = client.post("/plan/refresh", json={"as_of": "2025-06-26"})
    assert done.status_code == 201, done.text
    assert (done.json()["refreshes"], done.json()["replaced"], done.json()["parcels"]) == (in_force, 0, 6)
    runs = client.get("/plan/runs").json()["items"]
    assert (runs[0]["id"], runs[0]["status"], runs[0]["refreshes_run_id"]) == (
        done.json()["run_id"], "accepted", in_force,
    )  # fmt: skip
    assert client.post("/plan/refresh", json={"as_of": 7}).status_code == 422
    assert client.post("/plan/refresh", json={"county": "999999"}).status_code == 404


def test_a_decision_is_made_told_and_released(client, in_force):
    kind = client.get(f"/parcels/{CODE}").json()["kind"]
    assert kind == "idle_land"
    made = client.post(f"/parcels/{CODE}/plan/override", json={**ORDER, "due_on": "2026-12-31"})
    assert made.status_code == 201, made.text
    assert made.json()["decisions"][0]["measure"] == "order_start"
    assert client.post(f"/parcels/{CODE}/plan/override", json={**ORDER, "due_on": "2026-12-31"}).status_code == 409
    assert client.get(f"/parcels/{CODE}").json()["decided_by_person"] is True
    listed = client.get("/plan/disagreements").json()
    assert listed["run"]["id"] == in_force
    assert {one["parcel_code"] for one in listed["items"]} <= {CODE}
    ended = client.post(f"/parcels/{CODE}/plan/release", json={"reason": "规则已调整"})
    assert (ended.status_code, ended.json()["decisions"][0]["ended_reason"]) == (200, "规则已调整")
    assert client.post(f"/parcels/{CODE}/plan/release", json={"reason": "再次"}).json()["code"] == "not_decided"


def test_a_measure_that_is_excluded_is_decided_with_a_warning(http, engine):
    address = "/parcels/149901-0000001/plan"
    with transaction(engine, Actor("li", "test")) as connection:
        connection.execute(text("UPDATE parcel SET idle_cause = 'government'"))
    assert http.post("/plan/runs", json={"county": "149901"}).status_code == 201
    made = http.post(f"{address}/override", json={**ORDER, "label": "sell", "measure": "free_reclaim"})
    (warning,) = made.json()["warnings"]
    assert (made.status_code, warning["rule"], set(warning["what"])) == (201, "idle_free_reclaim", {"zh", "en"})
    assert http.get(address).json()["warnings"] == [warning]
    bond = http.post(f"{address}/override", json={**ORDER, "label": "finance", "measure": "special_bond"}).json()
    assert (bond["warnings"], bond["to_find_out"][0]["fact"]) == ([], "contract_on")


@pytest.mark.parametrize(
    ("code", "body", "refused"),
    [
        (CODE, {**ORDER, "measure": "revoke_approval"}, (400, "measure_not_of_kind")),
        (CODE, {**ORDER, "reason": "  "}, (400, "decision_wordless")),
        (CODE, {**ORDER, "reason": ""}, (422, None)),
        (CODE, {**ORDER, "label": "burn"}, (422, None)),
        (CODE, {**ORDER, "measure": "x'; DROP TABLE plan"}, (422, None)),
        (CODE, {key: value for key, value in ORDER.items() if key != "document"}, (422, None)),
        ("149901-0000007", ORDER, (409, "parcel_settled")),
        ("149901-9999999", ORDER, (404, "parcel_not_found")),
    ],
)
def test_decisions_that_are_refused(client, in_force, code, body, refused):
    status, problem = refused
    answer = client.post(f"/parcels/{code}/plan/override", json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem is None or answer.json()["code"] == problem


def test_facts_tell_where_they_come_from(client):
    properties = client.get("/queryables", params={"lang": "en"}).json()["properties"]
    assert (properties["area_m2"]["x-source"], properties["area_m2"]["x-sureness"]) == ("Boundary survey", "measured")
    assert properties["buyer_found"]["x-sureness"] == "unconfirmed"
    assert properties["contract_on"]["x-sureness"] == "stated"
    assert all(one["x-sureness"] for one in properties.values())


def test_a_reason_that_is_empty_is_told_in_the_readers_language(client):
    empty = {"label": "sell", "measure": "buy_back", "reason": "", "document": "x"}
    said = client.post("/parcels/149901-0000002/plan/override", json=empty).json()
    assert said["errors"] == [{"where": "body.reason", "detail": "至少 1 个字符"}]


def test_a_run_in_money(client):
    run = client.post("/plan/runs", json={"as_of": "2025-06-25"}).json()
    told = client.get("/plan/money").json()
    assert (told["run_id"], told["as_of"]) == (run["run_id"], "2025-06-25")
    assert sum(row["parcels"] for row in told["items"]) == run["parcels"]
    assert {"low", "high", "known", "unknown_parcels"} <= set(told["totals"][0])
    assert client.get("/plan/money", params={"run": 2**31 - 1}).json()["code"] == "run_unknown"
