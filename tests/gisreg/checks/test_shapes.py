"""Suspicious boundaries: slivers, spikes, doubled corners."""

import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box
from shapely.affinity import rotate, scale, translate

from gisreg.checks.policy import load_policy
from gisreg.checks.shapes import M_PER_DEGREE, read_shapes, shape_findings
from gisreg.settings import Settings

ALLOWED = load_policy(Settings().data_dir, Path()).tolerances
X, Y = 427_000.0, 3_996_000.0


def found(*shapes, geographic=False, metres_per_unit=1.0):
    """Faults as (row, fault)."""
    wkb = np.array([shape if isinstance(shape, bytes | None) else shapely.to_wkb(shape) for shape in shapes], object)
    spots = shape_findings(read_shapes(wkb), geographic=geographic, metres_per_unit=metres_per_unit, allowed=ALLOWED)
    return {(spot.row, spot.fault): spot for spot in spots}


def test_a_plain_parcel_has_nothing():
    assert not found(box(X, Y, X + 40, Y + 30), None, Point(X, Y), b"nonsense", Polygon())


def test_a_sliver_is_told_with_its_width():
    spots = found(box(X, Y, X + 40, Y + 30), box(X, Y, X + 100, Y + 0.5))
    assert set(spots) == {(1, "sliver")}
    assert spots[1, "sliver"].measured == pytest.approx(0.4975, abs=1e-3)


@pytest.mark.parametrize("start", range(5))
def test_a_spike_is_found_whichever_corner_the_ring_begins_at(start):
    ring = [
        (X, Y),
        (X + 40, Y),
        (X + 40, Y + 30),
        (X + 20, Y + 30),
        (X + 20.05, Y + 60),
        (X + 20.1, Y + 30),
        (X, Y + 30),
    ]
    turned = ring[start:] + ring[:start]
    spots = found(Polygon(turned))
    assert set(spots) == {(0, "spike")}
    assert (spots[0, "spike"].x, spots[0, "spike"].y) == (X + 20.05, Y + 60)


def test_corners_that_stand_twice_are_counted_in_holes_and_parts_too():
    hole = [(X + 5, Y + 5), (X + 5, Y + 5), (X + 9, Y + 5), (X + 9, Y + 9), (X + 9, Y + 9)]
    parts = MultiPolygon([Polygon(box(X, Y, X + 40, Y + 30).exterior, [hole]), box(X + 50, Y, X + 60, Y + 9)])
    assert found(parts)[0, "duplicate_vertex"].measured == 2


def test_degrees_are_judged_as_ground():
    lon, lat = 113.2, 36.1
    width = 30 / M_PER_DEGREE / math.cos(math.radians(lat))
    assert not found(box(lon, lat, lon + width, lat + 30 / M_PER_DEGREE), geographic=True)
    assert set(found(box(lon, lat, lon + width / 100, lat + 90 / M_PER_DEGREE), geographic=True)) == {(0, "sliver")}


def test_heights_and_curves_do_not_disturb():
    curve = bytes.fromhex("010a00000000000000")  # an empty curve polygon: the database judges it
    spike = Polygon(
        [(X, Y), (X + 40, Y), (X + 40.1, Y + 300), (X + 40.2, Y), (X + 50, Y), (X + 50, Y - 30), (X, Y - 30)]
    )
    assert set(found(curve, shapely.force_3d(spike, 7.0))) == {(1, "spike")}


@given(st.floats(0, 360), st.floats(1, 50), st.integers(3, 40))
def test_no_regular_shape_is_suspicious_wherever_it_lies(angle, size, corners):
    around = np.linspace(0, 2 * np.pi, corners + 1)[:-1]
    shape = Polygon(np.stack([np.cos(around), np.sin(around)], -1))
    assert not found(translate(rotate(scale(shape, size + 5, size + 5), angle), X, Y))


def test_parts_that_overlap_are_told_with_place_and_area():
    parts = [box(X, Y, X + 40, Y + 30), box(X + 30, Y + 20, X + 60, Y + 50), box(X + 100, Y, X + 110, Y + 10)]
    spot = found(box(X, Y, X + 9, Y + 9), MultiPolygon(parts))[1, "parts_overlap"]
    assert spot.measured == pytest.approx(100)
    assert shapely.box(X + 30, Y + 20, X + 40, Y + 30).contains(Point(spot.x, spot.y))


def test_what_several_parts_share_counts_once():
    parts = [box(X, Y, X + 40, Y + 30), box(X, Y, X + 40, Y + 30), box(X + 30, Y, X + 50, Y + 30)]
    assert found(MultiPolygon(parts))[0, "parts_overlap"].measured == pytest.approx(1200)
    assert found(MultiPolygon(parts), metres_per_unit=0.5)[0, "parts_overlap"].measured == pytest.approx(300)


def test_parts_side_by_side_or_crossing_themselves_do_not_overlap():
    beside = MultiPolygon([box(X, Y, X + 40, Y + 30), box(X + 40, Y, X + 60, Y + 30)])
    bow_tie = Polygon([(X + 100, Y), (X + 140, Y + 30), (X + 140, Y), (X + 100, Y + 30)])
    assert not found(beside, MultiPolygon([box(X, Y, X + 40, Y + 30), bow_tie]))


def test_parts_in_degrees_are_measured_in_metres():
    parts = [box(113, 36, 113.002, 36.001), box(113.001, 36, 113.003, 36.001)]
    area_m2 = found(MultiPolygon(parts), geographic=True)[0, "parts_overlap"].measured
    assert area_m2 == pytest.approx(90.16 * 111.32, rel=0.01)
