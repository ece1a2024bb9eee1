"""Colours and classes. Hues keep apart under the common colour deficiencies (a test holds that), and labels are
also written as characters on the parcels, so that nothing depends on colour alone."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from gisreg.vocab import Kind, Label, State

NO_LABEL = "none"
"""The legend's token for parcels without a label."""

LABEL_COLOURS: dict[str, str] = {
    Label.USE: "#2166a8",
    Label.SELL: "#e08214",
    Label.LEASE: "#4fb39a",
    Label.FINANCE: "#8d3f86",
    NO_LABEL: "#a9b0b7",
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

_NICE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def nice(value: float) -> float:
    """The nearest round number (1, 1.2, 1.5, 2 … times a power of ten) of a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    return float(round(min(_NICE, key=lambda step: abs(step * power - value)) * power, 6))


def nice_breaks(values: Iterable[float], classes: int = len(LEFT_RAMP)) -> list[float]:
    """Round upper bounds between classes, by quantiles, so that each shade is used; at most ``classes - 1`` of them."""
    known = sorted(value for value in values if value > 0)
    breaks: list[float] = []
    for place in range(1, classes):
        if len(known) <= 1:
            break
        bound = nice(known[min(len(known) - 1, len(known) * place // classes)])
        if bound < known[-1] and bound >= known[0] and (not breaks or bound > breaks[-1]):
            breaks.append(bound)
    return breaks


def class_of(value: float, breaks: Sequence[float]) -> int:
    """Which class a value falls into: -1 for nothing left, else 0 and up; a bound belongs to the lower class."""
    return -1 if value <= 0 else bisect_left(breaks, value)


def ramp(classes: int) -> list[str]:
    """As many shades as there are classes, spread over the whole ramp."""
    if classes <= 1:
        return [LEFT_RAMP[2]]
    return [LEFT_RAMP[round(place * (len(LEFT_RAMP) - 1) / (classes - 1))] for place in range(classes)]
