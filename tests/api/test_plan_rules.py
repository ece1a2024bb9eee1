"""Rule sets over HTTP: checked, told as a table, tried; and what is no rule set is refused with line and mend."""

import io

import pytest
from openpyxl import load_workbook

from gisreg.planning.ruleset import MAX_BYTES, NATIONAL, load_ruleset

VERSION = f'version = "{load_ruleset().rules.ruleset.version}"'
SOUND = NATIONAL.read_text(encoding="utf-8").replace(VERSION, 'version = "t"')
RECLAIM = "[parameters.reclaim_years]\nvalue = 2"
LEASE = 'when = "supply_ready AND tenant_found"'


def send(client, path, text, **params):
    content = text if isinstance(text, bytes) else text.encode()
    headers = {"content-type": "application/octet-stream"}
    return client.post(path, content=content, params=params, headers=headers)


def test_the_sets_that_a_run_may_name(client):
    listed = client.get("/plan/rules").json()
    assert ("national", load_ruleset().sha256) in [(one["name"], one["sha256"]) for one in listed["items"]]
    assert client.get("/plan/rules/national/lint").json()["clean"] is True
    assert client.get("/plan/rules/provincial/lint").json()["code"] == "rule_set_unknown"
    assert client.get("/plan/rules/..%2Fnational/lint").status_code in (404, 422)


def test_a_set_that_is_sent_is_checked_line_by_line(client):
    assert send(client, "/plan/lint", SOUND).json()["clean"] is True
    report = send(client, "/plan/lint", SOUND.replace(LEASE, 'when = "suply_ready AND tenant_found"')).json()
    (finding,) = [one for one in report["findings"] if one["level"] == "error"]
    assert (report["clean"], finding["thing"], finding["field"]) == (False, "unsupplied_lease", "when")
    assert SOUND.splitlines()[finding["line"] - 1] == LEASE
    assert "supply_ready" in finding["mend"]["en"]
    own = '[ruleset]\nname = "own"\nversion = "1"\ntitle = { zh = "甲", en = "A" }\nvalid_from = 2025-01-01\n'
    assert send(client, "/plan/lint", own + 'extends = "national"\n').json()["clean"] is True


@pytest.mark.parametrize("path", ["/plan/rules/national/table", "/plan/table"])
def test_the_decision_table_is_a_file(client, path):
    def asked(**params):
        return send(client, path, SOUND, **params) if path == "/plan/table" else client.get(path, params=params)

    page = asked()
    assert page.status_code == 200, page.text
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-disposition"].startswith("attachment")
    assert "无偿收回" in page.text
    book = load_workbook(io.BytesIO(asked(format="xlsx", lang="en").content))
    assert "Idle land" in book.sheetnames
    assert asked(format="pdf").status_code == 422


def test_what_a_set_would_do_is_tried_and_undone(client):
    client.post("/plan/runs", json={"as_of": "2025-06-25"})
    before = client.get("/plan/runs").json()["items"]
    tried = send(
        client, "/plan/try", SOUND.replace(RECLAIM, "[parameters.reclaim_years]\nvalue = 5"), as_of="2025-06-25"
    )
    assert tried.status_code == 200, tried.text
    assert (tried.json()["parcels"], tried.json()["status"]) == (6, "tried")
    assert client.get("/plan/runs").json()["items"] == before
    assert send(client, "/plan/try", SOUND, county="999999").status_code == 404
    assert send(client, "/plan/try", SOUND, first=-1).status_code == 422


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((LEASE, 'when = "true; DROP TABLE parcel"'), "rule_set_unsound"),
        ((LEASE, "when = \"__import__('os').system('id') = 0\""), "rule_set_unsound"),
        (("param.fee_share * price_wan", "price_wan / 0"), "rule_set_unsound"),
        (("土地管理法第五十四条;划拨用地目录", "土地管理法第九百条"), "rule_set_unsound"),
        (("[ruleset]\n", '[ruleset]\nextends = "nowhere"\n'), "base_set_unknown"),
        (("[ruleset]", "[ruleset"), "rule_set_syntax"),
    ],
)
def test_a_set_that_cannot_be_used_is_refused_and_the_labels_stay(client, change, code):
    client.post("/plan/runs", json={"as_of": "2025-06-25"})
    assert change[0] in SOUND
    refused = send(client, "/plan/try", SOUND.replace(*change, 1))
    assert (refused.status_code, refused.json()["code"]) == (400, code), refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["where"].startswith("rules.toml")
    assert refused.json()["mend"]
    assert [run["status"] for run in client.get("/plan/runs").json()["items"]].count("accepted") == 1


@pytest.mark.parametrize("path", ["/plan/lint", "/plan/table", "/plan/try"])
def test_ten_megabytes_are_not_read_to_the_end(client, path):
    refused = send(client, path, b"#" * 10_000_000)
    assert (refused.status_code, refused.json()["code"]) == (400, "rule_set_too_large")
    assert str(MAX_BYTES) in refused.json()["detail"].replace(",", "")

    def streamed():
        for _ in range(50):
            yield b"#" * 100_000

    kind = {"content-type": "application/octet-stream"}
    assert client.post(path, content=streamed(), headers=kind).json()["code"] == "rule_set_too_large"


def test_bytes_that_are_no_text_and_a_form_are_refused(client):
    assert send(client, "/plan/table", b"\xff\xfe\x00").status_code == 400
    assert "/tmp" not in send(client, "/plan/table", b"\xff\xfe\x00").text
    form = client.post("/plan/lint", content=b"a=1", headers={"content-type": "application/x-www-form-urlencoded"})
    assert form.status_code == 415


def test_toml_is_sent_as_toml_and_plain_text_is_not_taken(client):
    """A page of another site can send plain text without asking first, TOML it cannot."""
    text = NATIONAL.read_text(encoding="utf-8").replace('when = "seized"', 'when = "siezed"', 1)
    line = text[: text.index("siezed")].count("\n") + 1
    told = client.post("/plan/lint", content=text.encode(), headers={"content-type": "application/toml; charset=utf-8"})
    assert told.status_code == 200
    wrong = [(one["thing"], one["line"]) for one in told.json()["findings"] if one["level"] == "error"]
    assert ("seized", line) in wrong
    for path in ("/plan/table", "/plan/lint"):
        sent = client.post(path, content=b"x = 1", headers={"content-type": "text/plain"})
        assert (sent.status_code, sent.json()["code"]) == (415, "not_json")
