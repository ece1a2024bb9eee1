"""One chunk of parcels on the ground: kind, state, outline, which half-finished project stands on which idle land."""

from dataclasses import dataclass

import numpy as np
import shapely

from gisreg.demo.frame import Flags, Floats, Geometries, Ints, Warp, by_chance, stream, to_survey
from gisreg.demo.shapes import draw, place
from gisreg.demo.slots import Slots
from gisreg.demo.stories import KINDS, Facts, tell
from gisreg.vocab import Kind, State

CHUNK = 2_000
"""Parcels are made in chunks of this many, each from its own random stream: chunks do not depend on their number."""

UNSUPPLIED, IDLE, HALF, FACTORY = (
    KINDS.index(k) for k in (Kind.UNSUPPLIED_LAND, Kind.IDLE_LAND, Kind.HALF_FINISHED_PROJECT, Kind.IDLE_FACTORY)
)
KIND_BY_RANK = np.array(
    [[0.60, 0.30, 0.08, 0.02], [0.42, 0.33, 0.13, 0.12], [0.22, 0.22, 0.18, 0.38], [0.1, 0.12, 0.2, 0.58]]
)
"""Large cells are mostly land, small ones mostly buildings (columns in the order of :data:`KINDS`)."""
ON_IDLE_LAND = 0.12
"""Share of the half-finished projects that stand on idle land: a lawful overlap (rules §1)."""
WITHOUT_BOUNDARY, WITHOUT_TOWNSHIP = 0.006, 0.006
STATE_WEIGHTS: tuple[tuple[State, float], ...] = (
    (State.REGISTERED, 40), (State.PLANNED, 18), (State.IN_PROGRESS, 14), (State.SUBMITTED, 6), (State.CLOSED, 8),
    (State.ON_HOLD, 3), (State.RETURNED, 3), (State.RELAPSED, 3), (State.REMOVED, 2), (State.TAKEN_BACK, 3),
)  # fmt: skip
SUSPECTED_SHARE, HELD_SHARE = 0.1, 0.6
SMALL_M = 60.0
"""Cells below this side are too small for a courtyard, save that of a factory."""
CHANGED_ONCE, CHANGED_TWICE = (0.08, 0.008), (0.03, 0.002)
"""Shares of parcels with a history: in a county of usual size, and in the finer grids made for benchmarks."""
NO_LINK = -1


@dataclass(frozen=True)
class Plots:
    """Parcels of one chunk (arrays of one length), before the books are written."""

    number: Ints
    slots: Slots
    kind: Ints
    facts: Facts
    state: Geometries
    changes: Ints
    """How many earlier versions the history holds."""
    survey: Geometries
    """Boundaries in EPSG:4526; None where there is none."""
    earlier: Geometries
    """The boundary before it was measured anew; None where it never was."""
    planar_m2: Floats
    on: Ints
    """Row of the idle land in this chunk that the project stands on."""
    township: Ints
    """As stated: -1 where nobody knows."""

    def __len__(self) -> int:
        return len(self.number)


def lay_plots(seed: int, level: int, chunk: int, slots: Slots, warp: Warp) -> Plots:
    """The parcels of one whole chunk."""
    random = stream(seed, 20, level, chunk)
    n = len(slots)
    kind = draw_kinds(seed, level, chunk, slots)
    on = _on_idle_land(kind, slots, random)
    ground = slots.take(np.where(on >= 0, on, np.arange(n)))
    facts = tell(kind, random)
    state = _states(kind, facts, random)
    survey = _outlines(ground, kind, on, warp, random)
    planar = shapely.area(survey)
    changed = random.random(n)
    once, twice = CHANGED_ONCE[min(level, 1)], CHANGED_TWICE[min(level, 1)]
    changes = (changed < once + twice).astype(np.int64) + (changed < twice)
    earlier = _remeasured(survey, changes, random)
    survey[by_chance(random, n, WITHOUT_BOUNDARY) & (on < 0) & (kind != IDLE)] = None
    earlier[shapely.is_missing(survey)] = None
    township = np.where(by_chance(random, n, WITHOUT_TOWNSHIP), -1, ground.township)
    return Plots(
        chunk * CHUNK + np.arange(1, n + 1), ground, kind, facts, state, changes, survey, earlier, planar, on, township
    )


