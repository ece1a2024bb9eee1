"""The read model as of a day: for today the very same as the view, row by row; overlaps are those of the day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, FromClause, create_engine, func, select, text

from gisreg.cluster import DatabaseAddress
from gisreg.days import today
from gisreg.db.engine import Actor, transaction
from gisreg.demo.load import load_demo
from gisreg.ledger.left import county_left, township_left
from gisreg.parcels.asof import current_at, overlaps_at
from gisreg.parcels.overlaps import overlaps_in, relink, tolerance_m2
from gisreg.planning.run import run_plan

COUNTY = "149901"
P1, P4 = "149901-0000001", "149901-0000004"
YESTERDAY = today() - timedelta(days=1)
AWKWARD = """
INSERT INTO plan (county_code, parcel_id, label, measure, reason, basis, agency, due_on)
SELECT county_code, id, 'use', 'own_use', '单位自用', NULL, NULL, NULL FROM parcel ORDER BY id LIMIT 1;
INSERT INTO plan (county_code, parcel_id, label, measure, reason, basis, agency, due_on)
SELECT county_code, id, 'lease', 'a_way_of_our_own', '招租', '会议纪要', '示例局', DATE '2027-01-01' FROM parcel
ORDER BY id DESC LIMIT 1;
UPDATE parcel SET state = 'removed' WHERE id = (SELECT min(id) + 3 FROM parcel);
UPDATE parcel SET township_code = '149901999' WHERE id = (SELECT min(id) + 4 FROM parcel);
UPDATE parcel SET official_area_m2 = NULL, official_area_source = NULL WHERE id = (SELECT min(id) + 5 FROM parcel);
UPDATE parcel SET boundary = NULL, survey_boundary = NULL, area_m2 = NULL, official_area_m2 = NULL,
    official_area_source = NULL WHERE id = (SELECT min(id) + 6 FROM parcel);
UPDATE parcel SET state = state WHERE id = (SELECT min(id) + 7 FROM parcel);
"""


@contextmanager
def owner(database: DatabaseAddress) -> Iterator[Connection]:
    """The owner of the tables, who alone can do what time does."""
    with create_engine(database.admin_url).begin() as connection:
        connection.execute(text("SET search_path = gisreg, public"))
        yield connection


def backdate(database: DatabaseAddress) -> None:
    """All that is there was recorded three days ago."""
    with owner(database) as connection:
        connection.execute(text("ALTER TABLE parcel DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE parcel SET recorded_at = now() - interval '3 days'"))
        connection.execute(text("ALTER TABLE parcel ENABLE TRIGGER ALL"))


def rows_of(connection: Connection, source: FromClause) -> dict[int, dict[str, Any]]:
    columns = [func.ST_AsEWKB(c).label(c.name) if c.name == "boundary" else c for c in source.columns]
    return {row["id"]: dict(row) for row in connection.execute(select(*columns)).mappings()}


def test_today_is_the_view_in_every_column_of_every_row(engine: Engine, database: DatabaseAddress) -> None:
    loaded = load_demo(engine, parcels=400, seed=11)
    run_plan(engine, Actor("tester", "test"), loaded.county_code)
    run_plan(engine, Actor("tester", "test"), loaded.county_code, propose=True)
    with transaction(engine, Actor("li", "test")) as connection:
        connection.execute(text(AWKWARD))
    with owner(database) as connection:  # a township that ended without a successor, and nobody entered a change
        connection.execute(
            text("UPDATE admin_unit SET valid_to = :day WHERE level = 'township' AND code = '149901203'"),
            {"day": YESTERDAY},
        )
    with transaction(engine) as connection:
        view, then = rows_of(connection, current_at()), rows_of(connection, current_at(today()))
    assert len(view) >= 400
    for name in ("label", "blockers", "finance_option", "due_on", "township_name", "boundary", "land_area_m2"):
        found = {row[name] is None for row in view.values()}
        assert found == {True, False}, name
    assert any(row["decided_by_person"] for row in view.values())
    different = {
        (number, name) for number, row in view.items() for name in row if then.get(number, {}).get(name) != row[name]
    }
    assert different == set()
    assert set(then) == set(view)


def deducted(engine: Engine, day: Any = None) -> float:
    with transaction(engine) as connection:
        return county_left(township_left(connection, COUNTY, day)).overlap_mu


def link(engine: Engine) -> None:
    with transaction(engine, Actor("li", "test")) as connection:
        relink(connection, COUNTY, overlaps_in(connection, COUNTY, tolerance_m2(connection, COUNTY)))


CHANGES = {
    "moved away": f"UPDATE parcel SET boundary = ST_Translate(boundary, 0.05, 0), survey_boundary ="
    f" ST_Translate(survey_boundary, 4500, 0) WHERE parcel_code = '{P4}'",
    "removed": f"UPDATE parcel SET state = 'removed' WHERE parcel_code = '{P1}'",
    "both moved": f"UPDATE parcel SET boundary = ST_Translate(boundary, 0.05, 0), survey_boundary ="
    f" ST_Translate(survey_boundary, 4500, 0) WHERE parcel_code IN ('{P1}', '{P4}')",
    "of one kind now": f"UPDATE parcel SET kind = 'idle_land', subkind = NULL WHERE parcel_code = '{P4}'",
    "only its name": f"UPDATE parcel SET name = '新名' WHERE parcel_code IN ('{P1}', '{P4}')",
    "closed": f"UPDATE parcel SET state = 'closed' WHERE parcel_code = '{P4}'",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_overlaps_of_a_past_day_are_those_of_the_day(
    row_of_four: Engine, database: DatabaseAddress, change: str
) -> None:
    link(row_of_four)
    backdate(database)
    before = deducted(row_of_four)
    assert before == pytest.approx(5_000 * 0.0015, rel=1e-3)
    with transaction(row_of_four, Actor("wang", "test")) as connection:
        connection.execute(text(change))
    link(row_of_four)
    assert deducted(row_of_four, YESTERDAY) == pytest.approx(before, rel=1e-9)
    assert deducted(row_of_four, today()) == pytest.approx(deducted(row_of_four), rel=1e-9)


def test_pairs_come_once_each(row_of_four: Engine, database: DatabaseAddress) -> None:
    link(row_of_four)
    backdate(database)
    with transaction(row_of_four, Actor("wang", "test")) as connection:
        connection.execute(text(CHANGES["both moved"]))
    link(row_of_four)
    with transaction(row_of_four) as connection:
        for day, pairs in ((YESTERDAY, 2), (today(), 1), (None, 1)):
            shared = overlaps_at(COUNTY, day)
            found = [tuple(row) for row in connection.execute(select(shared.c.parcel_id, shared.c.other_id))]
            assert len(found) == len(set(found)) == pairs, day
