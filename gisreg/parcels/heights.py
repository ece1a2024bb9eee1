"""Heights of surveyed corners, which boundary work in the plane would lose: corners that stay keep theirs."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]

ON_THE_LINE_M = 1e-3
"""A new corner so near to a surveyed edge lies on it, and its height follows from those of the edge's ends."""


def with_heights(shape: BaseGeometry, surveys: Sequence[BaseGeometry]) -> tuple[BaseGeometry, int]:
    """The shape with the heights that the surveys know, and how many of its corners have none.

    The shape stays flat unless all of its corners have a height: half a boundary in the air is of no use.
    """
    flat = shapely.get_coordinates(shape)
    edges = _edges(surveys)
    heights = _of_corners(flat, edges)
    unknown = np.flatnonzero(np.isnan(heights))
    if len(unknown) and len(edges):
        heights[unknown] = _on_edges(flat[unknown], edges)
    left = len({tuple(corner) for corner in flat[np.isnan(heights)].tolist()})
    if left:
        return shape, left
    return shapely.set_coordinates(shapely.force_3d(shape), np.column_stack([flat, heights])), 0


def _edges(surveys: Sequence[BaseGeometry]) -> Floats:
    """Both ends (n, 2, 3) of each edge whose heights are known."""
    pairs = [np.empty((0, 2, 3))]
    for ring in (ring for survey in surveys for ring in _rings(survey)):
        points = shapely.get_coordinates(ring, include_z=True)
        pairs.append(np.stack([points[:-1], points[1:]], axis=1))
    edges = np.concatenate(pairs)
    return edges[np.isfinite(edges[:, :, 2]).all(axis=1)]


def _rings(survey: BaseGeometry) -> list[BaseGeometry]:
    return [
        ring
        for part in shapely.get_parts(survey)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]


def _of_corners(flat: Floats, edges: Floats) -> Floats:
    known = {(x, y): z for x, y, z in edges.reshape(-1, 3).tolist()}
    return np.array([known.get((x, y), np.nan) for x, y in flat.tolist()])


def _on_edges(points: Floats, edges: Floats) -> Floats:
    """The heights of points on an edge; NaN for the others."""
    tree = shapely.STRtree(shapely.linestrings(edges[:, :, :2]))
    start, end = np.swapaxes(edges[tree.nearest(shapely.points(points))], 0, 1)
    along = end[:, :2] - start[:, :2]
    length2 = np.maximum((along**2).sum(axis=1), 1e-30)
    share = np.clip(((points - start[:, :2]) * along).sum(axis=1) / length2, 0, 1)
    off = np.hypot(*(start[:, :2] + along * share[:, None] - points).T)
    height: Floats = start[:, 2] + share * (end[:, 2] - start[:, 2])
    return np.where(off <= ON_THE_LINE_M, height, np.nan)
