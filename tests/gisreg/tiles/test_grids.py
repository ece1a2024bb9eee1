"""Grids: places, edges, cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisreg.tiles.grids import CELLS, CGCS2000, GRIDS, WEB_MERCATOR, Grid, GridUnknown, NoSuchTile, grid_of

TILES = st.sampled_from([*GRIDS.values()]).flatmap(
    lambda grid: st.integers(grid.first, grid.last).flatmap(
        lambda matrix: st.tuples(
            st.just(grid),
            st.just(matrix),
            st.integers(0, grid.height(matrix) - 1),
            st.integers(0, grid.width(matrix) - 1),
        )
    )
)


def test_a_grid_by_its_name() -> None:
    assert grid_of("WebMercatorQuad") is WEB_MERCATOR
    with pytest.raises(GridUnknown):
        grid_of("CDB1GlobalGrid")


def test_matrices_of_tianditu_begin_with_two_tiles_side_by_side() -> None:
    assert (CGCS2000.width(1), CGCS2000.height(1)) == (2, 1)
    assert CGCS2000.tile(1, 0, 1).bounds.west == 0
    assert CGCS2000.tile(1, 0, 1).bounds.south == -90


def test_scales_are_those_of_the_registers() -> None:
    assert WEB_MERCATOR.scale_denominator(0) == pytest.approx(559_082_264.0287178)
    assert CGCS2000.scale_denominator(1) == pytest.approx(279_541_132.0143589)


@pytest.mark.parametrize(
    ("grid", "matrix", "row", "column"),
    [
        (WEB_MERCATOR, 25, 0, 0), (WEB_MERCATOR, -1, 0, 0), (WEB_MERCATOR, 2, -1, 0), (WEB_MERCATOR, 2, 4, 0),
        (WEB_MERCATOR, 2, 0, 4), (CGCS2000, 0, 0, 0), (CGCS2000, 1, 1, 0), (CGCS2000, 21, 0, 0),
        (WEB_MERCATOR, 3, 10**9, 0),
    ],
)  # fmt: skip
def test_outside_there_is_no_tile(grid: Grid, matrix: int, row: int, column: int) -> None:
    with pytest.raises(NoSuchTile):
        grid.tile(matrix, row, column)


@given(TILES)
def test_neighbours_share_edges_and_no_cells(place: tuple[Grid, int, int, int]) -> None:
    grid, matrix, row, column = place
    tile = grid.tile(matrix, row, column)
    cells = tile.cells
    assert 0 <= cells.x0 <= cells.x1 <= CELLS
    assert 0 <= cells.y0 <= cells.y1 <= CELLS
    if column + 1 < grid.width(matrix):
        assert grid.tile(matrix, row, column + 1).cells.x0 == cells.x1
    if row + 1 < grid.height(matrix):
        assert grid.tile(matrix, row + 1, column).cells.y0 == cells.y1


def test_the_whole_is_covered() -> None:
    for grid in GRIDS.values():
        first = grid.tile(grid.first, 0, 0).cells
        last = grid.tile(grid.first, grid.height(grid.first) - 1, grid.width(grid.first) - 1).cells
        assert (first.x0, first.y0, last.x1, last.y1) == (0, 0, CELLS, CELLS)
