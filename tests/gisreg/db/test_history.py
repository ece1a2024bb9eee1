"""The database itself keeps every version of a parcel; no way of the application goes round it."""

import pytest
from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction
from gisreg.db.errors import ConstraintViolated, PermissionDenied

SQUARE = "MULTIPOLYGON(((113.20 36.10,113.21 36.10,113.21 36.11,113.20 36.11,113.20 36.10)))"


@pytest.fixture
def parcel(engine: Engine) -> Engine:
    """A county with one parcel, written by Li through an import."""
    with transaction(engine, Actor("li", "import:1")) as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
        connection.execute(
            text(
                "INSERT INTO parcel (county_code, parcel_code, kind, state, name, boundary)"
                " VALUES ('149901', '149901-0000001', 'idle_factory', 'registered', '一号厂房',"
                " ST_GeomFromText(:square, 4490))"
            ),
            {"square": SQUARE},
        )
    return engine


def test_an_update_keeps_the_row_it_supersedes(parcel: Engine) -> None:
    with transaction(parcel, Actor("wang", "web")) as connection:
        connection.execute(text("UPDATE parcel SET name = '二号厂房'"))
    with transaction(parcel) as connection:
        live = connection.execute(text("SELECT version, name, recorded_by, recorded_from FROM parcel")).one()
        old = connection.execute(
            text(
                "SELECT version, name, recorded_by, recorded_from, superseded_by, boundary IS NOT NULL"
                " FROM parcel_version"
            )
        ).one()
    assert live == (2, "二号厂房", "wang", "web")
    assert old == (1, "一号厂房", "li", "import:1", "wang", True)


def test_one_statement_over_many_rows_keeps_all_of_them(parcel: Engine) -> None:
    with transaction(parcel, Actor("li")) as connection:
        connection.execute(
            text(
                "INSERT INTO parcel (county_code, parcel_code, kind, state)"
                " SELECT '149901', '149901-' || lpad(n::text, 7, '0'), 'idle_land', 'registered'"
                " FROM generate_series(2, 500) AS n"
            )
        )
        connection.execute(text("UPDATE parcel SET state = 'planned' WHERE kind = 'idle_land'"))
    with transaction(parcel) as connection:
        assert connection.execute(text("SELECT count(*) FROM parcel_version")).scalar_one() == 499


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE parcel SET recorded_by = 'nobody'",
        "UPDATE parcel SET recorded_at = '2020-01-01'",
        "UPDATE parcel SET version = 1",
        "INSERT INTO parcel_version SELECT * FROM parcel_version",
        "UPDATE parcel_version SET name = 'x'",
        "DELETE FROM parcel_version",
        "TRUNCATE parcel_version",
        "DELETE FROM parcel",
        "ALTER TABLE parcel DISABLE TRIGGER ALL",
        "DROP TRIGGER parcel_keep_updated ON parcel",
        "SET session_replication_role = replica",
        "SET ROLE gisreg_owner",
        "UPDATE plan_label SET parcel_id = 1",
        "DELETE FROM batch",
    ],
)
def test_the_application_cannot_forge_or_lose_history(parcel: Engine, statement: str) -> None:
    with pytest.raises(PermissionDenied), transaction(parcel, Actor("mallory")) as connection:
        connection.execute(text(statement))


def test_a_parcel_keeps_its_number(parcel: Engine) -> None:
    with pytest.raises(ConstraintViolated), transaction(parcel, Actor("li")) as connection:
        connection.execute(text("UPDATE parcel SET parcel_code = '149901-0000009'"))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "'castle'"),
        ("state", "'lost'"),
        ("subkind", "'halted_works'"),
        ("price_wan", "-1"),
        ("price_wan", "'NaN'"),
        ("price_wan", "'Infinity'"),
        ("land_use_code", "'0601'"),
        ("official_area_m2", "100"),
        ("state", "'suspected'"),
    ],
)
def test_values_outside_the_vocabulary_are_refused(parcel: Engine, column: str, value: str) -> None:
    with pytest.raises(ConstraintViolated), transaction(parcel, Actor("li")) as connection:
        connection.execute(text(f"UPDATE parcel SET {column} = {value}"))


def test_a_failed_transaction_leaves_no_trace(parcel: Engine) -> None:
    def fails_half_way() -> None:
        with transaction(parcel, Actor("li")) as connection:
            connection.execute(text("UPDATE parcel SET name = 'never'"))
            raise KeyError("half way")

    with pytest.raises(KeyError):
        fails_half_way()
    with transaction(parcel) as connection:
        assert connection.execute(text("SELECT count(*) FROM parcel_version")).scalar_one() == 0


def test_a_transaction_without_an_actor_only_reads(parcel: Engine) -> None:
    with pytest.raises(Exception, match="read-only"), transaction(parcel) as connection:
        connection.execute(text("UPDATE parcel SET name = 'x'"))


def test_the_application_may_refresh_statistics_though_it_owns_no_table(parcel: Engine) -> None:
    with transaction(parcel, Actor("li")) as connection:
        connection.execute(text("SELECT refresh_statistics()"))
    with transaction(parcel) as connection:
        rows = connection.execute(text("SELECT reltuples FROM pg_class WHERE oid = 'parcel'::regclass")).scalar_one()
    assert rows == 1
