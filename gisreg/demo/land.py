"""The lie of the land: townships that share their borders exactly, towns, roads, rivers and development zones."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
import shapely

from gisreg.demo.frame import RADIUS_M, Floats, Geometries, Warp, natural_line, smooth, stream
from gisreg.demo.names import names

BLOCK_M = 400.0
"""The grid's block: roads aside, zones are made of whole blocks."""
LINKS = 5
SPREAD_M = 7_600.0
"""Towns keep about this distance from each other."""


@dataclass(frozen=True)
class Road:
    """A road's centre line and how much room it takes on either side."""

    line: shapely.LineString
    main: bool
    number: int

    @property
    def half_width_m(self) -> float:
        """Half of the strip kept free of parcels."""
        return 22.0 if self.main else 9.0


@dataclass(frozen=True, eq=False)
class Land:
    """Everything that lies still before the first parcel is drawn (drawing-board coordinates)."""

    seed: int
    warp: Warp
    townships: Geometries
    towns: Floats
    roads: tuple[Road, ...]
    rivers: tuple[shapely.LineString, ...]
    zones: Geometries

    @cached_property
    def outline(self) -> shapely.Geometry:
        """The county's border."""
        return shapely.boundary(shapely.union_all(self.townships))


@lru_cache(maxsize=2)
def lay_out(seed: int) -> Land:
    """The land of a seed."""
    towns = _towns(seed)
    warp = Warp.of(seed)
    townships = _townships(seed, towns)
    return Land(seed, warp, townships, towns, _roads(seed, towns), _rivers(seed), _zones(warp, towns))


def _towns(seed: int) -> Floats:
    """The county seat near the middle, the others around it in two rings, none too close to another."""
    random = stream(seed, 2)
    found = [np.array([0.0, 0.0]) + random.uniform(-900, 900, 2)]
    spread = SPREAD_M
    while len(found) < len(names().townships):
        for _ in range(200):
            radius, angle = RADIUS_M * 0.86 * np.sqrt(random.uniform(0.05, 1)), random.uniform(0, 2 * np.pi)
            candidate = np.array([radius * np.cos(angle), radius * np.sin(angle)])
            if min(np.hypot(*(candidate - other)) for other in found) > spread:
                found.append(candidate)
                break
        else:
            spread *= 0.95
    # The larger towns of the list lie nearer to the seat.
    near = np.argsort(np.hypot(*(np.array(found[1:]) - found[0]).T))
    return np.vstack([found[0], np.array(found[1:])[near]])


def _outline(seed: int) -> Floats:
    """The county's outline: a lobed circle with a natural edge, closed."""
    random = stream(seed, 3)
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    lobes = sum(random.uniform(0.02, 0.07) * np.sin(k * angles + random.uniform(0, 6.28)) for k in range(2, 6))
    radii = RADIUS_M * (1 + lobes)
    corners = np.column_stack([radii * np.cos(angles) * 1.08, radii * np.sin(angles) * 0.93])
    corners = np.vstack([corners, corners[:1]])
    pieces = [natural_line(start, end, random, roughness=0.16, step_m=260)[:-1] for start, end in pairwise(corners)]
    return np.vstack([*pieces, corners[:1]])


def _townships(seed: int, towns: Floats) -> Geometries:
    """Voronoi cells of the towns with natural edges: each border is drawn once and shared by both sides."""
    random = stream(seed, 4)
    edges = shapely.get_parts(
        shapely.voronoi_polygons(
            shapely.MultiPoint(towns), extend_to=shapely.box(*[-40_000] * 2, *[40_000] * 2), only_edges=True
        )
    )
    borders = [
        shapely.LineString(natural_line(*_straight(edge), random, roughness=0.14, step_m=260))
        for edge in sorted(_segments(edges), key=lambda edge: tuple(edge.centroid.coords[0]))
    ]
    county = shapely.Polygon(_outline(seed))
    drawn = shapely.union_all([*borders, county.exterior], grid_size=0.001)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(drawn)))
    inside = faces[shapely.contains(county.buffer(1.0), faces)]
    owner = _nearest(shapely.get_coordinates(shapely.point_on_surface(inside)), towns)
    return np.array([shapely.union_all(inside[owner == town]) for town in range(len(towns))], dtype=object)


def _segments(edges: Geometries) -> list[shapely.LineString]:
    """The straight pieces of the Voronoi diagram."""
    return [
        shapely.LineString(pair)
        for edge in edges
        for coords in [shapely.get_coordinates(edge)]
        for pair in pairwise(coords)
    ]


def _straight(edge: shapely.LineString) -> tuple[Floats, Floats]:
    coords = shapely.get_coordinates(edge)
    return coords[0], coords[-1]


def _nearest(points: Floats, towns: Floats) -> np.ndarray:
    return np.asarray(((points[:, None, :] - towns[None]) ** 2).sum(axis=2).argmin(axis=1))


