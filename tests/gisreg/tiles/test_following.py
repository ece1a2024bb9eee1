"""The copy follows whatever changes what a map shows, and nothing else changes its version."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, text
from tiles_county import WRITER, change, fill

from gisreg.db.engine import transaction
from gisreg.parcels.editing import Basis
from gisreg.parcels.edits import remove
from gisreg.tiles import following
from gisreg.tiles.following import follow, version_of

Change = Callable[[Engine], None]


def sql(statement: str) -> Change:
    """A change by one statement."""
    return lambda engine: change(engine, statement)


def struck_off(engine: Engine) -> None:
    """A parcel goes out of use."""
    with transaction(engine, WRITER) as connection:
        remove(connection, Basis("149901-0000003", 1), "登记重复")


SHOWN: dict[str, Change] = {
    "boundary": sql(
        "UPDATE parcel SET boundary = ST_Multi(ST_MakeEnvelope(113.5, 36, 113.6, 36.1, 4490))"
        " WHERE parcel_code = '149901-0000001'"
    ),
    "state": sql("UPDATE parcel SET state = 'submitted' WHERE parcel_code = '149901-0000002'"),
    "off the map": sql("UPDATE parcel SET boundary = NULL WHERE parcel_code = '149901-0000002'"),
    "struck off": struck_off,
    "area": sql("UPDATE parcel SET official_area_m2 = 1 WHERE parcel_code = '149901-0000002'"),
    "new": lambda engine: fill_one(engine),  # noqa: PLW0108 - defined below
    "decided": sql(
        "INSERT INTO plan (county_code, parcel_id, label, measure, reason)"
        " SELECT '149901', min(id), 'finance', 'special_bond', '会议确定' FROM parcel"
    ),
    "labels": sql("""
        WITH old AS (UPDATE plan_run SET status = 'superseded'), run AS (
            INSERT INTO plan_run (county_code, ruleset, ruleset_version, ruleset_sha256, ruleset_toml, as_of, status,
                parcels)
            VALUES ('149901', 'sample', '2', 'x', 'x', '2026-01-02', 'proposed', 60) RETURNING id
        ), rules AS (
            INSERT INTO plan_rule (county_code, run_id, rule_no, rule, kind, label, measure, measure_zh, measure_en,
                reason_zh, reason_en, basis, agency, days_allowed)
            SELECT '149901', id, 0, 'r', 'idle_land', 'lease', 'm', '措施', 'M', '理由', 'R', '依据', '单位', 90
            FROM run
        )
        INSERT INTO plan_label (run_id, parcel_id, county_code, rule_no, gates, unknown_gates)
        SELECT run.id, parcel.id, '149901', 0, 1, 0 FROM run, parcel
    """),
    "township renamed": sql("UPDATE admin_unit SET name = '新镇' WHERE code = '149901101'"),
    "township gone": sql("UPDATE admin_unit SET valid_to = '2026-01-01' WHERE code = '149901101'"),
}
HIDDEN = {
    "remark": sql("UPDATE parcel SET remark = '见附件' WHERE parcel_code = '149901-0000001'"),
    "holder's name": sql("UPDATE parcel SET holder_name = '示例公司' WHERE parcel_code = '149901-0000001'"),
    "a zone": sql("INSERT INTO zone (county_code, code, name) VALUES ('149901', 'Z1', '示例园区')"),
}


def fill_one(engine: Engine) -> None:
    """One more parcel."""
    change(
        engine,
        "INSERT INTO parcel (county_code, parcel_code, kind, state, boundary) VALUES ('149901', '149901-0000999',"
        " 'idle_land', 'registered', ST_Multi(ST_MakeEnvelope(113, 36, 113.01, 36.01, 4490)))",
    )


def version(engine: Engine) -> str:
    """What tiles are made from now."""
    follow(engine)
    with transaction(engine) as connection:
        return version_of(connection)


def contents(engine: Engine) -> dict[str, list[Any]]:
    """Copy and sums, but for versions."""
    with transaction(engine) as connection:
        drawn = connection.execute(text("SELECT * FROM parcel_drawn ORDER BY id"))
        rows = [tuple(value for name, value in row._mapping.items()) for row in drawn]
        sums = connection.execute(
            text("SELECT * FROM parcel_drawn_sum WHERE parcels <> 0 ORDER BY level, x, y, 4, 5, 6, 7, 8, 9, 10")
        )
        return {"drawn": rows, "sums": [tuple(row) for row in sums]}


def settle(engine: Engine) -> None:
    """A run that was proposed by a test is put in force."""
    change(engine, "UPDATE plan_run SET status = 'accepted' WHERE status = 'proposed'")


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_map_shows_makes_a_new_version_and_the_copy_equals_one_made_anew(county: Engine, name: str) -> None:
    before = version(county)
    SHOWN[name](county)
    settle(county)
    assert version(county) != before
    found = contents(county)
    change(county, "DELETE FROM parcel_drawn_state")
    change(county, "DELETE FROM parcel_drawn")
    change(county, "DELETE FROM parcel_drawn_sum")
    follow(county)
    assert found == contents(county)


@pytest.mark.parametrize("name", HIDDEN)
def test_what_no_map_shows_leaves_the_version(county: Engine, name: str) -> None:
    before = version(county)
    HIDDEN[name](county)
    assert version(county) == before
    assert follow(county) is None or version(county) == before


def test_nothing_is_written_where_nothing_changed(county: Engine) -> None:
    follow(county)
    follow(county)  # what was written within the second before may be looked at once more
    with transaction(county) as connection:
        before = connection.execute(text("SELECT xmin::text FROM parcel_drawn_state")).scalars().all()
    assert follow(county) is None
    with transaction(county) as connection:
        assert connection.execute(text("SELECT xmin::text FROM parcel_drawn_state")).scalars().all() == before


def test_a_change_that_was_under_way_is_found_later(county: Engine) -> None:
    with county.begin() as slow:
        slow.execute(text("UPDATE parcel SET state = 'submitted' WHERE parcel_code = '149901-0000001'"))
        before = version(county)
        fill_one(county)
        between = version(county)
        assert between != before
    assert version(county) != between


def test_many_changes_are_made_anew(county: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MANY", 10)
    follow(county)
    change(county, "UPDATE parcel SET state = 'submitted'")
    followed = follow(county)
    assert followed is not None
    assert followed.anew
    assert followed.looked_at == 60
    found = contents(county)
    assert len(found["drawn"]) == 60
    assert follow(county) is None


def test_an_empty_registry_and_one_after_a_crash(engine: Engine) -> None:
    assert version(engine) == ""
    fill(engine, 5)
    first = version(engine)
    for table in ("parcel_drawn", "parcel_drawn_sum", "parcel_drawn_state"):  # as a crash leaves unlogged tables
        change(engine, f"DELETE FROM {table}")
    assert version(engine) not in ("", first)
    assert len(contents(engine)["drawn"]) == 5
