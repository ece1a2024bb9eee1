"""What is left to revitalise, as rules §4 counts it."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from gisreg.db.engine import Actor, transaction
from gisreg.ledger.left import TownshipLeft, county_left, township_left

Add = Callable[..., None]


@pytest.fixture
def add(engine: Engine) -> Add:
    """Adds ``count`` parcels of one kind, state and township to a county of two townships."""
    with transaction(engine, Actor("li")) as connection:
        connection.execute(text("INSERT INTO county (code, name, invented) VALUES ('149901', '示例县', true)"))
        connection.execute(
            text(
                "INSERT INTO admin_unit (county_code, level, code, name) VALUES"
                " ('149901', 'township', '149901100', '甲'), ('149901', 'township', '149901101', '乙')"
            )
        )

    def add_parcels(count: int, kind: str, state: str, township: str | None, area_m2: float | None = 6666.0) -> None:
        with transaction(engine, Actor("li")) as connection:
            first = connection.execute(text("SELECT count(*) FROM parcel")).scalar_one()
            connection.execute(
                text(
                    "INSERT INTO parcel (county_code, parcel_code, kind, state, township_code, area_m2, floor_area_m2)"
                    " SELECT '149901', '149901-' || lpad((:first + n)::text, 7, '0'), :kind, :state, :township, :area,"
                    " CASE WHEN :kind = 'idle_factory' THEN 500 END FROM generate_series(1, :count) AS n"
                ),
                {"first": first, "count": count, "kind": kind, "state": state, "township": township, "area": area_m2},
            )

    return add_parcels


def rows(engine: Engine) -> dict[str | None, TownshipLeft]:
    with transaction(engine) as connection:
        return {row.code: row for row in township_left(connection, "149901")}


def share_ground(engine: Engine, area_m2: float) -> None:
    """The first and the last parcel lie on so much common ground."""
    pair = (
        "INSERT INTO parcel_overlap (county_code, parcel_id, other_id, area_m2) "
        "SELECT '149901', min(id), max(id), :area FROM parcel"
    )
    with transaction(engine, Actor("li")) as connection:
        connection.execute(text(pair), {"area": area_m2})


def test_ordos_works_43_revived_2_left_13_not_closed(engine: Engine, add: Add) -> None:
    """45 works: 32 closed, 11 submitted, 2 still to do (documents 004)."""
    add(32, "half_finished_project", "closed", "149901100")
    add(11, "half_finished_project", "submitted", "149901100")
    add(2, "half_finished_project", "in_progress", "149901100")
    here = rows(engine)["149901100"]
    assert (here.registered_count, here.revived_count, here.left_count, here.not_closed_count) == (45, 43, 2, 13)


def test_suspected_removed_and_taken_back_are_outside_all_totals(engine: Engine, add: Add) -> None:
    add(3, "idle_land", "suspected", "149901100")
    add(2, "idle_land", "taken_back", "149901100")
    add(1, "idle_land", "removed", "149901100")
    add(1, "idle_land", "registered", "149901100")
    here = rows(engine)["149901100"]
    assert (here.registered_count, here.left_count, here.suspected_count, here.taken_back_count) == (1, 1, 3, 2)


def test_official_area_goes_before_measured_area(engine: Engine, add: Add) -> None:
    add(1, "idle_land", "registered", "149901100", area_m2=10_000.0)
    with transaction(engine, Actor("li")) as connection:
        connection.execute(text("UPDATE parcel SET official_area_m2 = 20000, official_area_source = 'deed'"))
    assert rows(engine)["149901100"].left_mu == pytest.approx(30.0)


def test_land_in_mu_and_floor_in_m2_stay_apart(engine: Engine, add: Add) -> None:
    add(2, "idle_factory", "registered", "149901100", area_m2=2000.0)
    here = rows(engine)["149901100"]
    assert (here.left_mu, here.left_floor_m2) == (pytest.approx(6.0), 1000.0)


def test_ground_that_two_kinds_share_is_deducted_once(engine: Engine, add: Add) -> None:
    add(1, "idle_land", "registered", "149901100", area_m2=10_000.0)
    add(1, "half_finished_project", "registered", "149901100", area_m2=4_000.0)
    share_ground(engine, 4000)
    here = rows(engine)["149901100"]
    assert here.left_mu == pytest.approx(15.0)
    assert here.overlap_mu == pytest.approx(6.0)
    assert here.not_closed_mu == pytest.approx(15.0)
    assert here.left_count == 2
    assert {kind: tally.mu for kind, tally in here.by_kind.items()} == pytest.approx(
        {"idle_land": 15.0, "half_finished_project": 6.0}
    )


def test_shared_ground_is_deducted_from_what_is_not_closed_as_long_as_neither_is(engine: Engine, add: Add) -> None:
    add(1, "idle_land", "registered", "149901100", area_m2=10_000.0)
    add(1, "half_finished_project", "submitted", "149901100", area_m2=4_000.0)
    share_ground(engine, 4000)
    here = rows(engine)["149901100"]
    assert (here.left_mu, here.overlap_mu, here.not_closed_mu) == pytest.approx((15.0, 0.0, 15.0))


def test_parcels_without_boundary_or_township_are_shown_and_rows_sum_to_the_county(engine: Engine, add: Add) -> None:
    add(2, "idle_land", "registered", "149901100")
    add(3, "unsupplied_land", "registered", "149901101")
    add(1, "idle_factory", "registered", None)
    add(1, "idle_factory", "registered", "149901999")
    found = rows(engine)
    assert list(found) == ["149901100", "149901101", None]
    assert (found[None].left_count, found[None].unmapped_count) == (2, 2)
    total = county_left(found.values())
    assert total.left_count == 7
    assert total.left_mu == pytest.approx(sum(row.left_mu for row in found.values()))


def test_a_township_with_nothing_left_has_its_row(engine: Engine, add: Add) -> None:
    assert [row.left_count for row in rows(engine).values()] == [0, 0]
