"""No tile runs past its time-out or its reader, and an outage leaves nothing wrong behind."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.app import create_app
from api.tiles import freshness
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.features import pages
from gisreg.settings import Settings
from gisreg.tiles.following import FOLLOWING_LOCK, follow

TILE = "/ogc/collections/parcels/tiles/WebMercatorQuad/9/{}/416"
ROWS = iter(range(100, 512))


@pytest.fixture
def admin(ogc_settings: Settings) -> Iterator[Engine]:
    """The login that owns the schema."""
    made = make_engine(str(ogc_settings.admin_database_url), pool_size=0)
    yield made
    made.dispose()


def new_tile() -> str:
    """One that nobody has asked for."""
    return TILE.format(next(ROWS))


@contextmanager
def held(admin: Engine) -> Iterator[None]:
    """Nobody can read the sums within the block: such tiles are made of them, and a look that finds nothing new
    leaves them alone. Other tests of the same cluster make the server look at any time."""
    with admin.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(text("LOCK TABLE gisreg.parcel_drawn_sum IN ACCESS EXCLUSIVE MODE"))
        yield


def running(admin: Engine) -> int:
    """Statements of the API that wait for the table."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with admin.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        return int(connection.execute(text(asked)).scalar_one())


def until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Wait for it."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


@pytest.fixture
def followed(ogc_settings: Settings) -> Iterator[Callable[[], bool]]:
    """Whether the copy has followed, so that the next tile does not wait for it.

    While another transaction of the same cluster is open, what was written after its beginning is looked at again.
    """
    engine = make_engine(str(ogc_settings.database_url), pool_size=0)
    yield lambda: until(lambda: follow(engine) is None)
    engine.dispose()


def test_a_tile_is_given_up_at_its_time_out(
    ogc: TestClient, followed: Callable[[], bool], admin: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert followed()
    monkeypatch.setattr(pages, "TIME_OUT_MS", 300)
    ogc.app.state.registry.close()  # type: ignore[attr-defined]  # connections know their time-out from the beginning
    with held(admin):
        answer = ogc.get(new_tile())
        assert (answer.status_code, answer.json()["code"]) == (503, "took_too_long")
    monkeypatch.undo()
    ogc.app.state.registry.close()  # type: ignore[attr-defined]
    assert ogc.get(new_tile()).status_code in (200, 204)


def test_who_leaves_takes_the_tile_along(address: str, followed: Callable[[], bool], admin: Engine) -> None:
    there = urlsplit(address)
    base = f"http://{there.netloc}"
    assert followed()
    httpx.get(base + new_tile(), timeout=30).raise_for_status()
    with held(admin):
        with socket.create_connection((str(there.hostname), int(there.port or 0))) as client:
            client.sendall(f"GET {new_tile()} HTTP/1.1\r\nHost: {there.netloc}\r\n\r\n".encode())
            assert until(lambda: running(admin) == 1)
        assert until(lambda: running(admin) == 0)
    assert httpx.get(base + new_tile(), timeout=30).status_code in (200, 204)


def test_who_waits_too_long_for_the_copy_is_told_to_come_again(
    ogc: TestClient,
    followed: Callable[[], bool],
    ogc_settings: Settings,
    admin: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert followed()
    monkeypatch.setattr(freshness, "WAIT_SECONDS", 0.3)
    with transaction(make_engine(str(ogc_settings.database_url), pool_size=0), Actor("x", "test")) as other:
        other.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": FOLLOWING_LOCK})
        with admin.begin() as connection:
            connection.execute(
                text("UPDATE gisreg.parcel SET official_area_m2 = 9 WHERE parcel_code = '149901-0000001'")
            )
        answer = ogc.get(new_tile())
        assert (answer.status_code, answer.json()["code"]) == (503, "tiles_being_drawn")
        assert answer.headers["retry-after"]
    monkeypatch.undo()
    assert ogc.get(new_tile()).status_code in (200, 204)


def test_a_server_that_ends_stops_its_copying(
    ogc_settings: Settings, followed: Callable[[], bool], admin: Engine
) -> None:
    with TestClient(create_app(ogc_settings), base_url="http://127.0.0.1:8000") as client:
        assert followed()
        with admin.begin() as connection:
            connection.execute(
                text("UPDATE gisreg.parcel SET official_area_m2 = 8 WHERE parcel_code = '149901-0000001'")
            )
        with held(admin):
            client.app.state.freshness.warm_up()  # type: ignore[attr-defined]
            assert until(lambda: running(admin) == 1)
            ending = threading.Thread(target=client.app.state.freshness.close)  # type: ignore[attr-defined]
            ending.start()
            ending.join(15)
            assert not ending.is_alive()
            assert running(admin) == 0


def test_after_an_outage_tiles_are_right(ogc: TestClient, followed: Callable[[], bool], admin: Engine) -> None:
    assert ogc.get(new_tile()).status_code in (200, 204)
    assert followed()
    with admin.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE"))
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND application_name = 'gisreg api'"
            )
        )
    for _ in range(2):
        assert ogc.get(new_tile()).status_code in (200, 204)
