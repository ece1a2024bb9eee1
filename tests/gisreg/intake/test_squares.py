"""Parcels that lie in squares of one township are not held against any border; the others are."""

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gisreg.intake.squares import Squares

WEST_TOWN, EAST_TOWN = shapely.box(0, 0, 4, 8), shapely.box(5, 0, 8, 8)
GRID = Squares(
    (100.0, 200.0, 180.0, 280.0),
    bytes([1 if x < 4 else 2 if x >= 5 else 0 for x in range(8) for _ in range(8)]), ("a", "b"),
)  # fmt: skip
"""Eight squares of ten units across; the fifth column lies on the border between a and b."""
SPOTS = st.floats(90, 190, allow_nan=False)


@given(west=SPOTS, south=st.floats(190, 290), width=st.floats(0, 100), height=st.floats(0, 100))
def test_a_township_is_told_only_where_the_whole_box_lies_in_it(west, south, width, height):
    box = np.array([[west, south, west + width, south + height]])
    (told,) = GRID.townships(box).to_pylist()
    place = shapely.box(*((box[0] - [100, 200, 100, 200]) / 10))
    if told is not None:
        town = {"a": WEST_TOWN, "b": EAST_TOWN}[told]
        assert shapely.covers(shapely.buffer(town, 1e-9, join_style="mitre"), place)


def test_what_is_small_and_inside_is_found():
    boxes = np.array([[101, 201, 109, 209], [101, 201, 119, 219], [151, 201, 152, 202.0]])
    assert GRID.townships(boxes).to_pylist() == ["a", "a", "b"]


def test_what_is_large_is_looked_for_in_larger_squares():
    assert GRID.townships(np.array([[101, 201, 139, 279.0]])).to_pylist() == ["a"]


@pytest.mark.parametrize(
    "box",
    [
        (131, 201, 141, 209),  # on the border
        (161, 201, 199, 209),
        (99, 201, 109, 209),
        (171, 271, 181, 279),
        (np.nan, np.nan, np.nan, np.nan),
        (-np.inf, 201, np.inf, 209),
        (1e300, 1e300, 1.1e300, 1.1e300),
    ],
)
def test_others_are_left_to_the_borders(box):
    assert GRID.townships(np.array([box], float)).to_pylist() == [None]


def test_no_rows_are_no_trouble():
    found = GRID.townships(np.empty((0, 4)))
    assert len(found) == 0
    assert found.type == pa.string()
