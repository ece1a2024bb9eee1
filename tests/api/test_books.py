"""Rights, affairs and documents over HTTP: what is done is told, what is wrong is a problem, a file stays a file."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from api.app import create_app
from gisreg.db.engine import Actor, transaction
from gisreg.settings import Settings

P1, P2, OF_TWO = "149901-0000001", "149901-0000002", "149902-0000001"
SECRET = "149901199001011234"
PHOTO = b"\xff\xd8\xff\xe0" + b"x" * 5_000
NO = "示建批〔2020〕1/2号?&"


@pytest.fixture
def http(settings: Settings, engine: Engine) -> Iterator[TestClient]:
    """The application on two counties; files up to 1 MB are kept."""
    with transaction(engine, Actor("li", "import:1")) as connection:
        connection.execute(
            text(
                "INSERT INTO county (code, name, invented) SELECT c, c, true FROM unnest(ARRAY['149901','149902']) AS c"
                ";INSERT INTO parcel (county_code, parcel_code, kind, state, area_m2, boundary) SELECT left(c, 6), c,"
                " 'idle_land', 'registered', 1000, ST_Multi(ST_MakeEnvelope(113, 36, 113.001, 36.001, 4490))"
                " FROM unnest(ARRAY['149901-0000001','149901-0000002','149902-0000001']) AS c"
            )
        )
    mine = settings.model_copy(update={"county": "149901", "document_max_mb": 1})
    with TestClient(create_app(mine), base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def post(http):
    """Posts what must do well."""

    def send(address: str, **body):
        done = http.post(address, json=body)
        assert done.status_code in (200, 201), done.text
        return done.json()

    return send


def test_rights_from_the_party_to_the_transfer(http, post) -> None:
    seller = post("/parties", values={"name": "示例公司"})["id"]
    sent = post("/parties", values={"name": "赵某某", "party_type": "person", "id_no": SECRET})
    buyer = sent["id"]
    right = post(f"/parcels/{P1}/rights", party_id=seller, right_type="3", share="2/3", values={"certificate_no": "A"})
    stale = http.post(f"/rights/{right['id']}/cancel", json={"based_on": 9, "on": "2024-01-01"}).json()
    assert (stale["status"], stale["code"], stale["version"]) == (409, "stale_record", 1)
    too_much = http.post(f"/parcels/{P1}/rights", json={"party_id": buyer, "right_type": "3", "share": "1/2"}).json()
    assert (too_much["status"], too_much["code"]) == (409, "shares_exceed")
    assert "1/3" in too_much["mend"]
    moved = post(f"/rights/{right['id']}/transfer", based_on=1, to=buyer, on="2024-05-06", share="1/6")
    assert [one["share_denominator"] for one in moved["items"]] == [6, 2]
    post(f"/parcels/{P1}/encumbrances", encumbrance_type="mortgage", values={"amount_wan": 100})
    other = post(f"/parcels/{P2}/encumbrances", encumbrance_type="mortgage")
    (double,) = http.get("/double-mortgages").json()["items"]
    assert (double["same"], double["one_parcel"], double["other_parcel"]) == ("ground", P1, P2)
    assert post(f"/encumbrances/{other['id']}/release", based_on=1, on="2024-06-01")["released_on"] == "2024-06-01"
    post(f"/parcels/{P2}/title-steps", step="confirmed", done_on="2024-01-01")
    post(f"/parcels/{P2}/title-decisions", field="seized", value=True, reason="来函")
    assert http.get(f"/parcels/{P2}").json()["ownership_status"] == "confirmed"
    assert http.get(f"/parcels/{P2}").json()["seized"] is True
    post(f"/parcels/{P2}/title-decisions/end", field="seized")
    assert post("/titles/follow")["total"] == 0
    told = http.get(f"/parcels/{P1}/rights")
    assert told.json()["rights"][1]["party"]["name"] == "赵某某"
    everything = told.text + http.get("/parties").text + http.get(f"/parties/{buyer}/history").text + str(sent)
    assert SECRET not in everything
    assert len(http.get(f"/books/right/{right['id']}/history").json()["versions"]) == 2


def test_contracts(http, post) -> None:
    contract = post(f"/parcels/{P1}/contracts", contract_no="合1", values={"problem": "超期", "price_wan": 500})["id"]
    post(f"/contracts/{contract}/edit", based_on=1, values={"price_wan": 400})
    post(f"/contracts/{contract}/clean-up", based_on=2, way="terminate", on="2024-05-06", basis="纪要")
    report = http.get("/contracts/clean-up").json()
    assert (report["found"], report["cleaned"], report["large"], report["by_way"]["terminate"]["count"]) == (1, 1, 0, 1)


def test_affairs(http, post) -> None:
    post("/affairs/approval", values={"approval_no": NO, "approved_area_m2": 2500})
    assert post("/affairs/approval/link", key=NO, parcels=[P1, P2]) == {"parcels": 2}
    post("/affairs/approval/edit", key=NO, based_on=1, values={"supplied_area_m2": 2000})
    (balance,) = http.get("/affairs/balances", params={"key": NO}).json()["items"]
    assert balance["remaining_area_m2"] == 500
    assert [one["difference"] for one in balance["disagreements"]] == ["approved", "remaining"]
    assert http.get("/affairs/approval/entry", params={"key": NO}).json()["version"] == 2
    assert len(http.get("/affairs/approval/history", params={"key": NO}).json()["versions"]) == 2
    mapped = http.get("/affairs/approval/parcels", params={"key": NO, "format": "geojson"}).json()
    assert [one["id"] for one in mapped["features"]] == [P1, P2]
    firm = post("/affairs/enterprise", values={"name": "甲厂"})["id"]
    post("/affairs/enterprise/link", key=firm, parcels=[P1])
    post("/affairs/zone", values={"code": "Z1", "name": "示例园区"})
    ring = [[112.9, 35.9], [113.1, 35.9], [113.1, 36.1], [112.9, 36.1], [112.9, 35.9]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    assert post("/affairs/zones/boundary", key="Z1", based_on=1, geometry=shape, place=True)["placed"] == [P1, P2]
    assert [row["left_count"] for row in http.get("/affairs/zones/left").json()["items"]] == [2, 0]
    assert {one["what"]: one["left"] for one in http.get("/affairs/counts").json()["items"]}["enterprise"] == 1
    post("/affairs/asset_card", values={"card_no": "K", "parcel_code": "149901-0000009"})
    assert http.get("/affairs/cards").json()["findings"][0]["finding"] == "card_without_parcel"
    assert http.get(f"/parcels/{P1}/affairs").json()["approval"] == [{"key": NO, "name": None}]
    assert post("/affairs/approval/unlink", key=NO, parcels=[P2]) == {"parcels": 1}
    assert http.get("/affairs/zone", params={"q": "示例"}).json()["total"] == 1


def test_a_document_goes_up_and_comes_down_as_a_file(http, settings) -> None:
    about = {"file_name": "..\\现场<1>.jpg", "document_type": "photo", "taken_on": "2024-05-06"}
    headers = {"content-type": "application/octet-stream"}
    first = http.post(f"/parcels/{P1}/documents", params=about, content=PHOTO, headers=headers)
    again = http.post(f"/parcels/{P1}/documents", params=about, content=PHOTO, headers=headers)
    assert (first.status_code, again.status_code, again.json()["id"]) == (201, 200, first.json()["id"])
    (listed,) = http.get(f"/parcels/{P1}/documents").json()["items"]
    assert (listed["file_name"], listed["media_type"], listed["file_bytes"]) == ("现场<1>.jpg", "image/jpeg", 5_004)
    address = f"/parcels/{P1}/documents/{listed['id']}"
    file = http.get(f"{address}/file")
    assert file.content == PHOTO
    assert file.headers["content-disposition"].startswith("attachment;")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]
    assert http.get(f"/parcels/{P2}/documents/{listed['id']}/file").status_code == 404
    assert http.post(f"{address}/withdraw", json={"based_on": 1, "reason": "传错"}).status_code == 200
    assert http.get(f"{address}/file").json()["code"] == "document_withdrawn"
    assert len([path for path in (settings.home / "documents").rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("content", "media", "refused"),
    [
        (b"<svg/>", "application/octet-stream", (415, "file_type_refused")),
        (b"", "application/octet-stream", (400, "file_empty")),
        (b"%PDF-" + b"0" * 1_000_000, "application/octet-stream", (413, "document_too_large")),
        (PHOTO, "image/jpeg", (415, "not_json")),
        (PHOTO, "multipart/form-data; boundary=x", (415, "not_json")),
    ],
)
def test_files_that_are_refused_leave_nothing(http, settings, content, media, refused) -> None:
    done = http.post(
        f"/parcels/{P1}/documents", params={"file_name": "a.pdf"}, content=content, headers={"content-type": media}
    )
    assert (done.status_code, done.json()["code"]) == refused
    assert not [path for path in (settings.home / "documents").rglob("*") if path.is_file()]


def test_a_body_without_a_stated_length_is_cut_off_at_the_limit(http) -> None:
    endless = (b"%PDF-" + b"0" * 100_000 for _ in range(50))
    headers = {"content-type": "application/octet-stream"}
    done = http.post(f"/parcels/{P1}/documents", params={"file_name": "a.pdf"}, content=endless, headers=headers)
    assert (done.status_code, done.json()["code"]) == (413, "document_too_large")


@pytest.mark.parametrize(
    ("address", "body", "status", "code"),
    [
        ("/parcels/149901-9999999/rights", {"party_id": 1, "right_type": "3"}, 404, "parcel_not_found"),
        ("/parcels/x/rights", {"party_id": 1, "right_type": "3"}, 404, "parcel_not_found"),
        (f"/parcels/{P1}/rights", {"party_id": 1, "right_type": "3"}, 404, "record_not_found"),
        (f"/parcels/{P1}/rights", {"party_id": 1, "right_type": "3", "share": "5/3"}, 400, "share_unusable"),
        (f"/parcels/{P1}/rights", {"party_id": 1, "right_type": "zz"}, 422, "value_unusable"),
        (f"/parcels/{P1}/rights", {"party_id": 1}, 422, "invalid_request"),
        (f"/parcels/{P1}/title-steps", {"step": "registered", "done_on": "2024-01-01"}, 409, "step_out_of_order"),
        (f"/parcels/{P1}/title-steps", {"step": "confirmed", "done_on": 5}, 422, "invalid_request"),
        (f"/parcels/{P1}/title-decisions", {"field": "seized", "value": "maybe", "reason": "x"}, 422, "value_unusable"),
        (f"/parcels/{P1}/title-decisions/end", {"field": "seized"}, 409, "no_decision"),
        ("/parties", {"values": {"name": "甲", "id_no": SECRET + "！"}}, 422, "value_unusable"),
        ("/parties", {"values": {"nonsense": 1}}, 422, "field_unknown"),
        ("/parties", {"values": {"name": "甲"}, "county": "149909"}, 404, "county_unknown"),
        ("/affairs/nonsense", {"values": {}}, 422, "invalid_request"),
        ("/affairs/approval", {"values": {"approval_no": "A", "approved_area_m2": 1, "supplied_area_m2": 2}}, 400,
         "overdrawn"),
        ("/affairs/project", {"values": {"project_code": "P"}}, 400, "field_missing"),
        ("/affairs/enterprise/link", {"key": "x", "parcels": [P1]}, 422, "value_unusable"),
        ("/affairs/zone/link", {"key": "Z", "parcels": [P1]}, 404, "record_not_found"),
        ("/affairs/zones/boundary", {"key": "Z", "based_on": 1, "geometry": "POINT(1 1)"}, 404, "record_not_found"),
        ("/contracts/5/clean-up", {"based_on": 1, "way": "amend"}, 404, "record_not_found"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_a_problem(http, address, body, status, code) -> None:
    done = http.post(address, json=body)
    problem = done.json()
    assert (done.status_code, problem["code"]) == (status, code), problem
    assert done.headers["content-type"] == "application/problem+json"
    assert problem["mend"]
    assert SECRET not in done.text


def test_a_parcel_of_another_county_is_no_part_of_this_one(http, post) -> None:
    post("/affairs/project", values={"project_code": "P", "name": "甲"})
    done = http.post("/affairs/project/link", json={"key": "P", "parcels": [OF_TWO]})
    assert (done.status_code, done.json()["code"]) == (404, "parcel_not_found")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6,
)  # fmt: skip
FIELDS = st.dictionaries(
    st.sampled_from(["name", "party_type", "id_no", "phone", "approval_no", "approved_area_m2", "approved_on",
                     "card_no", "area_m2", "credit_code", "code", "share", "right_type", "starts_on", "ends_on",
                     "rank"]),
    ANYTHING, max_size=5,
)  # fmt: skip


@how(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["/parties", "/affairs/approval", "/affairs/enterprise", "/affairs/zone", "/affairs/asset_card",
                     f"/parcels/{P1}/rights", f"/parcels/{P1}/encumbrances", f"/parcels/{P1}/contracts"]),
    FIELDS,
)  # fmt: skip
def test_no_body_breaks_the_server(http, address, values) -> None:
    body = {"values": values}
    if address.endswith("rights"):
        body |= {"party_id": 1, "right_type": "3"}
    if address.endswith("encumbrances"):
        body |= {"encumbrance_type": "lease"}
    if address.endswith("contracts"):
        body |= {"contract_no": "合"}
    done = http.post(address, json=body)
    assert done.status_code in (201, 400, 404, 409, 422), done.text
