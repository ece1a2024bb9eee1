"""A client on the application with a real database behind it."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.app import create_app
from gisreg.cluster import DatabaseAddress
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.settings import Settings

COUNTY, TOWNSHIPS = "149901", ("149901100", "149901101")
BASE = "http://127.0.0.1:8000"
PARCELS = 7

_FILL = """
INSERT INTO county (code, name, name_en, invented) VALUES ('149901', '示例县', 'Sample County', true);
INSERT INTO admin_unit (county_code, level, code, name, name_en, boundary, area_m2)
SELECT '149901', 'township', '14990110' || n, '示例' || n || '镇', 'Sample ' || n,
    ST_Multi(ST_MakeEnvelope(113 + n * 0.1, 36, 113.1 + n * 0.1, 36.1, 4490)), 1e8
FROM generate_series(0, 1) AS n;
INSERT INTO parcel (county_code, parcel_code, kind, state, name, source_code, township_code, official_area_m2,
    official_area_source, area_m2, boundary)
SELECT '149901', '149901-' || lpad(n::text, 7, '0'), (ARRAY['idle_land', 'idle_factory'])[1 + n % 2],
    CASE n WHEN 7 THEN 'closed' ELSE 'registered' END, '<b>第' || n || '宗</b>', 'S' || n,
    '14990110' || n % 2, CASE WHEN n > 1 THEN n * 10000 END, CASE WHEN n > 1 THEN 'ledger' END, n * 10100,
    ST_Multi(ST_MakeEnvelope(113 + n * 0.01, 36.01, 113.005 + n * 0.01, 36.015, 4490))
FROM generate_series(1, 7) AS n;
"""


@pytest.fixture(scope="module")
def api_settings(module_database: DatabaseAddress, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that point to this module's small county."""
    engine = make_engine(module_database.app_url, pool_size=0)
    fill(engine)
    return Settings(
        home=tmp_path_factory.mktemp("home"),
        database_url=module_database.app_url,
        admin_database_url=module_database.admin_url,
        actor="tester",
    )


def fill(engine: Engine) -> None:
    """Two townships and seven parcels, one of them closed."""
    with transaction(engine, Actor("tester", "test")) as connection:
        connection.execute(text(_FILL))


@pytest.fixture
def ask_again(client: TestClient) -> Callable[[str], httpx.Response]:
    """Ask twice, the second time with the first answer's ETag; once more where a test elsewhere wrote in between.

    The ETag stands for a snapshot of the whole server, which the tests running beside this one share.
    """

    def ask(address: str) -> httpx.Response:
        for _ in range(50):
            tag = client.get(address).headers["etag"]
            again = client.get(address, headers={"if-none-match": tag})
            if again.status_code == 304:
                break
        return again

    return ask


@pytest.fixture(scope="module")
def client(api_settings: Settings) -> Iterator[TestClient]:
    """The application as a program on this machine meets it; failures are answers, never exceptions."""
    with TestClient(create_app(api_settings), base_url=BASE, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def http(settings: Settings, engine: Engine) -> Iterator[TestClient]:
    """The application on a county with three squares in a row."""
    with transaction(engine, Actor("li", "import:1")) as connection:
        connection.execute(
            text("INSERT INTO county (code, name, invented, last_parcel_no) VALUES ('149901', '示例县', true, 3)")
        )
        connection.execute(
            text(
                "INSERT INTO parcel (county_code, parcel_code, kind, state, name, survey_crs, survey_boundary,"
                " boundary, area_m2, planar_area_m2) SELECT '149901', '149901-' || lpad(n::text, 7, '0'), 'idle_land',"
                " 'registered', '地块' || n, 'EPSG:4547', g, ST_Multi(ST_Transform(g, 4490)),"
                " ST_Area(ST_Transform(g, 4490)::geography), ST_Area(g) FROM generate_series(1, 3) AS n,"
                " ST_MakeEnvelope(409900 + n * 100, 4010000, 410000 + n * 100, 4010100, 4547) AS g"
            )
        )
    with TestClient(create_app(settings), base_url=BASE, raise_server_exceptions=False) as made:
        yield made
