"""Only this machine, only its own pages."""

import pytest

from api.guard import is_loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_loopback(host):
    assert is_loopback(host)


ANY = "0.0.0.0"  # noqa: S104 - refused is what is tested


@pytest.mark.parametrize("host", [ANY, "::", "192.168.1.2", "localhost.evil.example", "127.0.0.1.evil.example", ""])
def test_not_loopback(host):
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "192.168.1.2:8000", "[::", "", "127.0.0.1@evil.example"]
)
def test_another_host_name_is_refused(client, host):
    answer = client.get("/parcels", headers={"host": host})
    assert answer.status_code == 403
    assert answer.json()["code"] == "foreign_host"


def test_loopback_names_are_served(client):
    for host in ("localhost:8000", "127.0.0.1", "[::1]:8000"):
        assert client.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_change_asked_for_by_another_site_is_refused(client, headers):
    answer = client.post("/plan/runs", json={}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


def test_another_site_may_link_here_but_not_embed_or_read(client):
    def ask(mode):
        return client.get("/townships", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": mode}).status_code

    assert (ask("navigate"), ask("no-cors"), ask("cors")) == (200, 403, 403)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_what_a_form_could_send_is_refused(client, kind):
    answer = client.post("/plan/runs", content=b"{}", headers={"content-type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "not_json")


def test_every_answer_carries_the_security_headers(client):
    for address in ("/", "/parcels", "/nowhere", "/docs", "/static/site.css"):
        headers = client.get(address).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "http" not in headers["content-security-policy"]
        assert "access-control-allow-origin" not in headers


def test_what_is_unchanged_keeps_the_policy_that_it_came_with(ask_again):
    """A browser puts the headers of a 304 over those it kept: the strict policy would stop a map page's scripts."""
    again = ask_again("/parcels")
    assert again.status_code == 304
    assert "content-security-policy" not in again.headers
    assert again.headers["x-content-type-options"] == "nosniff"
