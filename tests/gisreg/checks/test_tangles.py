"""Boundaries in no order at all: how often they cross themselves, and that no other row waits for them."""

import numpy as np
import pytest
import shapely

from gisreg.checks.tangles import crossings, least_corners, sides_of, tangled


def no_order(corners, seed=1):
    """Corners anywhere in a square of a kilometre, joined as they come."""
    return shapely.Polygon(np.random.default_rng(seed).random((corners, 2)) * 1000)


def truly(shape):
    """Every crossing, one by one."""
    sides = [shapely.LineString(side) for side in sides_of(shape)]
    tree = shapely.STRtree(sides)
    ones, others = tree.query(sides, predicate="crosses")
    return int((ones < others).sum())


@pytest.mark.parametrize("corners", [5, 40, 150, 400])
def test_of_few_sides_all_crossings_are_counted(corners):
    shape = no_order(corners)
    number, spot = crossings(sides_of(shape))
    assert number == truly(shape)
    assert spot is None or shape.envelope.covers(shapely.Point(spot))


def test_of_many_sides_they_are_estimated():
    shape = no_order(4000)
    number, _ = crossings(sides_of(shape))
    assert number == pytest.approx(
        4000**2 * 0.1, rel=0.3
    )  # two random chords of a square cross in about a fifth of all cases


def test_a_hole_that_crosses_its_outer_ring_counts_too():
    ring, hole = np.array([(0, 0), (9, 0), (9, 9), (0, 9)]), np.array([(5, 1), (15, 1), (15, 2), (5, 2)])
    assert crossings(sides_of(shapely.Polygon(ring, [hole])))[0] == 2


def test_a_boundary_that_only_touches_itself_is_no_tangle():
    teeth = [(x, y) for n in range(5000) for x, y in ((n, 0), (n + 0.5, 1))]
    comb = shapely.Polygon([*teeth, (5000, 2), (5000, 50), (0, 50)])
    bow = shapely.Polygon([*teeth, (5000, 50), (0, 2), (0, 50), (5000, 2)])
    shapes = np.array([comb, bow])
    assert not bow.is_valid
    assert list(tangled(shapes, shapely.get_num_coordinates(shapes), 10_000)) == []


def test_the_limit_is_the_county_s():
    shapes = np.array([no_order(60), no_order(300)])
    corners = shapely.get_num_coordinates(shapes)
    assert [spot.row for spot in tangled(shapes, corners, 100)] == [0, 1]
    assert [spot.row for spot in tangled(shapes, corners, 2_000)] == [1]
    assert list(tangled(shapes, corners, 100_000)) == []
    assert least_corners(10_000) < 143
