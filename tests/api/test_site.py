"""The first page and the API's documentation."""

import re

from fastapi.testclient import TestClient

from api.app import create_app
from gisreg.settings import Settings
from maps.styles import KIND_COLOURS, LABEL_COLOURS


def test_the_first_page_shows_the_county_in_both_languages(client):
    zh, en = client.get("/").text, client.get("/", params={"lang": "en"}).text
    assert "示例县" in zh
    assert "剩余待盘活" in zh
    assert "Left to revitalise" in en
    assert 'href="/maps/149901/township-149901100.html' in zh
    assert "315.1" in zh or "315.2" in zh


def test_pages_name_no_other_server(client):
    for address in ("/", "/?lang=en", "/docs"):
        html = client.get(address).text
        assert not re.search(r"(?:src|href|action)=[\"'](?:https?:)?//", html)
        for local in re.findall(r"(?:src|href)=\"(/(?:static|docs/)[^\"?]*)", html):
            assert client.get(local).status_code == 200, local


def test_an_empty_registry_says_how_to_begin(settings):
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as empty:
        page = empty.get("/")
        assert page.status_code == 200
        assert "gisreg demo" in page.text
        assert empty.get("/townships").json()["code"] == "county_unknown"


def test_only_the_two_files_of_swagger_are_served(client):
    assert client.get("/docs/package.json").status_code == 422
    assert client.get("/docs/..%2f..%2fpyproject.toml").status_code in (404, 422)


def test_every_operation_is_described_with_its_problems(client):
    document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    assert {"Problem", "Parcel"} <= set(schemas)
    assert "HTTPValidationError" not in schemas
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            assert operation["description"], path
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)
    references = set(re.findall(r"#/components/schemas/(\w+)", client.get("/openapi.json").text))
    assert references <= set(schemas)


def test_browser_code_that_is_not_installed_is_named(api_settings, tmp_path):
    bare = Settings(home=tmp_path, database_url=api_settings.database_url, project_dir=tmp_path)
    with TestClient(create_app(bare), base_url="http://127.0.0.1") as client:
        missing = client.get("/docs/swagger-ui.css")
    assert (missing.status_code, missing.json()["code"]) == (503, "browser_code_missing")
    assert "make setup" in missing.json()["mend"]


def test_the_first_page_has_the_colours_of_the_maps_and_its_tables_add_up(client):
    css = client.get("/static/site.css").text
    for token, colour in {**LABEL_COLOURS, **KIND_COLOURS}.items():
        assert f".{token} {{ background: {colour}; }}" in css
    page = client.get("/").text
    net = re.findall(r'剩余待盘活</th><td class="n">([0-9,]+)</td><td class="n">([0-9,.]+)</td>', page)
    townships = client.get("/townships").json()["total"]
    assert net == [(f"{townships['left_count']:,}", f"{townships['left_mu']:,.2f}")]
