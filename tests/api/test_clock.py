"""The clock over HTTP: what it shows, what moves it, and what is refused."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.app import create_app
from gisreg.days import today
from gisreg.db.engine import Actor, transaction
from gisreg.settings import Settings

CODE = "149901-0000001"
EXTENSION = {
    "event": "extension", "cause": "government", "agreed_on": "2025-06-01", "new_start_on": "2026-06-01",
    "reason": "规划调整",
}  # fmt: skip


@pytest.fixture
def http(settings: Settings, engine: Engine) -> Iterator[TestClient]:
    """One parcel that should have been started on 1 March 2024."""
    with transaction(engine, Actor("li", "import:1")) as connection:
        connection.execute(
            text(
                "INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true);"
                "INSERT INTO parcel (county_code, parcel_code, kind, state, area_m2, agreed_start_on)"
                " VALUES ('149901', '149901-0000001', 'idle_land', 'registered', 1000, '2024-03-01')"
            )
        )
    app = create_app(settings.model_copy(update={"county": "149901"}))
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as made:
        yield made


def clock(http: TestClient, as_of: str) -> Any:
    return http.get(f"/parcels/{CODE}/clock?as_of={as_of}").json()


def test_an_extension_moves_the_clock_and_is_withdrawn(http: TestClient) -> None:
    assert clock(http, "2025-06-01")["clock"]["idle_by_law"] is True
    added = http.post(f"/parcels/{CODE}/clock-events", json=EXTENSION)
    assert (added.status_code, added.json()["event"]) == (201, "extension")
    assert clock(http, "2025-06-01")["clock"]["start_on"] == "2026-06-01"
    address = f"/clock-events/{added.json()['id']}/withdraw"
    assert http.post(address, json={"based_on": 1, "reason": "记错"}).status_code == 200
    assert clock(http, "2025-06-01")["events"] == []
    again = http.post(address, json={"based_on": 1, "reason": "记错"})
    assert (again.status_code, again.json()["code"]) == (409, "stale_record")


def test_the_procedure_by_its_dates(http: TestClient) -> None:
    served = http.post(f"/parcels/{CODE}/procedure-dates", json={"step": "suspected", "served_on": "2025-04-01"})
    assert served.status_code == 201
    step = clock(http, "2025-05-07")["next_step"]
    assert (step["step"], step["due_on"], step["overdue"]) == ("investigation_notice", "2025-05-06", True)
    address = f"/procedure-dates/{served.json()['id']}/withdraw"
    assert http.post(address, json={"based_on": 1, "reason": "记错"}).status_code == 200
    assert clock(http, "2025-05-07")["next_step"]["step"] == "suspected"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"new_start_on": "2027-06-01"}, 400, "extension_too_long"),
        ({"agreed_on": (today() + timedelta(days=2)).isoformat()}, 400, "day_ahead"),
        ({"cause": "enterprise"}, 400, "cause_does_not_excuse"),
        ({"agreed_on": "2025-02-30"}, 422, None),
        ({"event": "holiday"}, 422, None),
        ({"reason": ""}, 422, None),
        ({"surprise": 1}, 422, None),
    ],
)
def test_what_is_refused(http: TestClient, change: dict[str, Any], status: int, code: str | None) -> None:
    told = http.post(f"/parcels/{CODE}/clock-events", json={**EXTENSION, **change})
    assert told.status_code == status, told.text
    assert code is None or told.json()["code"] == code


def test_a_parcel_or_parameter_that_is_not_there(http: TestClient) -> None:
    assert http.get("/parcels/149901-9999999/clock").status_code == 404
    assert http.get(f"/parcels/{CODE}/clock?asof=2025-01-01").status_code == 400


def test_the_calendar(http: TestClient) -> None:
    listed = http.get("/calendar?year=2025").json()
    assert listed["total"] == len(listed["items"])
    kinds = {one["day"]: one["kind"] for one in listed["items"]}
    assert (kinds["2025-04-27"], kinds["2025-05-01"]) == ("workday", "holiday")
    names = {one["day"]: (one["name"], one["title"]) for one in listed["items"]}
    assert names["2025-05-01"] == ("劳动节", {"zh": "劳动节", "en": "Labour Day"})
    assert all(day.startswith("2025") for day in kinds)
