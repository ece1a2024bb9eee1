"""The shifts of web maps, against published points."""

import numpy as np
import pytest

from gisreg.checks.offsets import bd09, gcj02, recognised


def test_published_points():
    assert gcj02(np.array([[120.0, 40.0]]))[0] == pytest.approx([120.00567568355486, 40.0013047896019], abs=1e-9)
    shown = bd09(np.array([[116.403988, 39.914266]]))[0]
    assert shown == pytest.approx([116.41661560068297, 39.92196580126834], abs=1e-6)


@pytest.mark.parametrize(("shown", "fault"), [(gcj02, "gcj02_suspected"), (bd09, "bd09_suspected")])
def test_a_shift_is_recognised_among_parcels_that_really_moved(shown, fault):
    true = np.random.default_rng(3).uniform([113.0, 36.0], [113.2, 36.2], (40, 2))
    given = shown(true)
    given[:10] += 0.01
    assert recognised(true, given) == fault


def test_other_shifts_are_nothing_of_the_kind():
    true = np.random.default_rng(3).uniform([113.0, 36.0], [113.2, 36.2], (40, 2))
    assert recognised(true, true) is None
    assert recognised(true, true + np.array([0.0005, 0.0])) is None
    assert recognised(true[:4], gcj02(true[:4])) is None, "four are no batch"
