"""What maps draw below and around the parcels: roads, rivers, towns and zones, as GeoJSON in EPSG:4490."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from gisreg.demo.frame import ORIGIN, STORAGE_EPSG, SURVEY_EPSG, Geometries
from gisreg.demo.land import Land, lay_out
from gisreg.demo.names import names
from gisreg.text import Text

DIGITS = 7


def backdrop(seed: int = 7) -> dict[str, Any]:
    """A FeatureCollection; ``feature`` is road, river, town or zone, ``class`` tells more."""
    land = lay_out(seed)
    county = shapely.union_all(land.townships)
    shapely.prepare(county)
    features = [*_roads(land, county), *_rivers(land, county), *_zones(land), *_towns(land)]
    return {"type": "FeatureCollection", "features": features}


def _feature(shape: shapely.Geometry, what: str, grade: str, titles: Text, **more: object) -> dict[str, Any]:
    named = {"feature": what, "class": grade, "name": titles.zh, "name_en": titles.en}
    return {"type": "Feature", "properties": named | more, "geometry": _geojson(shape)}


def _roads(land: Land, county: shapely.Geometry) -> list[dict[str, Any]]:
    titles = names().roads
    return [
        _feature(
            shapely.intersection(road.line, county),
            "road",
            "highway" if road.main else "county_road",
            titles["highway"] if road.main else Text(*(t.format(no=road.number) for t in titles["main"])),
        )
        for road in land.roads
        if road.line.intersects(county)
    ]


def _rivers(land: Land, county: shapely.Geometry) -> list[dict[str, Any]]:
    return [
        _feature(shapely.intersection(line, county), "river", grade, titles)
        for line, (titles, grade) in zip(land.rivers, names().rivers, strict=True)
    ]


def _zones(land: Land) -> list[dict[str, Any]]:
    return [
        _feature(shape, "zone", "development_zone", zone.titles, code=zone.code)
        for shape, zone in zip(land.zones, names().zones, strict=True)
    ]


def _towns(land: Land) -> list[dict[str, Any]]:
    return [
        _feature(
            shapely.Point(place),
            "town",
            "county_seat" if number == 0 else "town",
            Text(township.centre, township.titles.en),
            code=township.code,
            people_10k=township.weight,
        )
        for number, (place, township) in enumerate(zip(land.towns, names().townships, strict=True))
    ]


def _geojson(shape: shapely.Geometry) -> dict[str, Any]:
    moved = in_degrees(np.array([shape], dtype=object))[0]
    return dict(shapely.geometry.mapping(moved))


def in_degrees(shapes: Geometries) -> Geometries:
    """From the drawing board to longitude and latitude, rounded to about a centimetre."""
    transformer = pyproj.Transformer.from_crs(SURVEY_EPSG, STORAGE_EPSG, always_xy=True)

    def move(xy: np.ndarray) -> np.ndarray:
        return np.round(np.column_stack(transformer.transform(*(xy + ORIGIN).T)), DIGITS)

    return np.asarray(shapely.transform(shapes, move), dtype=object)


def write_backdrop(file: Path, seed: int) -> None:
    """The backdrop as a file for the maps; the seed comes first, to be seen without reading the rest."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps({"seed": seed} | backdrop(seed), ensure_ascii=False), encoding="utf-8")
    part.replace(file)
