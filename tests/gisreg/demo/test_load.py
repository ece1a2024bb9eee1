"""The invented county in the database: whole, once, and consistent."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from gisreg.affairs.cards import check_cards
from gisreg.cluster import DatabaseAddress
from gisreg.db.engine import Actor, make_engine, transaction
from gisreg.demo import load as loading
from gisreg.demo.load import load_demo
from gisreg.demo.standing import CountyCodeTaken, OtherDemoCounty, find
from gisreg.errors import ConflictError
from gisreg.rights.title import titles_of

PARCELS = 2_000


@pytest.fixture(scope="module")
def county(module_database: DatabaseAddress) -> Iterator[Engine]:
    engine = make_engine(module_database.app_url)
    load_demo(engine, parcels=PARCELS, seed=7)
    yield engine
    engine.dispose()


@pytest.fixture
def read(county: Engine) -> Iterator[Connection]:
    with transaction(county) as connection:
        yield connection


def one(connection: Connection, statement: str) -> Any:
    return connection.execute(text(statement)).scalar_one()


def fingerprint(engine: Engine) -> object:
    """Of all that was loaded, but for stamps and internal numbers."""
    columns = "to_jsonb(p) - ARRAY['id', 'recorded_at', 'batch_id']"
    statement = f"SELECT md5(string_agg(({columns})::text, '' ORDER BY parcel_code)) FROM parcel AS p"
    with transaction(engine) as connection:
        return one(connection, statement)


def test_all_parcels_are_there(read: Connection) -> None:
    assert one(read, "SELECT count(*) FROM parcel") == PARCELS
    assert one(read, "SELECT last_parcel_no FROM county WHERE code = '149901' AND invented") == PARCELS
    assert one(read, "SELECT sum(rows_loaded) FROM batch") == PARCELS
    assert (
        one(read, "SELECT count(*) FROM parcel AS p JOIN batch AS b ON b.id = p.batch_id AND b.kind = p.kind")
        == PARCELS
    )


def test_a_second_run_repeats_nothing(county: Engine) -> None:
    before = fingerprint(county)
    again = load_demo(county, parcels=PARCELS, seed=7)
    assert again.already_there
    assert again.seconds < 1
    assert find(county, PARCELS, 7) is not None
    assert fingerprint(county) == before


@pytest.mark.parametrize(("parcels", "seed"), [(PARCELS, 8), (PARCELS - 1, 7)])
def test_another_county_is_refused(county: Engine, parcels: int, seed: int) -> None:
    with pytest.raises(OtherDemoCounty) as refusal:
        load_demo(county, parcels=parcels, seed=seed)
    assert isinstance(refusal.value, ConflictError)
    assert "GISREG_HOME" in refusal.value.line("zh")
    assert f"--parcels {PARCELS} --seed 7" in refusal.value.line("en")


def test_the_same_seed_loads_the_same_rows(county: Engine, engine: Engine) -> None:
    load_demo(engine, parcels=PARCELS, seed=7)
    assert fingerprint(engine) == fingerprint(county)


def test_a_county_of_another_origin_is_left_alone(engine: Engine) -> None:
    with transaction(engine, Actor("tester")) as connection:
        connection.execute(text("INSERT INTO county (code, name) VALUES ('149901', '别的县')"))
    with pytest.raises(CountyCodeTaken):
        load_demo(engine, parcels=10, seed=7)


def test_an_interrupted_load_is_finished_by_the_next(
    county: Engine, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loading, "_children", stop)
        with pytest.raises(KeyboardInterrupt):
            load_demo(engine, parcels=PARCELS, seed=7)
    assert find(engine, PARCELS, 7) is None
    finished = load_demo(engine, parcels=PARCELS, seed=7)
    assert not finished.already_there
    assert fingerprint(engine) == fingerprint(county)


def test_a_load_that_fails_early_leaves_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(loading, "_copy", stop)
        with pytest.raises(RuntimeError):
            load_demo(engine, parcels=100, seed=7)
    with transaction(engine) as connection:
        assert one(connection, "SELECT count(*) FROM county") == 0
        assert one(connection, "SELECT count(*) FROM admin_unit") == 0


def test_boundaries_are_the_surveys_transformed(read: Connection) -> None:
    wrong = """
        SELECT count(*) FROM parcel
        WHERE (boundary IS NULL) <> (survey_boundary IS NULL)
            OR NOT ST_IsValid(boundary) OR ST_SRID(survey_boundary) <> 4526
            OR NOT ST_Equals(boundary, ST_Transform(survey_boundary, 4490))
            OR abs(area_m2 / ST_Area(boundary::geography) - 1) > 1e-9
            OR abs(planar_area_m2 / ST_Area(survey_boundary) - 1) > 1e-9
    """
    assert one(read, wrong) == 0


def test_parcels_lie_in_the_township_they_name(read: Connection) -> None:
    astray = """
        SELECT count(*) FROM parcel AS p
        JOIN admin_unit AS t ON t.level = 'township' AND t.code = p.township_code
        WHERE NOT ST_Intersects(p.boundary, t.boundary)
    """
    across = """
        SELECT count(*) FROM parcel AS p
        JOIN admin_unit AS t ON t.level = 'township' AND t.code = p.township_code
        WHERE NOT ST_Within(p.boundary, t.boundary)
    """
    assert one(read, astray) == 0
    assert 1 <= one(read, across) <= 100
    assert one(read, "SELECT count(DISTINCT township_code) FROM parcel") == 12
    assert one(read, "SELECT count(DISTINCT zone_code) FROM parcel") == 2


def test_the_county_is_its_townships(read: Connection) -> None:
    statement = """
        SELECT abs(sum(t.area_m2) / max(c.area_m2) - 1)
        FROM admin_unit AS t JOIN admin_unit AS c ON c.level = 'county' AND t.level = 'township'
    """
    assert one(read, statement) < 1e-6
    assert one(read, "SELECT bool_and(ST_IsValid(boundary)) FROM admin_unit") is True


def test_overlaps_are_all_recorded(read: Connection) -> None:
    """What the generator says overlaps is what a search of the ground finds."""
    found = """
        SELECT a.id, b.id FROM parcel AS a JOIN parcel AS b
            ON a.id < b.id AND a.boundary && b.boundary AND ST_Intersects(a.survey_boundary, b.survey_boundary)
    """
    recorded = "SELECT parcel_id, other_id FROM parcel_overlap WHERE area_m2 > 100"
    assert set(read.execute(text(found))) == set(read.execute(text(recorded)))
    assert one(read, "SELECT count(*) FROM parcel_overlap") > 10
    same = """
        SELECT count(*) FROM parcel_overlap AS o
        JOIN parcel AS a ON a.id = o.parcel_id JOIN parcel AS b ON b.id = o.other_id AND b.kind = a.kind
    """
    assert one(read, same) == 0


def test_approvals_reconcile(read: Connection) -> None:
    """approved - supplied - withdrawn = what is still unsupplied of it."""
    wrong = """
        SELECT count(*)
        FROM approval AS a
        JOIN LATERAL (
            SELECT coalesce(sum(greatest(
                coalesce(p.official_area_m2, p.area_m2, 0) - coalesce(p.supplied_area_m2, 0), 0)), 0) AS m2
            FROM parcel_approval AS l JOIN parcel AS p ON p.id = l.parcel_id
            WHERE l.approval_no = a.approval_no AND p.kind = 'unsupplied_land' AND p.state <> 'closed'
        ) AS remaining ON true
        WHERE abs(a.approved_area_m2 - a.supplied_area_m2 - a.withdrawn_area_m2 - remaining.m2) > 0.01
    """
    assert one(read, wrong) == 0
    assert one(read, "SELECT count(*) FROM approval WHERE withdrawn_area_m2 > 0") > 0


def test_children_hang_on_their_parcels(read: Connection) -> None:
    for table in ("party", "land_right", "encumbrance", "contract", "project", "enterprise", "parcel_project",
                  "parcel_enterprise", "parcel_approval"):  # fmt: skip
        assert one(read, f"SELECT count(*) FROM {table}") > 10, table
    types = set(read.execute(text("SELECT DISTINCT encumbrance_type FROM encumbrance")).scalars())
    assert types == {"mortgage", "seizure"}
    assert one(read, "SELECT count(*) FROM parcel WHERE mortgaged") == one(
        read, "SELECT count(*) FROM encumbrance WHERE encumbrance_type = 'mortgage'"
    )
    assert one(read, "SELECT count(*) FROM party WHERE phone IS NOT NULL") > 0


def test_history_tells_what_came_before(read: Connection) -> None:
    statement = """
        SELECT p.parcel_code, p.version, p.recorded_from, array_agg(v.state ORDER BY v.version) AS states
        FROM parcel AS p JOIN parcel_version AS v ON v.parcel_id = p.id GROUP BY p.id
    """
    rows = read.execute(text(statement)).all()
    assert {row.version for row in rows} == {2, 3}
    assert {state for row in rows for state in row.states} == {"suspected", "registered", "planned"}
    assert {row.recorded_from for row in rows} == {"demo: step 1", "demo: step 2"}
    remeasured = """
        SELECT count(*) FROM parcel AS p JOIN parcel_version AS v ON v.parcel_id = p.id AND v.version = 1
        WHERE v.area_m2 < p.area_m2 * 0.99
    """
    assert one(read, remeasured) > 5


def test_parcels_state_what_follows_from_their_books(read) -> None:
    """Ownership, seizure and mortgage: following the books would change nothing."""
    assert [title.parcel_code for title in titles_of(read, "149901", day=date(2026, 12, 31)) if title.changes()] == []


def test_asset_cards_agree_for_the_most_part_and_the_others_are_found(read) -> None:
    check = check_cards(read, "149901", 1.0)
    found = Counter(str(one.finding) for one in check.findings)
    assert check.cards > 50
    assert found.keys() >= {"card_without_parcel", "parcel_without_card", "land_differs"}
    assert check.matched > 0.9 * check.cards
    assert sum(found.values()) < 0.25 * check.cards
