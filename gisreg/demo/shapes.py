"""The parcels' outlines: land as irregular polygons, buildings as slightly skewed rectangles and angles, some with a
courtyard, some in two parts. Every outline is drawn inside its own cell, so outlines never meet."""

from dataclasses import dataclass

import numpy as np
import shapely

from gisreg.demo.frame import Flags, Floats, Geometries, Ints, Warp
from gisreg.demo.slots import Slots

STREET = 0.06
"""The strip of a cell's side that stays free on each edge."""
SUBDIVIDE_OVER_M = 60.0
"""Long edges get a point in between, so that they follow the bent grid."""

RECTANGLE = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=float)
ANGLE = np.array([[-1, -1], [1, -1], [1, -0.1], [0.05, -0.1], [0.05, 1], [-1, 1]], dtype=float)
COURT = np.array([[-1, -1], [1, -1], [1, 1], [0.4, 1], [0.4, 0.1], [-0.4, 0.1], [-0.4, 1], [-1, 1]], dtype=float)
TEMPLATES = (RECTANGLE, ANGLE, COURT)
MOST_POINTS = 10


@dataclass(frozen=True)
class Outlines:
    """What is drawn in each slot, in cell coordinates from -1 to 1."""

    points: Floats
    """(n, MOST_POINTS, 2); unused points repeat the last one."""
    count: Ints


def draw(slots: Slots, built: Flags, random: np.random.Generator) -> Outlines:
    """An outline for each slot: buildings where ``built``, else land."""
    n = len(slots)
    land = _irregular(n, random)
    houses = _buildings(n, random)
    points = np.where(built[:, None, None], houses.points, land.points)
    return Outlines(points, np.where(built, houses.count, land.count))


def _irregular(n: int, random: np.random.Generator) -> Outlines:
    """Star-shaped polygons of 4 to 9 corners that fill most of their cell."""
    count = random.integers(4, 10, n)
    place = np.arange(MOST_POINTS)[None] + random.uniform(0.15, 0.85, (n, MOST_POINTS))
    angle = place / count[:, None] * 2 * np.pi
    depth = random.uniform(0.62, 1.0, (n, MOST_POINTS))
    # Reach out to the cell's edge in that direction: parcels look like what is left between streets, not like discs.
    reach = np.minimum(1 / np.maximum(np.abs(np.cos(angle)), np.abs(np.sin(angle))), 1.3)
    points = np.stack([np.cos(angle), np.sin(angle)], axis=-1) * (depth * reach)[..., None]
    points = np.clip(points * random.uniform(0.8, 1.0, (n, 1, 2)), -1, 1)
    return Outlines(_padded(points, count), count)


def _buildings(n: int, random: np.random.Generator) -> Outlines:
    """Rectangles, angles and courts, turned by a few degrees."""
    kind = random.choice(len(TEMPLATES), n, p=[0.7, 0.2, 0.1])
    count = np.array([len(t) for t in TEMPLATES])[kind]
    stock = np.stack([_padded(np.resize(t, (MOST_POINTS, 2))[None], np.array([len(t)]))[0] for t in TEMPLATES])
    points = stock[kind] * random.uniform([0.55, 0.4], [0.85, 0.8], (n, 2))[:, None, :]
    points = points + random.uniform(-0.03, 0.03, points.shape)
    turn = random.uniform(-0.12, 0.12, n)
    cos, sin = np.cos(turn), np.sin(turn)
    turned = np.stack(
        [
            points[..., 0] * cos[:, None] - points[..., 1] * sin[:, None],
            points[..., 0] * sin[:, None] + points[..., 1] * cos[:, None],
        ],
        axis=-1,
    )
    return Outlines(_padded(np.clip(turned, -1, 1), count), count)


def _padded(points: Floats, count: Ints) -> Floats:
    """Points after the last one repeat it."""
    index = np.minimum(np.arange(points.shape[1])[None], count[:, None] - 1)
    return np.take_along_axis(points, index[..., None], axis=1)


def place(
    slots: Slots, outlines: Outlines, warp: Warp, *, scale: Floats, courtyard: Flags, halves: Flags
) -> Geometries:
    """The outlines on the drawing board, as valid MultiPolygons.

    ``scale`` shrinks an outline about its cell's middle; ``courtyard`` cuts a hole; ``halves`` leaves a lane free
    that splits the outline in two.
    """
    whole = _rings(slots, outlines, warp, scale, np.arange(len(slots)))
    shapes: Geometries = shapely.polygons(whole)
    holed = np.flatnonzero(courtyard & ~halves)
    inner = _rings(slots, outlines, warp, scale * 0.28, holed)
    shapes[holed] = [shapely.Polygon(whole[i], [ring]) for i, ring in zip(holed, inner, strict=True)]
    for i in np.flatnonzero(halves):
        shapes[i] = _split(shapes[i], float(slots.side_m[i]))
    bad = np.flatnonzero(~shapely.is_valid(shapes))
    shapes[bad] = shapely.make_valid(shapes[bad], method="structure")
    return _multi(shapes)


def _rings(slots: Slots, outlines: Outlines, warp: Warp, scale: Floats, which: Ints) -> Geometries:
    """Closed rings; edges longer than :data:`SUBDIVIDE_OVER_M` get points in between."""
    n, most = len(which), MOST_POINTS
    closing = np.where(np.arange(most + 1)[None] < outlines.count[which][:, None], np.arange(most + 1), 0)
    closed = np.take_along_axis(outlines.points[which], closing[..., None], axis=1)
    middle = (closed[:, :-1] + closed[:, 1:]) / 2
    both = np.empty((n, 2 * most, 2))
    both[:, 0::2], both[:, 1::2] = closed[:, :-1], middle
    side = slots.side_m[which]
    length = np.hypot(*np.diff(closed, axis=1).transpose(2, 0, 1)) * side[:, None] * (1 - 2 * STREET) / 2
    used = np.zeros((n, 2 * most), dtype=bool)
    used[:, 0::2] = np.arange(most)[None] < outlines.count[which][:, None]
    used[:, 1::2] = length * scale[which][:, None] > SUBDIVIDE_OVER_M
    inset = both * (scale[which] * (1 - 2 * STREET) / 2)[:, None, None] + 0.5
    uv = slots.corner_uv[which][:, None, :] + inset * side[:, None, None]
    flat = np.round(warp(uv[used]), 3)
    return shapely.linearrings(flat, indices=np.repeat(np.arange(n), used.sum(axis=1))) if n else np.array([], object)


def _split(shape: shapely.Polygon, side_m: float) -> shapely.Geometry:
    """Two parts with a lane between them, as where a road was cut through."""
    left, low, right, high = shape.bounds
    middle, lane = (left + right) / 2, side_m * 0.04
    cut = shape.difference(shapely.box(middle - lane, low - 1, middle + lane, high + 1))
    return shapely.set_precision(cut, 0.001)


def _multi(shapes: Geometries) -> Geometries:
    """Every shape as a MultiPolygon; the ring direction is the one shapely's polygons came with."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    return np.asarray(shapely.multipolygons(parts[polygons], indices=owner[polygons]), dtype=object)
