"""Lists, single parcels, their history, and the registry as it was recorded at the end of a day."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, create_engine, text

from gisreg.cluster import DatabaseAddress
from gisreg.days import end_of, today
from gisreg.db.engine import Actor, transaction
from gisreg.parcels.asof import current_at
from gisreg.parcels.read import ParcelNotFound, feature_collection, get_feature, get_parcel, history, list_parcels

INSERT = text(
    "INSERT INTO parcel (county_code, parcel_code, kind, state, name, area_m2, boundary)"
    " SELECT '149901', '149901-' || lpad(n::text, 7, '0'), 'idle_land', 'registered', '地块' || n, 10000,"
    " CASE WHEN n < 9 THEN ST_Multi(ST_MakeEnvelope(113 + n * 0.01, 36, 113.005 + n * 0.01, 36.005, 4490)) END"
    " FROM generate_series(1, 9) AS n"
)


@pytest.fixture
def nine(engine: Engine) -> Engine:
    """Nine parcels, the last without a boundary."""
    with transaction(engine, Actor("li", "import:1")) as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
        connection.execute(INSERT)
    return engine


def test_a_page_says_how_many_there_are_and_goes_on_behind_a_code(nine: Engine) -> None:
    with transaction(nine) as connection:
        first = list_parcels(connection, limit=4)
        second = list_parcels(connection, limit=4, after=first.items[-1]["parcel_code"])
    assert first.total == second.total == 9
    assert [row["parcel_code"][-1] for row in first.items + second.items] == list("12345678")
    assert first.items[0]["area_mu"] == pytest.approx(15.0)


def test_a_box_finds_only_what_it_touches(nine: Engine) -> None:
    with transaction(nine) as connection:
        assert list_parcels(connection, bbox=(113.0, 35.9, 113.021, 36.1)).total == 2


def test_geojson_is_lon_lat_and_keeps_parcels_without_boundary(nine: Engine) -> None:
    with transaction(nine) as connection:
        collection = json.loads(feature_collection(connection, limit=9))
    assert [feature["id"] for feature in collection["features"]] == [f"149901-000000{n}" for n in range(1, 10)]
    assert collection["features"][0]["geometry"]["coordinates"][0][0][0] == [113.01, 36]
    assert collection["features"][8]["geometry"] is None
    assert "boundary" not in collection["features"][0]["properties"]


def test_one_parcel_or_a_clear_no(nine: Engine) -> None:
    with transaction(nine) as connection:
        assert get_parcel(connection, "149901-0000003")["name"] == "地块3"
        assert json.loads(get_feature(connection, "149901-0000003"))["properties"]["name"] == "地块3"
        for missing in (get_parcel, get_feature, history):
            with pytest.raises(ParcelNotFound, match="149901-9999999"):
                missing(connection, "149901-9999999")


def test_history_tells_who_changed_what(nine: Engine) -> None:
    with transaction(nine, Actor("wang", "web")) as connection:
        connection.execute(text("UPDATE parcel SET name = '新名', price_wan = 12 WHERE parcel_code = '149901-0000001'"))
    with transaction(nine, Actor("zhao", "web")) as connection:
        connection.execute(
            text("UPDATE parcel SET boundary = ST_Translate(boundary, 0.001, 0) WHERE parcel_code = '149901-0000001'")
        )
    with transaction(nine) as connection:
        one, two, three = history(connection, "149901-0000001")
    assert (one.version, one.recorded_by, one.recorded_from, one.changed) == (1, "li", "import:1", {})
    assert two.changed == {"name": {"from": "地块1", "to": "新名"}, "price_wan": {"from": None, "to": 12}}
    assert (three.recorded_by, set(three.changed)) == ("zhao", {"boundary"})
    assert {one.reason, two.reason, three.reason} == {None}


def test_the_registry_as_of_a_day_is_what_was_recorded_by_its_end(nine: Engine, database: DatabaseAddress) -> None:
    """The owner backdates the rows here, as time would have done; the application itself cannot."""
    yesterday = today() - timedelta(days=1)
    with create_engine(database.admin_url).begin() as connection:
        connection.execute(text("ALTER TABLE gisreg.parcel DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE gisreg.parcel SET recorded_at = now() - interval '3 days'"))
        connection.execute(text("ALTER TABLE gisreg.parcel ENABLE TRIGGER ALL"))
    with transaction(nine, Actor("wang")) as connection:
        connection.execute(text("UPDATE parcel SET state = 'closed' WHERE parcel_code = '149901-0000001'"))
    with transaction(nine) as connection:
        assert get_parcel(connection, "149901-0000001")["state"] == "closed"
        assert get_parcel(connection, "149901-0000001", yesterday)["state"] == "registered"
        assert get_parcel(connection, "149901-0000001", today())["state"] == "closed"
        assert list_parcels(connection, as_of=yesterday).total == 9
        assert list_parcels(connection, as_of=today() - timedelta(days=4)).total == 0


def test_a_day_ends_at_24_00_in_the_county() -> None:
    assert end_of(date(2026, 11, 25)).isoformat() == "2026-11-26T00:00:00+08:00"


def test_as_of_has_the_columns_of_now() -> None:
    assert [c.name for c in current_at(date(2026, 1, 1)).columns] == [c.name for c in current_at().columns]
