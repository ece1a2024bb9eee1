"""Where parcels lie: the grid's blocks fall into cells of four sizes; cells near towns, zones and roads come first.

Each cell draws one key (an exponential divided by its attraction) and the smallest keys win: that is sampling without
replacement, and the first thousand cells are the same whether two thousand or ten thousand parcels are asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import shapely

from gisreg.demo.frame import RADIUS_M, Flags, Floats, Geometries, Ints, stream
from gisreg.demo.land import BLOCK_M, Land
from gisreg.demo.names import names
from gisreg.errors import InputError
from gisreg.text import Text

LEVELS = (12_000, 60_000, 250_000, 1_200_000)
"""Up to how many parcels each finer grid serves; a finer grid has half the block's side."""
RASTER_M, RASTER_EDGE_M = 250.0, 25_000.0
RASTER_SIDE = int(2 * RASTER_EDGE_M / RASTER_M)
RIVER_M, BORDER_M = 35.0, 20.0
"""Strips kept free of parcels beside a river's middle and the county's border."""
PORTION = 250_000
CHOSEN = np.array([4.0, 2.2, 1.0, 0.4])
"""How readily a cell of each rank is taken: large sites are rarer but do not vanish among small ones."""


class TooManyParcels(InputError):
    """The county has not the room."""

    what: ClassVar[Text] = Text("示范县容不下 {asked} 宗", "the demonstration county has no room for {asked} parcels")
    mend: ClassVar[Text] = Text("请取 1 到 {most} 之间的数", "ask for 1 to {most} parcels")


@dataclass(frozen=True)
class Slots:
    """Cells chosen for parcels, in the order of the parcels' numbers (arrays of one length)."""

    corner_uv: Floats
    """Lower left corner on the grid."""
    side_m: Floats
    rank: Ints
    """0 for a whole block, 1 to 3 for its quarters, sixteenths and sixty-fourths."""
    centre: Floats
    township: Ints
    zone: Ints
    """-1 outside the zones."""
    seat_m: Floats
    """Distance to the county seat."""

    def __len__(self) -> int:
        return len(self.side_m)

    def take(self, index: Ints | Flags | slice) -> "Slots":
        """Some of the slots."""
        return Slots(**{name: getattr(self, name)[index] for name in self.__dataclass_fields__})


def level_for(parcels: int) -> int:
    """How fine the grid must be."""
    for level, most in enumerate(LEVELS):
        if 1 <= parcels <= most:
            return level
    raise TooManyParcels(f"--parcels {parcels}", asked=parcels, most=LEVELS[-1])


def choose(land: Land, wanted: int, level: int) -> Slots:
    """The first ``wanted`` cells that are free of roads, rivers and the county's border."""
    raster = Raster.of(land)
    corners, sides, ranks, keys = _cells(land, level, raster)
    order = np.argsort(keys, kind="stable")
    del keys
    found: list[Slots] = []
    start, missing = 0, wanted
    while missing > 0:
        if start >= len(order):
            raise TooManyParcels(f"--parcels {wanted}", asked=wanted, most=wanted - missing)
        # Looked at in portions until there are enough; how large they are changes nothing about which are taken.
        part = order[start : start + min(2 * missing + 500, PORTION)]
        start += len(part)
        free = _settle(land, raster, corners[part], sides[part], ranks[part]).take(slice(missing))
        found.append(free)
        missing -= len(free)
    return Slots(**{name: np.concatenate([getattr(f, name) for f in found]) for name in Slots.__dataclass_fields__})


def _cells(land: Land, level: int, raster: "Raster") -> tuple[Floats, Floats, Ints, Floats]:
    """All cells of a level with their keys: a block stays whole or falls into quarters, up to three times."""
    block_m = BLOCK_M / 2**level
    reach = int(np.ceil(RADIUS_M * 1.45 / block_m))
    steps = np.arange(-reach, reach) * block_m
    corners = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    corners = corners[np.hypot(*(land.warp(corners + block_m / 2).T)) < RADIUS_M * 1.35]
    kept_corners, kept_sides, kept_ranks = [], [], []
    side = block_m
    for rank, splits in enumerate((0.72, 0.42, 0.2, 0.0)):
        split = stream(land.seed, 10, level, rank).random(len(corners)) < splits
        whole = corners[~split]
        kept_corners.append(whole)
        kept_sides.append(np.full(len(whole), side))
        kept_ranks.append(np.full(len(whole), rank))
        side /= 2
        quarters = np.array([[0, 0], [1, 0], [0, 1], [1, 1]]) * side
        corners = (corners[split][:, None, :] + quarters[None]).reshape(-1, 2)
    all_corners, all_sides = np.concatenate(kept_corners), np.concatenate(kept_sides)
    pull = raster.pull[raster.cell(land.warp(all_corners + all_sides[:, None] / 2))]
    all_ranks = np.concatenate(kept_ranks)
    keys = stream(land.seed, 11, level).exponential(size=len(pull)) / (pull * CHOSEN[all_ranks])
    return all_corners, all_sides, all_ranks, keys


