import itertools
from collections.abc import Iterable

import pytest

from gisreg.vocab import Kind, Label, State
from maps.styles import (
    KIND_COLOURS,
    LABEL_COLOURS,
    LEFT_RAMP,
    NO_LABEL,
    STATE_COLOURS,
    class_of,
    nice_breaks,
    ramp,
    roundest,
)

Rgb = tuple[float, float, float]

# Viénot, Brettel and Mollon (1999), on linear RGB; the identity for full colour vision.
SIGHTS: dict[str, tuple[Rgb, Rgb, Rgb]] = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1)),
    "deutan": ((0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1)),
}


def linear(colour: str) -> Rgb:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue


def seen_by(colour: str, sight: str) -> Rgb:
    rgb = linear(colour)
    red, green, blue = (sum(weight * c for weight, c in zip(row, rgb, strict=True)) for row in SIGHTS[sight])
    return red, green, blue


def lab(rgb: Rgb) -> Rgb:
    red, green, blue = rgb
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (max(v, 0) ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def least_difference(colours: Iterable[str], sight: str) -> float:
    seen = [lab(seen_by(colour, sight)) for colour in colours]
    return min(sum((a - b) ** 2 for a, b in zip(*two, strict=True)) ** 0.5 for two in itertools.combinations(seen, 2))


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("colours", [LABEL_COLOURS, KIND_COLOURS], ids=["label", "kind"])
def test_colours_of_labels_and_kinds_keep_apart(colours: dict[str, str], sight: str) -> None:
    assert least_difference(colours.values(), sight) > 18


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_ramp_darkens_for_every_eye(sight: str) -> None:
    light = [lab(seen_by(colour, sight))[0] for colour in LEFT_RAMP]
    assert all(before - after > 9 for before, after in itertools.pairwise(light))


def test_every_token_has_a_colour() -> None:
    assert set(LABEL_COLOURS) == {*Label, NO_LABEL}
    assert set(KIND_COLOURS) == set(Kind)
    assert set(STATE_COLOURS) == set(State)


def contrast(one: str, other: str) -> float:
    light = sorted((0.2126 * r + 0.7152 * g + 0.0722 * b) + 0.05 for r, g, b in (linear(one), linear(other)))
    return light[1] / light[0]


@pytest.mark.parametrize(
    ("text", "ground"),
    [("#1c2733", "#ffffff"), ("#4f5b67", "#f3f4f1"), ("#8c3f1d", "#ffffff"), ("#ffffff", "#12395c"),
     ("#12395c", "#e4ecf3"), ("#626c76", "#ffffff"), ("#a3231f", "#ffffff"), ("#5b655f", "#eceee9")],
)  # fmt: skip
def test_text_is_legible(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


def test_breaks_part_the_townships_into_natural_classes_that_all_have_members() -> None:
    left_mu = [433, 927, 1057, 1065, 1074, 1138, 1154, 1790, 1863, 3217, 3962, 5063]
    breaks = nice_breaks(left_mu)
    assert breaks == [500, 1500, 2000, 4000]
    assert {class_of(value, breaks) for value in left_mu} == set(range(5))


@pytest.mark.parametrize("values", [[], [0, 0, -3], [5], [5, 5, 5]])
def test_nothing_to_part(values: list[float]) -> None:
    assert nice_breaks(values) == []


def test_few_and_close_values() -> None:
    assert nice_breaks([1, 2]) == [1]
    assert nice_breaks([5, 5, 9]) == [5]
    assert nice_breaks([10, 10.001]) == [10]
    assert len(nice_breaks([0.0011, 0.001])) == 1


def test_breaks_always_part_distinct_values() -> None:
    values = [value * 1.37 for value in range(1, 61)]
    breaks = nice_breaks(values)
    assert len(breaks) == 4
    assert breaks == sorted(set(breaks))
    assert {class_of(value, breaks) for value in values} == set(range(5))


def test_roundest() -> None:
    assert roundest(1154, 1790) == 1500
    assert roundest(99.9, 100.2) == 100
    assert roundest(3962, 5063) == 4000
    assert roundest(4100, 5063) == 5000
    assert roundest(4100, 5000) == 4500
    assert roundest(4610, 4900) == 4800


def test_classes() -> None:
    assert class_of(0, [10, 20]) == -1
    assert class_of(-0.5, [10]) == -1
    assert [class_of(value, [10, 20]) for value in (1, 10, 10.01, 20, 21)] == [0, 0, 1, 1, 2]


def test_shades_span_the_ramp() -> None:
    assert ramp(5) == list(LEFT_RAMP)
    assert ramp(2) == [LEFT_RAMP[0], LEFT_RAMP[-1]]
    assert len(ramp(1)) == 1
