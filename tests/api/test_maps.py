"""Map pages over HTTP."""

import pytest

from api.cache import SnapshotCache


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
