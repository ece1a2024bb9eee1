"""The year's portfolio over HTTP."""

import pytest


def test_a_choice_for_the_year(client):
    client.post("/plan/runs", json={"as_of": "2025-06-25"})
    order = {"year": 2027, "targets_wan_mu": {"idle_land": 0.01}, "with_held": True, "other_capacity": 5}
    answer = client.post("/plan/portfolio", json=order)
    assert answer.status_code == 200, answer.text
    year = answer.json()
    assert year["targets"][0]["kind"] == "idle_land"
    assert year["mip_gap"] <= 0.01
    chosen = {item["parcel_code"] for item in year["items"]}
    assert not chosen & {one["parcel_code"] for one in year["aside_parcels"]}


def test_a_county_that_is_not_there_is_told(client):
    answer = client.post("/plan/portfolio?county=999999", json={"year": 2027})
    assert (answer.status_code, answer.json()["code"]) == (404, "county_unknown")


WRONG = (
    {}, {"year": 1}, {"year": 2027, "budget_wan": -1}, {"year": 2027, "targets_wan_mu": {"farm": 1}},
    {"year": 2027, "x": 1},
)  # fmt: skip


@pytest.mark.parametrize("order", WRONG)
def test_a_wrong_order_is_a_problem_document(client, order):
    answer = client.post("/plan/portfolio", json=order)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
