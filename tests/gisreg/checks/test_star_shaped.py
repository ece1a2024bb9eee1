"""Star-shaped polygons: known for certain, and valid wherever they are moved."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from shapely import LineString, MultiPolygon, Point, Polygon, box

from gisreg.checks.star_shaped import star_shaped

X, Y = 427_000.0, 3_996_000.0
TO_DEGREES = Transformer.from_crs(4547, 4490, always_xy=True)
TO_NEXT_ZONE = Transformer.from_crs(4547, 4548, always_xy=True)


def are_stars(*shapes, geographic=False, metres_per_unit=1.0):
    """One answer for each."""
    return star_shaped(np.array(shapes, object), geographic=geographic, metres_per_unit=metres_per_unit).tolist()


def l_shaped(arm):
    """Two arms, one of which the middle of a long one does not see."""
    return Polygon([(X, Y), (X + arm, Y), (X + arm, Y + 5), (X + 5, Y + 5), (X + 5, Y + arm), (X, Y + arm)])


def ring(radii, turns=1):
    """Corners at these distances, going round as often."""
    angles = np.linspace(0, 2 * math.pi * turns, len(radii), endpoint=False)
    return Polygon([(X + r * math.cos(a), Y + r * math.sin(a)) for r, a in zip(radii, angles, strict=True)])


def test_what_is_seen_whole_from_its_middle_is_one():
    plain = box(X, Y, X + 40, Y + 30)
    assert are_stars(plain, plain.reverse(), l_shaped(8), ring([9, 14] * 5)) == [True, True, True, True]


def test_no_others_are():
    holed = box(X, Y, X + 40, Y + 30) - box(X + 5, Y + 5, X + 9, Y + 9)
    bow_tie = Polygon([(X, Y), (X + 40, Y + 30), (X + 40, Y), (X, Y + 30)])
    others = (
        bow_tie, l_shaped(60), ring([9.0, 14.0] * 5, turns=2), holed,
        MultiPolygon([box(X, Y, X + 40, Y + 30)]), Polygon(), Point(X, Y), LineString([(X, Y), (X + 1, Y)]), None,
        Polygon([(X, Y), (X + 40, Y), (X + 40, Y), (X, Y + 30)]), Polygon([(X, Y), (X + 9, Y), (X + 18, Y)]),
        Polygon([(X, Y), (X + 40, Y), (math.nan, Y + 30)]), Polygon([(X, Y), (X + 40, Y), (X, math.inf)]),
    )  # fmt: skip
    assert are_stars(*others) == [False] * len(others)


def test_each_of_many_is_judged_by_itself():
    star, other = box(X, Y, X + 40, Y + 30), l_shaped(60)
    assert are_stars(star, other, None, star, star, other) == [True, False, False, True, True, False]
    assert are_stars() == []


@pytest.mark.parametrize(("side", "one"), [(1.0, True), (1e3, True), (1e6, False)])
def test_the_larger_a_polygon_the_more_a_projection_bends_it(side, one):
    assert are_stars(box(X, Y, X + side, Y + side)) == [one]


def test_corners_nearer_than_the_bend_are_left_to_the_database():
    circle = Point(X, Y).buffer(20_000, quad_segs=2_000)
    assert are_stars(circle) == [False]


def test_degrees_and_feet_count_as_what_they_are():
    feet = box(X, Y, X + 40, Y + 30)
    assert are_stars(box(113.0, 36.0, 113.001, 36.001), geographic=True) == [True]
    assert are_stars(box(100.0, 30.0, 113.0, 40.0), geographic=True) == [False]
    assert are_stars(feet, metres_per_unit=0.3048) == [True]


@given(
    st.lists(st.floats(0.001, 3_000), min_size=3, max_size=24),
    st.floats(-180_000, 180_000),
    st.floats(2_000_000, 5_900_000),
)
def test_such_a_polygon_is_valid_here_and_in_any_other_crs(radii, east, north):
    shape = shapely.transform(ring(radii), lambda xy: xy - (X, Y) + (500_000 + east, north))
    if are_stars(shape) == [True]:
        for crs in (TO_DEGREES, TO_NEXT_ZONE):
            moved = shapely.transform(shape, lambda xy, crs=crs: np.column_stack(crs.transform(*xy.T)))
            assert shapely.is_valid(moved)
        assert shapely.is_valid(shape)


@given(st.lists(st.tuples(st.floats(0, 60), st.floats(0, 60)), min_size=3, max_size=9))
def test_whatever_crosses_itself_is_none(corners):
    shape = Polygon([(X + x, Y + y) for x, y in corners])
    assert not (are_stars(shape) == [True] and not shapely.is_valid(shape))
