"""A small county with everything that the collections can hold, and ways to ask it."""

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from api.server import make_server
from gisreg.cli.serve import address_of, listen
from gisreg.cluster import DatabaseAddress
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.parcels.editing import Basis
from gisreg.parcels.edits import remove
from gisreg.settings import Settings

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode puts nothing on the path

import ogc_requirements

BASE = "http://127.0.0.1:8000"
PARCELS = 12

# Squares of 100 m in zone EPSG:4547 (central meridian 114°), as surveyed; the twelfth has no boundary.
_FILL = """
INSERT INTO county (code, name, name_en, invented, last_parcel_no) VALUES ('149901', '示例县', 'Sample', true, 12);
INSERT INTO admin_unit (county_code, level, code, name, name_en, boundary, area_m2)
SELECT '149901', 'township', '14990110' || n, '示例' || n || '镇', 'Sample ' || n,
    ST_Multi(ST_MakeEnvelope(112.9 + n * 0.2, 36, 113.1 + n * 0.2, 36.5, 4490)), 1e8
FROM generate_series(0, 1) AS n;
INSERT INTO admin_unit (county_code, level, code, name, valid_from, valid_to)
VALUES ('149901', 'township', '149901199', '旧镇', '2000-01-01', '2010-01-01');
INSERT INTO parcel (county_code, parcel_code, kind, state, name, source_code, township_code, official_area_m2,
    official_area_source, approved_on, seized, tags, holder_name, holder_class, ownership_status,
    survey_crs, survey_boundary, boundary, area_m2, planar_area_m2)
SELECT '149901', '149901-' || lpad(n::text, 7, '0'),
    (ARRAY['unsupplied_land', 'idle_land', 'half_finished_project', 'idle_factory'])[1 + n % 4],
    CASE n WHEN 7 THEN 'closed' ELSE 'registered' END, '地块' || n, 'S' || n,
    '14990110' || n % 2, CASE WHEN n % 3 > 0 THEN n * 1000.5 END, CASE WHEN n % 3 > 0 THEN 'ledger' END,
    CASE WHEN n > 2 THEN date '2020-01-01' + n END, CASE n % 3 WHEN 0 THEN true WHEN 1 THEN false END,
    CASE WHEN n < 3 THEN ARRAY['园区', '低效'] END, '某公司' || n, CASE WHEN n % 2 = 0 THEN 'state' ELSE 'private' END,
    'registered', 'EPSG:4547', g, ST_Multi(ST_Transform(g, 4490)), ST_Area(ST_Transform(g, 4490)::geography), ST_Area(g)
FROM generate_series(1, 12) AS n,
    LATERAL (SELECT CASE WHEN n < 12 THEN
        ST_MakeEnvelope(409900.125 + n * 100, 4010000.5, 410000.125 + n * 100, 4010100.5, 4547) END) AS made (g);
INSERT INTO plan_run (county_code, ruleset, ruleset_version, ruleset_sha256, ruleset_toml, as_of, status, parcels)
VALUES ('149901', 'sample', '1', 'x', 'x', '2026-01-01', 'accepted', 12);
INSERT INTO plan_rule (county_code, run_id, rule_no, rule, kind, label, measure, measure_zh, measure_en, reason_zh,
    reason_en, basis, agency, days_allowed)
SELECT '149901', max(id), n, 'rule_' || n, 'idle_land', (ARRAY['use', 'sell'])[1 + n], 'm' || n, '措施', 'Measure',
    '理由', 'Reason', '依据', '单位', 90 FROM plan_run, generate_series(0, 1) AS n GROUP BY n;
INSERT INTO plan_label (run_id, parcel_id, county_code, rule_no, gates, unknown_gates)
SELECT (SELECT max(id) FROM plan_run), id, '149901', id % 2, 0, 0 FROM parcel;
INSERT INTO plan (county_code, parcel_id, label, measure, reason)
SELECT '149901', id, 'sell', 'public_auction', '会议确定' FROM parcel WHERE parcel_code = '149901-0000004';
"""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests are found by the names of the requirements that they hold, ``-k core/fc-bbox-response`` for one."""
    held = ogc_requirements.tested()
    for item in items:
        item.extra_keyword_matches.update(held.get(getattr(item, "originalname", item.name), ()))


@pytest.fixture(scope="module")
def ogc_settings(module_database: DatabaseAddress, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that point to this module's county."""
    engine = make_engine(module_database.app_url, pool_size=0)
    with transaction(engine, Actor("tester", "test")) as connection:
        connection.execute(text(_FILL))
        remove(connection, Basis("149901-0000011", 1), "登记重复")
    return Settings(
        home=tmp_path_factory.mktemp("home"),
        database_url=module_database.app_url,
        admin_database_url=module_database.admin_url,
        actor="tester",
    )


@pytest.fixture(scope="module")
def ogc(ogc_settings: Settings) -> Iterator[TestClient]:
    """The application; failures are answers, never exceptions."""
    with TestClient(create_app(ogc_settings), base_url=BASE, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def address(ogc_settings: Settings) -> Iterator[str]:
    """The landing page of a server that other programs can reach."""
    ready = threading.Event()
    server = make_server(create_app(ogc_settings), ready.set)
    with listen("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        assert ready.wait(30)
        yield address_of(listening).rstrip("/") + "/ogc"
        server.should_exit = True
        thread.join(20)


def named(asked: dict[str, object]) -> dict[str, object]:
    """Parameters whose names Python cannot spell."""
    hyphened = {"bbox_crs": "bbox-crs", "filter_crs": "filter-crs", "filter_lang": "filter-lang"}
    return {hyphened.get(name, name): value for name, value in asked.items()}


@pytest.fixture
def items(ogc: TestClient) -> Callable[..., httpx.Response]:
    """Asks for items: ``items("parcels", bbox=…)``."""

    def ask(collection: str = "parcels", **asked: object) -> httpx.Response:
        return ogc.get(f"/ogc/collections/{collection}/items", params=named(asked))

    return ask


@pytest.fixture
def walk(ogc: TestClient) -> Callable[..., list[str]]:
    """All identifiers of a list, page by page."""

    def follow(collection: str = "parcels", **asked: object) -> list[str]:
        found: list[str] = []
        address: str | None = f"/ogc/collections/{collection}/items"
        params: dict[str, object] | None = named(asked)
        while address:
            answer = ogc.get(address, params=params)
            assert answer.status_code == 200, answer.text
            body = answer.json()
            assert body["numberReturned"] == len(body["features"])
            found += [feature["id"] for feature in body["features"]]
            following = [link["href"] for link in body["links"] if link["rel"] == "next"]
            assert bool(following) == ('rel="next"' in answer.headers.get("link", ""))
            address, params = (following[0] if following else None), None
        return found

    return follow


@pytest.fixture
def cli(ogc_settings: Settings, cli_with: Callable[..., "object"]) -> object:
    """The command line on the same county."""
    given = {"HOME": ogc_settings.home, "DATABASE_URL": ogc_settings.database_url}
    return cli_with({f"GISREG_{name}": str(value) for name, value in given.items()})
