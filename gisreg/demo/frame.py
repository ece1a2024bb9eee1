"""The drawing board: a local plane in metres, a warp that turns a square grid into winding streets, natural lines.

All coordinates are metres east and north of :data:`ORIGIN` in EPSG:4526 (CGCS2000, 3° zone 38), kept to the millimetre
as a survey keeps them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]

SURVEY_EPSG = 4526
STORAGE_EPSG = 4490
ORIGIN = (38_409_835.0, 3_986_005.0)
"""113°E 36°N in EPSG:4526, easting first."""
RADIUS_M = 18_500.0
"""The county's mean radius: about 1,075 km²."""


def stream(seed: int, *path: int) -> np.random.Generator:
    """An own random stream per subject, so that a change to one leaves the others as they are."""
    return np.random.default_rng([seed, *path])


def by_chance(random: np.random.Generator, n: int, share: float | Floats) -> Flags:
    """Which of ``n`` things a share of them is true of."""
    drawn: Flags = random.random(n) < share
    return drawn


def to_survey(geometry: Any) -> Any:
    """From the drawing board to EPSG:4526 (easting with zone prefix first), to the millimetre."""
    return shapely.transform(geometry, lambda xy: np.round(xy + ORIGIN, 3))


@dataclass(frozen=True)
class Warp:
    """A smooth one-to-one map of the grid plane (u, v) to the drawing board: cells stay apart, edges bend."""

    turn: float
    waves: tuple[tuple[float, float, float, float, float, float], ...]
    """Per wave: shift east, shift north, wave numbers along u and v, phase, weight."""

    @classmethod
    def of(cls, seed: int) -> "Warp":
        """The warp of a seed. The waves' slopes sum to less than 0.45, so the map never folds."""
        random = stream(seed, 1)
        waves = []
        for length_m, slope in ((9_000.0, 0.18), (5_200.0, 0.14), (3_100.0, 0.10)):
            angle, phase, shift = random.uniform(0, 2 * np.pi, 3)
            k = 2 * np.pi / length_m
            waves.append((np.cos(shift), np.sin(shift), k * np.cos(angle), k * np.sin(angle), phase, slope / k))
        return cls(float(random.uniform(0.1, 0.4)), tuple(waves))

    def __call__(self, uv: Floats) -> Floats:
        """Grid coordinates to drawing-board coordinates."""
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        u, v = uv[:, 0], uv[:, 1]
        x, y = cos * u - sin * v, sin * u + cos * v
        for east, north, ku, kv, phase, reach in self.waves:
            wave = reach * np.sin(ku * u + kv * v + phase)
            x, y = x + east * wave, y + north * wave
        return np.column_stack([x, y])


def natural_line(start: Floats, end: Floats, random: np.random.Generator, *, roughness: float, step_m: float) -> Floats:
    """A winding line between two points by midpoint displacement."""
    points = np.vstack([start, end])
    while np.hypot(*np.diff(points, axis=0).T).max() > step_m:
        ahead = np.diff(points, axis=0)
        across = np.column_stack([-ahead[:, 1], ahead[:, 0]])
        middle = points[:-1] + ahead / 2 + across * random.uniform(-roughness, roughness, (len(ahead), 1))
        merged = np.empty((len(points) + len(middle), 2))
        merged[0::2], merged[1::2] = points, middle
        points = merged
    return points


def smooth(points: Floats, rounds: int = 2) -> Floats:
    """Cut the corners of an open line (Chaikin), its ends kept."""
    for _ in range(rounds):
        early, late = points[:-1] * 0.75 + points[1:] * 0.25, points[:-1] * 0.25 + points[1:] * 0.75
        inner = np.empty((2 * len(early), 2))
        inner[0::2], inner[1::2] = early, late
        points = np.vstack([points[:1], inner, points[-1:]])
    return points
