"""Tile matrix sets and tilesets described: by the standard's own documents and by TileJSON."""

from typing import Any

from api.ogc.forms import HTML, JSON
from api.ogc.links import Addresses, Link
from api.tiles.answers import MVT
from gisreg.features.collections import Collection
from gisreg.features.crs import CRS84
from gisreg.text import Text
from gisreg.tiles import counting, shapes
from gisreg.tiles.grids import GRIDS, TILE_PIXELS, WEB_MERCATOR, Grid
from gisreg.tiles.making import TOWNSHIPS_UP_TO
from gisreg.tiles.townships import LAYER as TOWNSHIPS_LAYER

TILESETS_REL = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
SCHEME_REL = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
SCHEMES_REL = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
GEODATA_REL = "http://www.opengis.net/def/rel/ogc/1.0/geodata"
STYLE = "application/vnd.mapbox.style+json"
TILESETS, SCHEMES = Text("矢量瓦片", "Vector tiles"), Text("瓦片矩阵集", "Tile matrix sets")
MAP, TILE_JSON, STYLE_WORDS = Text("地图", "Map"), Text("TileJSON", "TileJSON"), Text("样式", "Style for MapLibre")
EYE_LEVEL = 11
Extent = tuple[float, float, float, float] | None
_NUMBER, _TEXT, _BOOLEAN = "Number", "String", "Boolean"
_COUNTED = {"n": _NUMBER, "area_mu": _NUMBER, "left_n": _NUMBER, "left_mu": _NUMBER, "label": _TEXT}
_SHAPES = {
    "parcel_code": _TEXT, "kind": _TEXT, "state": _TEXT, "township_code": _TEXT, "label": _TEXT, "gated": _BOOLEAN,
    "is_left": _BOOLEAN,
}  # fmt: skip
_UNIT = {"code": _TEXT, "name": _TEXT, "name_en": _TEXT}


def has_tiles(collection: Collection) -> bool:
    """Plans are drawn as their parcels are: they have no tiles of their own."""
    return collection.is_parcels or collection.name == "townships"