def draw_kinds(seed: int, level: int, chunk: int, slots: Slots) -> Ints:
    """The kinds of a chunk, as numbers into :data:`KINDS`: they have a stream of their own, to be counted first."""
    drawn = stream(seed, 21, level, chunk).random(len(slots))
    kinds: Ints = (drawn[:, None] > np.cumsum(KIND_BY_RANK[slots.rank], axis=1)).sum(axis=1).clip(0, 3)
    return kinds


def _on_idle_land(kind: Ints, slots: Slots, random: np.random.Generator) -> Ints:
    """For some projects the nearest earlier idle land of the chunk that has room and no project yet."""
    on = np.full(len(kind), NO_LINK)
    roomy = np.flatnonzero((kind == IDLE) & (slots.rank <= 1))
    wish = np.flatnonzero((kind == HALF) & (by_chance(random, len(kind), ON_IDLE_LAND)))
    before = np.searchsorted(roomy, wish) - 1
    wish, before = wish[before >= 0], before[before >= 0]
    _, first = np.unique(before, return_index=True)
    on[wish[first]] = roomy[before[first]]
    return on


def _outlines(ground: Slots, kind: Ints, on: Ints, warp: Warp, random: np.random.Generator) -> Geometries:
    built = (kind == FACTORY) | ((kind == HALF) & (by_chance(random, len(kind), 0.5)))
    outlines = draw(ground, built & (on < 0), random)
    guest = np.flatnonzero(on >= 0)
    outlines.points[guest], outlines.count[guest] = outlines.points[on[guest]], outlines.count[on[guest]]
    courtyard = by_chance(random, len(kind), 0.035) & ((ground.side_m > SMALL_M) | (kind == FACTORY)) & (on < 0)
    halves = by_chance(random, len(kind), 0.025) & (ground.rank <= 1) & (on < 0)
    # The land that carries a project stays in one piece, so that the project lies on it whole.
    halves[on[guest]] = courtyard[on[guest]] = False
    scale = np.where(on >= 0, random.uniform(0.4, 0.7, len(kind)), 1.0)
    shapes = to_survey(place(ground, outlines, warp, scale=scale, courtyard=courtyard, halves=halves))
    return np.asarray(shapes, dtype=object)


def _states(kind: Ints, facts: Facts, random: np.random.Generator) -> Geometries:
    """States by weight; idle land may be only suspected, what is disputed or seized often waits."""
    tokens = np.array([str(state) for state, _ in STATE_WEIGHTS], dtype=object)
    steps = np.cumsum([weight for _, weight in STATE_WEIGHTS])
    state = tokens[np.searchsorted(steps / steps[-1], random.random(len(kind)), side="right").clip(0, len(tokens) - 1)]
    state[(state == State.TAKEN_BACK) & (kind != IDLE)] = str(State.REGISTERED)
    state[(kind == IDLE) & by_chance(random, len(kind), SUSPECTED_SHARE)] = str(State.SUSPECTED)
    held = (facts.tokens["ownership_status"] == "disputed") | (facts.yes["seized"] == 1)
    live = np.isin(state, [str(s) for s in (State.PLANNED, State.IN_PROGRESS)])
    state[held & live & by_chance(random, len(kind), HELD_SHARE)] = str(State.ON_HOLD)
    return np.asarray(state, dtype=object)


def _remeasured(survey: Geometries, changes: Ints, random: np.random.Generator) -> Geometries:
    """Some parcels with a history were measured anew: the earlier outline is a little smaller."""
    earlier = np.full(len(survey), None, dtype=object)
    again: Flags = (changes > 0) & (by_chance(random, len(survey), 0.4))
    for i in np.flatnonzero(again):
        middle = np.array(survey[i].centroid.coords[0])
        earlier[i] = shapely.transform(survey[i], lambda xy, m=middle: np.round(m + (xy - m) * 0.985, 3))
    return earlier
