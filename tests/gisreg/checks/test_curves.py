"""Arcs followed near enough: box, area and holes of curve polygons, in both dialects of WKB."""

import functools
import math
import struct

import numpy as np
import pytest
import shapely

from gisreg.checks.curves import straightened
from gisreg.checks.shapes import read_shapes


def line(kind, spots, extra=(), order="<", code=None):
    """A line, straight or of arcs."""
    numbers = b"".join(struct.pack(f"{order}{2 + len(extra)}d", *spot, *extra) for spot in spots)
    return struct.pack(f"{order}BII", order == "<", code or kind, len(spots)) + numbers


def several(kind, *members, order="<"):
    """Rings of a polygon, pieces of a ring, polygons of a surface."""
    return struct.pack(f"{order}BII", order == "<", kind, len(members)) + b"".join(members)


def circle(x, y, r):
    return line(8, [(x - r, y), (x, y + r), (x + r, y), (x, y - r), (x - r, y)])


def test_a_circle_with_a_round_hole():
    shape = straightened(several(10, circle(500, 300, 40), circle(510, 300, 5)))
    assert shape.bounds == pytest.approx((460, 260, 540, 340), abs=1e-9)
    assert shape.area == pytest.approx(math.pi * (40**2 - 5**2), rel=0.002)
    assert shape.is_valid


def test_a_whole_circle_in_one_arc():
    shape = straightened(several(10, line(8, [(0, 0), (10, 0), (0, 0)])))
    assert shape.bounds == pytest.approx((0, -5, 10, 5), abs=1e-9)
    assert shape.is_valid


@pytest.mark.parametrize(("over", "top"), [((5, 5), 5), ((5, -5), 0)])
def test_an_arc_goes_by_the_point_between(over, top):
    ring = several(9, line(8, [(0, 0), over, (10, 0)]), line(2, [(10, 0), (10, -20), (0, -20), (0, 0)]))
    shape = straightened(several(10, ring))
    assert shape.bounds[3] == pytest.approx(top, abs=1e-9)
    assert shape.area == pytest.approx(200 + math.copysign(math.pi * 12.5, over[1]), rel=0.001)


def test_straight_arcs_heights_big_endian_and_surfaces():
    flat = [(0, 0), (5, 0), (10, 0), (10, 5), (10, 10), (5, 10), (0, 10), (0, 5), (0, 0)]
    deep = line(8, flat, extra=(7.0,), order=">", code=1008)
    postgis = line(8, [(x + 20, y) for x, y in flat], extra=(7.0,), code=8 | 0x80000000)
    plain = shapely.to_wkb(shapely.box(40, 0, 50, 10))
    shape = straightened(several(12, several(10, deep, order=">"), several(10, postgis), plain))
    assert shape.equals(shapely.MultiPolygon([shapely.box(x, 0, x + 10, 10) for x in (0, 20, 40)]))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        several(10),
        several(10, line(8, [(0, 0), (1, 1), (2, 0)])),
        several(10, circle(0, 0, math.nan)),
        several(10, circle(0, 0, 1))[:-3],
        line(8, [(0, 0), (1, 1), (2, 0)]),
        struct.pack("<BII", 1, 10, 2**31),
        functools.reduce(lambda inner, _: several(12, inner), range(9), several(10, circle(0, 0, 1))),
    ],
)  # fmt: skip
def test_what_is_no_area_is_left_to_the_database(raw):
    assert straightened(raw) is None


def test_one_curve_among_others():
    square = shapely.to_wkb(shapely.box(0, 0, 1, 1))
    shapes = read_shapes(np.array([square, several(10, circle(0, 0, 9)), None, b"x"], object))
    assert [None if shape is None else round(shape.area) for shape in shapes] == [1, 254, None, None]