def matrix_set(grid: Grid) -> dict[str, Any]:
    """The definition of a grid (OGC 17-083r4)."""
    told: dict[str, Any] = {"id": grid.name, "title": grid.titles.both(), "crs": grid.crs}
    if grid.well_known:
        told |= {
            "uri": grid.well_known,
            "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        }
    west, north = grid.corner
    told["orderedAxes"] = ["Lat", "Lon"] if grid.is_degrees else ["X", "Y"]
    told["tileMatrices"] = [
        {
            "id": str(matrix),
            "scaleDenominator": grid.scale_denominator(matrix),
            "cellSize": grid.span(matrix) / TILE_PIXELS,
            "cornerOfOrigin": "topLeft",
            "pointOfOrigin": [north, west] if grid.is_degrees else [west, north],
            "tileWidth": TILE_PIXELS,
            "tileHeight": TILE_PIXELS,
            "matrixWidth": grid.width(matrix),
            "matrixHeight": grid.height(matrix),
        }
        for matrix in range(grid.first, grid.last + 1)
    ]
    return told


def matrix_sets(to: Addresses) -> list[dict[str, Any]]:
    """The list of grids."""
    return [
        {
            "id": grid.name, "title": grid.titles.say(to.language), "crs": grid.crs,
            **({"uri": grid.well_known} if grid.well_known else {}),
            "links": [to.link("self", f"/tileMatrixSets/{grid.name}", JSON, f="json")],
        }
        for grid in GRIDS.values()
    ]  # fmt: skip


def tileset(collection: Collection, grid: Grid, to: Addresses, extent: Extent, *, whole: bool) -> dict[str, Any]:
    """The tiles of a collection on one grid; in the list of all, without what only the tileset itself tells."""
    path = f"/collections/{collection.name}/tiles/{grid.name}"
    links: list[Link] = [
        to.link("self", path, JSON, f="json"),
        to.link(SCHEME_REL, f"/tileMatrixSets/{grid.name}", JSON, grid.titles, f="json"),
        {
            "rel": "item", "type": MVT, "templated": "true",
            "href": to.of(f"{path}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"),
        },
        to.link(GEODATA_REL, f"/collections/{collection.name}", JSON, collection.titles, f="json"),
    ]  # fmt: skip
    if grid is WEB_MERCATOR:
        links += [
            to.link("describedby", path, JSON, TILE_JSON, f="tilejson"),
            to.link("describedby", f"/collections/{collection.name}/style", STYLE, STYLE_WORDS),
            to.link("preview", f"/collections/{collection.name}/map", HTML, MAP),
        ]
    told: dict[str, Any] = {
        "title": f"{collection.titles.say(to.language)} · {grid.titles.say(to.language)}",
        "dataType": "vector",
        "crs": grid.crs,
        "tileMatrixSetURI": grid.well_known or to.of(f"/tileMatrixSets/{grid.name}"),
        "links": links,
    }
    if not whole:
        return told
    told["tileMatrixSetId"] = grid.name
    if extent:
        west, south, east, north = extent
        told["boundingBox"] = {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84.uri}
    told["layers"] = [
        {
            "id": layer["id"], "dataType": "vector", "minTileMatrix": str(layer["minzoom"]),
            "maxTileMatrix": str(layer["maxzoom"]),
            "propertiesSchema": {
                "type": "object",
                "properties": {name: {"type": kind.lower()} for name, kind in layer["fields"].items()},
            },
        }
        for layer in layers(collection, grid)
    ]  # fmt: skip
    return told


def layers(collection: Collection, grid: Grid) -> list[dict[str, Any]]:
    """What a tile may hold, as TileJSON tells it: first townships, then cells or parcels."""
    if not collection.is_parcels:
        fields = {**_UNIT, "county_code": _TEXT, "area_m2": _NUMBER}
        return [_layer(TOWNSHIPS_LAYER, fields, grid.first, grid.last)]
    told = {name: kind for name, kind in _SHAPES.items() if name in collection.fields}
    near = TOWNSHIPS_UP_TO + 1
    return [
        _layer(counting.TOTALS, {**_UNIT, **_COUNTED}, grid.first, TOWNSHIPS_UP_TO),
        _layer(counting.CLUSTERS, _COUNTED, grid.first, grid.last),
        _layer(shapes.LAYER, {**told, "area_mu": _NUMBER}, near, grid.last),
    ]


def _layer(name: str, fields: dict[str, str], first: int, last: int) -> dict[str, Any]:
    return {"id": name, "fields": fields, "minzoom": first, "maxzoom": last}


def tile_json(collection: Collection, to: Addresses, extent: Extent) -> dict[str, Any]:
    """TileJSON 3.0.0, which knows Web Mercator only."""
    path = f"/collections/{collection.name}/tiles/{WEB_MERCATOR.name}"
    told: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": collection.titles.say(to.language),
        "description": collection.about.say(to.language),
        "scheme": "xyz",
        "tiles": [to.of(f"{path}/{{z}}/{{y}}/{{x}}")],
        "minzoom": 0,
        "maxzoom": DEEPEST,
        "vector_layers": layers(collection, WEB_MERCATOR),
    }
    if extent:
        west, south, east, north = extent
        told |= {"bounds": list(extent), "center": [(west + east) / 2, (south + north) / 2, EYE_LEVEL]}
    return told


DEEPEST = 18
"""Deeper, a map enlarges the tiles of this matrix: their steps are 4 cm."""


def links_of(collection: Collection, to: Addresses) -> list[Link]:
    """What leads from a collection to its tiles."""
    if not has_tiles(collection):
        return []
    path = f"/collections/{collection.name}"
    return [
        to.link(TILESETS_REL, f"{path}/tiles", JSON, TILESETS, f="json"),
        to.link("preview", f"{path}/map", HTML, MAP),
    ]
