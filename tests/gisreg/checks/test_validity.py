"""What GEOS says of broken boundaries, in both languages."""

import pytest
import shapely

from gisreg.checks.validity import REASONS, fault_of, said_of


@pytest.mark.parametrize(
    ("wkt", "zh"),
    [
        ("POLYGON((0 0,2 2,2 0,0 2,0 0))", "边界自相交 (1, 1)"),
        ("POLYGON((0 0,2 2,4 0,4 4,2 2,0 4,0 0))", "边界在一点上自相接 (2, 2)"),
        ("POLYGON((0 0,4 0,4 4,0 4,0 0),(9 9,10 9,10 10,9 9))", "内圈在外圈之外 (9, 9)"),
        ("MULTIPOLYGON(((0 0,9 0,9 9,0 9,0 0)),((1 1,2 1,2 2,1 1)))", "一部分在另一部分之内 (1, 1)"),
        ("POLYGON((0 0,9 0,9 9,0 9,0 0),(1 1,8 1,8 8,1 8,1 1),(2 2,3 2,3 3,2 2))", "内圈套内圈 (2, 2)"),
    ],
)
def test_a_fault_is_worded_with_its_place(wkt, zh) -> None:
    told = fault_of(shapely.from_wkt(wkt))
    assert told.zh == zh
    assert told.en.endswith(told.zh.partition(" ")[2])


def test_reasons_without_a_place_and_unknown_ones() -> None:
    assert said_of("Hole lies outside shell") == REASONS["Hole lies outside shell"]
    assert said_of("Something new[1 2]").zh == "Something new (1, 2)"
    assert said_of("Unbalanced [brackets").zh == "Unbalanced [brackets"
