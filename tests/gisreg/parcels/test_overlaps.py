"""What registered parcels share: judged in metres of their zone, found for all of them at once or for a few."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box
from sqlalchemy import Connection, Engine, text

from gisreg.parcels.overlaps import Overlap, overlaps_in, overlaps_of, relink

COUNTY = "149901"
ZONE = 4547
Place = Callable[..., int]


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A transaction that is taken back."""
    with engine.connect() as opened, opened.begin() as change:
        yield opened
        change.rollback()


@pytest.fixture
def place(connection: Connection) -> Place:
    return placing(connection)


def placing(connection: Connection) -> Place:
    """What puts a parcel of some shape, surveyed in a zone, into the registry, and gives its id."""
    connection.execute(
        text("INSERT INTO county (code, name, invented) VALUES (:county, '示例县', true)"), {"county": COUNTY}
    )

    def placed(shape: Polygon, kind: str = "idle_land", state: str = "registered", srid: int = ZONE) -> int:
        number = connection.execute(text("SELECT count(*) FROM parcel")).scalar_one() + 1
        values = {
            "county": COUNTY, "code": f"{COUNTY}-{number:07}", "kind": kind, "state": state, "shape": shape.wkt,
            "srid": srid, "crs": f"EPSG:{srid}",
        }  # fmt: skip
        return int(connection.execute(text(
            "INSERT INTO parcel (county_code, parcel_code, kind, state, area_m2, planar_area_m2, survey_crs, "
            "survey_boundary, boundary) SELECT :county, :code, :kind, :state, ST_Area(g), ST_Area(g), :crs, g, "
            "ST_Multi(ST_Transform(ST_MakeValid(g), 4490)) "
            "FROM (SELECT ST_GeomFromText(:shape, :srid) AS g) AS s RETURNING id"
        ), values).scalar_one())  # fmt: skip

    return placed


def square(x: float, y: float, side: float = 100.0) -> Polygon:
    """Near 113.2°E 36.1°N."""
    return box(428_000 + x, 3_997_000 + y, 428_000 + x + side, 3_997_000 + y + side)


def pairs(found: list[Overlap]) -> set[frozenset[int]]:
    return {frozenset((one.parcel_id, one.other_id)) for one in found}


def test_the_shared_area_is_that_of_the_zone(connection: Connection, place: Place) -> None:
    one, other = place(square(0, 0)), place(square(90, 0))
    (found,) = overlaps_in(connection, COUNTY, 1.0)
    assert {found.parcel_id, found.other_id} == {one, other}
    assert found.same_kind
    assert found.area_m2 == pytest.approx(1000.0, abs=1e-6)
    assert found.share == pytest.approx(0.1)
    lon, lat = map(float, found.place.split())
    assert (lon, lat) == pytest.approx((113.2, 36.1), abs=0.02)


def test_a_clean_joint_of_a_kilometre_is_no_overlap(connection: Connection, place: Place) -> None:
    """In longitude and latitude the long side is another line than the two short ones beside it."""
    long_side = Polygon([(428_000, 3_997_000), (429_000, 3_997_000), (429_000, 3_998_000), (428_000, 3_998_000)])
    left = Polygon([(428_000, 3_996_500), (428_500, 3_996_500), (428_500, 3_997_000), (428_000, 3_997_000)])
    right = Polygon([(428_500, 3_996_500), (429_000, 3_996_500), (429_000, 3_997_000), (428_500, 3_997_000)])
    for shape in (long_side, left, right):
        place(shape)
    in_degrees = connection.execute(text(
        "SELECT max(ST_Area(ST_Intersection(a.boundary, b.boundary)::geography)) FROM parcel AS a JOIN parcel AS b "
        "ON a.id < b.id"
    )).scalar_one()  # fmt: skip
    assert in_degrees > 1.0
    assert overlaps_in(connection, COUNTY, 0.001) == []


def test_between_kinds_it_is_a_link_and_closed_or_removed_parcels_disturb_nobody(
    connection: Connection, place: Place
) -> None:
    idle = place(square(0, 0))
    works = place(square(50, 0), kind="half_finished_project")
    place(square(0, 50), state="closed")
    place(square(20, 20), state="removed")
    found = overlaps_in(connection, COUNTY, 1.0)
    links = {frozenset((one.parcel_id, one.other_id)) for one in found if not one.same_kind}
    assert frozenset((idle, works)) in links
    assert not [one for one in found if one.same_kind]
    relink(connection, COUNTY, found)
    stored = connection.execute(text("SELECT parcel_id, other_id, area_m2 FROM parcel_overlap ORDER BY 1, 2")).all()
    assert {frozenset(row[:2]) for row in stored} == links
    assert all(one < other for one, other, _ in stored)


def test_what_a_few_parcels_share_is_what_all_of_them_share(connection: Connection, place: Place) -> None:
    ids = [place(square(90.0 * n, 0)) for n in range(5)]
    every = overlaps_in(connection, COUNTY, 1.0)
    assert pairs(overlaps_of(connection, ids, 1.0)) == pairs(every)
    assert pairs(overlaps_of(connection, ids[:1], 1.0)) == {frozenset(ids[:2])}
    assert overlaps_of(connection, ids[1:2], 1.0)[0].parcel_id == ids[1]


def test_surveys_of_different_zones_are_compared_in_the_first_ones(connection: Connection, place: Place) -> None:
    """The same ground, once in the zone with central meridian 114°E, once in that with its number before it."""
    place(square(0, 0))
    place(shapely.transform(square(40, 0), lambda xy: xy + np.array([38_000_000.0, 0.0])), srid=4526)
    (found,) = overlaps_in(connection, COUNTY, 1.0)
    assert found.area_m2 == pytest.approx(6000.0, abs=1e-3)


def test_a_ring_that_crosses_itself_is_judged_by_its_repaired_boundary(connection: Connection, place: Place) -> None:
    x, y = 428_000, 3_997_000
    place(Polygon([(x, y), (x + 100, y + 100), (x + 100, y), (x, y + 100)]))
    place(square(0, 0))
    (found,) = overlaps_in(connection, COUNTY, 1.0)
    assert found.area_m2 == pytest.approx(5000.0, rel=1e-4)


CORNER = st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(10, 150))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(squares=st.lists(CORNER, min_size=2, max_size=12))
def test_all_overlaps_are_those_that_shapely_finds(engine: Engine, squares: list[tuple[int, int, int]]) -> None:
    """Whatever the sizes: the grid of boxes leaves no pair out."""
    shapes = [square(x, y, side) for x, y, side in squares]
    with engine.connect() as connection, connection.begin() as change:
        placed = placing(connection)
        ids = [placed(shape) for shape in shapes]
        expected = {
            frozenset((ids[a], ids[b])): shapes[a].intersection(shapes[b]).area
            for a in range(len(ids))
            for b in range(a)
            if shapes[a].intersection(shapes[b]).area > 1
        }
        found = overlaps_in(connection, COUNTY, 1.0)
        assert pairs(found) == set(expected)
        for one in found:
            area_m2 = expected[frozenset((one.parcel_id, one.other_id))]
            assert one.area_m2 == pytest.approx(area_m2, abs=1e-4)
        change.rollback()
