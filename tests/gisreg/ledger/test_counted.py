"""Left and not closed in 宗, 项 and 户: rows add up to the county, whatever is linked to what."""

from datetime import timedelta

import pytest
from books_county import code
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from gisreg.affairs.counts import count_affairs
from gisreg.days import DayInFuture, today
from gisreg.ledger.counted import AREAS, UNITS, Numbers, counted
from gisreg.ledger.flow import By, flow
from gisreg.ledger.left import county_left, township_left

SHARED = """
INSERT INTO admin_unit (county_code, level, code, name)
VALUES ('149901', 'township', '149901100', '甲'), ('149901', 'township', '149901101', '乙');
INSERT INTO project (county_code, project_code, name) VALUES ('149901', 'P1', '一'), ('149901', 'P2', '二');
INSERT INTO enterprise (county_code, credit_code, name) VALUES ('149901', '91149901DEMO000001', '示例公司');
INSERT INTO parcel_project (county_code, parcel_id, project_code)
SELECT '149901', id, CASE WHEN parcel_code < '149901-0000004' THEN 'P1' ELSE 'P2' END
FROM parcel WHERE parcel_code <= '149901-0000004';
INSERT INTO parcel_enterprise (county_code, parcel_id, enterprise_id)
SELECT '149901', p.id, e.id FROM parcel AS p, enterprise AS e
WHERE p.parcel_code IN ('149901-0000003', '149901-0000004');
"""


STATES = ["registered", "on_hold", "submitted", "closed", "taken_back", "removed"]


@pytest.fixture
def shared(do, put) -> None:
    """Two townships; a project on three parcels of both, another on one, an enterprise on two."""
    do(lambda c: c.execute(text(SHARED)))
    put("township_code = '149901100'", f"parcel_code <= '{code(150)}'")
    put("township_code = '149901101'", f"parcel_code > '{code(150)}' AND parcel_code <= '{code(299)}'")
    put("township_code = '149901101', official_area_m2 = 90000", f"parcel_code = '{code(2)}'")


def test_each_unit_is_counted_by_itself_and_whole_in_one_row(do, shared) -> None:
    rows = {row.code: row for row in do(counted, "149901").rows}
    assert rows["149901101"].projects == Numbers(1, 1, 1), "P1: most of its land lies there"
    assert rows["149901100"].projects == Numbers(1, 1, 1)
    assert rows["149901100"].enterprises == Numbers(1, 1, 1)
    assert rows[None].parcels == Numbers(1, 1, 1), "乡镇待核"
    assert float(rows["149901101"].left_m2) == 90_000 + 149 * 10_000


def test_a_project_is_left_while_one_parcel_is_and_moves_with_it(do, shared, closed, submitted) -> None:
    closed(2)
    submitted(3)
    rows = {row.code: row for row in do(counted, "149901").rows}
    assert (rows["149901100"].projects, rows["149901101"].projects) == (Numbers(2, 2, 2), Numbers(0, 0, 0))
    closed(1)
    total = do(counted, "149901").total
    assert (total.projects, total.parcels) == (Numbers(2, 1, 2), Numbers(300, 297, 298))


def test_ground_that_two_kinds_share_is_deducted_as_on_the_maps(county, shared) -> None:
    pair = text(
        "INSERT INTO parcel_overlap (county_code, parcel_id, other_id, area_m2) SELECT county_code, a.id, b.id, 4000 "
        "FROM parcel AS a JOIN parcel AS b USING (county_code) WHERE (a.parcel_code, b.parcel_code) = (:one, :other)"
    )
    with county.connect() as connection:
        connection.execute(pair, {"one": code(1), "other": code(2)})
        tables = {by: counted(connection, "149901", by) for by in By}
        ledger = county_left(township_left(connection, "149901"))
        connection.rollback()
    for by, table in tables.items():
        assert float(table.total.overlap_m2) == 4000
        told = table.total.as_json()
        assert (told["left_mu"], told["not_closed_mu"]) == pytest.approx((ledger.left_mu, ledger.not_closed_mu))
        apart = 4000 if by == By.KIND else 0
        assert float(sum(row.left_m2 for row in table.rows) - table.total.left_m2) == apart, "kinds share the ground"


def test_a_day_s_figures_are_those_recorded_by_its_end(do, shared, closed, submitted, database) -> None:
    """All is recorded today; moved a day back, what was done since is today's."""
    closed(2)
    before = do(counted, "149901")
    back = "UPDATE {} SET recorded_at = recorded_at - interval '2 days'{}"
    with create_engine(database.admin_url).begin() as admin:
        admin.execute(text("SET search_path = gisreg, public"))
        admin.execute(text("SET session_replication_role = replica"))
        for table in ("parcel", "parcel_project", "parcel_enterprise"):
            admin.execute(text(back.format(table, "")))
        admin.execute(text(back.format("parcel_version", ", superseded_at = superseded_at - interval '2 days'")))
    submitted(3)
    do(lambda c: c.execute(text("DELETE FROM parcel_enterprise WHERE parcel_id = (SELECT min(parcel_id)"
                                " FROM parcel_enterprise)")))  # fmt: skip
    yesterday, now = today() - timedelta(days=1), do(counted, "149901")
    for by in By:
        then = do(counted, "149901", by, yesterday)
        assert then.total.parcels == before.total.parcels
        assert (then.total.projects, then.total.enterprises) == (before.total.projects, before.total.enterprises)
        assert then.total.left_m2 == before.total.left_m2 == now.total.left_m2 + 10_000
        closing = do(flow, "149901", yesterday - timedelta(days=9), yesterday, by=by).total.closing
        assert (closing.parcels, closing.projects, closing.land_m2) == (
            then.total.parcels.left, then.total.projects.left, then.total.left_m2,
        )  # fmt: skip
    assert do(counted, "149901", By.TOWNSHIP, today()).total == now.total
    assert do(counted, "149901", By.TOWNSHIP, today() - timedelta(days=4)).total.parcels == Numbers()
    with pytest.raises(DayInFuture):
        do(counted, "149901", By.TOWNSHIP, today() + timedelta(days=1))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_rows_add_up_to_the_county_by_every_dimension(county, shared, data) -> None:
    states = data.draw(st.lists(st.sampled_from(STATES), min_size=8, max_size=8))
    zones = data.draw(st.lists(st.sampled_from(["Z1", "Z2", None]), min_size=8, max_size=8))
    with county.connect() as connection:
        connection.execute(
            text("SELECT set_config('gisreg.actor', 'li', true), set_config('gisreg.source', 't', true)")
        )
        for number, (state, zone) in enumerate(zip(states, zones, strict=True), start=1):
            connection.execute(
                text("UPDATE parcel SET state = :state, zone_code = :zone WHERE parcel_code = :code"),
                {"state": state, "zone": zone, "code": code(number)},
            )
        tables = [counted(connection, "149901", by) for by in By]
        shown = {one.what: one for one in count_affairs(connection, "149901")}
        ledger = county_left(township_left(connection, "149901"))
        connection.rollback()
    for table in tables:
        assert table.total == tables[0].total
        for unit, what in zip(UNITS, ("parcel", "project", "enterprise"), strict=True):
            told = getattr(table.total, unit)
            assert (told.registered, told.left, told.not_closed) == (
                shown[what].registered, shown[what].left, shown[what].not_closed,
            )  # fmt: skip
        assert all(getattr(table.total, area) == sum(getattr(row, area) for row in table.rows) for area in AREAS)
    assert (ledger.left_count, ledger.not_closed_count) == (
        tables[0].total.parcels.left, tables[0].total.parcels.not_closed,
    )  # fmt: skip
