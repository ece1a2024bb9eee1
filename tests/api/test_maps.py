"""Map pages over HTTP."""

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.cache import SnapshotCache

BASE = "http://127.0.0.1:8000"


def test_county_and_township_pages_are_where_the_short_addresses_lead(client):
    county = client.get("/maps/")
    assert (county.status_code, county.url.path) == (200, "/maps/149901/county.html")
    assert 'href="township-149901100.html"' in county.text
    township = client.get("/maps/townships/149901100")
    assert (township.status_code, township.url.path) == (200, "/maps/149901/township-149901100.html")
    assert "149901-0000002" in township.text
    assert "<b>第2宗</b>" not in township.text
    assert client.get("/maps/townships/149901100", params={"as_of": "2024-12-31"}).url.path.startswith(
        "/maps/149901/2024-"
    )


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/maps/149901/township-149901999.html", 404, "township_unknown"),
        ("/maps/townships/149901999", 404, "township_unknown"),
        ("/maps/999999/county.html", 404, "county_unknown"),
        ("/maps/149901/2024-02-30/county.html", 422, "invalid_request"),
        ("/maps/149901/other.html", 404, "no_such_address"),
        ("/maps/%2e%2e/county.html", 422, "invalid_request"),
    ],
)
def test_what_is_not_there(client, address, status, code):
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_pages_may_run_only_what_they_bring(client):
    policy = client.get("/maps/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy


def test_a_page_is_kept_until_something_changes():
    cache, made = SnapshotCache(10, len), []

    def render(size):
        made.append(size)
        return b"x" * size

    assert cache.get("a", "1", lambda: render(4)) == b"xxxx"
    cache.get("a", "1", lambda: render(4))
    assert made == [4]
    cache.get("a", "2", lambda: render(5))
    cache.get("b", "2", lambda: render(5))
    cache.get("a", "2", lambda: render(5))
    assert made == [4, 5, 5]
    cache.get("c", "2", lambda: render(5))
    cache.get("b", "2", lambda: render(5))
    assert made == [4, 5, 5, 5, 5]
    assert cache.get("huge", "2", lambda: render(50)) == b"x" * 50


def test_with_a_base_map_exactly_its_hosts_may_be_asked(api_settings):
    chosen = {"base_map": "tianditu", "tianditu_token": SecretStr("0123456789abcdef")}
    with TestClient(create_app(api_settings.model_copy(update=chosen)), base_url=BASE) as client:
        answer = client.get("/maps/")
    pictures = answer.headers["content-security-policy"].split("img-src ")[1].split(";")[0].split()
    hosts = [f"https://t{number}.tianditu.gov.cn" for number in range(8)]
    assert sorted(pictures) == sorted(["'self'", "data:", "blob:", *hosts])
    assert "tk=0123456789abcdef" in answer.text


def test_local_imagery_is_served(api_settings, client, tmp_path):
    (tmp_path / "3" / "6").mkdir(parents=True)
    (tmp_path / "3" / "6" / "2.png").write_bytes(b"\x89PNG")
    chosen = {"base_map": "local", "base_map_file": tmp_path}
    with TestClient(create_app(api_settings.model_copy(update=chosen)), base_url=BASE) as ours:
        answer = ours.get("/maps/tiles/3/6/2")
        assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"\x89PNG", "image/png")
        absent = ours.get("/maps/tiles/3/6/3")
        assert (absent.status_code, absent.json()["code"]) == (404, "tile_missing")
        assert ours.get("/maps/tiles/99/0/0").status_code == 422
        page = ours.get("/maps/")
        assert "/maps/tiles/{z}/{x}/{y}" in page.text
        assert "http" not in page.headers["content-security-policy"]
    assert client.get("/maps/tiles/3/6/2").json()["code"] == "base_map_incomplete"
