"""No query runs past its time-out or its reader; the next request is served."""

import json
import socket
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text

from gisreg.db.engine import make_engine
from gisreg.features import pages

PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture
def admin(ogc_settings):
    made = make_engine(ogc_settings.admin_database_url, pool_size=0)
    yield made
    made.dispose()


@contextmanager
def held(admin):
    """Nobody can read parcels within the block: a query on them does not end."""
    with admin.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(text("LOCK TABLE gisreg.parcel IN ACCESS EXCLUSIVE MODE"))
        yield


def running(admin):
    """Queries of the API that are not done, in this database."""
    asked = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
        " AND application_name = 'gisreg api'"
    )
    with admin.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        return connection.execute(asked).scalar_one()


def until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


ONE = "149901-0000004"


@contextmanager
def gathered(address, admin, fids):
    """Ask for single features while nobody can be answered; their answers stand in the list after the block."""
    answers = {}

    def ask(fid):
        answers[fid] = httpx.get(f"{address}/collections/parcels/items/{fid}", headers=PLAIN, timeout=60)

    httpx.get(f"{address}/collections/parcels/items/{ONE}", headers=PLAIN, timeout=60).raise_for_status()
    waiting = [threading.Thread(target=ask, args=(fid,)) for fid in fids]
    with held(admin):
        for one in waiting:
            one.start()
        assert until(lambda: running(admin) >= 1)
        yield answers
    for one in waiting:
        one.join(60)


def test_features_asked_for_together_are_told_as_alone(address, admin):
    fids = [f"149901-{n:07d}" for n in (*range(1, 13), 9999999)]
    with gathered(address, admin, fids) as answers:
        pass
    statuses = {fid: answer.status_code for fid, answer in answers.items()}
    assert statuses == dict.fromkeys(fids, 200) | {"149901-0000011": 410, "149901-9999999": 404}
    for fid, answer in answers.items():
        alone = httpx.get(answer.url, headers=PLAIN, timeout=30)
        assert alone.headers.get("etag") == answer.headers.get("etag"), fid
        assert alone.content == answer.content


def test_a_connection_lost_in_the_middle_is_no_failure_of_those_who_wait(address, admin):
    with gathered(address, admin, [f"149901-{n:07d}" for n in range(1, 9)]) as answers, admin.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        lost = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gisreg api'"
        connection.execute(text(f"{lost} AND datname = current_database() AND state = 'active'"))
    assert [answer.status_code for answer in answers.values()] == [200] * 8


def test_a_feature_that_takes_too_long_is_given_up(ogc, admin, monkeypatch):
    monkeypatch.setattr(pages, "TIME_OUT_MS", 300)
    ogc.app.state.registry.close()
    with held(admin):
        answer = ogc.get(f"/ogc/collections/parcels/items/{ONE}", headers=PLAIN)
        assert (answer.status_code, answer.json()["code"]) == (503, "took_too_long")
        assert answer.headers["retry-after"]
    assert ogc.get(f"/ogc/collections/parcels/items/{ONE}", headers=PLAIN).status_code == 200
    monkeypatch.undo()
    ogc.app.state.registry.close()


def test_who_leaves_takes_the_question_for_one_feature_along(address, admin):
    there = urlsplit(address)
    with held(admin):
        asked = f"GET /ogc/collections/parcels/items/{ONE} HTTP/1.1\r\nHost: {there.netloc}\r\n\r\n".encode()
        clients = [socket.create_connection((there.hostname, there.port)) for _ in range(3)]
        for client in clients:
            client.sendall(asked)
        assert until(lambda: running(admin) >= 1)
        for client in clients:
            client.close()
        assert until(lambda: running(admin) == 0)
    assert httpx.get(f"{address}/collections/parcels/items/{ONE}", timeout=30).status_code == 200


@pytest.mark.parametrize("asked", [{}, {"sortby": "name"}], ids=["in one statement", "step by step"])
def test_a_query_is_given_up_at_its_time_out(ogc, items, admin, monkeypatch, asked):
    monkeypatch.setattr(pages, "TIME_OUT_MS", 300)
    ogc.app.state.registry.close()  # connections know their time-out from the beginning
    with held(admin):
        answer = items(**asked)
        assert (answer.status_code, answer.json()["code"]) == (503, "took_too_long")
        assert answer.headers["retry-after"]
        assert items("townships").status_code == 200
    assert items(**asked).status_code == 200
    monkeypatch.undo()
    ogc.app.state.registry.close()


@pytest.mark.parametrize("request_line", ["GET /ogc/collections/parcels/items?filter=" + "a" * 1_000_000, "\x16\x03"])
def test_what_cannot_be_read_is_told_as_a_problem(address, request_line):
    there = urlsplit(address)
    with socket.create_connection((there.hostname, there.port), timeout=30) as client:
        client.sendall(f"{request_line} HTTP/1.1\r\nHost: {there.netloc}\r\n\r\n".encode())
        told = b""
        while piece := client.recv(65536):
            told += piece
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    assert b"x-content-type-options: nosniff" in head
    assert json.loads(body)["code"] == "request_unreadable"
    assert httpx.get(f"{address}/conformance", timeout=30).status_code == 200


def test_who_leaves_takes_the_query_along(address, admin):
    there = urlsplit(address)
    httpx.get(f"{address}/collections/parcels/items", timeout=30).raise_for_status()
    with held(admin):
        with socket.create_connection((there.hostname, there.port)) as client:
            asked = f"GET /ogc/collections/parcels/items?limit=5 HTTP/1.1\r\nHost: {there.netloc}\r\n\r\n"
            client.sendall(asked.encode())
            assert until(lambda: running(admin) == 1)
        assert until(lambda: running(admin) == 0)
    assert httpx.get(f"{address}/collections/parcels/items", timeout=30).status_code == 200


def test_who_stays_is_served_beside_one_who_leaves(address, admin):
    there = urlsplit(address)
    served = []
    with held(admin):
        staying = threading.Thread(
            target=lambda: served.append(httpx.get(f"{address}/collections/idle_land/items", timeout=60).status_code)
        )
        staying.start()
        assert until(lambda: running(admin) == 1)
        with socket.create_connection((there.hostname, there.port)) as client:
            client.sendall(f"GET /ogc/collections/parcels/items HTTP/1.1\r\nHost: {there.netloc}\r\n\r\n".encode())
            assert until(lambda: running(admin) == 2)
        assert until(lambda: running(admin) == 1)
    staying.join(60)
    assert served == [200]
