"""The close-out over HTTP: each step one request, each refusal a problem document."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.app import create_app
from gisreg.days import today
from gisreg.db.engine import Actor, transaction
from gisreg.settings import Settings

CODE, OTHER = "149901-0000001", "149901-0000002"
BY_HAND = {"label": "use", "measure": "order_start", "reason": "专题会议确定"}


@pytest.fixture
def http(settings: Settings, engine: Engine) -> Iterator[TestClient]:
    """Two registered parcels of idle land; three papers of the first, one of the second."""
    with transaction(engine, Actor("li", "import:1")) as connection:
        connection.execute(
            text(
                "INSERT INTO county (code, name, invented, last_parcel_no) VALUES ('149901', '示例县', true, 2);"
                "INSERT INTO parcel (county_code, parcel_code, kind, state, area_m2, boundary) SELECT '149901',"
                " '149901-000000' || n, 'idle_land', 'registered', 10000,"
                " ST_Multi(ST_MakeEnvelope(113 + n * 0.01, 36, 113.001 + n * 0.01, 36.001, 4490))"
                " FROM generate_series(1, 2) AS n;"
                "INSERT INTO document (county_code, parcel_id, document_type, file_name, file_sha256, file_bytes)"
                " SELECT '149901', id, 'proof', 'a.pdf', lpad(n::text, 64, '0'), 1 FROM generate_series(1, 4) AS n"
                " JOIN parcel ON parcel_code = CASE n WHEN 4 THEN '149901-0000002' ELSE '149901-0000001' END ORDER BY n"
            )
        )
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def post(http):
    """Posts what must do well."""

    def send(step: str, **body):
        done = http.post(f"/parcels/{CODE}/closeout/{step}", json=body)
        assert done.status_code in (200, 201), done.text
        return done.json()

    return send


PROOFS = [
    {"proof": "construction_permit", "document_id": 1}, {"proof": "site_photo", "document_id": 2},
    {"proof": "coordinates", "document_id": 3},
]  # fmt: skip


def test_the_whole_way(http, post) -> None:
    post("plan", based_on=1, **BY_HAND, leader="乙", on="2026-02-10",
         steps=[{"title": "约谈", "due_on": "2026-03-01"}])  # fmt: skip
    stands = http.get(f"/parcels/{CODE}/closeout").json()
    assert (stands["state"], stands["plan"]["leader"], stands["next_step"]["title_zh"]) == ("planned", "乙", "约谈")
    post("plan/steps/1", based_on=1, values={"done_on": "2026-02-20"}, document_id=1)
    post("start", based_on=2)
    done = post("submit", based_on=3, proofs=PROOFS, results={"treasury_wan": 3, "disposable_wan": 1})
    assert done["close_out"]["status"] == "submitted"
    closed = post("accept", based_on=4, role="upper")
    assert closed["parcels"][0]["version"] == 5
    moved = http.get("/closeout/flow", params={"since": str(today() - timedelta(days=1)), "until": str(today())}).json()
    assert (moved["county"]["closing"]["parcels"], moved["county"]["reconciles"]) == (1, True)
    month = http.get("/closeout/results", params={"month": str(today())}).json()
    assert month["sums_wan"]["treasury_wan"] == 3
    for by in ("township", "zone", "kind"):
        days = ({}, {"as_of": str(today())})
        now, then = (http.get("/closeout/left", params={"by": by, **day}).json() for day in days)
        assert (now["county"], then["as_of"]) == (then["county"], str(today()))
    assert http.get("/closeout/left", params={"as_of": "2190-01-01"}).json()["code"] == "day_in_future"
    tasks = http.get(
        "/closeout/done", params={"since": str(today()), "until": str(today()), "task": "idle_land:0.0015"}
    )
    assert tasks.json()["items"][1]["rate_printed"] == "100.00%"
    assert http.get("/closeout/watch").json()["idle_again"] == []
    assert http.get("/closeout/steps").json()["total"] == 0
    for on, code in (("2026-02-01", "day_too_early"), ("2190-01-01", "day_in_future")):
        refused = http.post(f"/parcels/{CODE}/closeout/state/relapse", json={"based_on": 5, "reason": "复查", "on": on})
        assert (refused.status_code, refused.json()["code"]) == (400, code)
    post("state/relapse", based_on=5, reason="复查闲置", on=str(today()))
    (dated,) = http.get(f"/parcels/{CODE}/closeout").json()["steps_dated"]
    assert (dated["step"], dated["happened_on"]) == ("relapse", str(today()))


def test_a_part_gets_a_number_of_its_own(http, post) -> None:
    post("plan", based_on=1, **BY_HAND)
    post("start", based_on=2)
    done = post("submit", based_on=3, proofs=PROOFS, area_m2=4000)
    assert done["parcel_code"] == "149901-0000003"
    assert http.get(f"/parcels/{CODE}/closeout").json()["state"] == "in_progress"


def test_quotas_taken_back_in_part_stand_and_the_rest_is_told(http, post, engine) -> None:
    with transaction(engine, Actor("li", "test")) as connection:
        held = "kind = 'idle_factory', energy_quota_tce = 71.4, water_quota_t = 90"
        connection.execute(text(f"UPDATE parcel SET {held} WHERE parcel_code = :code"), {"code": CODE})
    post("plan", based_on=2, label="sell", measure="reclaim_quotas", reason="自愿退出")
    post("start", based_on=3)
    proofs = [{"proof": "quota_decision", "document_id": 1}]
    done = post("reclaim", based_on=4, proofs=proofs, results={"energy_tce": 40})
    assert (done["close_out"]["energy_tce"], done["close_out"]["area_m2"]) == (40, 0)
    part = {"based_on": 5, "proofs": proofs, "results": {"energy_tce": 31.4}}
    refused = http.post(f"/parcels/{CODE}/closeout/submit", json=part)
    assert (refused.status_code, refused.json()["code"]) == (409, "quotas_still_held")
    assert refused.json()["held"] == {"water_quota_t": 90}
    assert http.get(f"/parcels/{CODE}/closeout").json()["state"] == "in_progress"


def test_the_version_seen_may_come_as_if_match(http) -> None:
    tag = http.get(f"/parcels/{CODE}").headers["etag"]
    first = http.post(f"/parcels/{CODE}/closeout/plan", json=BY_HAND, headers={"if-match": tag})
    assert first.status_code == 201, first.text
    again = http.post(f"/parcels/{CODE}/closeout/plan", json=BY_HAND, headers={"if-match": tag})
    assert (again.status_code, again.json()["code"]) == (412, "precondition_failed")


@pytest.mark.parametrize(
    ("step", "body", "status", "code"),
    [
        ("start", {"based_on": 1}, 409, "step_not_possible"),
        ("plan", {"based_on": 9, **BY_HAND}, 404, "version_not_found"),
        ("plan", {**BY_HAND}, 422, "basis_missing"),
        ("plan", {"based_on": 1}, 409, "no_advice"),
        ("plan", {"based_on": 1, **BY_HAND, "role": "agency"}, 403, "role_may_not"),
        ("plan", {"based_on": 1, **BY_HAND, "measure": "pray"}, 400, "measure_unknown"),
        ("plan", {"based_on": 1, "nonsense": 1}, 422, None),
        ("submit", {"based_on": 1, "area_m2": -1}, 422, None),
        ("submit", {"based_on": 1, "results": {"income_wan": -1}}, 422, "value_unusable"),
        ("submit", {"based_on": 1, "results": {"id": 1}}, 422, "field_unknown"),
        ("submit", {"based_on": 1, "submitted_on": "2190-01-01"}, 400, "day_in_future"),
        ("submit", {"based_on": 1, "results": {"treasury_wan": 1, "disposable_wan": 2}}, 400, "disposable_too_large"),
        ("state/hold", {"based_on": 1}, 400, "reason_missing"),
        ("state/fly", {"based_on": 1}, 422, None),
        ("determine", {"based_on": 1, "on": "2026-01-01"}, 409, "step_not_possible"),
    ],
)
def test_refusals_are_problem_documents(http, step, body, status, code) -> None:
    answer = http.post(f"/parcels/{CODE}/closeout/{step}", json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    if code:
        assert answer.json()["code"] == code


def test_a_proof_of_another_parcel_and_what_is_missing_are_named(http, post) -> None:
    post("plan", based_on=1, **BY_HAND)
    post("start", based_on=2)
    another = [*PROOFS[:2], {"proof": "coordinates", "document_id": 4}]
    refused = http.post(f"/parcels/{CODE}/closeout/submit", json={"based_on": 3, "proofs": another})
    assert (refused.status_code, refused.json()["code"]) == (400, "proof_of_another")
    lacking = http.post(f"/parcels/{CODE}/closeout/submit?lang=zh", json={"based_on": 3, "proofs": PROOFS[:1]}).json()
    assert (lacking["code"], len(lacking["missing"])) == ("proof_missing", 2)
    assert "现场照片、现场坐标" in lacking["detail"]


def test_the_table_of_proofs_and_transitions_is_public(http) -> None:
    table = http.get("/closeout/proofs").json()
    assert {one["kind"] for one in table["items"]} == {
        "idle_land", "unsupplied_land", "half_finished_project", "idle_factory",
    }  # fmt: skip
    assert any(one["step"] == "accept" and one["roles"] == ["upper"] for one in table["transitions"])


@pytest.mark.parametrize(
    "address",
    [
        "/closeout/flow?since=2026-02-01&until=2026-01-01", "/closeout/flow?since=2026-02-01",
        "/closeout/results?month=2026-02-30", "/closeout/done?since=2026-01-01&until=2026-02-01&task=idle_land",
        "/closeout/done?since=2026-01-01&until=2026-02-01&task=moon:1", "/closeout/steps?moon=1",
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(http, address) -> None:
    answer = http.get(address)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")
