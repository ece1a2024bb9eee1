"""Colours and classes. Hues keep apart under the common colour deficiencies (a test holds that), and labels are
also written as characters on the parcels, so that nothing depends on colour alone."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from gisreg.vocab import Kind, Label, State

NO_LABEL = "none"
"""The legend's token for parcels without a label."""

LABEL_COLOURS: dict[str, str] = {
    Label.USE: "#256db0",
    Label.SELL: "#dc7f0a",
    Label.LEASE: "#10906e",
    Label.FINANCE: "#692463",
    NO_LABEL: "#aab3bf",
}

KIND_COLOURS: dict[str, str] = {
    Kind.UNSUPPLIED_LAND: "#f0c24b",
    Kind.IDLE_LAND: "#d1662f",
    Kind.HALF_FINISHED_PROJECT: "#7b2d4f",
    Kind.IDLE_FACTORY: "#3f7fb5",
}

STATE_COLOURS: dict[str, str] = {
    State.REGISTERED: "#b3432b",
    State.RETURNED: "#7f2704",
    State.RELAPSED: "#5c1a3a",
    State.PLANNED: "#e58a3c",
    State.IN_PROGRESS: "#f3cb5e",
    State.ON_HOLD: "#8c7b6b",
    State.SUBMITTED: "#8cc5d8",
    State.CLOSED: "#2c7f8f",
    State.SUSPECTED: "#c7b9dd",
    State.TAKEN_BACK: "#7c6bad",
    State.REMOVED: "#c3c9cf",
}

LEFT_RAMP = ("#faeed9", "#f2cf9b", "#e2a261", "#c26f37", "#8c3f1d")
"""From little to much left; one hue, darkening."""

NONE_LEFT = "#ffffff"
"""A township in which nothing is left."""


def nice_breaks(values: Iterable[float], classes: int = len(LEFT_RAMP)) -> list[float]:
    """Round bounds between the natural classes of positive values: each class has a member, alike values stay together.

    A bound belongs to the class below it. Fewer distinct values than ``classes`` give fewer classes.
    """
    known = sorted(value for value in values if value > 0)
    places = _natural([math.log(value) for value in known], classes)
    return [roundest(known[place - 1], known[place]) for place in places]


def roundest(low: float, high: float) -> float:
    """The roundest number from ``low`` up to but not including ``high``."""
    power = math.floor(math.log10(high))
    while True:
        for part in (1.0, 0.5, 0.2, 0.1):
            step = part * 10.0**power
            bound = round(math.ceil(round(low / step, 9)) * step, 9)
            if low <= bound < high:
                return bound
        if power < _FINEST:
            return low
        power -= 1


_FINEST = -6


def _natural(values: Sequence[float], classes: int) -> list[int]:
    """Where sorted values part into classes with the least spread within (Jenks, by dynamic programming).

    Gives the index that each class but the first begins at. Equal values are never parted.
    """
    starts = [place for place in range(len(values)) if place == 0 or values[place] > values[place - 1]]
    if len(starts) <= 1:
        return []
    ends = [*starts[1:], len(values)]
    best: list[tuple[float, list[int]]] = [(_spread(values[:end]), []) for end in ends]
    for _ in range(min(classes, len(starts)) - 1):
        best = [
            min(
                (best[before][0] + _spread(values[starts[before + 1] : end]), [*best[before][1], starts[before + 1]])
                for before in range(place)
            )
            if place
            else (math.inf, [])
            for place, end in enumerate(ends)
        ]
    return best[-1][1]


def _spread(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values)


def class_of(value: float, breaks: Sequence[float]) -> int:
    """Which class a value falls into: -1 for nothing left, else 0 and up; a bound belongs to the lower class."""
    return -1 if value <= 0 else bisect_left(breaks, value)


def ramp(classes: int) -> list[str]:
    """As many shades as there are classes, spread over the whole ramp."""
    if classes <= 1:
        return [LEFT_RAMP[2]]
    return [LEFT_RAMP[round(place * (len(LEFT_RAMP) - 1) / (classes - 1))] for place in range(classes)]
