"""How MapLibre draws the tiles: no texts, which would need a server of letters, and no pictures."""

from typing import Any

from api.ogc.links import Addresses
from gisreg.features.collections import Collection
from gisreg.tiles import counting, shapes
from gisreg.tiles.grids import WEB_MERCATOR
from gisreg.tiles.townships import LAYER as UNITS
from maps.styles import LABEL_COLOURS, LEFT_RAMP, NO_LABEL, NONE_LEFT

GROUND, OUTLINE, EDGE, RIM = "#f4f2ec", "#6b6459", "#3b3a36", "#ffffff"
LEFT_MU_FROM = (0.01, 500, 2_000, 5_000, 20_000)
"""Where the classes of a township begin, by what is left in it."""
_IS_POINT = ["==", ["geometry-type"], "Point"]
_IS_AREA = ["!", _IS_POINT]
_RIM = {"circle-stroke-color": RIM, "circle-stroke-width": 0.5}


def style(collection: Collection, to: Addresses) -> dict[str, Any]:
    """The style document."""
    address = to.of(f"/collections/{collection.name}/tiles/{WEB_MERCATOR.name}", f="tilejson")
    drawn = _parcels() if collection.is_parcels else _units()
    return {
        "version": 8,
        "name": collection.titles.say(to.language),
        "sources": {collection.name: {"type": "vector", "url": address}},
        "layers": [
            {"id": "ground", "type": "background", "paint": {"background-color": GROUND}},
            *({**layer, "source": collection.name} for layer in drawn),
        ],
    }


def _units() -> list[dict[str, Any]]:
    return [
        _layer("units", "fill", UNITS, {"fill-color": LEFT_RAMP[0]}),
        _layer("unit-edges", "line", UNITS, {"line-color": OUTLINE, "line-width": 1}),
    ]


def _parcels() -> list[dict[str, Any]]:
    totals, clusters, parcels = counting.TOTALS, counting.CLUSTERS, shapes.LAYER
    left, label = _by_left(), _by_label()
    thin = {"line-color": EDGE, "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.2, 16, 1]}
    return [
        _layer("totals", "fill", totals, {"fill-color": left}, _IS_AREA),
        _layer("total-edges", "line", totals, {"line-color": OUTLINE, "line-width": 1}, _IS_AREA),
        _layer("total-points", "circle", totals, {"circle-color": left, "circle-radius": 9, **_RIM}, _IS_POINT),
        _layer("clusters", "circle", clusters, {"circle-color": label, "circle-radius": _by_number(), **_RIM}),
        _layer("parcels", "fill", parcels, {"fill-color": label, "fill-opacity": _opacity()}, _IS_AREA),
        _layer("parcel-edges", "line", parcels, thin, _IS_AREA),
        _layer("parcel-points", "circle", parcels, {"circle-color": label, "circle-radius": 2.5, **_RIM}, _IS_POINT),
    ]


def _layer(name: str, kind: str, of: str, paint: dict[str, Any], only: list[Any] | None = None) -> dict[str, Any]:
    told = {"id": name, "type": kind, "source-layer": of, "paint": paint}
    return told if only is None else {**told, "filter": only}


def _by_left() -> list[Any]:
    steps = [part for bound, colour in zip(LEFT_MU_FROM, LEFT_RAMP, strict=True) for part in (bound, colour)]
    return ["step", ["get", "left_mu"], NONE_LEFT, *steps]


def _by_label() -> list[Any]:
    named = [part for label, colour in LABEL_COLOURS.items() if label != NO_LABEL for part in (str(label), colour)]
    return ["match", ["coalesce", ["get", "label"], ""], *named, LABEL_COLOURS[NO_LABEL]]


def _by_number() -> list[Any]:
    """The radius of a cluster grows with the logarithm of how many there are."""
    return ["interpolate", ["linear"], ["ln", ["max", ["get", "n"], 1]], 0, 2.5, 4, 5, 8, 10, 13, 22]


def _opacity() -> list[Any]:
    """What is left stands out; what a gate holds is paler."""
    return ["case", ["==", ["get", "is_left"], False], 0.25, ["==", ["get", "gated"], True], 0.5, 0.85]