@dataclass(frozen=True)
class Raster:
    """A coarse look at the land, a value per square of :data:`RASTER_M`."""

    pull: Floats
    """How much a place draws development."""
    line_m: Floats
    """From the square's middle to the nearest road, river or border."""

    @staticmethod
    def cell(places: Floats) -> Ints:
        """The squares that places lie in."""
        index = np.clip(((places + RASTER_EDGE_M) / RASTER_M).astype(np.int64), 0, RASTER_SIDE - 1)
        cells: Ints = index[:, 0] * RASTER_SIDE + index[:, 1]
        return cells

    @classmethod
    def of(cls, land: Land) -> "Raster":
        """The raster of a land."""
        steps = np.arange(RASTER_SIDE) * RASTER_M - RASTER_EDGE_M + RASTER_M / 2
        grid = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
        points = shapely.points(grid)
        roads = _distance([road.line for road in land.roads], points)
        others = _distance([*land.rivers, *shapely.get_parts(land.outline)], points)
        pull = np.full(len(grid), 0.015) + 0.09 * np.exp(-roads / 450.0)
        for town, township in zip(land.towns, names().townships, strict=True):
            reach = 550.0 + 420.0 * np.sqrt(township.weight)
            pull += 0.6 * np.sqrt(township.weight) * np.exp(-((grid - town) ** 2).sum(axis=1) / (2 * reach**2))
        for zone in land.zones:
            pull += 1.2 * shapely.contains_xy(zone.buffer(RASTER_M / 2), *grid.T)
        return cls(pull, np.minimum(roads, others))


def _settle(land: Land, raster: Raster, corners: Floats, sides: Floats, ranks: Ints) -> Slots:
    """Cells with their place; those on a road, in a river, across the county's border or its edge are left out."""
    centres = land.warp(corners + sides[:, None] / 2)
    township = _within(centres, land.townships)
    room = sides * 0.8  # half of a warped cell's diagonal, with a little to spare
    free = township >= 0
    # Only what the coarse look finds near a line is measured exactly.
    close = np.flatnonzero(free & (raster.line_m[raster.cell(centres)] < room + RIVER_M + RASTER_M * 0.75))
    points = shapely.points(centres[close])
    taken = _near(shapely.get_parts(land.outline), points, room[close] + BORDER_M)
    taken |= _near(land.rivers, points, room[close] + RIVER_M)
    for main in (True, False):
        roads = [road for road in land.roads if road.main is main]
        taken |= _near([road.line for road in roads], points, room[close] + roads[0].half_width_m)
    free[close[taken]] = False
    zone = _within(centres, land.zones)
    return Slots(corners, sides, ranks, centres, township, zone, np.hypot(*(centres - land.towns[0]).T)).take(free)


def _within(places: Floats, areas: Geometries) -> Ints:
    """The number of the area each place lies in, -1 for none."""
    found = np.full(len(places), -1)
    x, y = places.T
    for number, area in enumerate(areas):
        left, low, right, high = area.bounds
        maybe = np.flatnonzero((found < 0) & (x > left) & (x < right) & (y > low) & (y < high))
        shapely.prepare(area)
        found[maybe[shapely.contains_xy(area, x[maybe], y[maybe])]] = number
    return found


def _pieces(lines: Iterable[shapely.LineString]) -> shapely.STRtree:
    """The straight pieces of lines, to be searched."""
    ends = [shapely.get_coordinates(line) for line in lines]
    return shapely.STRtree(shapely.linestrings(np.concatenate([np.stack([e[:-1], e[1:]], axis=1) for e in ends])))


def _near(lines: Iterable[shapely.LineString], points: Geometries, distance_m: Floats) -> Flags:
    """Which points lie closer to the lines than their own distance."""
    near = np.zeros(len(points), dtype=bool)
    near[_pieces(lines).query(points, predicate="dwithin", distance=distance_m)[0]] = True
    return near


def _distance(lines: Iterable[shapely.LineString], points: Geometries) -> Floats:
    """From each point to the nearest line."""
    distance: Floats = _pieces(lines).query_nearest(points, return_distance=True, all_matches=False)[1]
    return distance
