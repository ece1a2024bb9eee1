"""Labelling over HTTP."""

import pytest


def test_a_run_is_in_force_at_once_and_labels_open_parcels(client):
    done = client.post("/plan/runs", json={"as_of": "2025-06-25"})
    assert done.status_code == 201, done.text
    summary = done.json()
    assert (summary["status"], summary["parcels"], summary["as_of"]) == ("accepted", 6, "2025-06-25")
    assert client.get("/parcels/149901-0000002").json()["label"] in ("use", "sell", "lease", "finance")
    newest = client.get("/plan/runs").json()["items"][0]
    assert (newest["id"], newest["status"], newest["recorded_by"]) == (summary["run_id"], "accepted", "tester")
    assert "by_label" in client.get("/townships").json()["total"]


def test_an_older_proposal_is_a_conflict_unless_it_is_meant(client):
    older = client.post("/plan/runs", json={"as_of": "2025-06-01", "propose": True}).json()["run_id"]
    client.post("/plan/runs", json={"as_of": "2025-06-25"})
    refused = client.post(f"/plan/runs/{older}/accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "run_doubtful")
    assert client.post(f"/plan/runs/{older}/accept?yes=true").json()["status"] == "accepted"


def test_a_proposed_run_waits_until_it_is_accepted(client):
    proposed = client.post("/plan/runs", json={"propose": True}).json()
    assert proposed["status"] == "proposed"
    accepted = client.post(f"/plan/runs/{proposed['run_id']}/accept")
    assert (accepted.status_code, accepted.json()["status"]) == (200, "accepted")
    again = client.post(f"/plan/runs/{proposed['run_id']}/accept")
    assert (again.status_code, again.json()["code"]) == (409, "run_not_proposed")
    assert [run["status"] for run in client.get("/plan/runs").json()["items"]].count("accepted") == 1


def test_a_run_names_the_one_that_it_replaces(client):
    first = client.post("/plan/runs", json={"as_of": "2025-06-25"}).json()
    second = client.post("/plan/runs", json={"as_of": "2026-06-25", "propose": True}).json()
    assert second["replaces"] == first["run_id"]
    moved = client.get(f"/plan/runs/{second['run_id']}/diff").json()
    assert moved["other"]["id"] == first["run_id"]


def test_why_a_parcel_has_its_label(client):
    client.post("/plan/runs", json={"as_of": "2025-06-25"})
    why = client.get("/parcels/149901-0000002/plan").json()
    assert why["label"] == client.get("/parcels/149901-0000002").json()["label"]
    promised = (
        "parcel_code measure basis rule ruleset as_of confidence blockers to_find_out finance_option alternatives"
    )
    assert {*promised.split(), "next_due", "flip", "trace"} <= set(why)
    assert client.get("/parcels/149901-0000007/plan").json()["code"] == "not_labelled"
    assert client.get("/parcels/149901-9999999/plan").json()["code"] == "parcel_not_found"
    assert client.get("/parcels/149901-0000002/plan", params={"run": 2**31 - 1}).status_code == 404
    assert client.get("/parcels/149901-0000002/plan", params={"run": 2**31}).status_code == 422


def test_without_a_body_all_is_taken_as_usual(client):
    assert client.post("/plan/runs").status_code == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"county": "999999"}, 404),
        ({"as_of": 0}, 422),
        ({"as_of": "2099-01-01"}, 400),
        ({"ruleset": "/etc/passwd"}, 422),
        ({"ruleset": "../rules/national"}, 422),
        ({"ruleset": "national.toml"}, 422),
        ({"ruleset": "provincial"}, 404),
        ({"propose": "maybe"}, 422),
        ([], 422),
    ],
)
def test_orders_that_make_no_sense(client, body, status):
    answer = client.post("/plan/runs", json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_rule_set_is_chosen_by_name(client):
    done = client.post("/plan/runs", json={"ruleset": "national", "propose": True})
    assert done.status_code == 201, done.text
    assert done.json()["ruleset"].startswith("national ")
    unknown = client.post("/plan/runs", json={"ruleset": "provincial"}).json()
    assert (unknown["code"], unknown["where"]) == ("rule_set_unknown", "ruleset")
    assert "national" in unknown["mend"]


def test_broken_json_is_named(client):
    answer = client.post("/plan/runs", content=b"{", headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (422, "不是有效的 JSON")


@pytest.mark.parametrize("run", ["999999", "0", "99999999999999999999", "x"])
def test_no_such_run(client, run):
    assert client.post(f"/plan/runs/{run}/accept").status_code in (404, 422)
