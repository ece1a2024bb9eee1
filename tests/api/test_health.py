"""Liveness and readiness."""

from fastapi.testclient import TestClient

from api.app import create_app
from gisreg.settings import Settings


def test_alive_and_ready(client):
    assert client.get("/health").json() == {"status": "ok"}
    ready = client.get("/ready").json()
    assert ready["status"] == "ok"
    assert ready["postgis_version"].startswith("3.")


def test_a_database_that_is_down_is_a_problem_of_its_own_and_the_server_lives(tmp_path):
    nowhere = Settings(home=tmp_path, database_url="postgresql://nobody@127.0.0.1:9/none")
    with TestClient(create_app(nowhere), base_url="http://127.0.0.1") as client:
        assert client.get("/health").status_code == 200
        for address in ("/ready", "/parcels", "/townships", "/"):
            down = client.get(address)
            assert down.status_code == 503
            assert down.headers["content-type"] == "application/problem+json"
            assert down.headers["retry-after"]
            assert down.json()["code"] == "database_unreachable"


def test_an_empty_database_is_not_ready(cluster, tmp_path):
    empty = Settings(home=tmp_path, database_url=cluster.url("admin", "postgres"))
    with TestClient(create_app(empty), base_url="http://127.0.0.1") as client:
        assert client.get("/ready").status_code == 503


def test_making_the_application_touches_nothing(tmp_path):
    create_app(Settings(home=tmp_path / "absent"))
    assert not (tmp_path / "absent").exists()