def _roads(seed: int, towns: Floats) -> tuple[Road, ...]:
    """An expressway across the county, and county roads: each town to its nearest one that is already reached."""
    random = stream(seed, 5)
    west, east = np.array([-26_000.0, random.uniform(-9_000, 0)]), np.array([26_000.0, random.uniform(0, 9_000)])
    gate = towns[0] + np.array([1_500.0, -2_600.0])
    highway = np.vstack([_drawn(west, gate, random)[:-1], _drawn(gate, east, random)])
    roads = [Road(shapely.LineString(smooth(highway, 3)), main=True, number=1)]
    reached, waiting = [0], list(range(1, len(towns)))
    while waiting:
        far = np.hypot(*(towns[waiting][:, None, :] - towns[reached][None]).transpose(2, 0, 1))
        place, onto = np.unravel_index(far.argmin(), far.shape)
        town = waiting.pop(int(place))
        line = smooth(_drawn(towns[reached[int(onto)]], towns[town], random))
        roads.append(Road(shapely.LineString(line), main=False, number=len(roads)))
        reached.append(town)
    roads.extend(_links(towns, random, roads))
    roads.extend(_beyond(towns, random, len(roads)))
    return tuple(roads)


def _links(towns: Floats, random: np.random.Generator, roads: list[Road]) -> list[Road]:
    """Some near neighbours without a road of their own get one, so that the net has rings."""
    joined = {(tuple(road.line.coords[0]), tuple(road.line.coords[-1])) for road in roads}
    joined |= {(end, start) for start, end in joined}
    pairs = [
        (float(np.hypot(*(towns[a] - towns[b]))), a, b)
        for a in range(len(towns))
        for b in range(a)
        if (tuple(towns[a]), tuple(towns[b])) not in joined
    ]
    return [
        Road(shapely.LineString(smooth(_drawn(towns[a], towns[b], random))), main=False, number=len(roads) + i)
        for i, (_, a, b) in enumerate(sorted(pairs)[:LINKS])
    ]


def _beyond(towns: Floats, random: np.random.Generator, numbered: int) -> list[Road]:
    """From the four outermost towns a road leaves the county."""
    outer = np.argsort(np.hypot(*towns.T))[-4:]
    ends = [towns[town] / np.hypot(*towns[town]) * 27_000 for town in outer]
    return [
        Road(shapely.LineString(smooth(_drawn(towns[town], end, random))), main=False, number=numbered + i)
        for i, (town, end) in enumerate(zip(outer, ends, strict=True))
    ]


def _drawn(start: Floats, end: Floats, random: np.random.Generator) -> Floats:
    return natural_line(start, end, random, roughness=0.09, step_m=900)


def _rivers(seed: int) -> tuple[shapely.LineString, ...]:
    """One river through the county from north to south, one brook that joins it."""
    random = stream(seed, 6)
    head, foot = np.array([random.uniform(-8_000, 0), 25_000.0]), np.array([random.uniform(0, 8_000), -25_000.0])
    bend = np.array([2_600.0, random.uniform(-2_000, 2_000)])
    river = np.vstack(
        [
            natural_line(head, bend, random, roughness=0.14, step_m=420)[:-1],
            natural_line(bend, foot, random, roughness=0.14, step_m=420),
        ]
    )
    spring = np.array([-25_000.0, random.uniform(4_000, 10_000)])
    brook = natural_line(spring, river[len(river) // 2], random, roughness=0.15, step_m=420)
    return shapely.LineString(smooth(river)), shapely.LineString(smooth(brook))


def _zones(warp: Warp, towns: Floats) -> Geometries:
    """Each development zone is a rectangle of whole blocks beside its town."""
    shapes = []
    codes = [township.code for township in names().townships]
    for zone, (wide, high) in zip(names().zones, ((9, 6), (5, 5)), strict=True):
        u, v = _unwarped(warp, towns[codes.index(zone.within)] + np.array([2_400.0, 900.0]))
        left, low = np.floor(u / BLOCK_M) * BLOCK_M, np.floor(v / BLOCK_M) * BLOCK_M
        ring = shapely.segmentize(shapely.box(left, low, left + wide * BLOCK_M, low + high * BLOCK_M), BLOCK_M / 4)
        shapes.append(shapely.transform(ring, warp))
    return np.array(shapes, dtype=object)


def _unwarped(warp: Warp, point: Floats) -> Floats:
    """The grid coordinates of a point, by fixed-point steps (the warp's slopes are below one)."""
    cos, sin = np.cos(-warp.turn), np.sin(-warp.turn)
    back = np.array([[cos, -sin], [sin, cos]])
    uv: Floats = back @ point
    for _ in range(60):
        uv = uv + back @ (point - warp(uv[None])[0])
    return uv
