"""Properties of the plane geometry: areas add up, pieces do not overlap, shapes stay valid, joints stay exact."""

import math

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Polygon

from gisreg.parcels.boundary.cut import road_of
from gisreg.parcels.boundary.merge import merged
from gisreg.parcels.boundary.neighbours import divided_anew
from gisreg.parcels.boundary.reshape import reshaped
from gisreg.parcels.boundary.shapes import below, joined, parted
from gisreg.parcels.boundary.split import divided, divided_by_areas
from gisreg.parcels.faults import BoundaryFault

X, Y = 38_410_000.0, 4_010_000.0


@st.composite
def stars(draw: st.DrawFn) -> Polygon:
    """Star-shaped polygons of 5 to 40 corners about a hundred metres wide, sometimes with a hole."""
    corners = draw(st.integers(5, 40))
    radii = draw(st.lists(st.floats(30, 100), min_size=corners, max_size=corners))
    turn = draw(st.floats(0, 1))
    angles = [2 * math.pi * (n + turn) / corners for n in range(corners)]
    ring = [(X + r * math.cos(a), Y + r * math.sin(a)) for r, a in zip(radii, angles, strict=True)]
    hole = shapely.Point(X, Y).buffer(8, quad_segs=2).exterior if draw(st.booleans()) else None
    shape = Polygon(ring, [hole] if hole else None)
    assume(shape.is_valid and shape.area > 500)
    return shape


directions = st.floats(0, 360)


def no_overlap(pieces) -> float:
    return max((one.intersection(two).area for n, one in enumerate(pieces) for two in pieces[n + 1 :]), default=0.0)


@settings(max_examples=60, deadline=None)
@given(shape=stars(), angle=st.floats(0, math.pi), offset=st.floats(-20, 20))
def test_pieces_of_a_split_add_up_share_their_joint_and_merge_back(shape, angle, offset) -> None:
    across, along = (
        (math.cos(angle) * 200, math.sin(angle) * 200),
        (-math.sin(angle) * offset, math.cos(angle) * offset),
    )
    line = LineString(
        [(X - across[0] + along[0], Y - across[1] + along[1]), (X + across[0] + along[0], Y + across[1] + along[1])]
    )
    try:
        pieces = divided(shape, line)
    except BoundaryFault:
        assume(False)
    assert sum(piece.area for piece in pieces) == pytest.approx(shape.area, abs=1e-5)
    assert all(piece.is_valid for piece in pieces)
    assert no_overlap(pieces) < 1e-9
    whole = merged(pieces, [str(n) for n in range(len(pieces))])
    assert whole.symmetric_difference(shape).area < 1e-4


@settings(max_examples=60, deadline=None)
@given(shape=stars(), direction=directions, shares=st.lists(st.floats(0.1, 0.3), min_size=1, max_size=3))
def test_areas_asked_for_are_met(shape, direction, shares) -> None:
    wanted = [round(shape.area * share, 2) for share in shares]
    try:
        pieces = divided_by_areas(shape, wanted, direction)
    except BoundaryFault:
        assume(False)
    for piece, area in zip(pieces, wanted, strict=False):
        assert piece.area == pytest.approx(area, abs=0.005)
    assert sum(piece.area for piece in pieces) == pytest.approx(shape.area, abs=1e-5)
    assert no_overlap(pieces) < 1e-9


@settings(max_examples=60, deadline=None)
@given(shape=stars(), share=st.floats(0, 1))
def test_the_area_below_a_parallel_is_that_of_the_clipped_shape(shape, share) -> None:
    west, south, east, north = shape.bounds
    at = south + share * (north - south)
    assert below(shape, at) == pytest.approx(shape.intersection(shapely.box(west, south, east, at)).area, abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(shape=stars(), angle=st.floats(0, math.pi), width=st.floats(1, 20))
def test_a_road_and_what_it_leaves_add_up(shape, angle, width) -> None:
    road = road_of(LineString([(X - 200 * math.cos(angle), Y - 200 * math.sin(angle)), (X, Y),
                               (X + 200 * math.sin(angle), Y + 200 * math.cos(angle))]), width)  # fmt: skip
    assume(road.is_valid)
    inside, outside = parted(shape, road)
    taken, rest = joined(inside), joined(outside)
    assert taken.area + rest.area == pytest.approx(shape.area, abs=1e-5)
    assert taken.area == pytest.approx(shape.intersection(road).area, abs=1e-5)
    assert rest.is_valid
    assert taken.intersection(rest).area < 1e-9


@settings(max_examples=60, deadline=None)
@given(offsets=st.lists(st.floats(-30, 30), min_size=2, max_size=8))
def test_a_moved_joint_leaves_neither_gap_nor_overlap(offsets) -> None:
    left, right = shapely.box(X, Y, X + 100, Y + 100), shapely.box(X + 100, Y, X + 200, Y + 100)
    step = 100 / (len(offsets) - 1)
    line = LineString([(X + 100 + offset, Y + n * step) for n, offset in enumerate(offsets)])
    one, two = divided_anew([left, right], line, ["a", "b"])
    assert one.area + two.area == pytest.approx(20_000, abs=1e-6)
    assert one.intersection(two).area < 1e-9
    assert shapely.union_all([one, two]).area == pytest.approx(20_000, abs=1e-6)
    assert one.intersects(left.centroid)


@settings(max_examples=60, deadline=None)
@given(shape=stars(), start=st.floats(0, 1), length=st.floats(0.05, 0.4), out=st.floats(1, 60))
def test_a_reshaped_boundary_is_valid_and_follows_the_line(shape, start, length, out) -> None:
    """A line from the boundary out (or in) and back to it."""
    ring = shape.exterior
    first, last = (ring.interpolate((start + part) % 1, normalized=True) for part in (0, length))
    middle = ring.interpolate((start + length / 2) % 1, normalized=True)
    far = (X + (middle.x - X) * (1 + out / 50), Y + (middle.y - Y) * (1 + out / 50))
    line = LineString([(first.x, first.y), far, (last.x, last.y)])
    assume(line.is_simple and line.length > 1)
    try:
        made = reshaped(shape, line)
    except BoundaryFault:
        assume(False)
    assume(made.is_valid)
    assert made.boundary.distance(shapely.Point(far)) < 1e-6 or made.area >= shape.area - 1e-6


def test_corners_measured_twice_are_one_corner_after_merging() -> None:
    left = shapely.box(X, Y, X + 100, Y + 100)
    right = Polygon(
        [(X + 100.004, Y - 0.003), (X + 200, Y), (X + 200, Y + 100), (X + 99.996, Y + 100), (X + 100.005, Y + 50)]
    )
    whole = merged([left, right], ["a", "b"])
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert whole.area == pytest.approx(20_000, abs=1)
