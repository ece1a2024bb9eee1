"""Pairs of near boxes, against looking at every pair."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisreg.checks import nearby

SIDES = st.floats(0, 1000, width=32)
BOX = st.tuples(st.floats(-1e4, 1e4, width=32), st.floats(-1e4, 1e4, width=32), SIDES, SIDES)


def found(boxes: np.ndarray, reach: float) -> list[tuple[int, int]]:
    """All pairs, the smaller place first."""
    return sorted(
        (min(a, b), max(a, b))
        for ones, others in nearby.near_pairs(boxes, reach)
        for a, b in zip(ones.tolist(), others.tolist(), strict=True)
    )


def every(boxes: np.ndarray, reach: float) -> list[tuple[int, int]]:
    """The same by looking at every pair."""
    a, b = boxes[:, None, :], boxes[None, :, :]
    near = (
        (a[..., 0] <= b[..., 2] + reach) & (b[..., 0] <= a[..., 2] + reach)
        & (a[..., 1] <= b[..., 3] + reach) & (b[..., 1] <= a[..., 3] + reach)
    )  # fmt: skip
    return [(int(i), int(j)) for i, j in zip(*np.nonzero(np.triu(near, 1)), strict=True)]


@given(st.lists(BOX, max_size=40), st.sampled_from([0.0, 0.2, 50.0]))
def test_each_near_pair_is_found_once_whatever_the_sizes(boxes, reach):
    at = np.array([(x, y, x + width, y + height) for x, y, width, height in boxes], float).reshape(-1, 4)
    assert found(at, reach) == every(at, reach)


@pytest.mark.parametrize("at_once", [1, 7, 2_000_000])
def test_a_crowd_is_taken_in_portions(monkeypatch, at_once):
    monkeypatch.setattr(nearby, "MOST_AT_ONCE", at_once)
    corners = np.random.default_rng(1).uniform(0, 60, (60, 2))
    boxes = np.hstack([corners, corners + 5])
    assert found(boxes, 0.2) == every(boxes, 0.2)


def test_what_is_not_finite_is_near_nothing():
    boxes = np.array([[0, 0, 1, 1], [np.nan] * 4, [0, 0, np.inf, 1], [0.5, 0.5, 2, 2]], float)
    assert found(boxes, 0.0) == [(0, 3)]
    assert found(boxes[1:2], 0.0) == []
